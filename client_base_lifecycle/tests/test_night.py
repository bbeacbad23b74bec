from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.modules.migration import load_script
from odoo.tools import mute_logger

from .common import LifecycleCommon

UPGRADE = Path(__file__).parents[1] / "migrations" / "19.0.1.8.0" / "post-mend_states_and_hours.py"
FAILURES = "odoo.addons.client_base.models.ir_cron"


class TestNight(LifecycleCommon):
    """Two jobs follow each other; what goes wrong with a part of the second leaves the others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.placing = cls.env.ref("client_base_lifecycle.ir_cron_refresh_segments")
        cls.analysis = cls.env.ref("client_base_lifecycle.ir_cron_analyse")
        cls.env.company.client_alarm_dependence = 101
        cls.env["client.lifecycle.summary"].search([]).unlink()
        cls.env["ir.cron.trigger"].search([("cron_id", "=", cls.analysis.id)]).unlink()
        cls.analysis.nextcall = fields.Datetime.now() + timedelta(hours=6)

    def run_analysis(self):
        self.env.cr.flush()
        with self.enter_registry_test_mode():
            self.analysis.method_direct_trigger()
        self.env.invalidate_all()

    def run_analysis_at_its_hour(self):
        self.analysis.nextcall = fields.Datetime.now() - timedelta(minutes=1)
        self.run_analysis()

    def upgrade(self):
        self.env.flush_all()
        load_script(str(UPGRADE), UPGRADE.stem).migrate(self.env.cr, "19.0.1.7.0")
        self.env.invalidate_all()

    def get_figures(self, company=None):
        company = company or self.env.company
        return self.env["client.lifecycle.summary"].search([("company_id", "=", company.id), ("whole", "=", True)])

    def make_overdue(self, client):
        self.make_orders(client, *range(300, 100, -20), price=1000)

    def get_point(self, client):
        return self.env["client.decision"].search([("partner_id", "=", client.id), ("state", "!=", "done")])

    def break_part(self, model, name, *errors):
        """Have the method ``name`` raise ``errors``, one each time it is called, before it does its work again."""
        model, left = type(self.env[model]), list(errors)
        act = getattr(model, name)

        def fail(*args):
            if left:
                raise left.pop(0)
            return act(*args)

        return patch.object(model, name, fail)

    # --- one after the other ---

    def test_placing_starts_the_analysis(self):
        self.run_nightly_job()
        self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", self.analysis.id)]))

    def test_placing_by_hand_starts_nothing(self):
        self.env["client.lifecycle"]._refresh_all()
        self.assertFalse(self.env["ir.cron.trigger"].search([("cron_id", "=", self.analysis.id)]))

    def test_its_own_hour_is_for_a_night_without_an_analysis(self):
        self.make_order(self.alpha, price=100)
        self.run_analysis()
        before = sum(self.get_figures().figures["pareto"])
        self.make_order(self.alpha, price=900)
        self.run_analysis_at_its_hour()
        self.assertEqual(sum(self.get_figures().figures["pareto"]), before, "done before in this night")
        self.get_figures().date -= timedelta(hours=20)
        self.run_analysis_at_its_hour()
        self.assertEqual(sum(self.get_figures().figures["pareto"]), before + 900)

    def test_whoever_starts_the_analysis_by_hand_gets_it(self):
        self.make_order(self.alpha, price=100)
        self.run_analysis()
        before = sum(self.get_figures().figures["pareto"])
        self.make_order(self.alpha, price=900)
        self.run_analysis()
        self.assertEqual(sum(self.get_figures().figures["pareto"]), before + 900)

    def test_the_hours_of_both_jobs_are_apart_after_an_upgrade(self):
        self.analysis.nextcall = self.placing.nextcall
        self.upgrade()
        self.assertEqual(self.analysis.nextcall - self.placing.nextcall, timedelta(hours=6))

    def test_states_follow_what_was_chosen_and_decided_after_an_upgrade(self):
        points = self.env["client.decision"].create([{"partner_id": client.id} for client in (self.alpha, self.beta)])
        points[1].write({"client_choice": "stop", "decided_on": self.today})
        self.env.flush_all()
        self.env.cr.execute("UPDATE client_decision SET state = 'client' WHERE id = ANY(%s)", [points.ids])
        self.upgrade()
        self.assertEqual(points.mapped("state"), ["open", "done"])

    # --- what goes wrong ---

    def test_a_part_is_done_again_where_somebody_came_between(self):
        self.make_overdue(self.alpha)
        for model, part in (
            ("client.lifecycle", "_count_margins"),
            ("client.lifecycle", "_classify"),
            ("client.decision", "_open_due"),
            ("client.lifecycle.summary", "_refresh_summaries"),
        ):
            with self.subTest(part=part), self.break_part(model, part, SerializationFailure(), SerializationFailure()):
                self.run_analysis()
        self.assertTrue(self.get_figures().figures["cuts"])
        self.assertEqual(self.get_point(self.alpha).cause, "overdue")

    def test_a_point_that_somebody_opened_meanwhile_stops_no_other(self):
        self.make_overdue(self.alpha)
        self.make_overdue(self.beta)
        lifecycle, decisions = self.env["client.lifecycle"], self.env["client.decision"]
        lifecycle._refresh_all()
        lifecycle._classify(self.env.company)
        found, find = [decisions.sudo()._get_due(self.env.company)], type(decisions)._get_due
        self.assertGreaterEqual({vals["partner_id"] for vals in found[0]}, {self.alpha.id, self.beta.id})
        decisions.with_user(self.manager).create({"partner_id": self.alpha.id})

        def find_before(decisions, company):
            return found.pop() if found else find(decisions, company)

        with patch.object(type(decisions), "_get_due", find_before), mute_logger("odoo.sql_db", FAILURES):
            self.run_analysis()
        self.assertEqual(self.get_point(self.alpha).cause, "hand")
        self.assertEqual(self.get_point(self.beta).cause, "overdue")

    def test_parts_that_fail_leave_the_others(self):
        self.make_overdue(self.alpha)
        with self.break_part("client.lifecycle", "_classify", ZeroDivisionError()), mute_logger(FAILURES):
            self.run_analysis()
        self.assertTrue(self.get_figures().figures["forecast"])
        with self.break_part("client.decision", "_open_due", ZeroDivisionError()), mute_logger(FAILURES):
            self.run_analysis()
        self.assertFalse(self.get_point(self.alpha))
        self.assertTrue(self.get_figures().figures["cuts"])

    def test_a_company_whose_analysis_fails_does_not_stop_the_others(self):
        other = self.env["res.company"].create({"name": "Other"})
        with (
            self.break_part("client.lifecycle.summary", "_refresh_summaries", ZeroDivisionError()),
            mute_logger(FAILURES),
        ):
            self.env["client.lifecycle"]._analyse(self.env.company | other)
        self.assertFalse(self.get_figures())
        self.assertTrue(self.get_figures(other))
