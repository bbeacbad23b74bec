from odoo import api, fields, models


class ClientSegmentMove(models.Model):
    """One step of a client from segment to segment: when, why, and by whom."""

    _name = "client.segment.move"
    _description = "Segment Movement"
    _order = "date desc, id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", string="Client", required=True, index=True, ondelete="cascade")
    owner_id = fields.Many2one(related="partner_id.client_owner_id", string="Client's Manager")
    date = fields.Datetime(required=True, default=fields.Datetime.now, index=True)
    from_id = fields.Many2one("client.segment", ondelete="restrict")
    to_id = fields.Many2one("client.segment", required=True, ondelete="restrict", index=True)
    user_id = fields.Many2one("res.users", string="Decided by", help="Empty when the rule moved the client.")
    rule = fields.Char(required=True, help="The rule's name; see the reason.")
    evidence = fields.Json()
    comment = fields.Char(help="What the person who decided said about it.")
    reason = fields.Text(compute="_compute_reason")

    @api.depends("rule", "evidence", "comment")
    def _compute_reason(self):
        lifecycle = self.env["client.lifecycle"]
        for move in self:
            move.reason = lifecycle._get_reason(move.rule, move.evidence, move.comment)
