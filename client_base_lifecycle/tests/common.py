from datetime import timedelta

from odoo import fields

from odoo.addons.client_base.tests.common import ClientBaseCommon


class LifecycleCommon(ClientBaseCommon):
    """Clients with orders in the past, and what their history says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.context_today(cls.env.user)

    @classmethod
    def day(cls, days_ago):
        return cls.today - timedelta(days=days_ago)

    @classmethod
    def make_orders(cls, partner, *days_ago, **values):
        """Return orders of ``partner``, confirmed so many days ago."""
        return cls.env["sale.order"].concat(
            *(cls.make_order(partner, fields.Datetime.to_datetime(cls.day(days)), **values) for days in days_ago)
        )

    def decide(self, clients, grade, user=None, reason="Because", **values):
        """Decide on the clients as a person does, by the wizard."""
        wizard = self.env["client.segment.decide"].with_user(user or self.lead)
        wizard.create({"partner_ids": clients.ids, "grade": grade, "reason": reason, **values}).action_apply()

    def run_nightly_job(self):
        with self.enter_registry_test_mode():
            self.env.ref("client_base_lifecycle.ir_cron_refresh_segments").method_direct_trigger()

    def get_moves(self, client):
        """Return the client's history as ``(from, to)``, the oldest first."""
        moves = client.client_segment_move_ids.sorted("id")
        return [(move.from_id.code, move.to_id.code) for move in moves]

    def assert_segment(self, client, code):
        self.assertEqual(client.client_segment_id.code, code)
        if moves := client.client_segment_move_ids:
            self.assertEqual(moves.sorted("id")[-1].to_id.code, code, "the history ends where the client is")
