from odoo import fields, models


class ClientCampaignChange(models.Model):
    """What was changed about a campaign while it ran: results are read with it in mind."""

    _name = "client.campaign.change"
    _description = "Change of a Campaign"
    _order = "date desc, id desc"

    campaign_id = fields.Many2one("client.campaign", required=True, index=True, ondelete="cascade")
    date = fields.Date(required=True, default=fields.Date.context_today)
    user_id = fields.Many2one("res.users", string="Who", required=True, default=lambda self: self.env.user)
    text = fields.Char(string="What Was Changed, and Why", required=True)
