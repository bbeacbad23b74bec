from odoo import models
from odoo.fields import Domain


class MailThread(models.AbstractModel):
    """A follower hears of a client as long as he sees the client.

    Who wrote about a client follows it from then on, a substitute too.
    """

    _inherit = "mail.thread"

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        if not recipients or len(self) != 1 or self._name not in self.env["ir.rule"]._get_client_models():
            return recipients
        # sudo: whom the message names is needed to send it to them
        addressed = set((msg_vals or {}).get("partner_ids") or message.sudo().partner_ids.ids)
        return [
            recipient
            for recipient in recipients
            if recipient["id"] in addressed or not self._is_out_of_scope(recipient)
        ]

    def _is_out_of_scope(self, recipient):
        """Tell whether a recipient is a colleague from whom the client that this row is about is hidden."""
        user = self.env["res.users"].browse(recipient.get("uid"))
        if not user or recipient.get("ushare") or user._client_scope() is None:
            return False
        guard = self.env["ir.rule"].with_user(user)._get_field_guard(self.with_user(user))
        # sudo: it is asked for their clients only
        rows = self.sudo().with_context(active_test=False)
        return not rows.search_count(Domain("id", "=", self.id) & guard)
