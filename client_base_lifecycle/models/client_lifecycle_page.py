from collections import Counter
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools.concentration import get_curve, get_top_shares, without_largest
from ..tools.ladder import SEGMENTS
from ..tools.sankey import HEIGHT, WIDTH, lay_out

RISK_SHOWN = 10
BAR_HEIGHT = 130
# On pictures.
COLORS = {
    "dead": "#c0564b",
    "potential": "#b9bec6",
    "active": "#e3b94f",
    "working": "#8fb7dd",
    "regular": "#4c8fc7",
    "partner": "#2d6a9f",
    "vip": "#8f6bb1",
    "key": "#3b8c6e",
}
ENTERED = "new"
# Days outside are slips of the keyboard.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)


class ClientLifecyclePage(models.AbstractModel):
    """The overview of the lifecycle: added up from a row for each manager, however large the base.

    The other pages are in files of their own and read what they show when they are opened.
    """

    _name = "client.lifecycle.page"
    _description = "Lifecycle Page"

    @api.model
    @api.readonly
    def get_page(self, wanted):
        """Return the HTML of the page that ``wanted`` names: ``{"view", "period", "from", "to", "author"}``.

        :raise UserError: where a day is none, or out of reach
        """
        # The pages add up by SQL, which asks nobody: without a level of the client base one sees none of them.
        self.env["client.segment.move"].check_access("read")
        views = {"overview": self._get_overview, "movements": self._get_movements, "results": self._get_results}
        view = wanted.get("view") if wanted.get("view") in views else "overview"
        wanted = {**wanted, **{name: self._read_day(wanted.get(name)) for name in ("from", "to")}}
        values = {"segments": self.env["client.segment"]._get_by_code(), "colors": COLORS, **views[view](wanted)}
        values |= {"first_day": FIRST_DAY, "last_day": LAST_DAY}
        values |= {**self.env["client.department"]._get_formats(), "env": self.env}
        return self.env["ir.qweb"]._render(f"client_base_lifecycle.page_{view}", values)

    @api.model
    def _read_day(self, text):
        """Return the day that ``text`` says, None for an empty one."""
        if not text:
            return None
        try:
            day = date.fromisoformat(text)
        except (TypeError, ValueError):
            raise UserError(self.env._("“%s” is no day: choose one from the calendar.", text)) from None
        if not FIRST_DAY <= day <= LAST_DAY:
            days = {"first": format_date(self.env, FIRST_DAY), "last": format_date(self.env, LAST_DAY)}
            raise UserError(self.env._("Choose a day from %(first)s to %(last)s.", **days))
        return day

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
    def _get_overview(self, wanted):
        summaries = self.env["client.lifecycle.summary"].search([("company_id", "=", self.env.company.id)])
        whole = summaries.filtered("whole")
        parts = [summary.figures for summary in summaries - whole]
        return {
            "summaries": summaries,
            "is_counted": bool(self.env.company.client_forecast_on),
            "as_of": max(summaries.mapped("date"), default=None),
            "zones": self._get_zones(),
            **self._add_up_segments(parts),
            "trend": self._draw_trend(parts),
            "risk": self._get_first(parts, "risk"),
            "falling": self._get_first(parts, "falling"),
            "matrix": self._add_up_classes(parts),
            "concentration": self._get_concentration(parts, whole.figures or {}),
            "forecast": self._draw_forecast(whole.figures or {}),
            "cuts": (whole.figures or {}).get("cuts"),
            "causes": self._get_open_causes(),
            **self._draw_flows(self._add_up_flows(parts)),
        }

    @api.model
    def _get_zones(self):
        """Return ``[(name, segments)]``, a client's life from its birth on."""
        segments = self.env["client.segment"]
        of_zone = segments.concat(*segments._get_by_code().values()).grouped("zone")
        return [(name, of_zone.get(zone, ())) for zone, name in segments._get_selection_words("zone").items()]

    @api.model
    def _join_rows(self, parts, name):
        """Return the rows that the managers' summaries have under ``name``, one behind the other."""
        return [row for figures in parts for row in figures.get(name, [])]

    @api.model
    def _add_up_segments(self, parts):
        counts = {}
        # Summaries of an earlier version tell more.
        for code, clients, turnover, *_rest in self._join_rows(parts, "segments"):
            row = counts.setdefault(code, {"clients": 0, "turnover": 0})
            row["clients"] += clients
            row["turnover"] += turnover
        total = sum(row["clients"] for row in counts.values())
        return {"counts": counts, "total": total, "gained": self._add_up_gains(parts)}

    @api.model
    def _add_up_gains(self, parts):
        """Return ``{code: clients gained less clients lost}`` of the last 30 days."""
        gained = Counter()
        for origin, target, _person, count in self._join_rows(parts, "flows"):
            gained[target] += count
            gained[origin] -= count
        return gained

    @api.model
    def _add_up_flows(self, parts):
        flows = Counter()
        for origin, target, person, count in self._join_rows(parts, "flows"):
            flows[origin or ENTERED, target, person] += count
        return flows

    @api.model
    def _draw_flows(self, flows):
        """Return the flow picture of ``{(from, to, by a person): count}``, without those who only came in."""
        pairs = Counter()
        for (origin, target, _person), count in flows.items():
            if origin != ENTERED:
                pairs[origin, target] += count
        nodes, ribbons = lay_out(pairs, SEGMENTS)
        return {"nodes": nodes, "ribbons": ribbons, "sankey": {"width": WIDTH, "height": HEIGHT}}

    @api.model
    def _draw_trend(self, parts):
        """Return the bars of the clients alive in the last twelve months, from today's counts and the movements since.

        A bar is ``{"month", "count", "parts": [{"code", "count", "height"}]}``.
        """
        counts, gained = Counter(), Counter()
        for code, clients, *_rest in self._join_rows(parts, "segments"):
            counts[code] += clients
        for month, code, gain in self._join_rows(parts, "trend"):
            gained[month, code] += gain
        segments = self.env["client.segment"]._get_by_code()
        alive = [code for code, segment in segments.items() if segment.zone == "life"]
        first = fields.Date.today().replace(day=1)
        bars = []
        for back in range(12):
            month = first - relativedelta(months=back)
            bars.append({"month": month, "parts": {code: counts[code] for code in alive}})
            for code in alive:
                counts[code] -= gained[month.strftime("%Y-%m"), code]
        most = max((sum(bar["parts"].values()) for bar in bars), default=0) or 1
        for bar in bars:
            bar["count"] = sum(bar["parts"].values())
            bar["parts"] = [
                {"code": code, "count": count, "height": round(max(count, 0) * BAR_HEIGHT / most, 1)}
                for code, count in bar["parts"].items()
            ]
        return bars[::-1]

    @api.model
    def _get_first(self, parts, name):
        """Return the first of the clients that the managers' lists ``name`` hold, as far as the user sees them."""
        rows = sorted(self._join_rows(parts, name))[:RISK_SHOWN]
        values = {client_id: -value for value, client_id in rows}
        found = self.env["res.partner"].search([("id", "in", list(values))])
        return [(client, values[client.id]) for client in found.sorted(lambda client: (-values[client.id], client.id))]

    @api.model
    def _add_up_classes(self, parts):
        """Return ``{"AX": {"clients", "turnover"}}``."""
        matrix = {}
        for abc, xyz, clients, turnover in self._join_rows(parts, "classes"):
            cell = matrix.setdefault(f"{abc}{xyz}", {"clients": 0, "turnover": 0})
            cell["clients"] += clients
            cell["turnover"] += turnover
        return matrix

    @api.model
    def _get_concentration(self, parts, whole):
        """Return the shares of the largest, the curve, and what is left without the largest."""
        rows = sorted(self._join_rows(parts, "top"))
        turnovers = [-value for value, _client in rows]
        total = sum(row[2] for row in self._join_rows(parts, "segments"))
        left, next_share = without_largest(turnovers, total)
        largest = self.env["res.partner"].search([("id", "in", [client for _value, client in rows[:1]])])
        curve = get_curve(whole["pareto"]) if whole.get("pareto") else []
        return {
            "shares": get_top_shares(turnovers, total),
            "largest": largest,
            "largest_turnover": turnovers[0] if turnovers else 0,
            "left": left,
            "next_share": next_share,
            "curve": " ".join(f"{2.4 * x:.1f},{130 - 1.3 * y:.1f}" for x, y in curve),
            "buyers": whole.get("buyers", 0),
        }

    @api.model
    def _draw_forecast(self, whole):
        """Return the bars of the expected turnover of the next months, beside the plain rule.

        The months begin on the day of the forecast; each is called as the one that most of its days are of.
        """
        months = whole.get("forecast") or []
        baseline = whole.get("baseline") or {"orders": 0, "turnover": 0}
        most = max([month["turnover"] for month in months] + [baseline["turnover"], 1])
        start = self.env.company.client_forecast_on or fields.Date.today()
        first = (start + timedelta(days=15)).replace(day=1)
        return {
            "bars": [
                {
                    **month,
                    "month": first + relativedelta(months=number),
                    "days": self._format_month_from(start + relativedelta(months=number)),
                    "height": round(month["turnover"] * BAR_HEIGHT / most, 1),
                }
                for number, month in enumerate(months)
            ],
            "baseline": baseline,
            "line": round(baseline["turnover"] * BAR_HEIGHT / most, 1),
            "total": {name: sum(month[name] for month in months) for name in ("orders", "turnover")},
        }

    @api.model
    def _format_month_from(self, start):
        """Return the days of the month that begins on the day ``start``."""
        days = (start, start + relativedelta(months=1, days=-1))
        return " – ".join(format_date(self.env, day) for day in days)

    @api.model
    def _get_open_causes(self):
        """Return ``[(cause, words, count, domain)]`` of the open decision points in sight; a domain finds them."""
        decisions = self.env["client.decision"]
        words = decisions._get_selection_words("cause")
        # Nobody decides about a client that was archived.
        pending = Domain("state", "!=", "done") & Domain("partner_id.active", "=", True)
        still_open = pending & Domain("company_id", "=", self.env.company.id)
        in_sight = still_open
        if self.env.user._client_scope() is not None:
            # The rules on clients, which are read by their indexes alone; those on points look at each client's row.
            in_sight &= Domain("partner_id", "in", self.env["res.partner"].with_context(active_test=False)._search([]))
        # sudo: the clients in sight are named
        groups = decisions.sudo()._read_group(in_sight, ["cause"], ["__count"])
        return [(cause, words[cause], count, list(still_open & Domain("cause", "=", cause))) for cause, count in groups]
