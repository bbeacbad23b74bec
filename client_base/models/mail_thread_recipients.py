from odoo import models


class MailThread(models.AbstractModel):
    """A follower hears of a client as long as he sees the client.

    Who wrote about a client follows it from then on, a substitute too.
    """

    _inherit = "mail.thread"

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        owners = self._get_client_owners().get(self.id) if recipients and len(self) == 1 else None
        if not owners:
            return recipients
        # sudo: whom the message names is needed to send it to them
        addressed = set((msg_vals or {}).get("partner_ids") or message.sudo().partner_ids.ids)
        return [
            recipient
            for recipient in recipients
            if recipient["id"] in addressed or not self._is_out_of_scope(recipient, owners)
        ]

    def _is_out_of_scope(self, recipient, owners):
        """Tell whether a recipient is a colleague who sees none of the clients of ``owners``."""
        if not recipient.get("uid") or recipient.get("ushare"):
            return False
        scope = self.env["res.users"].browse(recipient["uid"])._client_scope()
        return scope is not None and not set(owners.ids) & set(scope)
