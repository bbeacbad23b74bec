from odoo import models


class MailThread(models.AbstractModel):
    """A follower hears of a client as long as he sees the client.

    Who wrote about a client follows it from then on, a substitute too.
    """

    _inherit = "mail.thread"

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        about_client = len(self) == 1 and self._name in self.env["ir.rule"]._get_client_models()
        if not recipients or not about_client:
            return recipients
        # Nobody's clients are of a scope as well: of those who see the pool.
        owners = set(self._get_client_owners()[self.id].ids or [False])
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
        return scope is not None and not owners & set(scope)
