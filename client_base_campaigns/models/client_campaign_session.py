import gc
import logging
import smtplib
from contextlib import contextmanager

from odoo.exceptions import UserError

from odoo.addons.base.models.ir_mail_server import MailDeliveryException

_logger = logging.getLogger(__name__)


@contextmanager
def collecting_later():
    """Leave Python's garbage until the end: to look for it goes through all of Odoo each time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class Session:
    """A conversation with the mail server of a campaign's sender, opened when there is something to say.

    Bounces go to the campaign's ``company``.

    ``data_begun`` tells whether the message itself was begun: what broke off before cannot have been taken.
    ``fate`` is what is known of the last message and not committed yet, ``done`` how many were settled since
    the last commit, ``time_left`` what that said.
    """

    def __init__(self, env, sender, company):
        self.env, self.sender, self.company = env, sender, company
        self.smtp, self.server, self.data_begun = None, None, False
        self.losses, self.deferrals = 0, 0
        self.fate, self.done, self.time_left = None, 0, True

    def open(self):
        if self.smtp is None:
            self.smtp = self._connect()
            self._watch_data()
            self._keep_addresses()
            self.env["client.campaign.mailer"]._note_server_back(self.sender)

    def _connect(self):
        try:
            return self.env["ir.mail_server"]._connect__(smtp_from=self.sender.email_formatted)
        except UserError as error:  # a certificate or a token that is none any more: to wait helps as with others
            raise MailDeliveryException(str(error)) from error

    def _watch_data(self):
        begin = getattr(self.smtp, "data", None)

        def data(*args, **kwargs):
            self.data_begun = True
            return begin(*args, **kwargs)

        if begin:
            self.smtp.data = data

    def _keep_addresses(self):
        """Look up once what Odoo would look up for each message: where bounces go, and whose name is put before."""
        server, company = self.env["ir.mail_server"], self.company
        addresses = {
            "domain_bounce_address": company.bounce_email
            or server._get_default_bounce_address()
            or self.sender.email_normalized,
            # A space stands for none, which is not looked up again.
            "domain_notifications_email": company.default_from_email or server._get_default_from_address() or " ",
        }
        self.server = server.with_context(**addresses)

    def send(self, message):
        self.data_begun = False
        self.server.send_email(message, smtp_session=self.smtp)

    def close(self):
        if self.smtp is not None:
            try:
                self.smtp.quit()
            except (OSError, smtplib.SMTPException):
                _logger.debug("The mail server had hung up already.")
            self.smtp = None
