from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.classes import LEAST_PARTS, parse_cuts

# The year that classes look at, in twelve parts of one length.
YEAR = 366
PARTS = 12
CLASSES = ("abc", "xyz", "recency_score", "frequency_score", "money_score", "turnover_year", "turnover_before")


class ClientLifecycle(models.AbstractModel):
    """The classes of the clients of a company, as ``tools/classes.py`` explains them, by one statement."""

    _inherit = "client.lifecycle"

    @api.model
    def _classify(self, company):
        """Write the classes of the clients of ``company`` where they differ; return the cut points that were used."""
        self._flush_purchases()
        cuts = self._get_cuts(company)
        names = SQL(", ").join(map(SQL.identifier, CLASSES))
        self.env.cr.execute(
            SQL(
                """
                WITH purchase AS (%(purchases)s),
                     year AS (%(years)s),
                     class AS (%(classes)s)
                UPDATE client_standing standing
                   SET (%(names)s) = ROW(%(new)s)
                  FROM class
                 WHERE class.standing_id = standing.id AND (%(old)s) IS DISTINCT FROM (%(new)s)
                """,
                purchases=self._select_recent(company),
                years=self._select_years(),
                classes=self._select_classes(company, cuts),
                names=names,
                old=SQL(", ").join(SQL.identifier("standing", name) for name in CLASSES),
                new=SQL(", ").join(SQL.identifier("class", name) for name in CLASSES),
            )
        )
        self._learn(self.env.cr.rowcount)
        self._forget(company, CLASSES, SQL("orders = 0"))
        self.env["client.standing"].invalidate_model(flush=False)
        return cuts

    @api.model
    def _forget(self, company, names, left):
        """Empty the columns ``names`` of the clients of ``company`` that the condition ``left`` is true of."""
        columns = SQL(", ").join(map(SQL.identifier, names))
        self.env.cr.execute(
            SQL(
                """
                UPDATE client_standing SET (%s) = ROW(%s)
                 WHERE company_id = %s AND %s AND num_nonnulls(%s) > 0
                """,
                columns,
                SQL(", ").join(SQL("NULL") for _name in names),
                company.id,
                left,
                columns,
            )
        )

    @api.model
    def _select_recent(self, company):
        """Return the query of the purchases with ``company`` of this year and the one before."""
        start = SQL("%s::date - %s", fields.Date.today(), 2 * YEAR - 1)
        ours = SQL("company.id = %s", company.id)
        return self._select_purchases_where(
            SQL("%s AND sale.date_order >= %s", ours, start), SQL("%s AND move.invoice_date >= %s", ours, start)
        )

    @api.model
    def _select_years(self):
        """Return the query of what each client bought in the year, part by part, and in the year before."""
        return SQL(
            """
            SELECT partner_id,
                   sum(amount) FILTER (WHERE part < %(parts)s) AS turnover,
                   sum(amount) FILTER (WHERE part >= %(parts)s) AS turnover_before,
                   sum(amount ^ 2) FILTER (WHERE part < %(parts)s) AS squares,
                   sum(days) FILTER (WHERE part < %(parts)s) AS days
              FROM (SELECT partner_id, floor((%(today)s - moment::date) * %(parts)s / %(year)s.0)::int AS part,
                           sum(amount) AS amount, count(DISTINCT moment::date) FILTER (WHERE counts) AS days
                      FROM purchase
                     WHERE moment::date <= %(today)s
                  GROUP BY 1, 2) month
          GROUP BY partner_id
            """,
            parts=PARTS,
            year=YEAR,
            today=SQL("%s::date", fields.Date.today()),
        )

    @api.model
    def _select_classes(self, company, cuts):
        """Return the query of the classes: a client bought evenly that did so since its first purchase."""
        return SQL(
            """
            SELECT standing_id, turnover AS turnover_year, turnover_before,
                   CASE WHEN turnover <= 0 OR before >= %(share_b)s THEN 'C'
                        WHEN before < %(share_a)s THEN 'A' ELSE 'B' END AS abc,
                   CASE WHEN turnover <= 0 OR parts < %(least)s THEN NULL
                        WHEN variation <= %(even)s THEN 'X'
                        WHEN variation <= %(uneven)s THEN 'Y' ELSE 'Z' END AS xyz,
                   5 - width_bucket(recency, %(recency)s) AS recency_score,
                   1 + width_bucket(days, %(frequency)s) AS frequency_score,
                   1 + width_bucket(turnover, %(money)s) AS money_score
              FROM (SELECT client.*,
                           100 * (sum(turnover) FILTER (WHERE turnover > 0)
                                      OVER (ORDER BY turnover DESC, standing_id ROWS UNBOUNDED PRECEDING) - turnover)
                           / NULLIF(sum(turnover) FILTER (WHERE turnover > 0) OVER (), 0) AS before,
                           100 * sqrt(GREATEST(squares / parts - (turnover / parts) ^ 2, 0))
                           / NULLIF(turnover / parts, 0) AS variation
                      FROM (SELECT standing.id AS standing_id,
                                   round(COALESCE(year.turnover, 0), 2) AS turnover,
                                   round(COALESCE(year.turnover_before, 0), 2) AS turnover_before,
                                   COALESCE(year.squares, 0) AS squares,
                                   COALESCE(year.days, 0)::float AS days,
                                   (%(today)s - standing.last_on)::float AS recency,
                                   LEAST(%(parts)s, GREATEST(1, 1 + floor((%(today)s - standing.first_on) * %(parts)s
                                                                          / %(year)s.0))) AS parts
                              FROM client_standing standing
                              JOIN res_partner partner ON partner.id = standing.partner_id AND partner.active
                         LEFT JOIN year ON year.partner_id = standing.partner_id
                             WHERE standing.company_id = %(company)s AND standing.orders > 0) client) ranked
            """,
            least=LEAST_PARTS,
            share_a=company.client_abc_a,
            share_b=company.client_abc_b,
            even=company.client_xyz_x,
            uneven=company.client_xyz_y,
            recency=cuts["recency"],
            frequency=cuts["frequency"],
            money=SQL("%s::numeric[]", cuts["money"]),
            today=SQL("%s::date", fields.Date.today()),
            parts=PARTS,
            year=YEAR,
            company=company.id,
        )

    @api.model
    def _get_cuts(self, company):
        """Return the cut points of RFM: the company's own, otherwise those that part the base into fifths."""
        own = {
            "recency": parse_cuts(company.client_rfm_recency),
            "frequency": parse_cuts(company.client_rfm_frequency),
            "money": parse_cuts(company.client_rfm_money),
        }
        if None not in own.values():
            return own
        [fifths] = self.env.execute_query_dict(
            SQL(
                """
                WITH purchase AS (%(purchases)s), year AS (%(years)s)
                SELECT percentile_cont(%(shares)s) WITHIN GROUP (ORDER BY (%(today)s - standing.last_on)) AS recency,
                       percentile_cont(%(shares)s) WITHIN GROUP (ORDER BY year.days) AS frequency,
                       percentile_cont(%(shares)s) WITHIN GROUP (ORDER BY year.turnover) AS money
                  FROM year
                  JOIN client_standing standing
                    ON standing.partner_id = year.partner_id AND standing.company_id = %(company)s
                 WHERE year.turnover > 0 AND year.days > 0
                """,
                purchases=self._select_recent(company),
                years=self._select_years(),
                shares=[0.2, 0.4, 0.6, 0.8],
                today=SQL("%s::date", fields.Date.today()),
                company=company.id,
            )
        )
        return {name: value or self._make_rising(fifths[name]) for name, value in own.items()}

    @api.model
    def _make_rising(self, cuts):
        """Return cut points that rise, where many clients have one value; any where nobody bought."""
        rising = []
        for cut in cuts or [1, 2, 3, 4]:
            rising.append(max(float(cut), rising[-1] + 1e-6) if rising else float(cut))
        return rising
