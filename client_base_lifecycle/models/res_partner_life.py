from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import format_date

from ..tools.ladder import DECLARED_DEAD
from ..tools.terms import worsen

MONTHS_SHOWN = 24
BAR_HEIGHT = 80
MOVES_SHOWN = 30


class ResPartner(models.Model):
    """The page "Lifecycle" of the card: rhythm, classes, forecast, terms and movements of one client."""

    _inherit = "res.partner"

    @api.readonly
    def get_client_panel(self, name):
        if name != "life":
            return super().get_client_panel(name)
        self.ensure_one()
        self.check_access("read")
        values = self._get_panel_values(name, interactive=True)
        return self.env["ir.qweb"]._render("client_base_lifecycle.panel_life", values)

    def _get_panel_life(self):
        turns = self.env["client.decision"]._get_turns(self)
        return {
            "tiles": self._get_life_tiles(),
            "months": self._get_months(),
            "turns": turns,
            "worse": worsen([(turn["discount"], turn["margin"]) for turn in turns]),
            # The latest known first; colleagues' names are no secret.
            "moves": self.client_segment_move_ids.filtered_domain([("company_id", "=", self.env.company.id)]).sorted(
                lambda move: (move.date, move.id), reverse=True
            )[:MOVES_SHOWN],
        }

    def _get_life_tiles(self):
        return [self._get_tile_rhythm(), self._get_tile_worth(), self._get_tile_class(), self._get_tile_forecast()]

    def _get_tile_rhythm(self):
        _ = self.env._
        if not self.client_interval:
            detail = _("A rhythm shows from three purchases on.")
            return {"title": _("Next Order"), "text": _("No rhythm yet"), "detail": detail}
        late = self.client_next_order_to < fields.Date.today()
        dates = {
            "from": format_date(self.env, self.client_next_order_from),
            "to": format_date(self.env, self.client_next_order_to),
            "days": self.client_interval,
            "turns": self.client_turns,
        }
        overdue = _("%s typical intervals since the last purchase", self._format_number(self.client_overdue, 1))
        usual = _("between %(from)s and %(to)s; every %(days)s days, %(turns)s turns so far", **dates)
        return {
            "title": _("Next Order"),
            "text": format_date(self.env, self.client_next_order),
            "detail": f"{usual}. {overdue}" if late else usual,
            "tone": "bad" if late else self._get_good_tone(),
        }

    def _get_good_tone(self):
        """Return the tone of a good figure: nothing is good of who leaves."""
        return "" if self.client_segment_zone == "leaving" else "good"

    def _get_tile_worth(self):
        _ = self.env._
        standing = self.client_standing_id.sudo()  # sudo: of a client that the user sees
        known = standing._is_known("margin")
        margin = _("margin %s", self._format_amount(standing.margin)) if known else _("margin not known")
        since = self.client_first_order and _("since %s", format_date(self.env, self.client_first_order))
        orders = _("%s purchases", self._format_number(self.client_order_count))
        return {
            "title": _("Turnover"),
            "text": self._format_amount(self.client_turnover),
            "detail": ", ".join(filter(None, [orders, margin, since])),
        }

    def _get_tile_class(self):
        _ = self.env._
        letters = f"{self.client_abc or ''}{self.client_xyz or ''}"
        words = {
            "A": _("one of those that bring most"),
            "B": _("of the middle"),
            "C": _("brings little"),
            "X": _("buys evenly"),
            "Y": _("buys unevenly"),
            "Z": _("buys irregularly"),
        }
        explained = ", ".join(words[letter] for letter in letters)
        score = self.client_rfm and _("recency, frequency, money: %s of 5", "–".join(self.client_rfm))
        return {
            "title": _("Class"),
            "text": letters or _("None yet"),
            "detail": "; ".join(filter(None, [explained, score])),
        }

    def _get_tile_forecast(self):
        _ = self.env._
        # Who bought for the first time since then is not in it yet; who was declared dead since then still is.
        known = self.env.company.client_forecast_on and self.client_standing_id._is_known("awake")
        if not self.client_turns or not known or self.client_segment_rule in DECLARED_DEAD:
            return {"title": _("Forecast"), "text": _("None yet")}
        detail = _(
            "%(orders)s orders in %(months)s months; probability of still buying: %(awake)s %%",
            orders=self._format_number(self.client_forecast_orders, 1),
            months=self.env.company.client_forecast_months,
            awake=self._format_number(self.client_awake, 0),
        )
        tone = self._get_good_tone() if self.client_awake >= 70 else "bad" if self.client_awake < 30 else "warning"
        return {
            "title": _("Forecast"),
            "text": self._format_amount(self.client_forecast_turnover),
            "detail": detail,
            "tone": tone,
        }

    def _get_months(self):
        """Return the bars of the last months: ``[{"label", "short", "text", "height"}]``; none without purchases."""
        lifecycle = self.env["client.lifecycle"]
        lifecycle._flush_purchases()
        first = fields.Date.today().replace(day=1) - relativedelta(months=MONTHS_SHOWN - 1)
        rows = dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT date_trunc('month', moment)::date, sum(amount)::float FROM (%s) purchase
                     WHERE company_id = %s AND moment >= %s GROUP BY 1
                    """,
                    lifecycle._select_purchases(self.ids),
                    self.env.company.id,
                    first,
                )
            )
        )
        if not rows:
            return []
        most = max(*rows.values(), 1)
        days = [first + relativedelta(months=number) for number in range(MONTHS_SHOWN)]
        return [
            {
                "label": format_date(self.env, day, date_format="LLLL y"),
                "short": format_date(self.env, day, date_format="LLLLL"),
                "text": self._format_amount(rows.get(day, 0)),
                "height": round(max(rows.get(day, 0), 0) * BAR_HEIGHT / most),
            }
            for day in days
        ]
