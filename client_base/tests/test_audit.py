from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import mute_logger

from .common import ClientBaseCommon


class TestAudit(ClientBaseCommon):
    """The base's scorecard: each line a figure, its trend, a limit, a list and who must act."""

    def get_check(self, xmlid):
        return self.env.ref(f"client_base.audit_check_{xmlid}")

    def get_row(self, xmlid, user=None):
        check = self.get_check(xmlid)
        page = self.env["client.audit.check"].with_user(user or self.head)._get_page()
        return next(row for row in page["rows"] if row["check"] == check)

    def measure(self):
        self.env.flush_all()
        self.env["client.audit.check"]._cron_measure()

    def test_each_check_counts_what_its_list_shows(self):
        self.measure()
        rows = self.env["client.audit.check"].with_user(self.head)._get_page()["rows"]
        self.assertGreaterEqual(len(rows), 14)
        for row in rows:
            check = row["check"].with_user(self.head)
            with self.subTest(check=check.name):
                action = check.action_open_rows()
                self.assertEqual(
                    self.env[action["res_model"]].with_user(self.head).search_count(action["domain"]), row["count"]
                )
                self.assertTrue(row["actor"])

    def test_figures_follow_the_base(self):
        self.measure()
        before = self.get_row("owner")["count"]
        self.make_client("Nobody's")
        self.assertEqual(self.get_row("owner")["count"], before, "the head reads the last measurement")
        self.env["client.audit.check"].with_user(self.head).get_page(again=True)
        self.assertEqual(self.get_row("owner")["count"], before + 1)

    def test_clients_of_a_company_that_the_reader_does_not_work_in_are_not_counted(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.measure()
        before = self.get_row("owner")["count"]
        self.make_client("Theirs", company_id=other.id)
        self.make_client("Ours")
        self.measure()
        self.assertEqual(self.get_row("owner")["count"], before + 1)
        self.test_each_check_counts_what_its_list_shows()

    def test_each_company_has_its_figures(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.head.company_ids |= other
        self.measure()
        here = self.env["client.audit.check"].with_user(self.head)
        there, before = here.with_company(other), self.get_row("owner")["count"]
        self.make_client("Nobody's")
        there.get_page(again=True)
        counts = [
            next(row["count"] for row in checks._get_page()["rows"] if row["check"] == self.get_check("owner"))
            for checks in (here, there)
        ]
        self.assertEqual(counts, [before, before + 1], "measured anew for the one that is worked in")
        figures = self.env["client.audit.figure"].with_user(self.head)
        self.assertEqual(figures.with_context(allowed_company_ids=other.ids).search([]).company_id, other)

    def test_one_who_decides_and_is_against_us_is_enough(self):
        before = self.get_row("hostile", self.lead)["count"]
        member = {"partner_id": self.alpha.id, "person_id": self.anna.id, "interest": -3}
        role = self.env.ref("client_base.dmu_role_user")
        user = self.env["client.dmu.member"].create({**member, "role_id": role.id})
        other = self.make_contact(self.alpha, "Friend")
        role = self.env.ref("client_base.dmu_role_decision_maker")
        friend = {**member, "person_id": other.id, "interest": 4, "role_id": role.id}
        self.env["client.dmu.member"].create(friend)
        self.assertEqual(self.get_row("hostile", self.lead)["count"], before)
        user.role_id = role
        self.assertEqual(self.get_row("hostile", self.lead)["count"], before + 1)

    def test_a_lead_sees_the_figures_of_the_own_team(self):
        self.make_client("Silent", self.second)
        mine = self.get_row("decider", self.lead)
        self.measure()
        self.assertLess(mine["count"], self.get_row("decider")["count"])
        self.assertFalse(mine["trend"])

    def test_the_trend_and_the_limit(self):
        check = self.env.ref("client_base.audit_check_owner")
        self.measure()
        self.env.cr.execute("UPDATE client_audit_figure SET day = day - 7, figure = 90 WHERE check_id = %s", [check.id])
        self.measure()
        row = self.get_row("owner")
        self.assertEqual(row["trend"][0], 90)
        check.target = 100
        self.assertFalse(self.get_row("owner")["red"])
        check.target = 0
        self.assertTrue(self.get_row("owner")["red"])
        self.measure()
        self.assertEqual(
            self.env["client.audit.figure"].search_count(
                [("check_id", "=", check.id), ("day", "=", fields.Date.today())]
            ),
            1,
        )

    def test_a_check_that_cannot_work_is_refused(self):
        check = self.env.ref("client_base.audit_check_owner")
        for values in (
            {"domain": "[('nothing', '=', 1)]"},
            {"domain": "[("},
            {"domain": "[('client_absence', '!=', False)]"},  # worked out for whoever reads it
            {"model": "mail.activity", "domain": "[]"},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                check.write(values)
        with self.assertRaises(AccessError):
            check.with_user(self.manager).target = 5

    def test_a_check_whose_addon_is_gone_counts_nothing(self):
        check = self.env.ref("client_base.audit_check_owner")
        self.env.cr.execute("UPDATE client_audit_check SET domain = %s WHERE id = %s", ["[('gone', '=', 1)]", check.id])
        self.env.invalidate_all()
        self.assertFalse(check.usable)
        self.measure()
        for user in (self.head, self.lead):
            rows = check.with_user(user)._get_page()["rows"]
            self.assertNotIn(check, [row["check"] for row in rows])
            self.assertTrue(rows)

    def test_a_new_check_is_shown_at_once(self):
        self.measure()
        before = self.get_row("owner")["count"]
        check = self.env["client.audit.check"].with_user(self.head).create({"name": "Without an industry"})
        self.make_client("Nobody's")
        rows = {row["check"]: row for row in check._get_page()["rows"]}
        self.assertGreater(rows[check]["count"], 0)
        self.assertEqual(self.get_row("owner")["count"], before, "the others wait for the night")

    def test_a_check_that_cannot_be_counted_stops_no_other(self):
        broken = self.env.ref("client_base.audit_check_owner")
        self.measure()
        before = self.get_row("owner")["count"]
        self.make_client("Nobody's")
        model = type(broken)
        count = model._count

        def fail(check):
            if check == broken:
                check.env.cr.execute("SELECT 1 / 0")
            return count(check)

        with (
            patch.object(model, "_count", fail),
            mute_logger("odoo.sql_db"),
            self.assertLogs("odoo.addons.client_base.models.ir_cron", "ERROR"),
        ):
            self.measure()
        self.assertEqual(self.get_row("owner")["count"], before)
        whole = self.env["client.audit.check"].search([]) - broken
        figures = self.env["client.audit.figure"].search([("day", "=", fields.Date.today())])
        self.assertEqual(figures.check_id & whole, whole)

    @freeze_time("2026-03-02 20:00:00")
    def test_the_day_is_one_for_all_wherever_they_are(self):
        self.measure()
        self.env["client.audit.check"].with_user(self.head).with_context(tz="Asia/Vladivostok").get_page(again=True)
        days = self.env["client.audit.figure"].search([]).mapped("day")
        self.assertEqual(max(days), fields.Date.to_date("2026-03-02"))

    def test_the_page_and_the_print(self):
        self.measure()
        html = self.env["client.audit.check"].with_user(self.head).get_page()
        self.assertIn("Decision maker unknown", html)
        report = self.env["ir.actions.report"].with_user(self.head)
        printed, _kind = report._render_qweb_html(
            "client_base.report_audit", self.env["client.audit.check"].search([]).ids
        )
        self.assertIn(b"Decision maker unknown", printed)
        self.assertNotIn(b"<button", printed)
