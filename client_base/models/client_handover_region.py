from odoo import fields, models


class ClientHandoverRegion(models.Model):
    """Who receives the clients of a region in a handover."""

    _name = "client.handover.region"
    _description = "Receiver of a Region's Clients"

    handover_id = fields.Many2one("client.handover", required=True, index=True, ondelete="cascade")
    region_id = fields.Many2one("client.region", required=True, ondelete="cascade")
    receiver_id = fields.Many2one("res.users", required=True)
    allowed_receiver_ids = fields.Many2many(related="handover_id.allowed_receiver_ids")

    _region_once = models.UniqueIndex("(handover_id, region_id)", "Each region goes to one receiver.")
