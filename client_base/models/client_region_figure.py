from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ClientRegionFigure(models.Model):
    """An indicator's value in a region and year."""

    _name = "client.region.figure"
    _description = "Region Figure"
    _order = "region_id, indicator_id, year DESC"

    region_id = fields.Many2one("client.region", required=True, index=True, ondelete="cascade")
    indicator_id = fields.Many2one("client.region.indicator", required=True, index=True, ondelete="restrict")
    unit = fields.Char(related="indicator_id.unit")
    year = fields.Integer(required=True, default=lambda self: fields.Date.context_today(self).year, aggregator=None)
    value = fields.Float(required=True, digits=(16, 2), aggregator="avg")
    source = fields.Char(required=True, help="Where the figure comes from.")

    _figure_unique = models.Constraint(
        "UNIQUE (region_id, indicator_id, year)", "This region has a figure for that year already: correct it instead."
    )

    @api.depends("indicator_id", "year")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for figure in self:
            figure.display_name = f"{figure.indicator_id.name} {figure.year}"

    @api.constrains("year")
    def _check_year(self):
        most = fields.Date.context_today(self).year + 50
        if self.filtered(lambda figure: not 1900 <= figure.year <= most):
            raise ValidationError(self.env._("Give the year in full, between 1900 and %s.", most))
