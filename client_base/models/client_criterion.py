from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.profile import Criterion

# What of a criterion decides on the figures of clients.
FIGURE_FIELDS = {"active", "channel_ids", "pillar", "scale", "weight"}


class ClientCriterion(models.Model):
    """One thing by which it is judged how well a client fits what the company wants."""

    _name = "client.criterion"
    _inherit = ["client.used.mixin"]
    _description = "Profile Criterion"
    _order = "pillar, sequence, id"

    name = fields.Char(required=True, translate=True)
    pillar = fields.Selection(
        [
            ("goals", "Company goals"),
            ("market", "Market opportunities"),
            ("resources", "Resources"),
        ],
        required=True,
        default="goals",
        index=True,
    )
    weight = fields.Float(default=1.0, required=True, help="Commercial significance, beside the other criteria.")
    scale = fields.Integer(
        string="Best Score", default=5, required=True, aggregator=None, help="Clients are scored from 0 to this."
    )
    channel_ids = fields.Many2many(
        "client.channel",
        string="Channel Formats",
        help="Judge only clients of these formats. Empty: all clients.",
        context={"active_test": False},  # a criterion of archived formats is not one for all
    )
    description = fields.Text(
        translate=True,
        string="How to Score",
        help="What 0 means and what the best score means, so that all score alike.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    score_ids = fields.One2many("client.score", "criterion_id", string="Scores")

    # Weights that sum to next to nothing, or to no number at all, would give every client a senseless fit.
    _weight_range = models.Constraint(
        "CHECK (weight BETWEEN 0.01 AND 1000)",
        "A weight lies between 0.01 and 1000: archive a criterion that no longer counts.",
    )
    _scale_positive = models.Constraint("CHECK (scale BETWEEN 1 AND 100)", "The best score lies between 1 and 100.")

    @api.constrains("scale")
    def _check_scale(self):
        for criterion in self:
            above = criterion.score_ids.filtered(lambda score, most=criterion.scale: score.value > most)
            if above:
                raise ValidationError(
                    self.env._(
                        "%(count)s clients were scored above %(scale)s by “%(criterion)s”. Archive this criterion and "
                        "make a new one with the other scale: what was scored keeps its meaning.",
                        count=len(above.partner_id),
                        scale=criterion.scale,
                        criterion=criterion.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        criteria = super().create(vals_list)
        self.env["client.profile"]._request_refresh()
        return criteria

    def write(self, vals):
        result = super().write(vals)
        if FIGURE_FIELDS & vals.keys():
            self.env["client.profile"]._request_refresh()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        words = self.env._("Clients were scored by “%s”: archive it instead of deleting it.")
        self._refuse_where_used("client.score", "criterion_id", words)

    def unlink(self):
        result = super().unlink()
        self.env["client.profile"]._request_refresh()
        return result

    def _get_applicable(self, channel):
        """Return those criteria by which clients of a channel format are judged."""
        return self.filtered(lambda criterion: not criterion.channel_ids or channel in criterion.channel_ids)

    def _get_arithmetic(self):
        """Return the criteria as ``tools.profile`` takes them."""
        return {criterion.id: Criterion(criterion.pillar, criterion.weight, criterion.scale) for criterion in self}
