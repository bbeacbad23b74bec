from datetime import timedelta

from odoo import Command, fields

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

    def make_invoice(self, client, days_ago, price, kind="out_invoice", **line):
        """Return a posted invoice or credit note of one line."""
        values = {"product_id": self.product.id, "price_unit": price, "tax_ids": False, **line}
        invoice = self.env["account.move"].create(
            {
                "move_type": kind,
                "partner_id": client.id,
                "invoice_date": self.day(days_ago),
                "invoice_line_ids": [Command.create(values)],
            }
        )
        invoice.action_post()
        return invoice

    @classmethod
    def store_orders(cls, rows, amount=10):
        """Write confirmed orders past the ORM, so that nobody places the clients on the way.

        :param rows: ``(client's id, moment)`` of each
        """
        cls.env.flush_all()
        cls.env.cr.execute(
            """
            INSERT INTO sale_order (partner_id, partner_invoice_id, partner_shipping_id, company_id, state, name,
                                    date_order, amount_untaxed, currency_rate)
            SELECT client, client, client, %s, 'sale', 'Stored', moment, %s, 1
              FROM unnest(%s::int[], %s::timestamp[]) AS one (client, moment)
            """,
            [cls.env.company.id, amount, [row[0] for row in rows], [row[1] for row in rows]],
        )
        cls.env.invalidate_all()

    def open_points(self):
        lifecycle = self.env["client.lifecycle"]
        lifecycle._refresh_all()
        lifecycle._classify(self.env.company)
        self.env["client.decision"]._open_due(self.env.company)

    def get_point(self, client):
        return self.env["client.decision"].search([("partner_id", "=", client.id), ("state", "!=", "done")])

    def decide(self, clients, grade, user=None, reason="Because", **values):
        """Decide on the clients as a person does, by the wizard."""
        wizard = clients.env["client.segment.decide"].with_user(user or self.lead)
        wizard.create({"partner_ids": clients.ids, "grade": grade, "reason": reason, **values}).action_apply()

    def run_nightly_job(self):
        with self.enter_registry_test_mode():
            self.env.ref("client_base_lifecycle.ir_cron_refresh_segments").method_direct_trigger()

    def get_moves(self, client):
        """Return the client's history as ``(from, to)``, the oldest first."""
        moves = client.client_segment_move_ids.sorted("id")
        return [(move.from_id.code, move.to_id.code) for move in moves]

    def get_base_on(self, day):
        """Return where the clients stood at the end of ``day``: ``{id: code}``."""
        partners = self.env["res.partner"].with_context(client_day=str(day), active_test=False)
        segments = self.env["client.segment"].search([])
        placed = partners.search([("client_segment_on_id", "in", segments.ids)])
        return {client.id: client.client_segment_on_id.code for client in placed}

    def assert_segment(self, client, code):
        self.assertEqual(client.client_segment_id.code, code)
        if moves := client.client_segment_move_ids:
            self.assertEqual(moves.sorted("id")[-1].to_id.code, code, "the history ends where the client is")
