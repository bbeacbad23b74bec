from odoo import fields, models
from odoo.exceptions import UserError


class ClientCampaignJoin(models.TransientModel):
    """Adds clients to a campaign by hand, after its group was frozen."""

    _name = "client.campaign.join"
    _description = "Add Clients to a Campaign"

    campaign_id = fields.Many2one(
        "client.campaign", required=True, domain=[("state", "in", ("offer", "sending", "receipts"))], ondelete="cascade"
    )
    partner_ids = fields.Many2many(
        "res.partner",
        string="Clients",
        required=True,
        domain=lambda self: self.env["res.partner"]._get_client_domain(),
    )
    reason = fields.Char(string="Why", required=True)

    def action_join(self):
        self.ensure_one()
        joined = self.campaign_id._join(self.partner_ids, self.env._("By hand: %s", self.reason))
        if not joined:
            raise UserError(
                self.env._("These clients are in the campaign already, or its responsible does not see them.")
            )
        return {"type": "ir.actions.act_window_close"}
