from odoo import fields, models


class ClientHandoverReport(models.TransientModel):
    """What a receiver says about clients that he cannot take over as they are."""

    _name = "client.handover.report"
    _description = "Report a Problem with Handed Over Clients"

    line_ids = fields.Many2many("client.handover.line", string="Clients", readonly=True)
    comment = fields.Text(string="What is wrong", required=True)

    def action_report(self):
        self.line_ids._report(self.comment)
        return {"type": "ir.actions.act_window_close"}
