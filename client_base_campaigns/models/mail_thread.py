from odoo import api, models
from odoo.tools import html2plaintext
from odoo.tools.mail import unfold_references

from ..tools.auto_reply import is_automatic
from ..tools.bounce import tells_failure

REFERENCES = 32


class MailThread(models.AbstractModel):
    """Letters that come back: replies to campaigns' messages find their recipient, bounces their delivery."""

    _inherit = "mail.thread"

    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        recipient = self._find_campaign_recipient(message_dict)
        if not recipient or message_dict.get("is_bounce"):
            return super().message_route(message, message_dict, model, thread_id, custom_values)
        self._routing_reset_bounce(message, message_dict)
        message_dict.pop("parent_id", None)
        return [(recipient._name, recipient.id, custom_values or {}, self.env.uid, None)]

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        # Here the headers are at hand that tell whether a person wrote it.
        threads = self.with_context(client_automatic_letter=is_automatic(message))
        return super(MailThread, threads)._message_route_process(message, message_dict, routes)

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        super()._routing_handle_bounce(email_message, message_dict)
        if not tells_failure(email_message):
            return
        # sudo: the mail gateway tells what became of a message
        deliveries = self.env["client.campaign.delivery"].sudo()
        references = [*(message_dict["bounced_msg_ids"] or ()), *self._get_references(message_dict)]
        deliveries.search([("message_id", "in", references)])._record_bounce(
            html2plaintext(message_dict.get("body") or "")
        )

    @api.model
    def _find_campaign_recipient(self, message_dict):
        return self.env["client.campaign.recipient"]._find_by_references(self._get_references(message_dict))

    @api.model
    def _get_references(self, message_dict):
        header = f"{message_dict.get('references') or ''} {message_dict.get('in_reply_to') or ''}"
        return unfold_references(header)[-REFERENCES:]
