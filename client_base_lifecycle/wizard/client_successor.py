from odoo import api, fields, models

from ..tools.ladder import HEIGHTS, SEGMENTS
from ..tools.successor import Profile, get_reasons

# A client is followed by one of these, of a segment below its own.
ALIVE = SEGMENTS[HEIGHTS["potential"] :]
# Of the best fitting so many are compared; so many are shown.
COMPARED, SHOWN = 200, 10
# Who was never scored, or bought nothing, comes after the others: PostgreSQL would put them before.
BEST_FIRST = "client_score DESC NULLS LAST, client_turnover_year DESC NULLS LAST, id"


class ClientSuccessor(models.TransientModel):
    """A client that could take the place of one that leaves: of the segment below, by its profile."""

    _name = "client.successor"
    _description = "Successor"
    _order = "score DESC, id"

    partner_id = fields.Many2one("res.partner", string="In Place of", required=True, ondelete="cascade")
    decision_id = fields.Many2one("client.decision", ondelete="cascade")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, ondelete="cascade"
    )
    candidate_id = fields.Many2one("res.partner", required=True, ondelete="cascade")
    segment_id = fields.Many2one("client.segment", compute="_compute_standing")
    turnover = fields.Float(string="Turnover of 12 Months", compute="_compute_standing")
    score = fields.Integer(help="How well it fits, from 0 to 100.")
    evidence = fields.Json()
    why = fields.Char(compute="_compute_why")

    @api.depends("candidate_id", "company_id")
    def _compute_standing(self):
        for successor in self:
            candidate = successor.candidate_id.with_company(successor.company_id)
            successor.segment_id = candidate.client_segment_id
            successor.turnover = candidate.client_turnover_year

    @api.depends("evidence")
    @api.depends_context("lang")
    def _compute_why(self):
        _ = self.env._
        words = {
            "fit": _("fits our profile"),
            "channel": _("same channel"),
            "region": _("same region"),
            "industry": _("same industry"),
            "awake": _("still buys"),
            "growth": _("buys more than before"),
        }
        for successor in self:
            parts = (f"{words[name]} +{points}" for name, points in (successor.evidence or {}).items())
            successor.why = ", ".join(parts)

    @api.model
    def _propose(self, client, decision=None):
        """Return the best successors of ``client`` among the clients that the user sees.

        All of it is of the company of the ``decision``, of the current one without any.
        """
        client = client.with_company(decision.company_id if decision else self.env.company)
        leaving = self._get_profile(client)
        rows = []
        for candidate in self._get_candidates(client):
            reasons = get_reasons(leaving, self._get_profile(candidate))
            rows.append(
                {
                    "partner_id": client.id,
                    "decision_id": decision.id if decision else False,
                    "company_id": client.env.company.id,
                    "candidate_id": candidate.id,
                    "score": sum(reasons.values()),
                    "evidence": reasons,
                }
            )
        rows.sort(key=lambda row: (-row["score"], row["candidate_id"]))
        return self.create(rows[:SHOWN])

    @api.model
    def _get_candidates(self, client):
        """Return clients of the nearest segment below that has any."""
        height = self._get_height(client)
        for code in (code for code in reversed(ALIVE) if HEIGHTS[code] < height):
            domain = [
                *client._get_client_domain(),
                ("client_segment_id.code", "=", code),
                ("id", "!=", client.id),
            ]
            found = client.search(domain, limit=COMPARED, order=BEST_FIRST)
            if found:
                return found
        return client.browse()

    @api.model
    def _get_height(self, client):
        """Return how high the client stands; a dead one as high as it last stood alive."""
        code = client.client_segment_id.code
        if code not in ALIVE:
            moves = client.env["client.segment.move"]
            ours = [("partner_id", "=", client.id), ("company_id", "=", client.env.company.id)]
            code = moves.search([*ours, ("from_id.code", "in", ALIVE)], limit=1).from_id.code or "active"
        return max(HEIGHTS[code], HEIGHTS["active"])

    @api.model
    def _get_profile(self, client):
        return Profile(
            client.client_score,
            client.client_channel_id.id,
            client.client_region_id.id,
            client.industry_id.id,
            client.client_awake,
            client.client_turnover_year,
            client.client_turnover_before,
        )

    def action_choose(self):
        """Prepare the candidate: it stands on the decision point, and its manager gets a task."""
        self.ensure_one()
        if self.decision_id:
            self.decision_id.successor_id = self.candidate_id
        manager = self.candidate_id.client_owner_id
        manager = manager if manager.active else self.env.user
        # By the name that the manager may know: the one who leaves may be another's client.
        told = self.partner_id.with_user(manager)._in_language_of(manager)
        summary = told.env._("Prepare in place of %s", told.display_name)
        if summary not in self.candidate_id.activity_ids.mapped("summary"):
            self.candidate_id.activity_schedule("mail.mail_activity_data_todo", summary=summary, user_id=manager.id)
        return {"type": "ir.actions.act_window_close"}
