import smtplib

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, html2plaintext
from odoo.tools.mail import generate_tracking_message_id

from odoo.addons.base.models.ir_mail_server import MailDeliveryException

from ..tools.letter import make_letter
from ..tools.waiting import get_wait

MAX_ATTEMPTS = 5
# So often in a row the connection may break, or the server ask to wait, before it counts as away.
MAX_LOSSES = 3
MAX_DEFERRALS = 10
# The server says good-bye, whoever the message is for.
CLOSING = 421


class ClientCampaignMailer(models.AbstractModel):
    """Letters: how they are made, and what becomes of each in the conversation with the mail server."""

    _inherit = "client.campaign.mailer"

    def _build_messages(self, campaign, deliveries):
        """Return ``{delivery id: message}``; what cannot be made fails and holds nobody up."""
        messages = {}
        for purpose, group in deliveries.grouped("purpose").items():
            rendered = self._render(group.recipient_id, purpose)
            attachments = campaign._get_attachments(purpose)
            for delivery in group:
                if text := rendered.get(delivery.recipient_id.id):
                    messages[delivery.id] = self._build_message(campaign, delivery, *text, attachments)
                else:
                    delivery._settle_unmade()
        return messages

    def _render(self, recipients, purpose):
        """Return what can be rendered of the messages, all at once where that goes well."""
        try:
            return recipients._render_messages(purpose)
        except UserError:
            if len(recipients) <= 1:
                return {}
        return {key: text for recipient in recipients for key, text in self._render(recipient, purpose).items()}

    @api.model
    def _build_message(self, campaign, delivery, subject, body, attachments):
        """Return the message, with a Message-ID that is kept before anything is sent."""
        recipient, sender = delivery.recipient_id, campaign.user_id.email_formatted
        thread = f"{recipient.id}-{recipient._name}"
        headers = {
            "Message-Id": delivery.message_id or generate_tracking_message_id(thread),
            "Subject": subject,
            "From": sender,
            "To": delivery.address,
            # To where Odoo reads replies, if it does: they confirm the receipt.
            "Reply-To": campaign.company_id.catchall_formatted or sender,
            "X-Auto-Response-Suppress": "OOF, AutoReply",
            "List-Unsubscribe": f"<{recipient._get_unsubscribe_url()}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
        return make_letter(headers, html2plaintext(body), body, attachments)

    def _send(self, delivery_id, message, session):
        """Send one message, and note its fate, or commit it where it is not the usual one."""
        session.open()
        if not self._claim(delivery_id, message["Message-Id"], session):
            self._settle_unclaimed(delivery_id)
            return
        try:
            session.send(message)
        except smtplib.SMTPServerDisconnected as error:
            self._record_loss(delivery_id, error, session)
        except MailDeliveryException as error:
            self._record_refusal(delivery_id, error.__context__ or error, session)
        except AssertionError as error:
            # Odoo found nothing that it could send to or from, before it said anything to the server.
            self._settle(delivery_id, session, "failed", str(error))
            self._commit(session)
        else:
            session.losses = session.deferrals = 0
            # Committed with the claim of the next one: dying before leaves it "being sent", which is uncertain.
            self._settle(delivery_id, session, "sent")

    def _claim(self, delivery_id, message_id, session):
        """Commit that this message is being sent; return whether it still is to be.

        Everything that may have changed since it was found is read in this one statement: whether
        somebody else sent it, the campaign was paused, the client wants no mailings any more.
        """
        claim = SQL(
            """
            UPDATE client_campaign_delivery AS delivery
               SET state = 'sending', message_id = %(message_id)s, attempts = attempts + 1,
                   write_date = %(now)s
              FROM client_campaign AS campaign, client_campaign_recipient AS recipient
             WHERE delivery.id = %(id)s AND delivery.state = 'queued'
               AND campaign.id = delivery.campaign_id AND campaign.paused IS NOT TRUE
               AND recipient.id = delivery.recipient_id AND %(willing)s
         RETURNING delivery.id
            """,
            id=delivery_id,
            message_id=message_id,
            now=fields.Datetime.now(),
            willing=self.env["client.campaign.recipient"]._get_willing("recipient"),
        )
        return bool(self._commit(session, claim))

    def _settle(self, delivery_id, session, *fate):
        """Note the fate of one message, to be committed next."""
        session.fate = self.env["client.campaign.delivery"]._get_settlement([delivery_id], *fate)
        session.done += 1

    def _settle_unclaimed(self, delivery_id):
        """Say why a message is not sent after all: its client wants none meanwhile, say; others stay as they are."""
        self.env.invalidate_all()
        delivery = self.env["client.campaign.delivery"].browse(delivery_id).exists()
        if delivery.state == "queued":
            delivery._settle_unwilling()

    def _record_loss(self, delivery_id, error, session):
        """Commit what a broken connection means: before the message itself was begun, nothing was taken."""
        session.close()
        session.losses += 1
        if session.data_begun:
            self._settle(delivery_id, session, "uncertain", str(error))
        else:
            self._put_off(delivery_id, session, str(error))
        self._commit(session)
        if session.losses >= MAX_LOSSES:
            raise error

    @api.model
    def _record_refusal(self, delivery_id, error, session):
        """Commit what a refusal means: try later, failed for good, or nobody knows."""
        code, words = self._get_answer(error)
        if code is None:
            self._record_loss(delivery_id, smtplib.SMTPServerDisconnected(words), session)
            return
        session.losses = 0
        if code == CLOSING:
            self._settle(delivery_id, session, "queued", f"{code} {words}")
            session.close()
            raise error
        if 400 <= code < 500:
            session.deferrals += 1
            self._put_off(delivery_id, session, f"{code} {words}")
        else:
            session.deferrals = 0
            self._settle(delivery_id, session, "failed", f"{code} {words}")
        self._commit(session)
        if session.deferrals >= MAX_DEFERRALS:
            raise error  # it throttles us: the rest need not try, nor use up their attempts

    def _put_off(self, delivery_id, session, note):
        """Try a message again, later each time, or give it up in the end."""
        attempts = self.env["client.campaign.delivery"].browse(delivery_id).attempts
        if attempts >= MAX_ATTEMPTS:
            self._settle(delivery_id, session, "failed", note)
        else:
            self._settle(delivery_id, session, "queued", note, fields.Datetime.now() + get_wait(attempts))

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
