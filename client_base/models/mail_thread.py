from odoo import models


class MailThread(models.AbstractModel):
    """Conversations with clients: who may not see a client does not enter, nor bring a client in."""

    _inherit = "mail.thread"

    def message_post(self, **kwargs):
        # Odoo lets followers and former participants write on; a former owner is one.
        self._check_client_conversation()
        return super().message_post(**kwargs)

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        # Odoo takes any partner's id here.
        if self._is_client_scoped():
            self.env["res.partner"].browse(partner_ids or ()).exists().check_access("read")
        return super().message_subscribe(partner_ids, subtype_ids)

    def _check_client_conversation(self):
        if self._is_client_scoped():
            self.check_access("read")
