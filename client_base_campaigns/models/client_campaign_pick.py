from odoo import fields, models


class ClientCampaignPick(models.Model):
    """A client that somebody put into a campaign's group by hand, before the group was frozen.

    A row of its own, so that everybody sees the campaign, and of the picked clients only own ones.
    """

    _name = "client.campaign.pick"
    _description = "Client Picked for a Campaign"
    _rec_name = "partner_id"

    campaign_id = fields.Many2one("client.campaign", required=True, index=True, ondelete="cascade")
    # Not unique with the campaign: a merge of clients would drop all picks of the one that goes.
    partner_id = fields.Many2one("res.partner", string="Client", required=True, index=True, ondelete="cascade")
