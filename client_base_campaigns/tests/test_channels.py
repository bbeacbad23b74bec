import smtplib
from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from .common import CampaignCommon

PHONE = "+32470123456"


class TestChannels(CampaignCommon):
    """Other ways than e-mail, the second way, the reminder, limits of the sending."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.alpha | cls.beta | cls.free).write({"phone": False})
        cls.alpha.phone = PHONE
        cls.alpha.country_id = cls.env.ref("base.be")

    def follow_up(self, campaign, days):
        """Let so many days pass and do the job's round, and what it queued."""
        self.env.flush_all()
        for recipient in campaign.sudo().recipient_ids.filtered("sent_date"):
            recipient.sent_date -= timedelta(days=days)
        with self.enter_job():
            self.env.ref("client_base_campaigns.ir_cron_follow_up").method_direct_trigger()
        self.run_mailer()

    def get_deliveries_of(self, recipient):
        return {(one.purpose, one.channel): one.state for one in recipient.delivery_ids}

    def test_an_sms_goes_to_odoo_s_queue_once(self):
        campaign = self.make_sent(clients=self.alpha, channel="sms", sms_text="News, {{ object.partner_id.name }}!")
        sms = self.env["sms.sms"].search([("partner_id", "=", self.alpha.id)])
        self.assertEqual(len(sms), 1)
        self.assertIn("News, Alpha Ltd!", sms.body)
        self.assertIn("/client/offer/", sms.body)
        self.assertEqual(campaign.recipient_ids.delivery, "sent")
        sms.sms_tracker_id._action_update_from_sms_state("error", failure_type="sms_credit")
        self.assertEqual(campaign.recipient_ids.delivery, "failed")
        self.assertIn("Credit", campaign.recipient_ids.delivery_note)

    def test_who_wishes_an_sms_gets_its_text(self):
        self.alpha.client_reach_by = "sms"
        campaign = self.make_frozen()
        self.assert_refused(campaign.action_send, "text of the SMS")
        campaign.sms_text = "News"
        campaign.action_send()
        self.run_mailer()
        sms = self.env["sms.sms"].search([("partner_id", "=", self.alpha.id)])
        self.assertEqual(sms.body.splitlines()[0], "News")

    def test_the_second_way_may_be_an_sms(self):
        self.assert_refused(self.make_frozen(fallback_channel="sms").action_send, "text of the SMS")

    def test_what_asks_for_no_receipt_holds_no_page(self):
        self.alpha.write({"street": "Main Street 1", "city": "Town"})
        for channel in ("sms", "letter"):
            campaign = self.make_sent(clients=self.alpha, channel=channel, sms_text="News", with_receipt=False)
            self.assertNotIn("/client/offer/", campaign.recipient_ids._render_sms())
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "client_base_campaigns.report_letters", campaign.recipient_ids.ids
        )
        self.assertNotIn(b"/client/offer/", html)

    def test_an_sms_needs_no_message(self):
        campaign = self.make_sent(clients=self.alpha, channel="sms", sms_text="News", subject=False, body=False)
        self.assertEqual(campaign.recipient_ids.delivery, "sent")
        self.assert_refused(self.make_frozen(body=False).action_send, "the message first")

    @mute_logger("odoo.addons.mail.models.mail_render_mixin")
    def test_a_text_message_that_cannot_be_made_holds_nobody_up(self):
        self.beta.write({"city": "Berlin", "phone": "+32470123457"})
        campaign = self.make_frozen(clients=self.alpha | self.beta, channel="sms")
        campaign.with_user(self.env.user).sms_text = "Hi {{ object.partner_id.city.upper() }}"
        campaign.action_send()
        other = self.make_sending(clients=self.free)
        self.run_mailer()
        self.assertEqual(self.get_deliveries(campaign), {self.alpha: "failed", self.beta: "sent"})
        self.assertIn("cannot be made", self.get_recipient(campaign, self.alpha).delivery_note)
        self.assertIn("BERLIN", self.env["sms.sms"].search([("partner_id", "in", self.clients.ids)]).body)
        self.assertEqual(self.get_deliveries(other), {self.free: "sent"})

    def test_a_call_is_the_manager_s_task_with_a_script(self):
        campaign = self.make_sent(clients=self.alpha, channel="call", script="<p>Ask for Anna</p>", subject=False)
        recipient = campaign.recipient_ids
        [task] = recipient.sudo().activity_ids
        self.assertEqual((task.user_id, recipient.delivery), (self.manager, "todo"))
        self.assertIn("Ask for Anna", task.note)
        self.assertEqual(task.client_partner_id, self.alpha)
        task.with_user(self.manager).action_feedback("They are interested")
        self.assertEqual(recipient.delivery, "sent")
        [contact] = self.env["client.interaction"].search([("campaign_id", "=", campaign.id)])
        self.assertEqual((contact.kind, contact.comment, contact.state), ("call_out", "They are interested", "open"))
        recipient.with_user(self.manager).write({"answer": "no", "no_reason": "Too dear"})

    def test_nobody_is_called_without_a_script(self):
        campaign = self.make_frozen(clients=self.alpha, channel="call", script="<p><br></p>")
        with self.assertRaisesRegex(UserError, "script of the call"):
            campaign.action_send()
        campaign.script = "<p>Ask for Anna</p>"
        campaign.action_send()
        self.assertEqual(campaign.state, "sending")

    def test_tasks_are_in_the_language_of_who_does_them(self):
        self.speak_ukrainian(self.manager | self.marketer)
        campaign = self.make_sent(clients=self.alpha, channel="call")
        self.assertEqual(campaign.recipient_ids.sudo().activity_ids.summary, "Дзвінок: Spring Offer")
        self.alpha.write({"street": "Main Street 1", "city": "Town"})
        campaign = self.make_sent(clients=self.alpha, channel="letter")
        self.assertRegex(campaign.activity_ids.summary, "лист")

    def test_whose_manager_has_left_is_called_by_the_marketer(self):
        self.manager.active = False
        campaign = self.make_sent(clients=self.alpha, channel="call")
        self.assertEqual(campaign.recipient_ids.sudo().activity_ids.user_id, self.marketer)

    def test_letters_and_labels_are_one_document_that_says_how_it_is_encoded(self):
        (self.alpha | self.beta).write({"street": "Вулиця 1", "city": "Town"})
        campaign = self.make_sent(clients=self.alpha | self.beta, channel="letter")
        for name in ("client_campaign_recipient_letters", "client_campaign_recipient_labels"):
            report = self.env.ref(f"client_base_campaigns.{name}")
            html, _kind = report._render_qweb_html(report, campaign.recipient_ids.ids)
            [body] = report._prepare_html(html, report_model=report.model)[0]
            self.assertIn('<meta charset="utf-8"/>', body, name)
            self.assertEqual(body.count("Вулиця 1"), 2, name)

    def test_letters_are_one_pile_for_the_marketer(self):
        (self.alpha | self.beta).write({"street": "Main Street 1", "city": "Town"})
        campaign = self.make_sent(clients=self.clients, channel="letter")
        self.assertEqual(self.get_recipient(campaign, self.free).exclusion, "no_address")
        letters = campaign.recipient_ids.filtered(lambda recipient: recipient.delivery == "todo")
        self.assertEqual(len(letters), 2)
        self.assertEqual(len(campaign.activity_ids), 1)
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "client_base_campaigns.report_letters", letters.ids
        )
        for words in (b"Main Street 1", b"Dear Alpha Ltd", b"Dear Beta GmbH", b"/client/offer/"):
            self.assertIn(words, html)
        letters.action_mark_done()
        self.assertEqual(set(letters.mapped("delivery")), {"sent"})
        self.assertEqual(self.env["client.interaction"].search_count([("campaign_id", "=", campaign.id)]), 2)
        self.assertFalse(campaign.sudo().activity_ids)

    @mute_logger("odoo.addons.mail.models.mail_render_mixin")
    def test_a_letter_that_cannot_be_made_holds_nobody_up(self):
        (self.alpha | self.beta).write({"street": "Main Street 1", "city": "Town"})
        campaign = self.make_frozen(clients=self.alpha | self.beta, channel="letter")
        campaign.with_user(self.env.user).body = '<p>To <t t-out="object.partner_id.function.upper()"/></p>'
        self.beta.function = "Baker"
        campaign.action_send()
        self.run_mailer()
        self.assertEqual(self.get_deliveries(campaign), {self.alpha: "failed", self.beta: "todo"})

    def test_what_was_sent_is_in_the_contact_register_once(self):
        campaign = self.make_sent()
        contacts = self.env["client.interaction"].search([("campaign_id", "=", campaign.id)])
        self.assertEqual(contacts.partner_id, self.clients)
        self.assertEqual(set(contacts.mapped("state")), {"noted"})
        self.assertEqual(self.alpha.client_last_contact, self.today)
        campaign.recipient_ids.delivery_ids._register_contacts()
        self.assertEqual(self.env["client.interaction"].search_count([("campaign_id", "=", campaign.id)]), 3)

    def test_unconfirmed_after_some_days_is_called(self):
        campaign = self.make_sent(fallback_days=7)
        self.get_recipient(campaign, self.beta)._confirm_receipt("page", "yes")
        self.follow_up(campaign, 6)
        alpha = self.get_recipient(campaign, self.alpha)
        self.assertEqual(self.get_deliveries_of(alpha), {("offer", "email"): "sent"})
        self.follow_up(campaign, 2)
        self.assertEqual(self.get_deliveries_of(alpha), {("offer", "email"): "sent", ("offer", "call"): "todo"})
        for nobody in (self.beta, self.free):  # confirmed; has no phone
            self.assertEqual(len(self.get_recipient(campaign, nobody).delivery_ids), 1)
        self.follow_up(campaign, 20)
        self.assertEqual(len(alpha.delivery_ids), 2)
        self.assertEqual(alpha.delivery, "sent", "who got it by any channel has got it")

    def test_the_figure_to_do_is_of_those_that_it_opens(self):
        campaign = self.make_sent(fallback_days=7)
        self.follow_up(campaign, 8)
        self.env.invalidate_all()
        action = campaign.with_context(recipient_filter="filter_todo").action_open_recipients()
        self.assertEqual(action["context"], {"search_default_filter_todo": 1})
        todo = [*action["domain"], ("delivery_ids.state", "=", "todo")]
        for user, count in ((self.marketer, 1), (self.second, 0), (self.manager, 1)):
            self.env.invalidate_all()
            found = self.env["client.campaign.recipient"].with_user(user).search(todo)
            self.assertEqual((len(found), campaign.with_user(user).todo_count), (count, count))
        [recipient] = found
        self.assertEqual((recipient.delivery, recipient.has_todo), ("sent", True))
        recipient.action_mark_done()
        self.env.invalidate_all()
        self.assertEqual((recipient.has_todo, campaign.todo_count), (False, 0))

    def test_the_other_channel_where_the_first_failed(self):
        self.server.refuse("alpha@clients.example.com", 550, "No such user")
        campaign = self.make_sent(fallback_channel="sms", sms_text="News")
        alpha = self.get_recipient(campaign, self.alpha)
        self.assertEqual(alpha.delivery, "failed")
        self.follow_up(campaign, 0)
        self.assertEqual(self.get_deliveries_of(alpha), {("offer", "email"): "failed", ("offer", "sms"): "sent"})
        self.assertEqual(alpha.delivery, "sent")

    def test_who_wants_no_mailings_is_neither_called_nor_reminded(self):
        campaign = self.make_sent(fallback_days=7, fallback_channel="sms", sms_text="News", reminder_days=3)
        alpha = self.get_recipient(campaign, self.alpha)
        alpha._unsubscribe()
        self.follow_up(campaign, 8)
        self.assertEqual(self.get_deliveries_of(alpha), {("offer", "email"): "sent"})

    def test_the_reminder_comes_once(self):
        campaign = self.make_sent(reminder_days=3, reminder_text="We have not heard from you")
        self.get_recipient(campaign, self.beta)._confirm_receipt("page")
        for _round in range(3):
            self.follow_up(campaign, 4)
        reminders = [one for one in self.server.messages if "not heard" in one.get_body(("html",)).get_content()]
        self.assertEqual(
            sorted(one["To"] for one in reminders), ["alpha@clients.example.com", "free@clients.example.com"]
        )
        self.assertEqual(len(self.server.messages), 5)

    def test_the_reminder_goes_by_the_way_that_worked(self):
        self.server.refuse("alpha@clients.example.com", 550, "No such user")
        campaign = self.make_sent(clients=self.alpha, fallback_channel="sms", sms_text="News", reminder_days=3)
        for days in (0, 4, 1):
            self.follow_up(campaign, days)
        self.assertEqual(
            self.get_deliveries_of(campaign.recipient_ids),
            {("offer", "email"): "failed", ("offer", "sms"): "sent", ("reminder", "sms"): "sent"},
        )

    def test_nobody_is_reminded_and_called_at_once(self):
        campaign = self.make_sent(clients=self.alpha, reminder_days=3, fallback_days=7)
        recipient = campaign.recipient_ids
        reminded = {("offer", "email"): "sent", ("reminder", "email"): "sent"}
        # Nothing worked for days.
        for days in (10, 1):
            self.follow_up(campaign, days)
            self.assertEqual(self.get_deliveries_of(recipient), reminded)
        for days, called in ((3, {}), (2, {("offer", "call"): "todo"})):
            reminder = recipient.sudo().delivery_ids.filtered(lambda one: one.purpose == "reminder")
            reminder.sent_date -= timedelta(days=days)
            self.follow_up(campaign, 0)
            self.assertEqual(self.get_deliveries_of(recipient), {**reminded, **called})

    def test_what_is_sent_again_at_the_results_reminds_nobody(self):
        self.server.refuse("alpha@clients.example.com", 550, "Mailbox full")
        campaign = self.make_sent(reminder_days=3, fallback_channel="sms", sms_text="News")
        campaign.action_to_results()
        self.server.answers.clear()
        self.get_recipient(campaign, self.alpha).with_user(self.marketer).action_send_again()
        self.assertEqual(campaign.state, "results")
        self.follow_up(campaign, 20)
        self.assertEqual(campaign.state, "results")
        self.assertEqual(self.get_deliveries(campaign), dict.fromkeys(self.clients, "sent"))
        self.assertEqual(len(campaign.recipient_ids.delivery_ids), 3)
        self.assertEqual(len(self.server.messages), 3)

    def test_an_opt_out_by_one_way_is_one_by_all(self):
        self.alpha.write({"street": "Main Street 1", "city": "Town"})
        for channel in ("email", "sms", "call", "letter"):
            with self.subTest(channel=channel):
                name, address = ("mail", self.alpha.email) if channel != "email" else ("phone", PHONE)
                blacklist = self.env[f"{name}.blacklist"]
                campaign = self.make_sending(clients=self.alpha, channel=channel, sms_text="News")
                blacklist._add(address if name == "mail" else [address])
                self.run_mailer()
                recipient = campaign.recipient_ids
                self.assertEqual((recipient.delivery, recipient.exclusion), ("excluded", "opt_out"))
                self.assertFalse(recipient.sudo().activity_ids)
                self.assertEqual(recipient.delivery_ids.state, "cancelled")
                blacklist._remove(address if name == "mail" else [address])
        self.assertFalse(self.server.messages)
        self.assertFalse(self.env["sms.sms"].search([("partner_id", "=", self.alpha.id)]))

    def test_the_client_s_own_opt_out_holds_for_its_person(self):
        self.anna.email = "anna@alpha.example.com"
        campaign = self.make_frozen(clients=self.alpha)
        campaign.recipient_ids.person_id = self.anna
        campaign.action_send()
        self.env["mail.blacklist"]._add(self.alpha.email)
        self.run_mailer()
        self.assertEqual(campaign.recipient_ids.exclusion, "opt_out")

    def test_who_opts_out_is_off_the_manager_s_desk(self):
        campaign = self.make_sent(clients=self.alpha, channel="call")
        campaign.recipient_ids._unsubscribe()
        self.assertFalse(campaign.recipient_ids.sudo().activity_ids)
        self.assertEqual((campaign.recipient_ids.delivery, campaign.recipient_ids.exclusion), ("excluded", "opt_out"))

    def test_who_opts_out_does_so_at_all_addresses(self):
        self.alpha.write({"phone": "0470 12 34 57", "country_id": False})
        campaign = self.make_sent(clients=self.alpha, channel="call")
        self.alpha.country_id = self.env.ref("base.be")
        campaign.recipient_ids._unsubscribe()
        self.assertTrue(self.env["mail.blacklist"].search([("email", "=", self.alpha.email)]))
        self.assertTrue(self.env["phone.blacklist"].search([("number", "=", "+32470123457")]))

    def test_a_number_that_cannot_be_read_keeps_nobody_in(self):
        self.alpha.write({"phone": "ask for Anna", "email": False})
        campaign = self.make_sent(clients=self.alpha, channel="call")
        before = self.env["phone.blacklist"].search_count([])
        campaign.recipient_ids._unsubscribe()
        self.assertEqual(self.env["phone.blacklist"].search_count([]), before)

    def test_after_its_last_day_the_results_are_next(self):
        campaign = self.make_sent(date_start=self.day(20))
        campaign.date_end = self.day(1)
        self.follow_up(campaign, 0)
        self.assertEqual(campaign.state, "results")

    def test_the_rate_is_kept(self):
        campaign = self.make_sent(rate=12)  # one in five minutes
        self.assertEqual(len(self.server.messages), 1)
        self.run_mailer()
        self.assertEqual(len(self.server.messages), 1)
        campaign.sudo().recipient_ids.delivery_ids.filtered("sent_date").sent_date -= timedelta(minutes=6)
        self.run_mailer()
        self.assertEqual(len(self.server.messages), 2)

    def test_a_small_rate_is_that_of_an_hour(self):
        start = fields.Datetime.now()
        self.make_sent(rate=1)
        for minutes, count in ((6, 1), (54, 1), (61, 2)):
            with self.subTest(minutes=minutes), freeze_time(start + timedelta(minutes=minutes)):
                self.run_mailer()
                self.assertEqual(len(self.server.messages), count)

    def test_what_failed_counts_for_the_rate(self):
        self.server.answers = dict.fromkeys(
            (f"{name}@clients.example.com" for name in ("alpha", "beta", "free")), smtplib.SMTPDataError(554, b"Spam")
        )
        self.make_sent(rate=1)
        self.assertEqual(len(self.server.recipients), 1)

    def test_calls_know_no_rate(self):
        self.free.write({"phone": "+32470123457", "client_reach_by": "call"})
        campaign = self.make_sent(rate=1)
        self.assertEqual(self.get_deliveries(campaign), {self.alpha: "sent", self.beta: "queued", self.free: "todo"})

    def test_nobody_is_disturbed_at_night(self):
        self.alpha.country_id, self.beta.tz = self.env.ref("base.jp"), "America/New_York"
        # As on each card that somebody in Berlin typed.
        self.alpha.tz = "Europe/Berlin"
        campaign = self.make_sending(clients=self.alpha | self.beta, quiet_from=20, quiet_to=8)
        with freeze_time("2026-11-23 15:00:00"):  # Tokyo midnight, New York ten in the morning
            self.run_mailer()
        self.assertEqual(self.server.addresses, ["beta@clients.example.com"])
        waiting = self.get_recipient(campaign, self.alpha).delivery_ids
        self.assertEqual(waiting.not_before, datetime(2026, 11, 23, 23, 0))
        self.assertEqual(campaign.state, "sending")
        with freeze_time("2026-11-23 23:00:01"):
            self.run_mailer()
        self.assertEqual(len(self.server.messages), 2)

    def test_without_quiet_hours_nothing_waits_for_their_end(self):
        self.server.refuse("beta@clients.example.com", 451, "Try again later")
        campaign = self.make_sent(clients=self.beta)
        campaign._join(self.alpha, "Asked")
        waiting = self.get_recipient(campaign, self.alpha).delivery_ids
        waiting.not_before = fields.Datetime.now() + timedelta(hours=9)
        self.env.invalidate_all()
        self.assertIn("mail server: 2.", campaign.sending_note)
        campaign.with_user(self.marketer).write({"quiet_from": 9, "quiet_to": 9})
        self.env.invalidate_all()
        self.assertIn("mail server: 1.", campaign.sending_note)
        self.run_mailer()
        self.assertEqual(self.server.addresses, ["alpha@clients.example.com"])
        self.assertTrue(self.get_recipient(campaign, self.beta).delivery_ids.not_before, "the server asked for it")

    def test_paused_and_resumed(self):
        campaign = self.make_sending()
        campaign.action_pause()
        self.run_mailer()
        self.assertFalse(self.server.messages)
        campaign.action_resume()
        self.run_mailer()
        self.assertEqual(len(self.server.messages), 3)

    def test_paused_between_being_found_and_sent(self):
        campaign = self.make_sending()
        mailer = type(self.env["client.campaign.mailer"])
        claim = mailer._claim

        def pause_then_claim(*args):
            campaign.sudo().paused = True
            self.env.flush_all()
            return claim(*args)

        with patch.object(mailer, "_claim", pause_then_claim):
            self.run_mailer()
        self.assertFalse(self.server.messages)
        self.assertEqual(set(campaign.recipient_ids.mapped("delivery")), {"queued"})

    def test_broken_before_the_message_began_is_no_uncertainty(self):
        self.server.early["alpha@clients.example.com"] = smtplib.SMTPServerDisconnected("please run connect() first")
        campaign = self.make_sent()
        alpha = self.get_recipient(campaign, self.alpha)
        self.assertEqual((alpha.delivery, len(self.server.messages)), ("queued", 2))
        self.server.early.clear()
        self.wait(campaign)
        self.run_mailer()
        self.assertEqual(alpha.delivery, "sent")

    def test_the_way_out_and_the_language_of_each(self):
        self.env["res.lang"]._activate_lang("uk_UA")
        campaign = self.make_frozen(clients=self.alpha | self.beta)
        campaign.with_context(lang="uk_UA").write({"subject": "Новини", "body": "<p>Вітаємо</p>"})
        self.alpha.lang = "uk_UA"
        campaign.action_send()
        self.run_mailer()
        messages = {message["To"]: message for message in self.server.messages}
        alpha, beta = messages["alpha@clients.example.com"], messages["beta@clients.example.com"]
        self.assertEqual((alpha["Subject"], beta["Subject"]), ("Новини", "News for Beta GmbH"))
        self.assertIn("Вітаємо", alpha.get_body(("html",)).get_content())
        self.assertEqual(alpha["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        self.assertIn("/client/unsubscribe/", alpha["List-Unsubscribe"])
        self.assertNotEqual(alpha["List-Unsubscribe"], beta["List-Unsubscribe"])

    def test_a_corrected_text_is_corrected_for_clients_of_all_languages(self):
        for lang in ("uk_UA", "ru_RU"):
            self.env["res.lang"]._activate_lang(lang)
        self.marketer.lang, self.alpha.lang, self.beta.lang = "uk_UA", "ru_RU", "en_US"
        campaign = self.make_campaign(subject="Знижка 10 %", body="<p>Знижка 10 % на папір</p>").with_context(
            lang="uk_UA"
        )
        campaign.write({"subject": "Знижка 10 %", "body": "<p>Знижка 10 % на папір</p>"})
        campaign.write({"subject": "Знижка 15 %", "body": "<p>Знижка 15 % на папір</p>"})
        campaign.with_context(lang="ru_RU").subject = "Скидка 15 %"
        campaign.subject = "Знижка 20 %"
        campaign.action_freeze_group()
        campaign.action_send()
        self.run_mailer()
        subjects = {message["To"]: message["Subject"] for message in self.server.messages}
        self.assertEqual(subjects["alpha@clients.example.com"], "Скидка 15 %", "that was translated")
        self.assertEqual(subjects["beta@clients.example.com"], "Знижка 20 %")
        for message in self.server.messages:
            self.assertIn("15 % на папір", message.get_body(("html",)).get_content())

    def test_foreign_languages_compute_nothing_either(self):
        self.env["res.lang"]._activate_lang("uk_UA")
        campaign = self.make_campaign(user=self.manager)
        with self.assertRaises(AccessError):
            campaign.with_context(lang="uk_UA").subject = "{{ object.env['res.users'].search([]) }}"
        with self.assertRaises(AccessError):
            campaign.update_field_translations("subject", {"uk_UA": "{{ object.env['res.users'].search([]) }}"})
        with self.assertRaises(AccessError):
            campaign.sms_text = "{{ object.env['res.users'].search([]) }}"

    def test_attachments_go_along(self):
        paper = (
            self.env["ir.attachment"]
            .with_user(self.marketer)
            .create({"name": "prices.txt", "raw": b"1 EUR", "mimetype": "text/plain"})
        )
        self.make_sent(clients=self.alpha, attachment_ids=paper.ids)
        self.assertEqual(paper.with_user(self.manager).name, "prices.txt", "whoever sees the campaign reads it")
        [message] = self.server.messages
        self.assertEqual([part.get_filename() for part in message.iter_attachments()], ["prices.txt"])

    def test_a_test_goes_to_oneself_only(self):
        campaign = self.make_frozen()
        with self.mail_server():
            campaign.with_user(self.marketer).action_send_test()
        [message] = self.server.messages
        self.assertIn("Test: News for", message["Subject"])
        self.assertEqual(self.server.recipients, ["marketer@ours.example.com"])
        self.assertEqual(set(campaign.recipient_ids.mapped("delivery")), {"waiting"})

    def test_a_test_of_nothing_is_not_sent(self):
        for text in ("subject", "body"):
            campaign = self.make_frozen(**{text: False})
            with self.mail_server(), self.assertRaisesRegex(UserError, "subject and the message first"):
                campaign.with_user(self.marketer).action_send_test()
        self.assertFalse(self.server.messages)

    @mute_logger("odoo.addons.base.models.ir_mail_server", "odoo.addons.mail.models.mail_mail")
    def test_whose_test_the_mail_server_refuses_is_told(self):
        campaign = self.make_frozen().with_user(self.marketer)
        own = "marketer@ours.example.com"
        refusal = smtplib.SMTPRecipientsRefused({own: (550, b"No such mailbox")})
        for error, words in ((refusal, "No such mailbox"), (smtplib.SMTPServerDisconnected("Broken"), "Broken")):
            self.server.answers[own] = error
            with self.mail_server(), self.assertRaisesRegex(UserError, words):
                campaign.action_send_test()
        self.server.reachable = False
        with self.mail_server(), self.assertRaisesRegex(UserError, "Connection refused"):
            campaign.action_send_test()

    def test_a_test_reads_no_other_recipient(self):
        campaign = self.make_frozen().with_user(self.marketer)
        recipients = campaign.recipient_ids
        self.env.flush_all()
        self.env.invalidate_all()
        campaign.action_send_test()
        read = [one for one in recipients if self.env.cache.contains(one, one._fields["delivery"])]
        self.assertEqual(len(read), 1)

    def test_approval(self):
        self.env["ir.config_parameter"].set_param("client_base_campaigns.approval", "True")
        campaign = self.make_frozen()
        with self.assertRaisesRegex(UserError, "approved first"):
            campaign.action_send()
        with self.assertRaisesRegex(UserError, "who is to approve"):
            campaign.action_ask_approval()
        campaign.approver_id = self.env.ref("base.user_admin")
        campaign.action_ask_approval()
        with self.assertRaises(AccessError):
            campaign.action_approve()
        campaign.with_user(campaign.approver_id).action_approve()
        self.assertFalse(campaign.sudo().activity_ids)
        campaign.subject = "Another offer"
        self.assertEqual(campaign.approval, "none", "what was changed was not approved")
        campaign.action_ask_approval()
        campaign.with_user(campaign.approver_id).action_approve()
        campaign.action_send()
        self.assertEqual(campaign.state, "sending")

    def test_who_is_to_approve_reads_it_in_the_own_language(self):
        self.env["ir.config_parameter"].set_param("client_base_campaigns.approval", "True")
        self.speak_ukrainian(self.head)
        campaign = self.make_frozen(approver_id=self.head.id)
        campaign.action_ask_approval()
        self.assertRegex(campaign.sudo().activity_ids.summary, "Погодити")

    def test_whoever_approves_closes_the_task_of_who_was_asked(self):
        self.env["ir.config_parameter"].set_param("client_base_campaigns.approval", "True")
        campaign = self.make_frozen(approver_id=self.env.ref("base.user_admin").id)
        campaign.action_ask_approval()
        other = self.make_user("other_admin", "client_base.group_client_admin")
        campaign.with_user(other).action_approve()
        self.assertFalse(campaign.sudo().activity_ids)
        campaign.activity_schedule("mail.mail_activity_data_todo", summary="Look and send", user_id=self.second.id)
        campaign.action_send()
        self.assertFalse(campaign.sudo().activity_ids)

    def test_who_is_to_approve_instead_is_asked(self):
        """Of two tasks of one user, the approval and the look before sending, the decision closes its own only."""
        self.env["ir.config_parameter"].set_param("client_base_campaigns.approval", "True")
        campaign = self.make_frozen(approver_id=self.env.ref("base.user_admin").id)
        campaign.action_ask_approval()
        other = self.make_user("other_admin", "client_base.group_client_admin")
        campaign.write({"approver_id": other.id, "user_id": other.id})
        self.assertEqual(campaign.sudo().activity_ids.user_id, other, "not who is asked no longer")
        campaign.activity_schedule("mail.mail_activity_data_todo", summary="Look and send", user_id=other.id)
        campaign.with_user(other).action_approve()
        self.assertEqual(campaign.sudo().activity_ids.mapped("summary"), ["Look and send"])

    def make_approved(self, **values):
        self.env["ir.config_parameter"].set_param("client_base_campaigns.approval", "True")
        campaign = self.make_frozen(approver_id=self.env.ref("base.user_admin").id, **values)
        campaign.action_ask_approval()
        campaign.with_user(campaign.approver_id).action_approve()
        return campaign

    def test_another_group_was_not_approved(self):
        campaign = self.make_approved()
        campaign.action_back_to_group()
        campaign.domain = str([("id", "=", self.beta.id)])
        campaign.action_freeze_group()
        self.assertEqual((campaign.approval, campaign.approved_on), ("none", False))
        self.assert_refused(campaign.action_send, "approved first")

    def test_who_comes_in_later_was_not_approved(self):
        changes = (
            lambda campaign: campaign._join(self.free, "Asked"),
            lambda campaign: self.get_recipient(campaign, self.beta).with_user(self.marketer).action_take_in(),
            lambda campaign: (
                self.get_recipient(campaign, self.alpha).with_user(self.marketer).write({"person_id": self.anna.id})
            ),
            lambda campaign: campaign.write({"approver_id": self.head.id}),
        )
        for change in changes:
            campaign = self.make_approved(clients=self.alpha | self.beta)
            self.get_recipient(campaign, self.beta).action_leave_out()
            self.assertEqual(campaign.approval, "approved", "fewer than those were approved")
            change(campaign)
            self.assertEqual(campaign.approval, "none")

    def test_nobody_takes_a_step_by_hand(self):
        campaign = self.make_frozen()
        steps = (
            {"approval": "approved"},
            {"approved_on": fields.Datetime.now()},
            {"state": "sending"},
            {"closed_on": self.today},
        )
        for values in steps:
            with self.subTest(values=values):
                with self.assertRaisesRegex(AccessError, "by its buttons only"):
                    campaign.write(values)
                with self.assertRaisesRegex(AccessError, "by its buttons only"):
                    self.make_campaign(**values)
                named = {f"default_{name}": value for name, value in values.items()}
                made = campaign.with_context(**named).create({"name": "New"})
                self.assertEqual((made.state, made.approval, made.approved_on), ("draft", "none", False))

    def test_a_receipt_by_slip(self):
        recipient = self.get_recipient(self.make_sent(), self.alpha)
        self.env["client.campaign.receipt"].with_user(self.manager).create(
            {"recipient_ids": recipient.ids, "how": "slip", "note": "RR 123", "answer": "call"}
        ).action_note()
        self.assertEqual((recipient.receipt_how, recipient.receipt_note), ("slip", "RR 123"))
        self.assertEqual(recipient.sudo().activity_ids.user_id, self.manager)
        self.assertEqual(fields.Date.to_date(recipient.receipt_date), fields.Date.today())
