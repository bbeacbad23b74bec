from collections import Counter
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from .client_lifecycle_page import ENTERED


class ClientLifecyclePage(models.AbstractModel):
    """The page "Movements": who moved where in a period, and by whom."""

    _inherit = "client.lifecycle.page"

    @api.model
    def _get_movements(self, wanted):
        period = self._get_period(wanted)
        day_before = period["date_from"] - timedelta(days=1)
        author = wanted.get("author") if wanted.get("author") in ("person", "rule") else ""
        owners = self.env.user._client_scope()
        flows = Counter()
        # Sums without names, of the clients in the user's scope.
        moves = self.env["client.segment.move"]
        for row in moves._get_flows(period["date_from"], period["date_to"], owners):
            if not author or row["person"] == (author == "person"):
                flows[row["from"] or ENTERED, row["to"], row["person"]] += row["count"]
        pairs = Counter()
        for (origin, target, _person), count in flows.items():
            pairs[origin, target] += count
        return {
            **period,
            "author": author,
            "flows": flows,
            "pairs": pairs.most_common(),
            "before": self._count_base_on(day_before, owners),
            "after": self._count_base_on(period["date_to"], owners),
            "domain": self._get_moves_domain(period, author),
            "day_before": day_before,
            "base_domain": list(self.env["res.partner"]._get_client_domain()),
            **self._draw_flows(flows),
        }

    @api.model
    def _get_moves_domain(self, period, author):
        """Return the domain of the movements that were counted, but for where they began and ended."""
        by_whom = {"person": [("user_id", "!=", False)], "rule": [("user_id", "=", False)]}
        return [
            ("company_id", "=", self.env.company.id),
            ("partner_id", "any", [("active", "=", True), *self.env["res.partner"]._get_client_domain()]),
            # Moments of UTC, by which they are counted: a plain day would be one of the user's time zone.
            ("date", ">=", f"{period['date_from']} 00:00:00"),
            ("date", "<", f"{period['date_to'] + timedelta(days=1)} 00:00:00"),
            *by_whom.get(author, []),
        ]

    @api.model
    def _count_base_on(self, day, owners):
        """Return ``{code: clients}`` at the end of ``day``."""
        moves = self.env["client.segment.move"]
        rows = self.env.execute_query(
            SQL(
                "SELECT segment.code, count(*) %s WHERE %s GROUP BY 1",
                moves._from_base_on(day),
                moves._get_owned(owners),
            )
        )
        return dict(rows)
