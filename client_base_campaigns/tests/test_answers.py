from datetime import timedelta
from itertools import product

from .common import CampaignCommon

PHONE = "+32470123456"


class TestAnswers(CampaignCommon):
    """What an answer means for what was sent, and for what waits to ask again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clients.write({"phone": False})
        cls.alpha.phone = PHONE

    def make_unanswered(self, **values):
        """Return a campaign to Alpha Ltd whose follow-up is queued, and goes when it is resumed."""
        campaign = self.make_sent(clients=self.alpha, reminder_text="We have not heard from you", **values)
        campaign.sudo().recipient_ids.sent_date -= timedelta(days=10)
        campaign.action_pause()
        self.env["client.campaign"]._cron_follow_up()
        return campaign

    def get_states(self, campaign):
        self.env.invalidate_all()
        return {(one.purpose, one.channel): one.state for one in campaign.sudo().recipient_ids.delivery_ids}

    def note_receipt(self, recipient, user=None, **values):
        wizard = self.env["client.campaign.receipt"].with_user(user or self.manager)
        wizard.create({"recipient_ids": recipient.ids, **values}).action_note()

    def test_who_answers_meanwhile_is_neither_reminded_nor_called(self):
        answers = (
            lambda recipient: recipient.sudo()._confirm_receipt("page", "no"),
            self.note_receipt,
            lambda recipient: recipient.with_user(self.manager).write({"answer": "no", "no_reason": "Too dear"}),
        )
        terms = {"reminder_days": ("reminder", "email"), "fallback_days": ("offer", "call")}
        for answer, (term, asked) in product(answers, terms.items()):
            campaign = self.make_unanswered(**{"fallback_days": 0, term: 3})
            self.assertEqual(self.get_states(campaign), {("offer", "email"): "sent", asked: "queued"})
            answer(campaign.recipient_ids)
            self.server.messages.clear()
            campaign.action_resume()
            self.run_mailer()
            self.assertFalse(self.server.messages)
            self.assertFalse(campaign.sudo().recipient_ids.activity_ids)
            self.assertEqual(self.get_states(campaign), {("offer", "email"): "sent", asked: "cancelled"})
            self.assertEqual(campaign.recipient_ids.delivery, "sent")

    def test_who_answered_while_the_reminders_were_queued_is_not_reminded(self):
        campaign = self.make_unanswered(reminder_days=3, fallback_days=7)
        recipient = campaign.recipient_ids
        # As another transaction writes it, that saw nothing queued yet.
        self.env.cr.execute("UPDATE client_campaign_recipient SET answer = 'yes' WHERE id = %s", [recipient.id])
        self.server.messages.clear()
        campaign.action_resume()
        self.run_mailer()
        self.assertFalse(self.server.messages)
        self.assertFalse(recipient.sudo().activity_ids)

    def test_who_answers_is_off_the_manager_s_desk(self):
        campaign = self.make_unanswered(fallback_days=7)
        campaign.action_resume()
        self.run_mailer()
        recipient = campaign.recipient_ids
        [task] = recipient.sudo().activity_ids
        recipient.sudo()._confirm_receipt("page", "call", "After ten")
        self.assertFalse(task.exists())
        [call] = recipient.sudo().activity_ids
        self.assertIn("asks for a call", call.summary)
        self.assertEqual(self.get_states(campaign), {("offer", "email"): "sent", ("offer", "call"): "cancelled"})

    def test_a_first_message_goes_though_somebody_answered_before(self):
        campaign = self.make_sending(clients=self.alpha)
        campaign.recipient_ids.with_user(self.manager).answer = "yes"
        self.run_mailer()
        self.assertEqual(len(self.server.messages), 1)

    def test_a_receipt_that_is_noted_on_a_call_is_the_call(self):
        campaign = self.make_sent(clients=self.alpha, channel="call")
        recipient = campaign.recipient_ids
        self.note_receipt(recipient, answer="yes")
        self.assertEqual((recipient.delivery, campaign.sent_count), ("sent", 1))
        self.assertFalse(recipient.sudo().activity_ids)
        [contact] = self.env["client.interaction"].search([("campaign_id", "=", campaign.id)])
        self.assertEqual((contact.kind, contact.user_id), ("call_out", self.manager))
        campaign.action_to_results()
        self.assertEqual((campaign.failed_count, recipient.delivery), (0, "sent"))

    def test_whoever_answers_on_the_page_got_the_message(self):
        self.alpha.write({"street": "Main Street 1", "city": "Town"})
        for channel, state in (("email", "uncertain"), ("email", "failed"), ("letter", "todo")):
            with self.subTest(channel=channel, state=state):
                campaign = self.make_sending(clients=self.alpha, channel=channel)
                if channel == "letter":
                    self.run_mailer()
                else:
                    campaign.recipient_ids.delivery_ids._settle(state, "Who knows")
                recipient = campaign.recipient_ids
                self.assertEqual(recipient.delivery, state)
                recipient.sudo()._confirm_receipt("page", "yes")
                self.assertEqual((recipient.delivery, recipient.delivery_note), ("sent", False))
                self.assertEqual(self.env["client.interaction"].search_count([("campaign_id", "=", campaign.id)]), 2)
                self.assertFalse(campaign.sudo().activity_ids, "no letter is left to post")

    def test_a_slip_is_that_of_the_letter(self):
        self.alpha.write({"street": "Main Street 1", "city": "Town"})
        campaign = self.make_unanswered(fallback_days=7, fallback_channel="letter")
        campaign.action_resume()
        self.run_mailer()
        self.note_receipt(campaign.recipient_ids, how="slip", note="RR 123")
        self.assertEqual(self.get_states(campaign), {("offer", "email"): "sent", ("offer", "letter"): "sent"})

    def test_a_letter_that_was_given_up_is_answered_all_the_same(self):
        self.alpha.write({"street": "Main Street 1", "city": "Town"})
        campaign = self.make_sent(clients=self.alpha, channel="letter")
        campaign.action_to_results()
        self.assertEqual(campaign.failed_count, 1)
        campaign.sudo().recipient_ids._confirm_receipt("page", "yes")
        self.env.invalidate_all()
        self.assertEqual((campaign.failed_count, campaign.sent_count), (0, 1))

    def test_each_call_that_is_asked_for_is_made(self):
        recipient = self.make_sent(clients=self.alpha).recipient_ids
        recipient.sudo()._confirm_receipt("page", "call", "After ten")
        [task] = recipient.sudo().activity_ids
        recipient.sudo()._confirm_receipt("page", "call", "Rather <after> twelve")
        self.assertEqual(recipient.sudo().activity_ids, task)
        for words in ("After ten", "Rather &lt;after&gt; twelve"):
            self.assertIn(words, task.note)
        task.with_user(self.manager).action_feedback("Nobody there")
        recipient.sudo()._confirm_receipt("page", "call", "Once more, please")
        [another] = recipient.sudo().activity_ids
        self.assertEqual(another.user_id, self.manager)
        self.assertIn("Once more", another.note)
