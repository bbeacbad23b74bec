from email.message import EmailMessage

from odoo.tools import mute_logger

from .common import CampaignCommon

# As mail programs and servers send them.
AUTOMATIC = (
    {"Auto-Submitted": "auto-replied"},
    {"Auto-Submitted": "auto-generated; type=vacation"},
    {"Auto-Submitted": "Auto-Replied (vacation)"},
    {"X-Autoreply": "yes"},
    {"X-Autorespond": "Re: News"},
    {"X-Mail-Autoreply": "1"},
    {"Precedence": "auto_reply"},
    {"Precedence": "bulk"},
    {"Precedence": "Junk"},
    {"X-Auto-Response-Suppress": "All"},
    {"X-Vacation": "yes"},
    {"Return-Path": "<>"},
)


class TestReplies(CampaignCommon):
    """A reply is a receipt, an automatic one is not; what comes back was not delivered."""

    def setUp(self):
        super().setUp()
        self.campaign = self.make_sent()
        self.recipient = self.get_recipient(self.campaign, self.alpha)
        self.message_id = self.recipient.delivery_ids.message_id

    def make_letter(self, headers=None, sender="alpha@clients.example.com", text="We take part."):
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = sender, "catchall@ours.example.com", "Re: News"
        letter["In-Reply-To"] = letter["References"] = self.message_id
        letter["Message-ID"] = f"<{len(self.recipient.message_ids)}-{abs(hash(str(headers)))}@clients.example.com>"
        for name, value in (headers or {}).items():
            letter[name] = value
        letter.set_content(text)
        return letter

    def receive(self, letter):
        # The contacts with the gateway as a mail server brings them.
        self.env["mail.thread"].with_context(mail_channel_nosubscribe=True).message_process(False, letter.as_bytes())

    def test_a_reply_confirms_the_receipt(self):
        self.receive(self.make_letter())
        self.assertEqual(self.recipient.receipt_how, "reply")
        self.assertIn("We take part.", self.recipient.message_ids[0].body)
        self.assertIn(self.manager.partner_id, self.recipient.message_partner_ids, "the manager hears of it")
        self.assertFalse(self.get_recipient(self.campaign, self.beta).receipt_date)

    def test_a_reply_enters_the_register_as_of_the_campaign(self):
        self.receive(self.make_letter())
        letters = self.env["client.interaction"].search(
            [("partner_id", "=", self.alpha.id), ("direction", "=", "in"), ("kind", "=", "letter")]
        )
        self.assertEqual(letters.campaign_id, self.campaign)

    def test_automatic_replies_confirm_nothing(self):
        for headers in AUTOMATIC:
            with self.subTest(headers=headers):
                self.receive(self.make_letter(headers, text="I am out of office."))
                self.assertFalse(self.recipient.receipt_date)
        before = self.env["client.interaction"].search_count([("partner_id", "=", self.alpha.id)])
        self.assertEqual(before, 1, "only what we sent is a contact")

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_who_is_on_holiday_got_the_letter(self):
        """Programs answer to where bounces go (RFC 5230)."""
        self.env.company.alias_domain_id = self.env["mail.alias.domain"].create({"name": "ours.example.com"})
        away = self.make_letter({"Auto-Submitted": "auto-replied"}, text="I am on holiday.")
        away.replace_header("To", self.env.company.bounce_email)
        self.receive(away)
        self.assertEqual(self.recipient.delivery, "sent")
        self.assertFalse(self.recipient.receipt_date)

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_what_comes_back_was_not_delivered(self):
        bounce = EmailMessage()
        bounce["From"], bounce["To"] = "MAILER-DAEMON@mail.example.com", "bounce@ours.example.com"
        bounce["Subject"], bounce["Message-ID"] = "Undelivered Mail", "<bounce@mail.example.com>"
        bounce["References"] = self.message_id
        bounce.set_content("<alpha@clients.example.com>: user unknown")
        self.receive(bounce)
        self.assertEqual(self.recipient.delivery, "failed")
        self.assertIn("user unknown", self.recipient.delivery_note)
        self.assertFalse(self.recipient.receipt_date)
