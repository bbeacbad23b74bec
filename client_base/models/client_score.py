from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import SQL


class ClientScore(models.Model):
    """How a client was judged by a criterion, on a day, by somebody; the latest counts.

    Rows are only added, so that who judged what stays known.
    """

    _name = "client.score"
    _description = "Profile Score"
    _order = "date DESC, id DESC"

    partner_id = fields.Many2one("res.partner", string="Client", required=True, ondelete="cascade")
    criterion_id = fields.Many2one("client.criterion", required=True, index=True, ondelete="restrict")
    pillar = fields.Selection(related="criterion_id.pillar", store=True)
    value = fields.Integer(required=True, aggregator="avg")
    scale = fields.Integer(related="criterion_id.scale")
    date = fields.Date(required=True, default=fields.Date.context_today)
    user_id = fields.Many2one(
        "res.users",
        string="Scored by",
        required=True,
        default=lambda self: self.env.user,
        index=True,
        ondelete="restrict",
    )
    note = fields.Char(string="Why")

    _latest_index = models.Index("(partner_id, criterion_id, date DESC, id DESC)")

    @api.depends("criterion_id", "value")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for score in self:
            score.display_name = f"{score.criterion_id.name}: {score.value}/{score.criterion_id.scale}"

    @api.constrains("partner_id")
    def _check_partner_id(self):
        self.partner_id._check_are_clients()

    @api.constrains("value", "criterion_id", "date")
    def _check_value(self):
        today = fields.Date.context_today(self)
        for score in self:
            if not 0 <= score.value <= score.criterion_id.scale:
                raise ValidationError(
                    self.env._(
                        "“%(criterion)s” is scored from 0 to %(scale)s, not %(value)s.",
                        criterion=score.criterion_id.name,
                        scale=score.criterion_id.scale,
                        value=score.value,
                    )
                )
            if score.date and score.date > today:
                raise ValidationError(self.env._("A score is what was found: its date cannot lie ahead."))

    @api.model_create_multi
    def create(self, vals_list):
        defaults = self.default_get(["user_id", "value"])
        self._check_given([{**defaults, **vals} for vals in vals_list])
        scores = super().create(vals_list)
        self.env["client.profile"]._refresh(scores.partner_id.ids)
        return scores

    def _check_given(self, vals_list):
        """Raise an error where a score is missing, which Odoo would take for zero, or given in another's name."""
        if any(vals.get("value") is None or vals["value"] is False for vals in vals_list):
            raise ValidationError(self.env._("Enter a score: what nobody scored is left out, missing is never zero."))
        others = any(vals.get("user_id", self.env.uid) != self.env.uid for vals in vals_list)
        if others and not (self.env.su or self.env.user.has_group("client_base.group_client_admin")):
            raise AccessError(self.env._("Score in your own name: who scored what stays known."))

    def write(self, vals):
        if vals.keys() & {"partner_id", "criterion_id", "value", "date", "user_id"} and not self.env.su:
            raise AccessError(self.env._("Scores are not rewritten: score the client anew, the latest score counts."))
        return super().write(vals)

    def unlink(self):
        clients = self.partner_id
        result = super().unlink()
        self.env["client.profile"]._refresh(clients.ids)
        return result

    @api.model
    def _get_latest(self, client_ids):
        """Return the scores that count, ``{client id: {criterion id: value}}``."""
        latest = {client_id: {} for client_id in client_ids}
        for row in self._get_latest_rows(client_ids):
            latest[row["partner_id"]][row["criterion_id"]] = row["value"]
        return latest

    @api.model
    def _get_latest_rows(self, client_ids):
        self.flush_model(["partner_id", "criterion_id", "value", "date"])
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT DISTINCT ON (partner_id, criterion_id) id, partner_id, criterion_id, value
                  FROM client_score
                 WHERE partner_id = ANY(%s)
              ORDER BY partner_id, criterion_id, date DESC, id DESC
                """,
                list(client_ids),
            )
        )

    @api.model
    def get_sheet(self, partner_ids):
        """Return what a scoring sheet shows: criteria, clients, and the scores that count.

        :return: ``{"criteria": [{id, name, pillar, pillar_name, scale, description, channel_ids}],
            "clients": [{id, name, channel_id, channel_name, scores: {criterion id: value}}]}``
        """
        clients = self.env["res.partner"].search(
            [("id", "in", partner_ids), *self.env["res.partner"]._get_client_domain()]
        )
        criteria = self.env["client.criterion"].search([])  # pylint: disable=no-search-all
        latest = self._get_latest(clients.ids)
        pillars = criteria._get_selection_words("pillar")
        return {
            "criteria": [
                {
                    "id": criterion.id,
                    "name": criterion.name,
                    "pillar": criterion.pillar,
                    "pillar_name": pillars[criterion.pillar],
                    "scale": criterion.scale,
                    "description": criterion.description or "",
                    "channel_ids": criterion.channel_ids.ids,
                }
                for criterion in criteria
            ],
            "clients": [
                {
                    "id": client.id,
                    "name": client.display_name,
                    "channel_id": client.client_channel_id.id,
                    "channel_name": client.client_channel_id.name or "",
                    "scores": latest[client.id],
                }
                for client in clients
            ],
        }

    @api.model
    def save_sheet(self, scores):
        """Add the scores of a sheet, in one pass.

        :param scores: ``[{"partner_id", "criterion_id", "value", "note"}]``
        :raise UserError: when one is out of its scale or of a foreign client; then none is saved
        """
        self.create([{**score, "note": score.get("note") or False} for score in scores])
