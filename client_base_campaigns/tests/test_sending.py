import smtplib
from ast import literal_eval
from datetime import date, datetime, time, timedelta
from unittest.mock import patch

from lxml import etree
from psycopg2.errors import SerializationFailure

from odoo.exceptions import UserError
from odoo.tests import freeze_time
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_mail_server import IrMail_Server

from .common import CampaignCommon

MAILER = "odoo.addons.client_base_campaigns.models.client_campaign_mailer"
ALPHA, BETA, FREE = (f"{name}@clients.example.com" for name in ("alpha", "beta", "free"))


class TestSending(CampaignCommon):
    """Everybody gets the message once, whatever the mail server does, and nobody twice."""

    def test_everybody_gets_a_message_of_their_own(self):
        campaign = self.make_sent()
        self.assertEqual(self.server.addresses, [ALPHA, BETA, FREE])
        links = set()
        for message in self.server.messages:
            recipient = campaign.recipient_ids.filtered(lambda recipient: recipient.email == message["To"])  # noqa: B023
            name, html = recipient.partner_id.name, message.get_body(("html",)).get_content()
            self.assertEqual(message["Subject"], f"News for {name}")
            self.assertIn(name, html)
            self.assertIn(recipient._get_receipt_url(), html)
            self.assertIn("marketer@ours.example.com", message["Reply-To"])
            self.assertEqual(message["Message-Id"], recipient.delivery_ids.message_id)
            links.add(recipient._get_receipt_url())
            for other in self.clients - recipient.partner_id:
                self.assertNotIn(other.name, html)
        self.assertEqual(len(links), 3)
        self.assertEqual(set(campaign.recipient_ids.mapped("delivery")), {"sent"})
        self.assertTrue(all(campaign.recipient_ids.mapped("sent_date")))
        self.assertEqual((campaign.state, campaign.sent_count, campaign.sent_percent), ("receipts", 3, 100))

    def test_the_preview_is_what_is_sent(self):
        campaign = self.make_frozen()
        recipient = self.get_recipient(campaign, self.alpha).with_user(self.manager)
        self.assertIn("Dear Alpha Ltd", recipient.preview)
        self.assertIn("Answer in one click", recipient.preview)

    def test_who_looks_at_a_preview_gets_no_key_and_leaves_no_trace(self):
        campaign = self.make_frozen(with_hints=True)
        recipient = self.get_recipient(campaign, self.alpha)
        campaign.preview_id = recipient
        for preview in (recipient.with_user(self.manager).preview, campaign.preview):
            self.assertIn("Dear Alpha Ltd", preview)
            for key in ("/client/offer/", "/client/unsubscribe/", "seen.gif"):
                self.assertNotIn(key, preview)

    def test_a_preview_of_another_manager_s_client_is_shown_to_nobody_else(self):
        campaign = self.make_frozen()
        campaign.preview_id = self.get_recipient(campaign, self.beta)
        self.assertFalse(campaign.with_user(self.manager).preview)
        self.assertIn("Dear Beta GmbH", campaign.with_user(self.second).preview)

    def test_until_somebody_is_chosen_the_first_recipient_s_message_is_shown(self):
        campaign = self.make_frozen()
        for user, client in ((self.marketer, self.alpha), (self.manager, self.alpha), (self.second, self.beta)):
            with self.subTest(user=user.name):
                self.assertIn(f"Dear {client.name}", campaign.with_user(user).preview)

    def test_names_are_text_in_the_message(self):
        self.alpha.name = "<b>Alpha</b> & Sons"
        self.make_sent(clients=self.alpha)
        (message,) = self.server.messages
        self.assertIn("&lt;b&gt;Alpha&lt;/b&gt; &amp; Sons", message.get_body(("html",)).get_content())

    def test_a_client_is_written_to_in_its_language(self):
        self.env["res.lang"]._activate_lang("uk_UA")
        self.env.ref("client_base_campaigns.message").update_field_translations(
            "arch_db", {"uk_UA": {"Answer in one click": "Відповісти одним дотиком"}}
        )
        self.alpha.lang = "uk_UA"
        self.make_sent(clients=self.alpha | self.beta)
        by_address = {message["To"]: message for message in self.server.messages}
        self.assertIn("Answer in one click", by_address[BETA].get_body(("html",)).get_content())
        self.assertIn("Відповісти одним дотиком", by_address[ALPHA].get_body(("html",)).get_content())

    def test_nobody_gets_it_twice(self):
        self.make_sent()
        self.run_mailer()
        self.assertEqual(len(self.server.messages), 3)

    def test_who_is_left_out_gets_nothing(self):
        self.env["mail.blacklist"]._add(BETA)
        self.free.email = False
        campaign = self.make_sent()
        self.assertEqual(self.server.addresses, [ALPHA])
        self.assertEqual(campaign.state, "receipts")

    def test_who_opts_out_while_it_waits_gets_nothing(self):
        campaign = self.make_sending()
        self.env["mail.blacklist"]._add(BETA)
        self.run_mailer()
        self.assertEqual(self.server.addresses, [ALPHA, FREE])
        recipient = self.get_recipient(campaign, self.beta)
        self.assertEqual((recipient.delivery, recipient.exclusion), ("excluded", "opt_out"))
        self.assertEqual(campaign.state, "receipts")

    def test_who_is_archived_while_it_waits_gets_nothing(self):
        campaign = self.make_sending()
        self.beta.active = False
        self.run_mailer()
        self.assertEqual(self.server.addresses, [ALPHA, FREE])
        self.assertEqual(self.get_recipient(campaign, self.beta).exclusion, "archived")

    def test_who_is_declared_not_revivable_while_it_waits_gets_nothing(self):
        campaign = self.make_sending()
        self.decide(self.beta, "dead", user=self.second, revivable="no")
        self.run_mailer()
        self.assertEqual(self.server.addresses, [ALPHA, FREE])
        left_out = self.get_recipient(campaign, self.beta)
        self.assertEqual(left_out.exclusion, "not_revivable")
        self.assertEqual(left_out.delivery_ids.note, "Declared dead, not revivable")

    def test_whose_person_left_while_it_waits_gets_nothing(self):
        self.anna.email = "anna@alpha.example.com"
        leave = (self.anna.action_archive, lambda: self.anna.write({"active": True, "parent_id": self.beta.id}))
        for left in leave:
            self.anna.write({"active": True, "parent_id": self.alpha.id})
            campaign = self.make_frozen(clients=self.alpha)
            campaign.recipient_ids.person_id = self.anna
            campaign.action_send()
            left()
            self.run_mailer()
            self.assertFalse(self.server.messages)
            self.assertEqual(campaign.recipient_ids.exclusion, "person_left")

    def test_what_a_job_notes_stands_in_the_language_of_the_responsible(self):
        self.env["res.lang"]._activate_lang("uk_UA")
        self.marketer.lang = "uk_UA"
        campaign = self.make_sent()
        delivery = self.get_recipient(campaign, self.beta).delivery_ids
        delivery._record_bounce("")
        self.assertEqual(delivery.note, "Повідомлення повернулося.")

    def test_a_group_that_was_only_frozen_is_not_sent(self):
        self.make_frozen()
        self.run_mailer()
        self.assertFalse(self.server.messages)

    def test_a_refusal_is_kept_with_the_server_s_words(self):
        self.server.refuse(BETA, 550, "No such user here")
        campaign = self.make_sent()
        refused = self.get_recipient(campaign, self.beta)
        self.assertEqual((refused.delivery, refused.delivery_note), ("failed", "550 No such user here"))
        self.assertEqual(self.server.addresses, [ALPHA, FREE])
        self.assertEqual((campaign.failed_count, campaign.state), (1, "receipts"))

    def test_a_message_refused_as_a_whole(self):
        self.server.answers[BETA] = smtplib.SMTPDataError(554, b"Spam")
        campaign = self.make_sent()
        refused = self.get_recipient(campaign, self.beta)
        self.assertEqual((refused.delivery, refused.delivery_note), ("failed", "554 Spam"))

    def test_later_means_later(self):
        self.server.refuse(BETA, 451, "Try again later")
        campaign = self.make_sent()
        delayed = self.get_recipient(campaign, self.beta)
        self.assertEqual((delayed.delivery, delayed.delivery_ids.attempts), ("queued", 1))
        self.assertEqual(delayed.delivery_note, "451 Try again later")
        self.assertEqual(campaign.state, "sending")
        self.server.answers.clear()
        self.run_mailer()
        self.assertEqual(delayed.delivery, "queued", "not at once")
        self.wait(campaign)
        self.run_mailer()
        self.assertEqual((delayed.delivery, delayed.delivery_note), ("sent", False))
        self.assertEqual(self.server.addresses, [ALPHA, BETA, FREE])
        self.assertEqual(campaign.state, "receipts")

    def test_later_does_not_mean_for_ever(self):
        self.server.refuse(ALPHA, 450, "Greylisted")
        campaign = self.make_sent(clients=self.alpha)
        for _attempt in range(4):
            self.wait(campaign)
            self.run_mailer()
        self.assertEqual((campaign.recipient_ids.delivery, campaign.recipient_ids.delivery_ids.attempts), ("failed", 5))

    @mute_logger(MAILER)
    def test_a_server_that_says_good_bye_uses_up_no_attempts(self):
        campaign = self.make_sending()
        self.server.refuse(BETA, 421, "Too many messages")
        for _attempt in range(6):
            self.wait(campaign)
            self.run_mailer()
        deliveries = {one.address: one for one in campaign.sudo().recipient_ids.delivery_ids}
        self.assertEqual([deliveries[to].state for to in (ALPHA, BETA, FREE)], ["sent", "queued", "queued"])
        self.assertEqual(deliveries[FREE].attempts, 0, "nobody tried")
        self.assertEqual(self.alpha.client_last_contact, self.today, "what was sent before is in the register")
        self.server.answers.clear()
        self.wait(campaign)
        self.run_mailer()
        self.assertEqual(self.server.addresses, [ALPHA, BETA, FREE])

    @mute_logger(MAILER)
    def test_a_server_that_asks_all_to_wait_is_left_alone(self):
        addresses = [f"c{number:02}@many.example.com" for number in range(12)]
        clients = [self.make_client(to, self.manager, email=to) for to in addresses]
        campaign = self.make_sending(clients=self.env["res.partner"].concat(*clients))
        for to in addresses:
            self.server.refuse(to, 451, "Slow down")
        self.run_mailer()
        attempts = campaign.sudo().recipient_ids.delivery_ids.sorted("address").mapped("attempts")
        self.assertEqual(attempts, [1] * 10 + [0, 0])

    def test_a_broken_connection_is_uncertain_and_stays_so(self):
        for broken in (
            smtplib.SMTPServerDisconnected("Connection unexpectedly closed"),
            ConnectionResetError("Connection reset by peer"),
            TimeoutError("timed out"),
        ):
            with self.subTest(broken=type(broken).__name__):
                self.server.__init__()
                self.server.answers[ALPHA] = broken
                campaign = self.make_sent()
                self.run_mailer()
                lost = self.get_recipient(campaign, self.alpha)
                self.assertEqual(lost.delivery, "uncertain")
                self.assertIn(str(broken), lost.delivery_note)
                self.assertEqual(self.server.addresses, [BETA, FREE], "the others get it all the same")
                self.server.answers.clear()
                self.run_mailer()
                self.assertEqual(self.server.addresses, [BETA, FREE], "nobody knows whether it was taken")
                self.assertEqual((campaign.state, campaign.failed_count), ("receipts", 1))

    def test_a_person_sends_again_what_is_uncertain(self):
        self.server.answers[ALPHA] = smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
        self.server.refuse(BETA, 550, "Mailbox full")
        campaign = self.make_sent()
        self.run_mailer()
        self.server.answers.clear()
        campaign.recipient_ids.action_send_again()
        self.assertEqual(campaign.state, "sending")
        self.run_mailer()
        self.assertEqual(self.server.addresses, [ALPHA, BETA, FREE])
        self.assertEqual(campaign.state, "receipts")

    def test_a_reminder_that_failed_is_found_and_sent_again(self):
        campaign = self.make_sent(clients=self.alpha, reminder_days=3)
        campaign.sudo().recipient_ids.sent_date -= timedelta(days=4)
        self.server.refuse(ALPHA, 550, "Mailbox full")
        self.env["client.campaign"]._cron_follow_up()
        self.run_mailer()
        self.check_found_and_sent_again(campaign)

    def test_a_report_that_failed_is_found_and_sent_again(self):
        report = {"report_back": True, "report_subject": "How it went", "report_body": "<p>Thanks</p>"}
        campaign = self.make_sent(clients=self.alpha, **report)
        campaign.sudo().recipient_ids._confirm_receipt("page", "yes")
        campaign.action_to_results()
        campaign.action_close()
        self.server.answers[ALPHA] = smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
        self.run_mailer()
        self.check_found_and_sent_again(campaign)

    def check_found_and_sent_again(self, campaign):
        """Check that the last message, which did not go for sure, goes when the marketer says so."""
        state = campaign.state
        view = etree.fromstring(self.env["client.campaign.recipient"].get_view(view_type="search")["arch"])
        [found] = view.xpath("//filter[@name='filter_others_failed']")
        domain = [*literal_eval(found.get("domain")), ("campaign_id", "=", campaign.id)]
        recipient = self.env["client.campaign.recipient"].with_user(self.marketer).search(domain)
        self.assertEqual(recipient, campaign.recipient_ids)
        self.server.__init__()
        recipient.action_send_again()
        self.run_mailer()
        self.assertEqual(self.server.addresses, [ALPHA])
        self.assertFalse(recipient.search(domain))
        self.assertEqual((recipient.delivery, campaign.state), ("sent", state))

    def test_what_is_sent_again_goes_to_the_corrected_address(self):
        self.server.refuse(BETA, 550, "No such user")
        campaign = self.make_sent()
        self.beta.email = "right@clients.example.com"
        self.get_recipient(campaign, self.beta).action_send_again()
        self.run_mailer()
        self.assertEqual(self.server.addresses, [ALPHA, FREE, "right@clients.example.com"])

    def test_a_sender_that_died_leaves_its_message_uncertain(self):
        campaign = self.make_sending()
        orphan = self.get_recipient(campaign, self.alpha)
        orphan.delivery_ids._settle("sending")
        self.get_recipient(campaign, self.free).delivery_ids._settle("sent")
        self.run_mailer()
        self.assertEqual(self.free.client_last_contact, self.today, "what it sent before is registered")
        self.assertEqual(orphan.delivery, "uncertain")
        self.assertIn("interrupted", orphan.delivery_note)
        self.assertEqual(self.server.addresses, [BETA])

    @mute_logger(MAILER, "odoo.addons.base.models.ir_cron")
    def test_while_the_server_is_away_all_stays_queued(self):
        self.server.reachable = False
        campaign = self.make_sent()
        self.assertEqual(set(campaign.recipient_ids.mapped("delivery")), {"queued"})
        self.assertEqual(set(campaign.recipient_ids.delivery_ids.mapped("attempts")), {0})
        self.assertEqual(campaign.state, "sending")
        self.assertIn("cannot be reached", campaign.sending_note)
        self.server.reachable = True
        self.run_mailer()
        self.assertFalse(self.server.messages, "it is not tried again at once")
        self.wait(campaign)
        self.run_mailer()
        self.assertEqual(self.server.addresses, [ALPHA, BETA, FREE])

    @mute_logger("odoo.addons.base.models.ir_cron", "odoo.addons.mail.models.mail_render_mixin")
    def test_a_message_that_cannot_be_made_holds_nobody_up(self):
        # Only administrators may compute in a message, and may err.
        self.beta.city = self.free.city = "Berlin"
        campaign = self.make_frozen()
        campaign.with_user(self.env.user).body = '<p>Dear people of <t t-out="object.partner_id.city.upper()"/></p>'
        campaign.action_send()
        self.run_mailer()
        self.assertEqual(self.server.addresses, [BETA, FREE])
        self.assertEqual(self.get_recipient(campaign, self.alpha).delivery, "failed")

    def test_addresses_in_other_scripts_hold_nobody_up(self):
        self.alpha.email, self.beta.email = "jürgen@büro.example.com", f"info@{64 * 'ü'}.example.com"
        campaign = self.make_sent()
        self.assertEqual(self.get_deliveries(campaign), {self.alpha: "sent", self.beta: "failed", self.free: "sent"})
        self.assertIn("jürgen@xn--bro-hoa.example.com", self.server.recipients)
        self.assertFalse(campaign.recipient_ids.delivery_ids.filtered(lambda one: one.state == "sending"))

    def test_an_address_that_cannot_be_used_holds_nobody_up(self):
        self.server.answers[ALPHA] = smtplib.SMTPNotSupportedError("SMTPUTF8 not supported by server")
        campaign = self.make_sent()
        self.assertEqual(self.server.addresses, [BETA, FREE])
        self.assertEqual(self.get_recipient(campaign, self.alpha).delivery, "failed")

    @mute_logger(MAILER, "odoo.addons.base.models.ir_cron")
    def test_a_server_that_odoo_refuses_to_open_is_away(self):
        campaign = self.make_sending()
        with patch.object(IrMail_Server, "_connect__", side_effect=UserError("We could not authenticate you.")):
            self.run_mailer()
        self.assertEqual(set(campaign.recipient_ids.mapped("delivery")), {"queued"})
        self.assertIn("cannot be reached", campaign.sending_note)

    @mute_logger(MAILER, f"{MAILER}_waiting", "odoo.addons.base.models.ir_cron")
    def test_the_server_of_one_sender_holds_up_no_other(self):
        campaign = self.make_sending(user=self.manager, clients=self.alpha)
        stuck = self.make_sending(clients=self.beta)  # goes first
        connect = IrMail_Server._connect__

        def connect_some(*args, smtp_from, **kwargs):
            if smtp_from == self.marketer.email_formatted:
                raise ConnectionRefusedError("Connection refused")
            return connect(*args, smtp_from=smtp_from, **kwargs)

        with patch.object(IrMail_Server, "_connect__", connect_some):
            self.run_mailer()
        self.assertEqual(self.server.addresses, [ALPHA])
        self.assertIn("cannot be reached", stuck.sending_note)
        self.assertFalse(campaign.sending_note)
        self.run_mailer()
        self.assertEqual(self.server.addresses, [ALPHA], "it is not tried again at once")
        self.wait(stuck)
        self.run_mailer()
        self.assertEqual(self.server.addresses, [ALPHA, BETA])

    def test_what_was_sent_is_registered_though_others_write_the_clients(self):
        self.check_conflict("client.campaign.register", "_register_sent")

    def test_what_is_handed_over_is_so_though_others_write_the_clients(self):
        self.check_conflict("client.campaign.outbox", "_hand_over")

    def check_conflict(self, model, method):
        """Check that all is sent and registered though another transaction came between in ``method``."""
        model = type(self.env[model])
        work, conflicts = getattr(model, method), [SerializationFailure()]

        def meet(*args):
            if conflicts:
                raise conflicts.pop()
            return work(*args)

        campaign = self.make_sending()
        with patch.object(model, method, meet):
            self.run_mailer()
        self.assertFalse(conflicts)
        self.assertEqual(self.server.addresses, [ALPHA, BETA, FREE])
        contacts = self.env["client.interaction"].search([("campaign_id", "=", campaign.id)])
        self.assertEqual(contacts.partner_id, self.clients)

    def test_what_was_left_off_is_sent_again(self):
        campaign = self.make_sending()
        campaign.action_pause()
        campaign.sudo().state = "receipts"
        campaign.action_to_results()
        self.assertEqual(set(campaign.recipient_ids.mapped("delivery")), {"failed"})
        campaign.action_resume()
        campaign.recipient_ids.action_send_again()
        self.run_mailer()
        self.assertEqual(set(campaign.recipient_ids.mapped("delivery")), {"sent"})

    def test_what_waits_until_the_last_day_is_over_is_not_sent(self):
        self.alpha.client_reach_by = "call"
        campaign = self.make_sending(date_start=self.day(20))
        campaign.date_end = self.day(1)
        self.run_mailer()
        self.assertFalse(self.server.messages)
        self.assertFalse(campaign.sudo().recipient_ids.activity_ids)
        self.assertEqual(set(campaign.recipient_ids.mapped("delivery")), {"failed"})
        self.assertEqual(set(campaign.recipient_ids.mapped("delivery_note")), {"The campaign's last day was over."})
        self.env["client.campaign"]._cron_follow_up()
        self.assertEqual(campaign.state, "results")
        campaign.recipient_ids.action_send_again()
        self.run_mailer()
        self.assertEqual(self.server.addresses, [BETA, FREE], "a person decided so")

    def test_what_had_to_wait_on_the_last_day_goes_in_the_morning_after(self):
        campaign = self.make_sending(date_start=self.day(20))
        first, second, third = campaign.sudo().recipient_ids.delivery_ids
        (first | second).not_before = datetime.combine(self.day(0), time(0))
        second.not_before = False
        third.state = "cancelled"
        campaign.date_end = self.day(1)
        self.run_mailer()
        self.assertEqual(self.server.addresses, [first.address])
        self.assertEqual((first.state, second.state), ("sent", "cancelled"))

    def test_after_the_last_day_nothing_is_queued_by_hand(self):
        self.server.refuse(ALPHA, 550, "No such user")
        campaign = self.make_sent(date_start=self.day(20), clients=self.alpha)
        campaign.date_end = self.day(1)
        self.assert_refused(campaign.recipient_ids.action_send_again, "move it first")
        self.assert_refused(lambda: campaign._join(self.beta, "Asked"), "move it first")
        self.assertEqual(campaign.state, "receipts")

    def test_what_is_over_is_not_resumed(self):
        self.marketer.tz = "Pacific/Kiritimati"  # where the day begins first
        campaign = self.make_sending(date_start=self.day(20), date_end=self.day(-1))
        campaign.action_pause()
        with freeze_time(f"{self.day(-1)} 12:00:00"):
            self.assert_refused(campaign.action_resume, "last day is over")
            self.assertTrue(campaign.paused)
            campaign.date_end = self.day(-2)
            campaign.action_resume()
            self.run_mailer()
        self.assertEqual(self.server.addresses, [ALPHA, BETA, FREE])

    def test_what_is_paused_can_go_to_its_results_unsent(self):
        campaign = self.make_sending()
        self.assert_refused(campaign.action_to_results, "can be done at")
        campaign.action_pause()
        campaign.action_to_results()
        self.run_mailer()
        self.assertEqual((campaign.state, self.server.addresses, campaign.paused), ("results", [], False))
        self.assertEqual(set(campaign.recipient_ids.mapped("delivery")), {"failed"})

    def test_a_campaign_without_end_is_sent(self):
        campaign = self.make_sent(date_end=date.max)
        self.assertEqual(self.server.addresses, [ALPHA, BETA, FREE])
        recipient = self.get_recipient(campaign, self.alpha)
        self.assertEqual(recipient._get_by_token(recipient._get_receipt_url().rpartition("/")[2]), recipient)

    def test_what_is_unforeseen_in_one_campaign_stops_no_other(self):
        campaign, broken = self.make_sending(clients=self.alpha), self.make_sending(clients=self.beta)
        mailer = type(self.env["client.campaign.mailer"])
        build = mailer._build_messages

        def build_some(mailer, campaign, deliveries):
            if campaign == broken:
                raise ZeroDivisionError("Unforeseen")
            return build(mailer, campaign, deliveries)

        with patch.object(mailer, "_build_messages", build_some), self.assertLogs(MAILER, "ERROR"):
            self.run_mailer()
        self.assertEqual(self.server.addresses, [ALPHA])
        self.assertEqual((campaign.state, broken.state), ("receipts", "sending"))

    def test_one_sender_at_a_time(self):
        mailer = self.env["client.campaign.mailer"]
        self.make_sending()
        with mailer._sole_sender() as first:
            self.assertTrue(first)
            with mailer._sole_sender() as second:
                self.assertFalse(second)
            with patch("smtplib.SMTP", self.server):
                mailer._cron_send()
        self.assertFalse(self.server.messages)
        with mailer._sole_sender() as again:
            self.assertTrue(again)

    def test_a_closed_campaign_is_not_sent_again(self):
        self.server.refuse(ALPHA, 550, "No")
        campaign = self.make_sent()
        campaign.action_to_results()
        campaign.action_close()
        self.server.answers.clear()
        campaign.recipient_ids.action_send_again()
        self.run_mailer()
        self.assertEqual(self.server.addresses, [BETA, FREE])
        with self.assertRaises(UserError):
            campaign.action_send()
