import numpy as np

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.forecast import History, fit, get_credibility, get_order_values
from ..tools.ladder import DECLARED_DEAD

WEEKS_A_MONTH = 365.25 / 12 / 7
MONTHS = 12
# So many clients tell the parameters; so many are forecast at once.
SAMPLE = 20_000
PAGE = 50_000


class ClientLifecycle(models.AbstractModel):
    """The forecast of every client and of the whole, by ``tools/forecast.py``."""

    _inherit = "client.lifecycle"

    @api.model
    def _forecast(self, company):
        """Write how probably each client is with us still, and what to expect of it; return the totals.

        Rounded, so that a row is written only where the forecast says something new.

        :return: ``[{"orders", "turnover"}]`` for each of the next twelve months
        """
        model, credibility = self._fit(company)
        months = min(max(company.client_forecast_months, 1), MONTHS)
        horizons = [WEEKS_A_MONTH * month for month in range(1, MONTHS + 1)]
        orders, turnover = np.zeros(MONTHS), np.zeros(MONTHS)
        for rows in self._get_pages(company):
            history = History(rows["repeats"], rows["last"], rows["age"])
            awake, expected = model.forecast(history, *horizons)
            values = get_order_values(rows["turns"], rows["turnover"], credibility)
            orders += [amount.sum() for amount in expected]
            turnover += [(amount * values).sum() for amount in expected]
            self._write_forecast(rows["id"], awake, expected[months - 1], expected[months - 1] * values)
        left = SQL("(orders = 0 OR rule IN %s)", DECLARED_DEAD)
        self._forget(company, ("awake", "forecast_orders", "forecast_turnover"), left)
        self.env["client.standing"].invalidate_model(flush=False)
        return [
            {"orders": float(count), "turnover": float(amount)}
            for count, amount in zip(np.diff(orders, prepend=0), np.diff(turnover, prepend=0), strict=True)
        ]

    @api.model
    def _fit(self, company):
        """Return the model and the worth of purchases that a sample of the clients of ``company`` bears out."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT standing.turns, (standing.last_on - standing.first_on) / 7.0,
                       (%(today)s - standing.first_on) / 7.0, standing.turnover, COALESCE(days.squares, 0)
                  FROM (SELECT * FROM client_standing
                         WHERE company_id = %(company)s AND turns > 0 AND last_on <= %(today)s
                      ORDER BY hashint4(partner_id), id LIMIT %(sample)s) standing
            CROSS JOIN LATERAL (
                       SELECT sum(amount ^ 2) AS squares
                         FROM (SELECT sum(amount) AS amount FROM (%(purchases)s) purchase
                                WHERE purchase.company_id = standing.company_id GROUP BY moment::date) day) days
                """,
                today=SQL("%s::date", fields.Date.today()),
                company=company.id,
                sample=SAMPLE,
                purchases=self._select_purchases_where(
                    SQL("member.commercial_partner_id = standing.partner_id"),
                    SQL("move.commercial_partner_id = standing.partner_id"),
                ),
            )
        )
        turns, last, age, turnover, squares = np.array(rows, dtype=float).reshape(-1, 5).T
        return fit(History(turns - 1, last, age)), get_credibility(turns, turnover, squares)

    @api.model
    def _get_pages(self, company):
        """Yield the clients of ``company`` that ever bought, but those declared dead, page by page, as arrays."""
        names = ("id", "turns", "repeats", "last", "age", "turnover")
        latest = 0
        while rows := self.env.execute_query(
            SQL(
                """
                SELECT standing.id, turns, turns - 1, (last_on - first_on) / 7.0, (%(today)s - first_on) / 7.0, turnover
                  FROM client_standing standing
                  JOIN res_partner partner ON partner.id = standing.partner_id AND partner.active
                 WHERE standing.company_id = %(company)s AND turns > 0 AND last_on <= %(today)s
                   AND rule NOT IN %(dead)s AND standing.id > %(latest)s
              ORDER BY standing.id
                 LIMIT %(page)s
                """,
                today=SQL("%s::date", fields.Date.today()),
                company=company.id,
                dead=DECLARED_DEAD,
                latest=latest,
                page=PAGE,
            )
        ):
            columns = np.array(rows, dtype=float).T
            yield dict(zip(names, columns, strict=True))
            latest = rows[-1][0]

    @api.model
    def _write_forecast(self, ids, awake, orders, turnover):
        self.env.cr.execute(
            SQL(
                """
                UPDATE client_standing standing
                   SET awake = new.awake, forecast_orders = new.orders, forecast_turnover = new.turnover
                  FROM unnest(%s::int[], %s::float[], %s::float[], %s::numeric[]) AS new (id, awake, orders, turnover)
                 WHERE new.id = standing.id
                   AND (standing.awake, standing.forecast_orders, standing.forecast_turnover)
                       IS DISTINCT FROM (new.awake, new.orders, new.turnover)
                """,
                ids.astype(int).tolist(),
                np.round(100 * awake).tolist(),
                np.round(orders, 2).tolist(),
                np.round(turnover).tolist(),
            )
        )

    @api.model
    def _get_baseline(self, company):
        """Return what comes if the next months are as those before: a plain rule to judge the forecast by.

        :return: ``{"orders", "turnover"}`` a month, the average of the last twelve
        """
        [[orders, turnover]] = self.env.execute_query(
            SQL(
                """
                SELECT count(DISTINCT (partner_id, moment::date)) FILTER (WHERE counts), COALESCE(sum(amount), 0)
                  FROM (%s) purchase
                 WHERE moment::date > %s::date - 366 AND moment::date <= %s::date
                """,
                self._select_recent(company),
                fields.Date.today(),
                fields.Date.today(),
            )
        )
        return {"orders": orders / MONTHS, "turnover": float(turnover) / MONTHS}
