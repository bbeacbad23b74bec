from odoo import fields, models


class ClientProfileSnapshot(models.Model):
    """How well a client fitted by the criteria of former days, kept when they change."""

    _name = "client.profile.snapshot"
    _description = "Former Profile"
    _order = "date DESC, id DESC"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", string="Client", required=True, index=True, ondelete="cascade")
    date = fields.Date(string="Valid until", required=True, help="The day on which the criteria changed.")
    score = fields.Float(string="Fit", aggregator="avg")
    coverage = fields.Float(aggregator="avg")
    score_goals = fields.Float(string="Goals", aggregator="avg")
    score_market = fields.Float(string="Market", aggregator="avg")
    score_resources = fields.Float(string="Resources", aggregator="avg")
