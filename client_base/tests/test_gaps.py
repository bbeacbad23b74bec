import json
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError

from .common import ClientBaseCommon


class TestGaps(ClientBaseCommon):
    """The matrix of what is missing, and whoever is asked to find it out."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        field = cls.env["ir.model.fields"]._get
        cls.standard = cls.env["client.standard"].create(
            {
                "name": "Companies",
                "requirement_ids": [
                    Command.create({"name": "Phone", "field_id": field("res.partner", "phone").id, "severity": "must"}),
                    Command.create({"name": "Website", "field_id": field("res.partner", "website").id}),
                ],
            }
        )
        cls.phone, cls.website = cls.standard.requirement_ids
        cls.silent = cls.make_client("Silent Ltd", cls.manager, country_id=cls.env.ref("base.de").id)

    def get_matrix(self, user, by="owner", again=True):
        page = self.env["client.completeness"].with_user(user)
        page.get_page(by, again)
        return page._get_matrix(by)

    def get_row(self, name, user, **how):
        return next(row for row in self.get_matrix(user, **how)["rows"] if row["name"] == name)

    def test_each_manager_sees_the_own_row_and_the_head_all(self):
        self.assertEqual([row["name"] for row in self.get_matrix(self.manager)["rows"]], ["Manager"])
        names = [row["name"] for row in self.get_matrix(self.head)["rows"]]
        self.assertLessEqual({"Manager", "Second", "Without a manager"}, set(names))
        lead = {row["name"] for row in self.get_matrix(self.lead)["rows"]}
        self.assertIn("Manager", lead)
        self.assertNotIn("Second", lead)
        with self.assertRaises(AccessError):
            self.get_matrix(self.operator)

    def test_the_figures(self):
        row = self.get_row("Manager", self.head)
        self.assertEqual((row["clients"], row["average"], row["complete"]), (2, 25, 0))
        self.assertEqual(row["missing"], {self.phone.id: 1, self.website.id: 2})
        clients = self.env["res.partner"].search(
            self.read(row["domain"]) + [("client_missing_ids", "in", self.phone.ids)]
        )
        self.assertEqual(clients, self.silent)

    def read(self, domain):
        return fields.Domain(json.loads(domain))

    def test_by_team_region_and_country(self):
        self.assertEqual(self.get_row("North", self.head, by="team")["clients"], 2)
        row = self.get_row("Germany", self.head, by="country_id")
        self.assertEqual((row["clients"], row["missing"]), (1, {self.phone.id: 1, self.website.id: 1}))
        self.assertEqual(self.env["res.partner"].search(self.read(row["domain"])), self.silent)
        self.assertTrue(self.get_matrix(self.head, by="client_region_id")["rows"])
        self.assertEqual(self.get_matrix(self.head, by="no_such_thing")["by"], "owner")

    def test_a_row_opens_the_clients_that_it_counts(self):
        for by in ("team", "country_id", "owner"):
            for row in self.get_matrix(self.head, by=by)["rows"]:
                with self.subTest(by=by, row=row["name"]):
                    found = self.env["res.partner"].with_user(self.head).search_count(self.read(row["domain"]))
                    self.assertEqual(found, row["clients"])

    def test_clients_of_other_companies_are_in_no_figure(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.make_client("There Ltd", self.manager, company_id=other.id)
        self.make_client("Here Ltd", self.manager, company_id=self.env.company.id)
        for companies, count in ((self.env.company, 3), (self.env.company | other, 4)):
            self.head.company_ids |= companies
            head = self.env["client.completeness"].with_user(self.head).with_context(allowed_company_ids=companies.ids)
            head.get_page(again=True)
            [row] = [row for row in head._get_matrix("owner")["rows"] if row["name"] == "Manager"]
            with self.subTest(companies=companies.mapped("name")):
                self.assertEqual(row["clients"], count)
                found = self.env["res.partner"].with_env(head.env).search_count(self.read(row["domain"]))
                self.assertEqual(found, count)

    @freeze_time("2026-03-02 20:00:00")
    def test_who_is_a_day_ahead_changes_nobody_elses_figures(self):
        before = self.get_matrix(self.head)
        self.env["client.completeness"].with_user(self.manager).with_context(tz="Asia/Vladivostok").get_page(again=True)
        after = self.env["client.completeness"].with_user(self.head)._get_matrix("owner")
        self.assertEqual((after["rows"], after["day"]), (before["rows"], before["day"]))

    def test_what_a_lead_counts_in_the_morning_hides_nobody_from_the_head(self):
        self.make_client("Foreign Ltd", self.second)
        self.get_matrix(self.head)
        self.env.cr.execute("UPDATE client_gap_count SET day = day - 1")
        self.env.invalidate_all()
        self.silent.phone = "+1 555 0100"
        self.assertEqual(self.get_row("Manager", self.lead)["missing"], {self.website.id: 2})
        rows = self.env["client.completeness"].with_user(self.head)._get_matrix("owner")["rows"]
        self.assertLessEqual({"Manager", "Second"}, {row["name"] for row in rows})

    def test_what_is_entered_shows_when_the_page_is_opened_again(self):
        self.get_matrix(self.manager)
        self.silent.with_user(self.manager).phone = "+1 555 0100"
        row = self.get_row("Manager", self.manager, again=False)
        self.assertEqual(row["missing"], {self.website.id: 2})

    def test_the_trend_keeps_the_weeks(self):
        self.get_matrix(self.head)
        self.env.cr.execute("UPDATE client_gap_count SET day = day - 14")
        (self.alpha | self.silent).website = "https://a.example"
        row = self.get_row("Manager", self.head)
        self.assertEqual([round(value) for value in row["trend"]], [25, 75])
        kept = self.env["client.gap.count"].search([("day", "<", fields.Date.today())])
        self.assertEqual(set(kept.mapped("dimension")), {"owner"})
        self.assertFalse(kept.requirement_id, "what was lacking then nobody asks for any more")

    def test_one_click_asks_each_manager_once(self):
        tasks = self.env["client.gap.task"].with_user(self.lead)
        self.assertEqual(tasks.ask(), 1, "of the two managers one is the lead's")
        self.assertEqual(tasks.ask(), 0)
        self.assertEqual(self.get_row("Manager", self.lead)["asked"], 1)
        task = tasks.search([])
        self.assertEqual((task.owner_id, task.client_count, task.missing_count), (self.manager, 2, 2))
        self.assertEqual(task.what, "all that is missing")
        activity = task.sudo().activity_ids
        self.assertEqual(activity.user_id, self.manager)
        action = task.with_user(self.manager).action_open_clients()
        self.assertEqual(self.env["res.partner"].search(action["domain"]), self.alpha | self.silent)
        with self.assertRaises(AccessError):
            tasks.with_user(self.manager).ask()
        self.assertFalse(tasks.with_user(self.second).search([]))

    def test_who_ticked_it_off_with_data_still_missing_can_be_asked_again(self):
        tasks = self.env["client.gap.task"].with_user(self.lead)
        tasks.ask()
        task = tasks.search([])
        task.sudo().activity_ids.with_user(self.manager).action_feedback()
        self.alpha.with_user(self.manager).website = "https://a.example"
        self.assertEqual((task.state, task.sudo().activity_ids), ("open", self.env["mail.activity"]))
        self.assertEqual(tasks.ask(), 1)
        self.assertEqual(tasks.search([]), task, "how far it is counts from the first time")
        activity = task.sudo().activity_ids
        self.assertEqual(activity.user_id, self.manager)
        self.assertIn("on 1 cards", activity.summary)
        self.assertEqual(tasks.ask(), 0)

    def test_who_stands_in_for_a_manager_of_another_team_asks_nothing_of_that_one(self):
        self.make_client("Foreign Ltd", self.second, country_id=self.env.ref("base.de").id)
        self.env["client.gap.task"].with_user(self.head).ask(self.second.id)
        self.stand_in(self.lead, self.second)
        tasks = self.env["client.gap.task"].with_user(self.lead)
        task = tasks.search([("owner_id", "=", self.second.id)])
        self.assertTrue(task, "what is to be found out is there to be worked at")
        self.assertFalse(self.get_row("Second", self.lead)["led"])
        self.assertTrue(self.get_row("Manager", self.lead)["led"])
        with self.assertRaises(AccessError):
            task.unlink()
        with self.assertRaises(AccessError):
            tasks.create({"owner_id": self.second.id, "requirement_id": self.website.id})
        self.assertEqual(tasks.ask(), 1)
        self.assertEqual(len(tasks.search([("owner_id", "=", self.second.id)])), 1)

    def test_who_is_asked_reads_it_in_the_own_language(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.manager.lang = "ru_RU"
        self.env["client.gap.task"].with_user(self.head).ask(self.manager.id)
        activity = self.env["mail.activity"].search([("res_model", "=", "client.gap.task")], order="id DESC", limit=1)
        self.assertRegex(activity.summary, "карточ")

    def test_a_task_ends_by_itself_when_the_last_card_is_filled(self):
        tasks = self.env["client.gap.task"].with_user(self.lead)
        tasks.ask(self.manager.id, self.website.id)
        task = tasks.search([])
        self.alpha.with_user(self.manager).website = "https://a.example"
        self.assertEqual((task.state, task.percent), ("open", 50))
        self.silent.with_user(self.manager).website = "https://s.example"
        task.invalidate_recordset()
        self.assertEqual((task.state, task.percent), ("done", 100))
        self.assertFalse(task.sudo().activity_ids)
        self.silent.website = False
        self.assertEqual(tasks.ask(self.manager.id, self.website.id), 1, "it may be asked again")

    def test_leads_get_a_letter_a_week(self):
        self.get_matrix(self.head)
        self.head.client_weekly_gaps = False
        with self.enter_registry_test_mode():
            self.env.ref("client_base.ir_cron_gaps_mail").method_direct_trigger()
        letters = self.env["mail.mail"].search([("subject", "=", "What is missing on the clients' cards")])
        self.assertIn(self.lead.email, " ".join(letters.mapped("email_to")))
        self.assertNotIn(self.head.email, " ".join(letters.mapped("email_to")))
        letter = letters.filtered(lambda one: self.lead.email in one.email_to)
        self.assertIn("Website", letter.body_html)
        self.assertNotIn("Second", letter.body_html)
        self.assertNotIn("<button", letter.body_html)

    def test_a_letter_that_fails_stops_no_other(self):
        self.get_matrix(self.head)
        self.env.flush_all()
        page = type(self.env["client.completeness"])
        send = page._send

        def fail(completeness):
            if completeness.env.user == self.head:
                raise ZeroDivisionError
            send(completeness)

        with (
            patch.object(page, "_send", fail),
            self.assertLogs("odoo.addons.client_base.models.ir_cron", "ERROR"),
            self.enter_registry_test_mode(),
        ):
            self.env.ref("client_base.ir_cron_gaps_mail").method_direct_trigger()
        letters = self.env["mail.mail"].search([("subject", "=", "What is missing on the clients' cards")])
        self.assertIn(self.lead.email_formatted, letters.mapped("email_to"))
        self.assertNotIn(self.head.email_formatted, letters.mapped("email_to"))

    def test_a_page_of_many_managers_asks_the_base_no_more_often(self):
        counts = {}
        for size in (2, 12):
            for number in range(size):
                user = self.make_user(f"seller{size}_{number}", "sales_team.group_sale_salesman")
                self.make_client(f"Client of {user.login}", user)
            self.get_matrix(self.head)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.env["client.completeness"].with_user(self.head).get_page("owner", True)
            counts[size] = self.cr.sql_log_count - before
        self.assertEqual(counts[2], counts[12])
