from pathlib import Path

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.modules.migration import load_script

from .common import LifecycleCommon

UPGRADE = Path(__file__).parents[1] / "migrations" / "19.0.1.9.0" / "post-review_vips.py"


class TestAudit(LifecycleCommon):
    """The scorecard and the matrix of what is missing know where clients stand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.make_client("Other", cls.second)
        cls.make_orders(cls.alpha, 100, 70, 40)
        cls.make_orders(cls.other, 500)
        cls.env.cr.flush()
        cls.env["client.lifecycle"]._analyse(cls.env.company)
        cls.checks = cls.env["client.audit.check"]
        cls.checks._cron_measure()

    def get_row(self, xmlid, user):
        check = self.env.ref(f"client_base_lifecycle.audit_check_{xmlid}")
        rows = self.checks.with_user(user)._get_page()["rows"]
        return next(row for row in rows if row["check"] == check)

    def assert_figures(self, xmlid, user, count, figure):
        row = self.get_row(xmlid, user)
        self.assertEqual(row["count"], count)
        self.assertAlmostEqual(row["figure"], figure)
        action = row["check"].with_user(user).action_open_rows()
        self.assertEqual(self.env[action["res_model"]].with_user(user).search_count(action["domain"]), count)

    def test_a_manager_sees_the_figures_of_the_own_clients(self):
        mine = self.env["res.partner"].with_user(self.manager).search_count(self.checks._get_all_domain())
        self.assert_figures("dead", self.manager, 0, 0)
        self.assert_figures("largest", self.manager, 1, 100)
        open_points = self.env["client.decision"].search([("partner_id", "=", self.alpha.id), ("state", "!=", "done")])
        self.assertTrue(open_points, "overdue by one rhythm and a half")
        self.assert_figures("risk", self.manager, 0, 0)
        open_points.unlink()
        self.assert_figures("risk", self.manager, 1, 100 / mine)

    def test_the_head_sees_those_of_the_whole_base(self):
        dead = self.env["res.partner"].search_count([("client_segment_id.code", "=", "dead")])
        self.assertGreaterEqual(dead, 1)
        self.assertEqual(self.get_row("dead", self.head)["count"], dead)
        largest = self.get_row("largest", self.head)
        self.assertLessEqual(largest["count"], 10)
        self.assertTrue(0 < largest["figure"] <= 100)
        self.assertEqual(largest["unit"], " %")

    def test_only_clients_are_measured_by_what_the_largest_bring(self):
        check = self.env.ref("client_base_lifecycle.audit_check_largest")
        with self.assertRaisesRegex(ValidationError, "only clients are counted in percent"):
            check.write({"model": "mail.activity", "domain": "[]"})

    def test_a_grade_whose_term_is_over_is_to_be_reviewed(self):
        self.decide(self.alpha, "vip", until=self.day(-30))
        self.assert_figures("review", self.manager, 0, 0)
        self.alpha.client_grade_until = self.day(1)
        self.assert_figures("review", self.manager, 1, 1)
        self.assertTrue(self.get_row("review", self.manager)["red"])

    def test_an_upgrade_names_who_is_reviewed(self):
        check = self.env.ref("client_base_lifecycle.audit_check_review")
        fresh = (check.name, check.domain)
        check.name = "VIPs and key accounts to review"
        check.domain = "['&', ('client_grade', 'in', ['vip', 'key']), ('client_grade_until', '<', 'today')]"
        self.upgrade()
        self.assertEqual((check.name, check.domain), fresh)
        check.name = "Our own name"
        self.upgrade()
        self.assertEqual(check.name, "Our own name")

    def upgrade(self):
        self.env.flush_all()
        load_script(str(UPGRADE), UPGRADE.stem).migrate(self.env.cr, "19.0.1.8.0")
        self.env.invalidate_all()

    def test_what_is_missing_by_segment(self):
        self.env["client.gap.count"]._refresh()
        matrix = self.env["client.completeness"].with_user(self.manager)._get_matrix("client_segment_id")
        self.assertEqual(matrix["by"], "client_segment_id")
        segment = self.alpha.client_segment_id
        row = next(row for row in matrix["rows"] if row["name"] == segment.name)
        mine = self.env["res.partner"].with_user(self.manager)
        domain = [*mine._get_client_domain(), ("client_segment_id", "=", segment.id)]
        self.assertEqual(row["clients"], mine.search_count(domain))
        self.assertEqual(matrix["day"], fields.Date.today())
