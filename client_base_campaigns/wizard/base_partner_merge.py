from odoo import api, models


class BasePartnerMerge(models.TransientModel):
    """Cards that become one client are one recipient of a campaign."""

    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _make_room(self, kept, others):
        super()._make_room(kept, others)
        self.env["client.campaign.recipient"]._leave_one(kept, others)
