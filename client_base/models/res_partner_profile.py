from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..parameters import PROFILE_MINIMUM
from ..search import search_flag
from .client_profile import COVERAGE_COLUMNS, SCORE_COLUMNS

FORMER_SHOWN = 5


class ResPartner(models.Model):
    """How well a client fits what the company wants: the profile, written by ``client.profile`` only."""

    _inherit = "res.partner"

    client_channel_id = fields.Many2one(
        "client.channel",
        string="Channel Format",
        index="btree_not_null",
        ondelete="restrict",
        prefetch="client",
        groups="base.group_user",
    )
    client_score = fields.Float(
        string="Fit",
        readonly=True,
        copy=False,
        aggregator="avg",
        help="What the client reached of what it could reach, in percent, over the criteria that were scored.",
        prefetch="client",
        groups="base.group_user",
    )
    client_score_goals = fields.Float(
        string="Fits Our Goals",
        readonly=True,
        copy=False,
        aggregator="avg",
        prefetch="client",
        groups="base.group_user",
    )
    client_score_market = fields.Float(
        string="Fits the Market",
        readonly=True,
        copy=False,
        aggregator="avg",
        prefetch="client",
        groups="base.group_user",
    )
    client_score_resources = fields.Float(
        string="Fits Our Resources",
        readonly=True,
        copy=False,
        aggregator="avg",
        prefetch="client",
        groups="base.group_user",
    )
    client_coverage = fields.Float(
        string="Scored",
        readonly=True,
        copy=False,
        aggregator="avg",
        help="How much of the profile was scored at all, in percent. What nobody scored is missing, never zero.",
        prefetch="client",
        groups="base.group_user",
    )
    client_coverage_goals = fields.Float(
        string="Goals Scored",
        readonly=True,
        copy=False,
        aggregator="avg",
        prefetch="client",
        groups="base.group_user",
    )
    client_coverage_market = fields.Float(
        string="Market Scored",
        readonly=True,
        copy=False,
        aggregator="avg",
        prefetch="client",
        groups="base.group_user",
    )
    client_coverage_resources = fields.Float(
        string="Resources Scored",
        readonly=True,
        copy=False,
        aggregator="avg",
        prefetch="client",
        groups="base.group_user",
    )
    # No page shows them: conditions on clients, stored ones too, and exports name them.
    client_score_ids = fields.One2many("client.score", "partner_id", string="Scores")
    client_snapshot_ids = fields.One2many("client.profile.snapshot", "partner_id", string="Former Profiles")
    client_admission = fields.Selection(
        [("admitted", "Admitted"), ("refused", "Refused")],
        string="Lead's Decision",
        readonly=True,
        copy=False,
        help="What a team lead decided about a client that fits less than the minimum.",
        prefetch="client",
        groups="base.group_user",
    )
    client_below_minimum = fields.Boolean(
        string="Fits Too Little",
        compute="_compute_client_below_minimum",
        search="_search_client_below_minimum",
        help="Fits less than the minimum in the settings, and no team lead has decided yet.",
        groups="base.group_user",
    )

    _client_score_index = models.Index("(client_score) WHERE client_coverage > 0")

    @api.depends("client_score", "client_coverage", "client_admission")
    def _compute_client_below_minimum(self):
        minimum = self._get_profile_minimum()
        for partner in self:
            scored_below = partner.client_coverage > 0 and partner.client_score < minimum
            partner.client_below_minimum = scored_below and not partner.client_admission

    def _search_client_below_minimum(self, operator, value):
        below = [
            ("client_coverage", ">", 0),
            ("client_score", "<", self._get_profile_minimum()),
            ("client_admission", "=", False),
        ]
        return search_flag(below, operator, value)

    @api.model
    def _get_profile_minimum(self):
        """Return the least fit, in percent, with which a new client is taken without asking a lead."""
        # sudo: the minimum is no secret
        return float(self.env["ir.config_parameter"].sudo().get_param(PROFILE_MINIMUM, 0))

    def write(self, vals):
        result = super().write(vals)
        if "client_channel_id" in vals:
            self.env["client.profile"]._refresh(self.ids)
        return result

    @api.model
    def _get_figure_fields(self):
        return super()._get_figure_fields() | {*SCORE_COLUMNS, *COVERAGE_COLUMNS, "client_admission"}

    def _refresh_figures(self):
        super()._refresh_figures()
        self.env["client.profile"]._refresh(self.ids)

    def action_admit(self):
        self._decide_admission("admitted")

    def action_refuse(self):
        self._decide_admission("refused")

    def _decide_admission(self, decision):
        self.check_access("write")
        if not self.env.user.has_group("client_base.group_client_team"):
            raise AccessError(
                self.env._("Whether a client below the minimum is taken, a team lead decides. Ask yours.")
            )
        # sudo: the field is closed to direct writing; access was checked above
        self.sudo().client_admission = decision
        for partner in self:
            text = {
                "admitted": self.env._("Admitted as a client."),
                "refused": self.env._("Refused as a client."),
            }[decision]
            partner.message_post(body=text)

    def action_open_scoring(self):
        """Open the sheet on which these clients are scored."""
        return {
            "type": "ir.actions.client",
            "tag": "client_base.scoring",
            "name": self.env._("Score the Profile"),
            "target": "new" if len(self) == 1 else "current",
            "params": {"partner_ids": self.ids},
        }

    def _get_panel_profile(self):
        criteria = self.env["client.criterion"].search([])._get_applicable(self.client_channel_id)  # pylint: disable=no-search-all
        rows = self.env["client.score"]._get_latest_rows(self.ids)
        latest = {score.criterion_id: score for score in self.env["client.score"].browse([row["id"] for row in rows])}
        pillars = criteria._get_selection_words("pillar")
        return {
            "pillars": [
                {
                    "code": pillar,
                    "name": name,
                    "score": self[f"client_score_{pillar}"],
                    "coverage": self[f"client_coverage_{pillar}"],
                    "criteria": criteria.filtered(lambda criterion, pillar=pillar: criterion.pillar == pillar),
                }
                for pillar, name in pillars.items()
            ],
            "latest": latest,
            "minimum": self._get_profile_minimum(),
            "snapshots": self._get_former_profiles(),
            "may_admit": self.env.user.has_group("client_base.group_client_team"),
        }

    def _get_former_profiles(self):
        """Return the last figures by former criteria: ``[{"date", "score", "coverage", "score_goals", …}]``.

        A pillar of which nothing was scored is None: read by the ORM it would be zero.
        """
        self.env["client.profile.snapshot"].check_access("read")
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT date, score, coverage, score_goals, score_market, score_resources
                  FROM client_profile_snapshot
                 WHERE partner_id = %s
              ORDER BY date DESC, id DESC
                 LIMIT %s
                """,
                self.id,
                FORMER_SHOWN,
            )
        )
