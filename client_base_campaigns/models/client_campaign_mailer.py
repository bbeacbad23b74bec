import logging
import smtplib
from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from odoo.addons.base.models.ir_mail_server import MailDeliveryException

_logger = logging.getLogger(__name__)

BATCH = 100
MAX_ATTEMPTS = 5
# Any number of ours: who holds this lock of the database is the only sender.
SENDER_LOCK = 7_301_190_419


class ClientCampaignMailer(models.AbstractModel):
    """Sends the queued messages of campaigns, each at most once, whatever crashes.

    Before the conversation with the mail server "being sent" is committed, after it the outcome.
    Whatever is still "being sent" when no sender lives had a sender that died in between: nobody
    can know whether the server took it, so it becomes "uncertain" and is left to a person.
    """

    _name = "client.campaign.mailer"
    _description = "Campaign Mailer"

    @api.model
    def _cron_send(self):
        """Send what is queued, until nothing is left or the job's time is over."""
        with self._sole_sender() as alone:
            if not alone:
                return
            self._mark_uncertain()
            remaining = self.env["client.campaign.recipient"].search_count(self._get_queue_domain())
            time_left = self.env["ir.cron"]._commit_progress(remaining=remaining)
            last_id, session = 0, None
            try:
                while time_left and (recipients := self._next_recipients(last_id)):
                    session = session or self._connect()
                    for recipient in recipients:
                        session = self._send(recipient, session)
                        last_id = recipient.id
                        time_left = self.env["ir.cron"]._commit_progress(1)
                        if not time_left or session is False:
                            return
            except (OSError, smtplib.SMTPException, MailDeliveryException) as error:
                # Before any conversation: all stay queued for the next run of the job.
                _logger.warning("Campaigns: the mail server cannot be reached: %s", error)
            finally:
                if session:
                    self._disconnect(session)
                self.env["client.campaign"].search([("state", "=", "sending")])._finish_sending()

    @contextmanager
    def _sole_sender(self):
        """Yield whether no other worker is sending; nobody else begins while this one does."""
        # A transaction of its own holds the lock over our commits, and its end, or death, frees it.
        with self.env.registry.cursor() as cr:
            cr.execute("SELECT pg_try_advisory_xact_lock(%s)", [SENDER_LOCK])
            yield cr.fetchone()[0]

    @api.model
    def _get_queue_domain(self):
        return [("delivery", "=", "queued"), ("campaign_state", "=", "sending")]

    @api.model
    def _mark_uncertain(self):
        orphans = self.env["client.campaign.recipient"].search([("delivery", "=", "sending")])
        orphans.write(
            {
                "delivery": "uncertain",
                "delivery_note": self.env._("The sending was interrupted: the server may have taken the message."),
            }
        )

    @api.model
    def _next_recipients(self, last_id):
        return self.env["client.campaign.recipient"].search(
            [*self._get_queue_domain(), ("id", ">", last_id)], order="id", limit=BATCH
        )

    @api.model
    def _connect(self):
        return self.env["ir.mail_server"]._connect__()

    @api.model
    def _disconnect(self, session):
        try:
            session.quit()
        except (OSError, smtplib.SMTPException):
            _logger.debug("The mail server had hung up already.")

    def _send(self, recipient, session):
        """Send one message and commit its fate; return the session, or False when it is lost.

        ``recipient`` may have changed since it was found: a locked row, read anew, decides.
        """
        recipient = recipient.try_lock_for_update()
        recipient.invalidate_recordset(["delivery", "email"])
        if recipient.delivery != "queued":
            return session
        if self._is_opted_out(recipient):
            recipient.write({"delivery": "excluded", "exclusion": "opt_out"})
            return session
        try:
            message = self._build_message(recipient)
        except UserError:
            note = self.env._("The message cannot be made for this client: see its preview.")
            recipient.write({"delivery": "failed", "delivery_note": note})
            return session
        recipient.write(
            {"delivery": "sending", "message_id": message["Message-Id"], "attempts": recipient.attempts + 1}
        )
        self.env["ir.cron"]._commit_progress()
        try:
            self.env["ir.mail_server"].send_email(message, smtp_session=session)
        except smtplib.SMTPServerDisconnected as error:
            recipient.write({"delivery": "uncertain", "delivery_note": str(error)})
            return False
        except MailDeliveryException as error:
            return self._record_refusal(recipient, error.__context__ or error, session)
        recipient.write({"delivery": "sent", "sent_date": fields.Datetime.now(), "delivery_note": False})
        return session

    @api.model
    def _is_opted_out(self, recipient):
        # sudo: the list of those who want no mailings is read for sending, whoever started it
        address = email_normalize(recipient.email)
        return bool(self.env["mail.blacklist"].sudo().search_count([("email", "=", address)], limit=1))

    @api.model
    def _build_message(self, recipient):
        """Return the message, with a Message-ID that is kept before anything is sent."""
        campaign = recipient.campaign_id
        subject, body = recipient._render_message()
        return self.env["ir.mail_server"]._build_email__(
            email_from=campaign.user_id.email_formatted,
            email_to=[recipient.email],
            reply_to=campaign.user_id.email_formatted,
            subject=subject,
            body=body,
            subtype="html",
            object_id=f"{recipient.id}-{recipient._name}",
            headers={"X-Auto-Response-Suppress": "OOF, AutoReply"},
        )

    @api.model
    def _record_refusal(self, recipient, error, session):
        """Commit what a refusal means: try later, failed for good, or nobody knows."""
        code, words = self._get_answer(error)
        if code is None:
            recipient.write({"delivery": "uncertain", "delivery_note": words})
            return False
        later = 400 <= code < 500 and recipient.attempts < MAX_ATTEMPTS
        recipient.write({"delivery": "queued" if later else "failed", "delivery_note": f"{code} {words}"})
        return session

    @api.model
    def _get_answer(self, error):
        """Return the server's ``(code, words)``; the code is None when it did not answer."""
        if isinstance(error, smtplib.SMTPRecipientsRefused):
            code, words = next(iter(error.recipients.values()))
        elif isinstance(error, smtplib.SMTPResponseException):
            code, words = error.smtp_code, error.smtp_error
        elif isinstance(error, smtplib.SMTPNotSupportedError):
            code, words = 553, str(error)  # found out before anything was sent: the server takes no such address
        else:
            return None, str(error)
        return code, words.decode(errors="replace") if isinstance(words, bytes) else str(words)
