from odoo import api, models
from odoo.fields import Domain


class DiscussChannel(models.Model):
    """A conversation on the website is about the visitors in it, whom those who take part in it know."""

    _inherit = "discuss.channel"

    @api.model
    def _get_client_fields(self):
        # The other partners of a conversation are colleagues and robots.
        return [name for name in super()._get_client_fields() if name == "livechat_customer_partner_ids"]

    @api.model
    def _get_known_rows_domain(self):
        return Domain("is_member", "=", True)
