from odoo import fields, models


class ClientInteraction(models.Model):
    """Contacts that a campaign brought about."""

    _inherit = "client.interaction"

    campaign_id = fields.Many2one(
        "client.campaign", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )
    campaign_delivery_id = fields.Many2one("client.campaign.delivery", readonly=True, copy=False, ondelete="set null")

    _campaign_delivery_unique = models.UniqueIndex(
        "(campaign_delivery_id) WHERE campaign_delivery_id IS NOT NULL", "This message is in the register already."
    )
