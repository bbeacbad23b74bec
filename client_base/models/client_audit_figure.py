from odoo import fields, models


class ClientAuditFigure(models.Model):
    """What a check found on a day, over the whole base, as it looks to a company: what it buys there, and when."""

    _name = "client.audit.figure"
    _description = "Figure of a Check"
    _order = "day DESC, check_id"
    _log_access = False

    check_id = fields.Many2one("client.audit.check", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    day = fields.Date(required=True)
    count = fields.Integer()
    figure = fields.Float(aggregator="avg", help="The count, or how much it is in percent, as the check says.")

    _day_unique = models.Constraint("UNIQUE (check_id, company_id, day)", "Each company measures a check once a day.")
