from collections import Counter
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .client_lifecycle_page import ENTERED

# Each step up the ladder; where the least of those who stood below took it, the way is narrow.
STEPS = [("potential", "active"), ("active", "working"), ("working", "regular"), ("regular", "partner")]
HEIGHTS = {code: height for height, code in enumerate(("dead", "potential", "active", "working", "regular", "partner"))}
HEIGHTS |= {"vip": 6, "key": 7}


class ClientLifecyclePage(models.AbstractModel):
    """Who moved where in a period, by whom; and what each manager's clients did in it."""

    _inherit = "client.lifecycle.page"

    @api.model
    def _get_period(self, wanted):
        """Return the two days, both included: those that were chosen, otherwise of the named period."""
        department = self.env["client.department"]
        period = wanted.get("period") if wanted.get("period") in dict(department._get_period_names()) else "month"
        date_from, date_to = department._get_period(period)
        date_from = fields.Date.to_date(wanted.get("from")) or date_from
        date_to = max(fields.Date.to_date(wanted.get("to")) or date_to, date_from)
        return {
            "period": "" if wanted.get("from") or wanted.get("to") else period,
            "periods": department._get_period_names(),
            "date_from": date_from,
            "date_to": date_to,
        }

    @api.model
    def _get_movements(self, wanted):
        period = self._get_period(wanted)
        day_before = period["date_from"] - timedelta(days=1)
        author = wanted.get("author") if wanted.get("author") in ("person", "rule") else ""
        owners = self.env.user._client_scope()
        flows = Counter()
        for row in self._get_flows(period, owners):
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
            # Moments of UTC, by which they are counted: a plain day would be one of the user's time zone.
            ("date", ">=", f"{period['date_from']} 00:00:00"),
            ("date", "<", f"{period['date_to'] + timedelta(days=1)} 00:00:00"),
            *by_whom.get(author, []),
        ]

    @api.model
    def _get_flows(self, period, owners):
        # Sums without names, of the clients in the user's scope.
        moves = self.env["client.segment.move"]
        return moves._get_flows(period["date_from"], period["date_to"], owners)

    @api.model
    def _count_base_on(self, day, owners):
        """Return ``{code: clients}`` at the end of ``day``."""
        moves = self.env["client.segment.move"]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT segment.code, count(*)
                  FROM (%s) base
                  JOIN client_segment segment ON segment.id = base.segment_id
                  JOIN res_partner partner ON partner.id = base.partner_id
                 WHERE %s AND %s GROUP BY 1
                """,
                moves._select_base_on(day),
                moves._is_client(),
                moves._get_owned(owners),
            )
        )
        return dict(rows)

    # --- results of each manager ---

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
        return {**period, "rows": rows, "steps": STEPS, "measures": measures}

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
                  FROM (%s) base
                  JOIN client_segment segment ON segment.id = base.segment_id
                  JOIN res_partner partner ON partner.id = base.partner_id
                 WHERE %s AND partner.client_owner_id = ANY(%s) GROUP BY 1, 2
                """,
                moves._select_base_on(period["date_from"] - timedelta(days=1)),
                moves._is_client(),
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
                  FROM client_segment_move move
                  JOIN res_partner partner ON partner.id = move.partner_id
                  JOIN client_segment target ON target.id = move.to_id
             LEFT JOIN client_segment origin ON origin.id = move.from_id
                 WHERE partner.client_owner_id = ANY(%s) AND move.company_id = %s
                   AND move.date >= %s AND move.date < %s
                   AND move.from_id IS DISTINCT FROM move.to_id
              GROUP BY 1, 2, 3
                """,
                users.ids,
                self.env.company.id,
                period["date_from"],
                period["date_to"] + timedelta(days=1),
            )
        )

    @api.model
    def _judge(self, base, moves):
        """Return ``{"up", "down", "conversions", "bottleneck"}`` of one manager's clients.

        A conversion is, in percent, how many of those who stood or came below took the step.
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
