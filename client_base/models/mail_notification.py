from odoo import api, models
from odoo.fields import Domain


class MailNotification(models.Model):
    """A notification tells of a message, and so of the client that the message is about."""

    _inherit = "mail.notification"

    @api.model
    def _get_own_rows_domain(self):
        me = self.env.user.partner_id.ids
        return Domain("res_partner_id", "in", me) | Domain("author_id", "in", me)
