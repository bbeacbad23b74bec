import random
from datetime import date, datetime, timedelta
from pathlib import Path

from freezegun import freeze_time
from lxml import etree

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.modules.migration import load_script
from odoo.tests import Form
from odoo.tools import SQL

from .test_register import RegisterCommon

UPGRADE = Path(__file__).parents[1] / "migrations" / "19.0.1.11.0" / "pre-give_companies.py"


class TestPlan(RegisterCommon):
    """What each manager is to reach and reaches, and what is neglected."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first, cls.last = cls.today.replace(day=1), cls.today
        cls.plan = cls.env["client.plan"].create({"user_id": cls.manager.id, "measure": "meetings", "target": 4})

    def get_facts(self, *users):
        users = self.env["res.users"].union(*(users or [self.manager]))
        return self.env["client.fact"]._get_facts(users, self.first, self.last)

    def get_row(self, user, viewer=None, period="month"):
        rows = self.env["client.department"].with_user(viewer or self.lead)._get_department(period)["rows"]
        return next((row for row in rows if row["user"] == user), None)

    def test_facts_come_from_the_register(self):
        role = self.env.ref("client_base.dmu_role_decision_maker")
        self.env["client.dmu.member"].create(
            {"partner_id": self.alpha.id, "person_id": self.anna.id, "role_id": role.id}
        )
        self.make_contact_with(self.alpha, kind="visit", person_id=self.anna.id, duration=90)
        self.make_contact_with(self.alpha, kind="meeting", duration=30)
        self.finish(self.make_contact_with(self.alpha))
        missed = self.make_contact_with(self.alpha)
        self.finish(missed, result_id=self.env.ref("client_base.result_not_reached").id)
        self.make_contact_with(self.alpha, date=fields.Datetime.now() - timedelta(days=400))
        facts = self.get_facts(self.manager, self.second)
        expected = {"contacts": 3, "meetings": 2, "decider_meetings": 1, "calls": 1, "successes": 1, "hours": 2}
        self.assertEqual({name: facts[self.manager.id][name] for name in expected}, expected)
        self.assertEqual(facts[self.manager.id]["new_clients"], 1)
        self.assertEqual(facts[self.second.id]["contacts"], 0)
        self.assertEqual((self.plan.fact, self.plan.percent), (2, 50))

    def test_the_days_of_a_plan_are_the_users(self):
        self.make_contact_with(self.alpha, kind="visit", date="2026-05-31 22:30:00")
        plan = self.env["client.plan"].create(
            {
                "user_id": self.manager.id,
                "measure": "meetings",
                "target": 1,
                "date_from": "2026-06-01",
                "date_to": "2026-06-30",
            }
        )
        for zone, fact in (("UTC", 0), ("Europe/Kyiv", 1)):
            self.lead.tz = zone
            self.env.invalidate_all()
            with self.subTest(zone=zone):
                self.assertEqual(plan.with_user(self.lead).fact, fact)

    def test_the_same_is_planned_for_the_next_month(self):
        may = {"user_id": self.manager.id, "measure": "calls", "target": 9}
        plan = self.env["client.plan"].create({**may, "date_from": "2026-05-01", "date_to": "2026-05-31"})
        for _time in range(2):
            plan.with_user(self.lead).action_copy_to_next()
        following = self.env["client.plan"].search([("measure", "=", "calls"), ("date_from", ">", "2026-05-31")])
        self.assertEqual((following.date_from, following.date_to), (date(2026, 6, 1), date(2026, 6, 30)))
        self.assertEqual(following.target, 9)

    def test_months_are_not_added_to_the_plan_of_their_quarter(self):
        plan = {"user_id": self.manager.id, "measure": "calls"}
        months = [(f"2026-{month:02}-01", f"2026-{month:02}-28") for month in (4, 5)]
        self.env["client.plan"].create(
            [{**plan, "target": 10, "date_from": begin, "date_to": end} for begin, end in months]
        )
        department = self.env["client.department"].with_user(self.lead)
        for target, values in (
            (20, None),
            (45, {**plan, "target": 45, "date_from": "2026-04-01", "date_to": "2026-06-30"}),
        ):
            if values:
                self.env["client.plan"].create(values)
            targets = department._get_targets(self.manager, date(2026, 4, 1), date(2026, 6, 30))
            with self.subTest(target=target):
                self.assertEqual(targets[self.manager.id]["calls"], target)

    def test_a_plan_is_a_companys(self):
        other = self.env["res.company"].create({"name": "Other"})
        (self.manager | self.lead).company_ids |= other
        there = self.plan.copy({"target": 9, "company_id": other.id})
        department = self.env["client.department"].with_user(self.lead)
        for company, target in ((self.env.company, 4), (other, 9)):
            page = department.with_company(company)._get_department("month", self.manager.id)
            with self.subTest(company=company.name):
                self.assertEqual(page["rows"][0]["targets"]["meetings"], target)
        plans = self.env["client.plan"].with_user(self.manager)
        self.assertEqual(plans.with_context(allowed_company_ids=other.ids).search([]), there)
        following = there.with_user(self.lead).with_company(other).action_copy_to_next()
        self.assertEqual((following.company_id, following.target), (other, 9))

    def test_an_upgrade_gives_plans_and_figures_to_their_companies(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.manager.write({"company_ids": [Command.link(other.id)], "company_id": other.id})
        self.env["client.audit.check"].with_company(other)._cron_measure()
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM client_audit_figure WHERE company_id <> %s", [other.id])
        load_script(str(UPGRADE), UPGRADE.stem).migrate(self.env.cr, "19.0.1.10.0")
        self.env.invalidate_all()
        self.assertEqual(self.plan.company_id, other)
        figures = self.env["client.audit.figure"].search([])
        self.assertEqual(figures.company_id, self.env.ref("base.main_company"))

    def test_a_plan_is_made_for_a_company_that_its_manager_works_for(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.manager.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self.lead.company_ids |= other
        plans = self.env["client.plan"].with_user(self.lead)
        values = {"user_id": self.manager.id, "measure": "calls", "target": 5}
        plan = plans.create(values)
        self.assertEqual(plan.company_id, other)
        self.assertIn(plan, self.env["client.plan"].with_user(self.manager).search([]))
        with self.assertRaisesRegex(ValidationError, "would not see the plan"):
            plans.create({**values, "company_id": self.env.company.id})

    def test_bad_plans_are_refused_in_words(self):
        with self.assertRaisesRegex(ValidationError, "ends before it begins"):
            self.plan.write({"date_from": "2026-02-01", "date_to": "2026-01-01"})
        for name in ("date_from", "date_to"):
            with self.subTest(name), self.assertRaisesRegex(Exception, "null value"), self.cr.savepoint():
                self.plan.write({name: False})
                self.env.flush_all()
        for words, values in (("target_positive", {"target": 0}), ("plan_unique", {})):
            with self.subTest(words=words), self.assertRaisesRegex(Exception, words), self.cr.savepoint():
                self.plan.copy(values)
                self.env.flush_all()

    def test_each_sees_own_plans_and_the_lead_the_teams(self):
        self.env["client.plan"].create({"user_id": self.second.id, "measure": "calls", "target": 1})
        plans = self.env["client.plan"]
        for user, count in ((self.manager, 1), (self.second, 1), (self.lead, 1), (self.accountant, 2)):
            with self.subTest(user=user.name):
                self.assertEqual(plans.with_user(user).search_count([]), count)
        with self.assertRaises(AccessError):
            self.plan.with_user(self.manager).target = 1
        with self.assertRaises(AccessError):
            plans.with_user(self.lead).create({"user_id": self.second.id, "measure": "letters", "target": 1})

    def test_the_department_shows_plan_and_fact_of_the_team(self):
        self.make_contact_with(self.alpha, kind="visit")
        row = self.get_row(self.manager)
        self.assertEqual((row["facts"]["meetings"], row["targets"]["meetings"]), (1, 4))
        self.assertEqual(sum(bar["count"] for bar in row["spark"]), 1)
        self.assertIsNone(self.get_row(self.second), "of another team")
        self.assertTrue(self.get_row(self.second, self.head))
        self.assertIsNone(self.get_row(self.second, self.manager), "managers see themselves only")
        html = self.env["client.department"].with_user(self.lead).get_page("week")
        self.assertIn("Manager", html)

    def test_a_persons_page_shows_the_weeks(self):
        self.make_contact_with(self.alpha, kind="visit")
        self.make_contact_with(self.alpha, date=fields.Datetime.now() - timedelta(days=15))
        page = self.env["client.department"].with_user(self.lead)._get_department("month", self.manager.id)
        self.assertEqual([row["user"] for row in page["rows"]], [self.manager])
        self.assertEqual([week["count"] for week in page["weeks"] if week["count"]], [1, 1])
        self.assertEqual(page["weeks"][-1]["kinds"], {"visit": 1})
        own = self.env["client.department"].with_user(self.manager)._get_department("month")
        self.assertEqual((own["person"], own["alone"], len(own["weeks"])), (self.manager, True, 12))
        foreign = self.env["client.department"].with_user(self.lead)._get_department("month", self.second.id)
        self.assertFalse(foreign["person"])

    def test_a_call_that_nobody_answered_is_no_contact(self):
        self.finish(self.make_contact_with(self.alpha))
        missed = self.make_contact_with(self.alpha)
        self.finish(missed, result_id=self.env.ref("client_base.result_not_reached").id)
        page = self.env["client.department"].with_user(self.lead)._get_department("week", self.manager.id)
        self.assertEqual(page["rows"][0]["facts"]["contacts"], 1)
        self.assertEqual(page["weeks"][-1]["count"], 1)
        contacts = self.env["client.interaction"].with_user(self.lead)
        self.assertNotIn(missed, contacts.search(page["had"]))
        self.assertEqual(contacts.search_count([("partner_id", "=", self.alpha.id), *page["had"]]), 1)

    def test_what_is_neglected(self):
        long_ago = fields.Datetime.now() - timedelta(days=100)
        self.make_contact_with(self.alpha, date=long_ago, state="noted")
        other = self.make_client("Other", self.manager)
        other.with_user(self.manager).activity_schedule(
            "mail.mail_activity_data_call", date_deadline=self.today - timedelta(days=2), user_id=self.manager.id
        )
        self.make_contact_with(other)
        row = self.get_row(self.manager)
        self.assertEqual((row["silent"], row["overdue"], row["open"]), (1, 1, 1))

    def test_the_figure_of_the_silent_is_what_its_list_shows(self):
        retail = self.env.ref("client_base.channel_retail")
        retail.contact_days = 200
        recent, patient, branch = (
            self.make_client("Recent", self.manager),
            self.make_client("Patient", self.manager, client_channel_id=retail.id),
            self.make_client("Branch", self.manager, parent_id=self.alpha.id),
        )
        for client, days in ((self.alpha, 400), (recent, 1), (patient, 100), (branch, 100)):
            self.make_contact_with(client, date=fields.Datetime.now() - timedelta(days=days), state="noted")
        page = self.env["client.department"].with_user(self.lead)._get_department("month")
        [silent] = (row["silent"] for row in page["rows"] if row["user"] == self.manager)
        found = self.env["res.partner"].with_user(self.lead).search(page["silent"])
        self.assertEqual(found, self.alpha | branch)
        self.assertEqual(silent, 2)
        self.assertIn("client_last_contact", self.env["client.department"].with_user(self.lead).get_page())

    def test_companies_within_companies_count_as_new_clients(self):
        self.make_client("Branch", self.manager, parent_id=self.alpha.id)
        self.assertEqual(self.get_facts()[self.manager.id]["new_clients"], 2)

    def test_contacts_go_with_the_client_that_is_erased(self):
        other = self.make_client("Other", self.manager)
        self.make_contact_with(other)
        days = self.env["client.fact.day"]
        days._cron_refresh()
        self.assertEqual(self.get_facts()[self.manager.id]["contacts"], 1)
        other.unlink()
        self.assertEqual(self.get_facts()[self.manager.id]["contacts"], 0)

    def test_plans_of_impossible_days_and_of_nobody_are_shown(self):
        for first, last in (("0001-01-01", "0001-01-31"), ("9999-12-01", "9999-12-31")):
            plan = self.plan.copy({"date_from": first, "date_to": last})
            for zone in ("Pacific/Kiritimati", "America/New_York"):
                self.lead.tz = zone
                self.env.invalidate_all()
                with self.subTest(first=first, zone=zone):
                    self.assertEqual(plan.with_user(self.lead).fact, 0)
        with Form(self.env["client.plan"].with_user(self.lead)) as form:
            form.user_id = self.env["res.users"]
            form.target = 5
            form.user_id = self.manager

    def test_requests_that_were_answered(self):
        with freeze_time("2026-06-20 12:00:00"):
            for name, hours in (("At once", 2), ("Late", 50), ("Not yet", None)):
                client = self.make_client(name, self.manager)
                asked = datetime(2026, 6, 10, 6)
                self.make_contact_with(client, kind="call_in", date=asked)
                self.env["client.fact.day"]._cron_refresh()
                if hours:
                    self.make_contact_with(client, kind="call_out", date=asked + timedelta(hours=hours))
            facts = self.get_row(self.manager)["facts"]
        self.assertEqual(facts["unanswered"], 1)
        self.assertAlmostEqual(facts["answered_percent"], 100 / 3)

    def test_counted_days_say_what_the_register_says(self):
        """However contacts come, change and go, before and after days were counted."""
        chance = random.Random(3)
        days, clients = self.env["client.fact.day"], self.alpha | self.make_client("Other", self.manager)
        role = self.env.ref("client_base.dmu_role_decision_maker")
        start, contacts = datetime(2026, 5, 1, 22), self.env["client.interaction"]
        missed = self.env["client.interaction.result"].create({"name": "Nobody there", "missed": True})

        def count():
            query = days._select(self.manager | self.second, start, start + timedelta(days=9, hours=3))
            self.env.cr.execute(
                SQL(
                    "SELECT user_id, sum(contacts), sum(requests), sum(unanswered), sum(decider_meetings)"
                    " FROM (%s) counted GROUP BY 1 HAVING sum(requests + contacts) > 0 ORDER BY 1",
                    query,
                )
            )
            return self.env.cr.fetchall()

        for step in range(40):
            action = chance.choice(["enter", "enter", "move", "miss", "give", "delete", "decide", "count"])
            one = contacts[chance.randrange(len(contacts))] if contacts else contacts
            if action == "enter":
                contacts |= self.env["client.interaction"].create(
                    {
                        "partner_id": chance.choice(clients).id,
                        "person_id": self.anna.id,
                        "user_id": chance.choice(self.manager | self.second).id,
                        "kind": chance.choice(["call_in", "call_out", "meeting"]),
                        "date": start + timedelta(hours=chance.randrange(-40, 260)),
                        "state": "noted",
                    }
                )
            elif action == "move":
                one.date = start + timedelta(hours=chance.randrange(-40, 260))
            elif action == "miss":
                one.result_id = missed
            elif action == "give":
                one.user_id = self.second
            elif action == "delete":
                contacts -= one
                one.unlink()
            elif action == "decide":
                members = self.env["client.dmu.member"].search([("person_id", "=", self.anna.id)])
                members.unlink() if members else members.create(
                    {"partner_id": self.alpha.id, "person_id": self.anna.id, "role_id": role.id}
                )
            else:
                days._cron_refresh()
            counted = count()
            self.env.cr.execute("SAVEPOINT counted; DELETE FROM client_fact_day; DELETE FROM client_fact_mark")
            days._rebuild()
            self.assertEqual(counted, count(), f"{action} at step {step}")
            self.env.cr.execute("ROLLBACK TO counted")

    def test_queries_do_not_grow_with_the_managers(self):
        counts = {}
        for size in (2, 12):
            for number in range(size):
                user = self.make_user(f"seller{size}_{number}", "sales_team.group_sale_salesman")
                self.make_client(f"Client of {user.login}", user)
            self.env["client.department"].with_user(self.head).get_page()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.env["client.department"].with_user(self.head).get_page()
            counts[size] = self.cr.sql_log_count - before
        self.assertEqual(counts[2], counts[12])


class TestTask(RegisterCommon):
    """A lead's task over a selection, and how far it is carried out."""

    def give(self, clients, user=None):
        task = self.env["client.task"].with_user(user or self.lead).create({"name": "Offer the catalogue"})
        task.with_context(client_ids=clients.ids).action_give()
        return task

    def test_each_manager_gets_the_task_for_own_clients(self):
        other = self.make_client("Other", self.manager)
        task = self.give(self.alpha | other | self.free)
        self.assertEqual((task.client_count, task.open_count, task.percent), (2, 2, 0))
        activity = self.get_activities(self.alpha, self.manager)
        self.assertEqual(activity.summary, "Offer the catalogue")
        activity.with_user(self.manager).action_feedback(feedback="Took two")
        task.invalidate_recordset()
        self.assertEqual((task.open_count, task.percent), (1, 50))
        self.assertEqual(self.alpha.client_interaction_ids.comment, "Took two")

    def test_the_dialog_gives_or_leaves_it(self):
        """Odoo's own "Save" would keep a draft without clients."""
        form = etree.fromstring(self.env["client.task"].with_user(self.lead).get_view(view_type="form")["arch"])
        buttons = form.xpath("/form/footer/button")
        self.assertEqual([button.get("name") or button.get("special") for button in buttons], ["action_give", "cancel"])

    def test_each_manager_is_told_once(self):
        clients = self.alpha | self.make_client("Other", self.manager)
        before = self.env["mail.message"].search([])
        self.give(clients)
        told = (self.env["mail.message"].search([]) - before).filtered("partner_ids")
        self.assertEqual((len(told), told.partner_ids), (1, self.manager.partner_id))
        self.assertIn("2 of your clients", told.body)

    def test_what_was_cancelled_is_not_done(self):
        done, cancelled, deleted = (self.make_client(name, self.manager) for name in ("Done", "Cancelled", "Deleted"))
        task = self.give(done | cancelled | deleted | self.alpha)
        self.get_activities(done).with_user(self.manager).action_feedback()
        self.get_activities(cancelled).with_user(self.manager).unlink()
        deleted.unlink()
        task.invalidate_recordset()
        self.assertEqual((task.client_count, task.open_count, task.percent), (4, 1, 25))

    def test_a_draft_is_deleted_and_a_given_task_is_not(self):
        draft = self.env["client.task"].with_user(self.lead).create({"name": "Not yet"})
        draft.unlink()
        self.assert_refused(self.give(self.alpha).unlink, "was given stays")

    def test_clients_of_nobody_are_refused(self):
        with self.assertRaises(UserError):
            self.give(self.free)

    def test_a_task_is_given_once_and_its_copy_anew(self):
        task = self.give(self.alpha)
        self.assert_refused(task.with_context(client_ids=self.alpha.ids).action_give, "given already")
        self.assertEqual(len(self.get_activities(self.alpha)), 1)
        task.copy().with_context(client_ids=self.alpha.ids).action_give()
        self.assertEqual(len(self.get_activities(self.alpha)), 2)

    def test_the_lines_of_the_details_stay_lines(self):
        task = self.env["client.task"].with_user(self.lead).create({"name": "Offer", "note": "First\nthen <b>"})
        task.with_context(client_ids=self.alpha.ids).action_give()
        self.assertEqual(self.get_activities(self.alpha).note, "<p>First<br>then &lt;b&gt;</p>")

    def test_tasks_are_a_leads(self):
        task = self.give(self.alpha)
        with self.assertRaises(AccessError):
            self.give(self.alpha, self.manager)
        self.assertEqual(self.env["client.task"].with_user(self.head).search([]), task)


