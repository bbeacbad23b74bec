from datetime import date, timedelta
from pathlib import Path

from odoo.exceptions import ValidationError
from odoo.modules.migration import load_script
from odoo.tests import freeze_time
from odoo.tools import SQL, format_date, mute_logger

from odoo.addons.client_base.parameters import MOST_DAYS

from .common import SUBJECT, CampaignCommon

UPGRADES = Path(__file__).parents[1] / "migrations" / "19.0.1.9.0"
UPGRADE = UPGRADES / "post-limit_days.py"
GREETINGS = UPGRADES / "post-greet_without_receipt.py"
CAMPAIGN_TERMS = ("quiet_days", "fallback_days", "reminder_days")


class TestProgramme(CampaignCommon):
    """Greetings and reminders that come by themselves, each client at most so often a year."""

    def make_programme(self, kind, clients=None, **values):
        model = self.make_campaign(clients=clients)
        return self.env["client.programme"].create(
            {"name": "Every year", "kind": kind, "campaign_id": model.id, "auto_send": True, **values}
        )

    def run_day(self, day=None):
        with freeze_time(day or self.today), self.enter_job():
            self.env.ref("client_base_campaigns.ir_cron_programmes").method_direct_trigger()
        self.run_mailer()

    def test_birthdays_once_a_year_to_the_person(self):
        self.anna.write(
            {"client_birthday": date(1980, self.today.month, self.today.day), "email": "anna@a.example.com"}
        )
        programme = self.make_programme("birthday")
        self.assertEqual(programme.due_count, 1)
        self.run_day()
        [message] = self.server.messages
        self.assertEqual(message["To"], "anna@a.example.com")
        recipient = programme.run_ids.recipient_ids
        self.assertEqual((recipient.partner_id, recipient.person_id), (self.alpha, self.anna))
        self.run_day()
        self.assertEqual(len(self.server.messages), 1)

    def test_a_greeting_asks_for_nothing(self):
        self.anna.write(
            {"client_birthday": date(1980, self.today.month, self.today.day), "email": "anna@a.example.com"}
        )
        programme = self.make_programme("birthday")
        programme.campaign_id.write({"reminder_days": 3, "fallback_days": 7, "fallback_channel": "call"})
        self.run_day()
        [message] = self.server.messages
        self.assertNotIn("/client/offer/", message.get_body(("html",)).get_content())
        self.assertIn("/client/unsubscribe/", message.get_body(("html",)).get_content())
        recipient = programme.run_ids.recipient_ids
        recipient.sent_date -= timedelta(days=10)
        self.env["client.campaign"]._cron_follow_up()
        self.assertEqual(len(recipient.delivery_ids), 1)

    def test_a_greeting_does_not_come_when_the_day_is_long_over(self):
        day = self.today + timedelta(days=2)
        self.anna.write({"client_birthday": date(1980, day.month, day.day), "email": "anna@a.example.com"})
        programme = self.make_programme("birthday", days_before=2)
        model = programme.campaign_id
        self.assertGreater((model.date_end - model.date_start).days, 5)
        programme.action_run()
        run = programme.run_ids
        self.assertEqual(run.date_end - run.date_start, model.date_end - model.date_start, "what it brings counts on")
        with freeze_time(day + timedelta(days=4)):
            self.run_mailer()
        self.assertFalse(self.server.messages)
        self.assertEqual(run.recipient_ids.delivery_note, "The campaign's last day was over.")

    def test_a_greeting_asks_where_somebody_says_so(self):
        programme = self.make_programme("birthday")
        self.assertFalse(programme.campaign_id.with_receipt)
        programme.campaign_id.with_receipt = True
        programme.name = "Birthdays"
        self.assertTrue(programme.campaign_id.with_receipt)
        self.assertTrue(self.make_programme("revival").campaign_id.with_receipt)

    def test_an_upgrade_has_greetings_ask_for_nothing(self):
        greeting, reminder = self.make_programme("holiday"), self.make_programme("reorder")
        models = greeting.campaign_id | reminder.campaign_id
        run = models[0].copy({"programme_id": greeting.id})
        (models | run).with_receipt = True
        self.env.flush_all()
        load_script(str(GREETINGS), GREETINGS.stem).migrate(self.cr, "19.0.1.8.0")
        self.env.invalidate_all()
        self.assertEqual((models | run).filtered("with_receipt"), reminder.campaign_id)

    def test_a_term_that_no_calendar_reaches_is_refused(self):
        programme = self.make_programme("revival")
        for row, name in ((programme, "days_before"), *((programme.campaign_id, name) for name in CAMPAIGN_TERMS)):
            row[name] = MOST_DAYS
            row.flush_recordset()
            with (
                self.subTest(name=name),
                self.assertRaisesRegex(Exception, "days_limited"),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                row[name] = 9999999
                row.flush_recordset()
        self.assertFalse(programme.due_count)

    def test_an_upgrade_mends_terms_that_were_stored_before(self):
        programme = self.make_programme("revival")
        campaign = programme.campaign_id
        self.env.flush_all()
        for row, names in ((programme, ["days_before"]), (campaign, CAMPAIGN_TERMS)):
            table = SQL.identifier(row._table)
            self.cr.execute(
                SQL("ALTER TABLE %s DROP CONSTRAINT %s", table, SQL.identifier(f"{row._table}_days_limited"))
            )
            for name in names:
                self.cr.execute(SQL("UPDATE %s SET %s = 9999999 WHERE id = %s", table, SQL.identifier(name), row.id))
        load_script(str(UPGRADE), UPGRADE.stem).migrate(self.cr, "19.0.1.8.0")
        self.env.invalidate_all()
        self.assertEqual({programme.days_before, *(campaign[name] for name in CAMPAIGN_TERMS)}, {MOST_DAYS})
        self.assertFalse(programme.due_count)

    def test_whom_the_responsible_does_not_see_is_not_greeted(self):
        self.anna.client_birthday = date(1980, self.today.month, self.today.day)
        programme = self.make_programme("birthday")
        programme.campaign_id.user_id = self.second
        self.assertFalse(programme._get_due())

    def test_nobody_reaches_others_clients_through_a_programme(self):
        self.make_orders(self.alpha, 95, 65, 35)
        self.make_orders(self.beta, 95, 65, 35)
        model = self.make_campaign(self.head)
        values = {"name": "Every year", "kind": "reorder", "campaign_id": model.id, "auto_send": True}
        programmes = self.env["client.programme"].with_user(self.manager)
        self.assert_refused(lambda: programmes.create(values), "clients that you do not see")
        programmes.search([]).sudo().unlink()
        programme = programmes.with_user(self.head).create(values).with_user(self.manager)
        self.assertEqual(programme.due_count, 1)
        programme.action_run()
        self.assertEqual(programme.run_ids.user_id, self.head)
        self.assertEqual(programme.run_ids.sudo().recipient_ids.partner_id, self.alpha)

    def test_holidays_of_the_country_and_the_profession(self):
        germany, industry = self.env.ref("base.de"), self.env["res.partner.industry"].create({"name": "Bakers"})
        self.alpha.country_id, self.beta.industry_id = germany, industry
        day = {"month_number": self.today.month, "day": self.today.day}
        holidays = self.env["client.holiday"].create(
            [
                {"name": "National", "country_ids": germany.ids, **day},
                {"name": "Bakers' Day", "industry_ids": industry.ids, **day},
            ]
        )
        programme = self.make_programme("holiday", holiday_ids=holidays.ids)
        self.run_day()
        self.assertEqual(programme.run_ids.recipient_ids.partner_id, self.alpha | self.beta)

    def test_a_holiday_is_on_a_day_that_there_is(self):
        leap_day = self.env["client.holiday"].create({"name": "Leap Day", "month_number": 2, "day": 29})
        for month, day in ((2, 30), (1, 100), (13, 1), (0, 1), (1, -1)):
            with self.subTest(month=month, day=day), self.assertRaisesRegex(ValidationError, "no such day"):
                leap_day.write({"month_number": month, "day": day})

    def test_reminders_to_order_by_the_client_s_own_rhythm(self):
        self.make_orders(self.alpha, 70, 40, 10)  # every 30 days: not before 20 days from now
        self.make_orders(self.beta, 95, 65, 35)
        programme = self.make_programme("reorder", yearly_cap=5)
        self.assertEqual(list(programme._get_due()), self.beta.ids)
        self.run_day()
        self.assertFalse(programme._get_due(), "reminded once of one order")

    def test_who_was_declared_dead_is_not_expected_to_order(self):
        self.make_orders(self.beta, 95, 65, 35)
        programme = self.make_programme("reorder")
        self.assertEqual(list(programme._get_due()), self.beta.ids)
        self.decide(self.beta, "dead", user=self.second, revivable="yes")
        self.assertFalse(programme._get_due())

    def test_the_reminder_comes_when_the_card_says(self):
        self.make_orders(self.alpha, 255, 165, 75, 65)  # once a few days late: the next is not due for a month
        self.make_orders(self.beta, 400, 95, 65, 35)  # once away for long: since then every 30 days
        self.assertEqual((self.alpha.client_next_order, self.beta.client_next_order), (self.day(-25), self.day(5)))
        programme = self.make_programme("reorder")
        self.assertEqual(list(programme._get_due()), self.beta.ids)
        with freeze_time(self.day(-24)):
            self.assertNotIn(self.alpha.id, programme._get_due())
        with freeze_time(self.day(-25)):
            self.assertIn(self.alpha.id, programme._get_due())

    def test_a_reminder_before_the_order_it_brought_is_no_reminder_of_the_next(self):
        self.make_orders(self.beta, 95, 65, 35)
        programme = self.make_programme("reorder", yearly_cap=5)
        self.run_day()
        self.make_orders(self.beta, 0)
        later = self.today + timedelta(days=34)
        with freeze_time(later):
            self.assertEqual(list(programme._get_due()), self.beta.ids)
        self.run_day(later)
        with freeze_time(later + timedelta(days=1)):
            self.assertFalse(programme._get_due())

    def test_a_reminder_on_the_day_of_the_order_is_one_of_that_order(self):
        self.make_orders(self.beta, 6, 3, 0)
        programme = self.make_programme("reorder", yearly_cap=5, days_before=4)
        self.assertEqual(list(programme._get_due()), self.beta.ids)
        self.run_day()
        self.assertFalse(programme._get_due())

    def test_a_revival_comes_once_of_each_death(self):
        self.decide(self.alpha, "dead", revivable="yes")
        programme = self.make_programme("revival", yearly_cap=3)
        for _round in range(4):
            programme.action_run()
        self.assertEqual(len(programme.run_ids), 1)
        with freeze_time(self.today + timedelta(days=1)):
            self.assertFalse(programme._get_due())

    def test_whoever_it_is_addressed_to_it_comes_once(self):
        role = self.env.ref("client_base.dmu_role_decision_maker")
        self.env["client.dmu.member"].create(
            {"partner_id": self.beta.id, "person_id": self.boris.id, "role_id": role.id}
        )
        self.make_orders(self.beta, 95, 65, 35)
        programme = self.make_programme("reorder", yearly_cap=5)
        programme.campaign_id.dmu_role_id = role
        self.run_day()
        self.assertEqual(programme.run_ids.recipient_ids.person_id, self.boris)
        self.assertFalse(programme._get_due())

    def test_one_programme_that_cannot_be_sent_holds_nobody_up(self):
        self.make_orders(self.beta, 95, 65, 35)
        unwritten = self.make_programme("reorder", name="A")
        unwritten.campaign_id.body = False
        broken = self.make_programme("reorder", name="B")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE client_campaign SET domain = '[(' WHERE id = %s", broken.campaign_id.ids, log_exceptions=False
        )
        self.env.invalidate_all()
        programme = self.make_programme("reorder", name="C")
        with self.assertLogs("odoo.addons.client_base.models.ir_cron", "ERROR"):
            self.run_day()
        self.assertEqual(unwritten.run_ids.state, "offer")
        [task] = unwritten.run_ids.activity_ids
        self.assertEqual(task.user_id, unwritten.user_id)
        self.assertIn("Write the subject and the message first.", task.note)
        self.assertFalse(broken.run_ids)
        self.assertEqual(programme.run_ids.recipient_ids.delivery, "sent")

    def test_the_responsible_reads_it_in_own_language(self):
        self.speak_ukrainian(self.marketer)
        self.make_orders(self.beta, 95, 65, 35)
        programme = self.make_programme("reorder")
        programme.with_context(lang="uk_UA").name = "Щороку"
        programme.campaign_id.body = False
        self.run_day()
        campaign = programme.run_ids
        day = format_date(self.env, campaign.date_start, lang_code="uk_UA")
        self.assertEqual(campaign.name, f"Spring Offer, {day}", "clients see it")
        self.assertRegex(campaign.recipient_ids.reason, "Щороку: .*[а-я]")
        [task] = campaign.activity_ids
        self.assertRegex(task.summary, "[а-я]")
        self.assertRegex(task.note, "[а-я]")
        self.assertEqual(campaign.with_context(lang="en_US").subject, SUBJECT)

    def test_whom_nothing_reaches_is_no_campaign_each_day(self):
        self.decide(self.alpha, "dead", revivable="yes")
        self.alpha.email = False
        programme = self.make_programme("revival", yearly_cap=3)
        self.assertEqual(programme.due_count, 0)
        self.assertIn("can be reached", programme.action_run()["params"]["message"])
        self.assertFalse(programme.run_ids)
        self.alpha.email = "alpha@clients.example.com"
        self.assertFalse(programme.action_run())
        self.assertEqual(programme.run_ids.recipient_ids.delivery, "queued")
        self.assertIn("Nobody is due", programme.action_run()["params"]["message"])

    def test_whom_nothing_reaches_is_not_kept_each_day(self):
        for client in self.alpha | self.beta:
            self.decide(client, "dead", revivable="yes", user=self.head)
        self.env["mail.blacklist"]._add(self.beta.email)
        programme = self.make_programme("revival", yearly_cap=3)
        self.assertEqual(programme.due_count, 1)
        self.run_day()
        self.assertEqual(programme.run_ids.recipient_ids.partner_id, self.alpha)

    def test_the_control_group_is_not_written_to_on_the_next_day(self):
        self.make_orders(self.beta, 95, 65, 35)
        programme = self.make_programme("reorder", yearly_cap=5)
        programme.campaign_id.control_percent = 90
        self.run_day()
        self.assertEqual(programme.run_ids.recipient_ids.delivery, "control")
        self.assertFalse(programme._get_due())

    def test_whom_a_person_left_out_stays_left_out(self):
        self.make_orders(self.beta, 95, 65, 35)
        programme = self.make_programme("reorder", yearly_cap=5, auto_send=False)
        programme.action_run()
        programme.run_ids.recipient_ids.action_leave_out()
        self.assertFalse(programme._get_due())

    def test_a_person_is_greeted_at_its_own_address(self):
        self.anna.write(
            {"client_birthday": date(1980, self.today.month, self.today.day), "email": "anna@a.example.com"}
        )
        self.alpha.email = False
        self.make_programme("birthday")
        self.run_day()
        self.assertEqual(self.server.addresses, ["anna@a.example.com"])

    def test_programmes_look_at_their_responsible_s_company(self):
        self.make_orders(self.beta, 95, 65, 35)
        other = self.env["res.company"].create({"name": "Our Other Company"})
        programme = self.make_programme("reorder")
        self.marketer.write({"company_ids": [(4, other.id)], "company_id": other.id})
        self.run_day()
        self.assertFalse(programme.run_ids)
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM client_standing WHERE company_id = %s", [other.id])
        self.env.cr.execute(
            "UPDATE client_standing SET company_id = %s WHERE partner_id = %s", [other.id, self.beta.id]
        )
        self.env.invalidate_all()
        # Whatever company the button is pressed in.
        self.assertEqual(programme.with_company(self.env.company).due_count, 1)
        self.run_day()
        self.assertEqual(programme.run_ids.recipient_ids.delivery, "sent")

    def test_a_greeting_that_came_late_over_new_year_is_not_late_for_ever(self):
        self.anna.write({"client_birthday": date(1980, 12, 31), "email": "anna@a.example.com"})
        programme = self.make_programme("birthday")
        self.run_day(date(2027, 1, 2))
        self.assertEqual(len(self.server.messages), 1)
        with freeze_time(date(2027, 1, 3)):
            self.assertFalse(programme._get_due())
        with freeze_time(date(2027, 12, 31)):
            self.assertTrue(programme._get_due())

    def test_revival_of_who_may_be_revived(self):
        self.decide(self.alpha, "dead", revivable="yes")
        self.decide(self.beta, "dead", user=self.head, revivable="no")
        self.assertEqual(list(self.make_programme("revival")._get_due()), self.alpha.ids)

    def test_revival_of_who_came_back_and_fell_silent(self):
        self.make_orders(self.alpha, 500)
        self.alpha.write({"client_grade": "dead", "client_grade_date": self.day(600), "client_revivable": "no"})
        self.assert_segment(self.alpha, "dead")
        self.assertEqual(list(self.make_programme("revival")._get_due()), self.alpha.ids)

    def test_the_yearly_cap(self):
        self.make_orders(self.beta, 95, 65, 35)
        programme = self.make_programme("reorder", yearly_cap=1)
        self.run_day()
        self.make_orders(self.beta, 3)
        with freeze_time(self.today + timedelta(days=1)):
            self.beta.client_last_order = self.today - timedelta(days=34)
            past = programme.run_ids.date_start < self.today.replace(month=1, day=1)
            self.assertEqual(bool(programme._get_due()), past)

    def test_where_it_does_not_send_by_itself_a_person_looks(self):
        self.make_orders(self.beta, 95, 65, 35)
        programme = self.make_programme("reorder", auto_send=False)
        self.run_day()
        self.assertFalse(self.server.messages)
        self.assertEqual((programme.run_ids.state, len(programme.run_ids.activity_ids)), ("offer", 1))
        self.assertEqual(programme.campaign_id.state, "draft", "the model stays a plan")

    def test_what_nobody_sends_in_time_ends_and_holds_nobody_up(self):
        self.anna.write(
            {"client_birthday": date(1980, self.today.month, self.today.day), "email": "anna@a.example.com"}
        )
        programme = self.make_programme("birthday", auto_send=False)
        self.run_day()
        run = programme.run_ids
        other = self.make_campaign(clients=self.alpha, without_running=True)
        other.action_freeze_group()
        self.assertEqual(other.recipient_ids.exclusion, "running")
        with freeze_time(self.today + timedelta(days=3)):
            self.env["client.campaign"]._cron_follow_up()
        self.assertEqual((run.state, len(run.activity_ids)), ("offer", 1), "it can be sent still")
        with freeze_time(self.today + timedelta(days=4)):
            self.env["client.campaign"]._cron_follow_up()
        self.assertEqual((run.state, len(run.activity_ids)), ("closed", 0))
        self.assertIn("Nobody sent it in time", run.message_ids[0].body)
        other.action_back_to_group()
        other.action_freeze_group()
        self.assertFalse(other.recipient_ids.exclusion)
