from collections import Counter
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ..tools.ladder import HEIGHTS, STEPS
from .client_lifecycle_page import ENTERED


class ClientLifecyclePage(models.AbstractModel):
    """The page "Results": what each manager did in a period, and where the way up is narrow."""

    _inherit = "client.lifecycle.page"

    @api.model
    def _get_results(self, wanted):
        period = self._get_period(wanted)
        users = self.env["client.department"]._get_managers()
        measures = self._get_result_measures()
        facts = self.env["client.fact"]._get_facts(users, period["date_from"], period["date_to"])
        steps = self._get_steps(users, period)
        rows = [
            {"user": user, "facts": facts[user.id], **self._judge(*steps.get(user.id, ({}, Counter())))}
            for user in users
            if user.id in steps or any(facts[user.id].get(name) for name, _words in measures)
        ]
        rows.sort(key=lambda row: -(row["facts"].get("turnover") or 0))
        return {**period, "users": users, "rows": rows, "steps": STEPS, "measures": measures}

    @api.model
    def _get_result_measures(self):
        words = dict(self.env["client.fact"]._get_measures())
        return [(name, words[name]) for name in ("contacts", "orders", "turnover") if name in words]

    @api.model
    def _get_steps(self, users, period):
        """Return ``{user id: (base at the start, {(from, to): count})}``."""
        moves = self.env["client.segment.move"]
        base = self.env.execute_query(
            SQL(
                """
                SELECT partner.client_owner_id, segment.code, count(*)
                %s WHERE partner.client_owner_id = ANY(%s) GROUP BY 1, 2
                """,
                moves._from_base_on(period["date_from"] - timedelta(days=1)),
                users.ids,
            )
        )
        steps = {}
        for owner, code, count in base:
            steps.setdefault(owner, ({}, Counter()))[0][code] = count
        for owner, origin, target, count in self._get_moves_by_owner(users, period):
            steps.setdefault(owner, ({}, Counter()))[1][origin or ENTERED, target] += count
        return steps

    @api.model
    def _get_moves_by_owner(self, users, period):
        return self.env.execute_query(
            SQL(
                """
                SELECT partner.client_owner_id, origin.code, target.code, count(*)
                %s AND partner.client_owner_id = ANY(%s) GROUP BY 1, 2, 3
                """,
                self.env["client.segment.move"]._from_moves(self.env.company, period["date_from"], period["date_to"]),
                users.ids,
            )
        )

    @api.model
    def _judge(self, base, moves):
        """Return ``{"up", "down", "conversions", "bottleneck"}`` of one manager's clients.

        A conversion is, in percent, how many of those who stood or came below took the step; where the
        least did, the way is narrow.
        """
        up = down = 0
        for (origin, target), count in moves.items():
            if origin != ENTERED:
                up += count * (HEIGHTS[target] > HEIGHTS[origin])
                down += count * (HEIGHTS[target] < HEIGHTS[origin])
        conversions = {}
        for origin, target in STEPS:
            stood = base.get(origin, 0) + sum(count for (_from, to), count in moves.items() if to == origin)
            took = sum(
                count for (start, to), count in moves.items() if start == origin and HEIGHTS[to] >= HEIGHTS[target]
            )
            if stood:
                conversions[origin] = 100 * took / stood
        return {
            "up": up,
            "down": down,
            "conversions": conversions,
            "bottleneck": min(conversions, key=conversions.get) if len(conversions) > 1 else None,
        }