class TestDigest(RegisterCommon):
    def test_the_digest_tells_of_contacts_and_new_clients(self):
        self.make_contact_with(self.alpha, state="noted")
        missed = self.make_contact_with(self.alpha)
        self.finish(missed, result_id=self.env.ref("client_base.result_not_reached").id)
        now = fields.Datetime.now()
        digest = self.env["digest.digest"].create(
            {"name": "Weekly", "kpi_client_contacts": True, "kpi_client_new": True}
        )
        own = digest.with_user(self.manager).with_context(
            start_datetime=now - timedelta(days=1), end_datetime=now + timedelta(days=1)
        )
        self.assertEqual(own.kpi_client_contacts_value, 1)
        self.assertEqual(own.kpi_client_new_value, 1)


class TestOldRegister(RegisterCommon):
    def test_an_old_register_comes_in_through_odoos_import(self):
        rows = [
            ["Alpha Ltd", "2024-03-01 10:00:00", "Visit", "Saw the plant", "Noted by itself"],
            ["Alpha Ltd", "2024-04-01 10:00:00", "Outgoing call", "Wants more", "Noted by itself"],
        ]
        columns = ["partner_id", "date", "kind", "comment", "state"]
        result = self.env["client.interaction"].with_user(self.manager).load(columns, rows)
        self.assertFalse(result["messages"])
        self.assertEqual(self.alpha.client_last_contact, date(2024, 4, 1))
        foreign = self.env["client.interaction"].with_user(self.second).load(columns, rows)
        self.assertTrue(foreign["messages"], "a client that is not one's own is not found")
