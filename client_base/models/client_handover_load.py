from odoo import fields, models


class ClientHandoverLoad(models.Model):
    """How many clients a manager has before and after a handover."""

    _name = "client.handover.load"
    _description = "Load of a Manager"
    _order = "id"

    handover_id = fields.Many2one("client.handover", required=True, index=True, ondelete="cascade")
    user_id = fields.Many2one("res.users", string="Manager", required=True, ondelete="cascade")
    client_before = fields.Integer(string="Clients Before")
    client_after = fields.Integer(string="Clients After")
