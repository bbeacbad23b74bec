import email.policy
import smtplib
from contextlib import contextmanager, nullcontext
from unittest.mock import patch

from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.addons.client_base_lifecycle.tests.common import LifecycleCommon

from ..parameters import SERVER_AWAY

SUBJECT = "News for {{ object.partner_id.name }}"
BODY = '<p>Dear <t t-out="object.partner_id.name">client</t>, there is something for you.</p>'


class MailServer:
    """Stands in for ``smtplib.SMTP``: takes messages, or answers as a test tells it to.

    ``answers`` maps an address to the exception that the conversation about it ends with, ``early``
    to one that comes before the message itself.
    """

    def __init__(self):
        self.messages = []
        self.recipients = []
        self.answers = {}
        self.early = {}
        self.reachable = True

    def __call__(self, *args, **kwargs):
        if not self.reachable:
            raise ConnectionRefusedError("Connection refused")
        return self

    def send_message(self, message, smtp_from, smtp_to_list):
        (address,) = smtp_to_list
        self.recipients.append(address)
        # As a mail program reads it.
        message = email.message_from_bytes(message.as_bytes(), policy=email.policy.default)
        if answer := self.early.get(address):
            raise answer
        self.data(message)
        if answer := self.answers.get(address):
            raise answer
        self.messages.append(message)

    def data(self, message):
        """The message itself begins."""

    def refuse(self, address, code, words):
        self.answers[address] = smtplib.SMTPRecipientsRefused({address: (code, words.encode())})

    def set_debuglevel(self, level):
        """Odoo calls this; there is nothing to do."""

    def ehlo_or_helo_if_needed(self):
        """Odoo calls this; there is nothing to do."""

    def quit(self):
        """Odoo calls this; there is nothing to do."""

    @property
    def addresses(self):
        return sorted(message["To"] for message in self.messages)


class CampaignCommon(LifecycleCommon):
    """A marketer who sees all clients, one who sees own clients only, and clients with addresses."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        marketer = "client_base_campaigns.group_client_marketer"
        cls.marketer = cls.make_user("marketer", f"{marketer},client_base.group_client_all")
        cls.manager.group_ids += cls.env.ref(marketer)
        cls.alpha.email, cls.beta.email, cls.free.email = (
            f"{name}@clients.example.com" for name in ("alpha", "beta", "free")
        )
        cls.clients = cls.alpha | cls.beta | cls.free
        cls.env["ir.mail_server"].create({"name": "Ours", "smtp_host": "mail.example.com", "smtp_encryption": "none"})
        cls.server = MailServer()

    def setUp(self):
        super().setUp()
        self.server.__init__()

    def make_campaign(self, user=None, clients=None, **values):
        values = {
            "name": "Spring Offer",
            "domain": str([("id", "in", (self.clients if clients is None else clients).ids)]),
            "subject": SUBJECT,
            "body": BODY,
            "script": "<p>Ask whether the offer arrived</p>",
            "date_start": self.day(5),
            "date_end": self.day(-5),
            # Whatever time of the day the tests run.
            "quiet_from": 0,
            "quiet_to": 0,
            **values,
        }
        return self.env["client.campaign"].with_user(user or self.marketer).create(values)

    def make_frozen(self, **values):
        campaign = self.make_campaign(**values)
        campaign.action_freeze_group()
        return campaign

    def make_sending(self, **values):
        campaign = self.make_frozen(**values)
        campaign.action_send()
        return campaign

    def make_sent(self, **values):
        campaign = self.make_sending(**values)
        self.run_mailer()
        return campaign

    def run_mailer(self, server=None):
        """Run the job that sends, as the scheduler does, against the test's mail server."""
        with self.mail_server(), self.enter_job():
            self.env.ref("client_base_campaigns.ir_cron_send").method_direct_trigger()

    def enter_job(self):
        # A job begins when what was done before is committed.
        self.env.cr.flush()
        # Tests over HTTP are in this mode all along.
        return nullcontext() if self.registry_test_mode else self.enter_registry_test_mode()

    # Tests share one transaction, whose end would come with the lock's.
    registry_test_mode = False

    @contextmanager
    def mail_server(self):
        mailer = type(self.env["client.campaign.mailer"])
        with (
            patch.object(IrMail_Server, "_disable_send", lambda *args: False),
            patch("smtplib.SMTP", self.server),
            patch.object(mailer, "_sole_sender", lambda *args: nullcontext(True)),
        ):
            yield

    def speak_ukrainian(self, users):
        self.env["res.lang"]._activate_lang("uk_UA")
        self.env["ir.module.module"].search([("name", "=", "client_base_campaigns")])._update_translations("uk_UA")
        users.lang = "uk_UA"

    def wait(self, campaign):
        """Let the time pass for which refused messages wait."""
        self.env.flush_all()
        campaign.sudo().recipient_ids.delivery_ids.not_before = False
        self.env["ir.config_parameter"].set_param(SERVER_AWAY, False)

    def get_recipient(self, campaign, client):
        return campaign.sudo().recipient_ids.filtered(lambda recipient: recipient.partner_id == client)

    def get_deliveries(self, campaign):
        return {recipient.partner_id: recipient.delivery for recipient in campaign.sudo().recipient_ids}
