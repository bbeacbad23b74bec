from odoo import api, fields, models


class ClientDuplicateMergeLine(models.TransientModel):
    """One field of two cards."""

    _name = "client.duplicate.merge.line"
    _description = "Field of Two Clients"

    merge_id = fields.Many2one("client.duplicate.merge", required=True, ondelete="cascade")
    name = fields.Char(string="Technical Name", required=True, readonly=True)
    label = fields.Char(string="Field", compute="_compute_label")
    one = fields.Char(string="Left Card", readonly=True)
    other = fields.Char(string="Right Card", readonly=True)
    take = fields.Selection([("one", "Left"), ("other", "Right")], required=True, default="one")

    @api.depends("name")
    @api.depends_context("lang")
    def _compute_label(self):
        for line in self:
            line.label = self.env["ir.model.fields"]._get("res.partner", line.name).field_description
