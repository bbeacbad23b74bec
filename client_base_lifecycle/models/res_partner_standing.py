from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.ladder import DECIDED
from .client_standing import StandingField, StandingFloat, StandingInteger

# The fields of the partner that read the standing with the current company.
STANDING_FIELDS = {
    "client_segment_id": "segment_id",
    "client_segment_zone": "segment_id.zone",
    "client_segment_rule": "rule",
    "client_segment_evidence": "evidence",
    "client_segment_since": "since",
    "client_order_count": "orders",
    "client_turnover": "turnover",
    "client_margin": "margin",
    "client_first_order": "first_on",
    "client_last_order": "last_on",
    "client_turns": "turns",
    "client_interval": "interval",
    "client_next_order": "next_on",
    "client_next_order_from": "next_from",
    "client_next_order_to": "next_to",
    "client_overdue": "overdue",
    "client_abc": "abc",
    "client_xyz": "xyz",
    "client_rfm": "rfm",
    "client_turnover_year": "turnover_year",
    "client_turnover_before": "turnover_before",
    "client_awake": "awake",
    "client_forecast_orders": "forecast_orders",
    "client_forecast_turnover": "forecast_turnover",
}


def _standing(kind, name, **values):
    return kind(related=f"client_standing_id.{STANDING_FIELDS[name]}", groups="base.group_user", **values)


class ResPartner(models.Model):
    """Where a client stands with the current company, and what it bought there.

    All of it is read from ``client.standing``; it is found, grouped and summed up by as if it stood
    on the partner.
    """

    _inherit = "res.partner"

    client_standing_id = StandingField(
        "client.standing",
        string="Standing",
        compute="_compute_client_standing_id",
        compute_sudo=True,
        search="_search_client_standing_id",
        groups="base.group_user",
    )
    client_standing_ids = fields.One2many("client.standing", "partner_id", string="Standing by Company")

    client_segment_id = _standing(fields.Many2one, "client_segment_id", string="Segment")
    client_segment_zone = _standing(fields.Selection, "client_segment_zone", string="Zone")
    client_segment_rule = _standing(fields.Char, "client_segment_rule", string="Segment Rule")
    client_segment_evidence = _standing(fields.Json, "client_segment_evidence", string="Segment Evidence")
    client_segment_since = _standing(fields.Date, "client_segment_since")
    client_segment_reason = fields.Text(
        string="Why This Segment", compute="_compute_client_segment_reason", groups="base.group_user"
    )
    client_segment_move_ids = fields.One2many("client.segment.move", "partner_id", string="Segment History")

    client_segment_on_id = fields.Many2one(
        "client.segment",
        string="Segment on the Day",
        compute="_compute_client_segment_on_id",
        search="_search_client_segment_on_id",
        help="Where the client stood at the end of the day that the context names as client_day.",
        groups="base.group_user",
    )

    client_order_count = _standing(StandingInteger, "client_order_count")
    client_turnover = _standing(StandingFloat, "client_turnover")
    client_margin = _standing(StandingFloat, "client_margin")
    client_first_order = _standing(fields.Date, "client_first_order")
    client_last_order = _standing(fields.Date, "client_last_order")
    client_turns = _standing(StandingInteger, "client_turns")
    client_interval = _standing(StandingInteger, "client_interval")
    client_next_order = _standing(fields.Date, "client_next_order")
    client_next_order_from = _standing(fields.Date, "client_next_order_from")
    client_next_order_to = _standing(fields.Date, "client_next_order_to")
    client_overdue = _standing(StandingFloat, "client_overdue")
    client_abc = _standing(fields.Selection, "client_abc")
    client_xyz = _standing(fields.Selection, "client_xyz")
    client_rfm = _standing(fields.Char, "client_rfm")
    client_turnover_year = _standing(StandingFloat, "client_turnover_year")
    client_turnover_before = _standing(StandingFloat, "client_turnover_before")
    client_awake = _standing(StandingFloat, "client_awake")
    client_forecast_orders = _standing(StandingFloat, "client_forecast_orders")
    client_forecast_turnover = _standing(StandingFloat, "client_forecast_turnover")

    @api.depends("client_standing_ids")
    @api.depends_context("company")
    def _compute_client_standing_id(self):
        ours = Domain("partner_id", "in", self.ids) & Domain("company_id", "=", self.env.company.id)
        names = {name.partition(".")[0] for name in STANDING_FIELDS.values()}
        # With what is shown of them; not in the order of their clients' names, for which two tables would be joined.
        standings = self.env["client.standing"].search_fetch(ours, ["partner_id", *names], order="id")
        by_partner = {standing.partner_id.id: standing for standing in standings}
        for partner in self:
            partner.client_standing_id = by_partner.get(partner._origin.id, False)

    @api.model
    def _search_client_standing_id(self, operator, value):
        ours = Domain("company_id", "=", self.env.company.id)
        if operator in ("any", "any!"):
            return Domain("client_standing_ids", "any!", ours & Domain(value))
        if operator == "in":
            found = Domain("client_standing_ids", "any!", ours & Domain("id", "in", [one for one in value if one]))
            return found | ~Domain("client_standing_ids", "any!", ours) if False in value else found
        return NotImplemented

    @api.depends("client_segment_move_ids.to_id")
    @api.depends_context("company", "client_day")
    def _compute_client_segment_on_id(self):
        query = self.env["client.segment.move"]._select_base_on(self._get_client_day())
        rows = self.env.execute_query(SQL("SELECT * FROM (%s) base WHERE partner_id = ANY(%s)", query, self.ids))
        placed = dict(rows)
        for partner in self:
            partner.client_segment_on_id = placed.get(partner._origin.id, False)

    @api.model
    def _search_client_segment_on_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        query = self.env["client.segment.move"]._select_base_on(self._get_client_day())
        chosen = [one for one in value if one]
        found = Domain("id", "in", SQL("(SELECT partner_id FROM (%s) base WHERE segment_id = ANY(%s))", query, chosen))
        nowhere = Domain("id", "not in", SQL("(SELECT partner_id FROM (%s) base)", query))
        return found | nowhere if False in value else found

    @api.model
    def _get_client_day(self):
        return fields.Date.to_date(self.env.context.get("client_day")) or fields.Date.today()

    @api.depends("client_segment_rule", "client_segment_evidence", "client_grade_reason")
    @api.depends_context("lang", "company")
    def _compute_client_segment_reason(self):
        lifecycle = self.env["client.lifecycle"]
        for partner in self:
            rule = partner.client_segment_rule
            comment = partner.client_grade_reason if rule in DECIDED else None
            partner.client_segment_reason = lifecycle._get_reason(rule, partner.client_segment_evidence, comment)

    @api.model
    def _get_standing_fields(self):
        """Return the names of the fields that are read from the standing."""
        return [
            *("client_standing_id", "client_standing_ids", "client_segment_move_ids", *STANDING_FIELDS),
            *("client_segment_reason", "client_segment_on_id"),
        ]

    @api.model
    def _get_figure_fields(self):
        return super()._get_figure_fields() | set(STANDING_FIELDS)

    def _refresh_figures(self):
        super()._refresh_figures()
        self.env["client.lifecycle"]._refresh(self)

    def _get_turnovers(self):
        return {client.id: client.client_turnover for client in self}
