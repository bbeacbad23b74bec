import json

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

TOP = 20
TILES = 50


class ClientLifecycleSummary(models.Model):
    """What the dashboard shows of one manager's clients, added up at night.

    A page that counts a million clients whenever it is opened is slow; one that adds up a row for
    each manager is as fast for a million as for a thousand.
    """

    _name = "client.lifecycle.summary"
    _description = "Lifecycle Summary"
    _order = "company_id, owner_id"

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", index=True)
    owner_id = fields.Many2one("res.users", string="Client's Manager", ondelete="cascade", index="btree_not_null")
    whole = fields.Boolean(help="What only the whole base of the company tells: the forecast, the concentration.")
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    figures = fields.Json(required=True)

    @api.model
    def _refresh_summaries(self, company, whole):
        """Write the summaries of ``company`` anew, where they differ; ``whole`` are figures of the whole base.

        :param whole: kept as they were where they name nothing new
        """
        # sudo: everybody's clients are added up; the rules say whose sums one reads
        summaries = self.sudo()
        known = {summary.owner_id.id if not summary.whole else None: summary for summary in summaries._get_of(company)}
        before = known[None].figures if None in known else {}
        figures = {**self._get_owner_figures(company), None: {**before, **whole, **self._get_whole(company)}}
        now = fields.Datetime.now()
        for owner, values in figures.items():
            values = json.loads(json.dumps(values, default=str))
            if owner not in known:
                vals = {"company_id": company.id, "owner_id": owner, "whole": owner is None, "figures": values}
                summaries.create(vals)
            else:
                known[owner].write({"date": now, **({"figures": values} if known[owner].figures != values else {})})
        for owner in known.keys() - figures.keys():
            known[owner].unlink()

    @api.model
    def _get_of(self, company):
        return self.search([("company_id", "=", company.id)])

    @api.model
    def _get_last_date(self, company):
        """Return when the analysis of ``company`` was finished last; ``False`` where it never was."""
        return self.search([("company_id", "=", company.id), ("whole", "=", True)], limit=1).date

    @api.model
    def _get_owner_figures(self, company):
        """Return ``{owner id or False: figures}``."""
        figures = {}
        for name, query in (
            ("segments", self._select_segments(company)),
            ("classes", self._select_classes(company)),
            ("risk", self._select_risk(company)),
            ("top", self._select_top(company)),
            ("flows", self._select_flows(company)),
            ("trend", self._select_trend(company)),
            ("falling", self._select_falling(company)),
        ):
            for owner, rows in self.env.execute_query(query):
                figures.setdefault(owner or False, {})[name] = rows
        return figures

    @api.model
    def _group(self, columns, source):
        """Return the query of the rows of ``source`` as JSON, one array for each owner."""
        return SQL(
            """
            SELECT owner_id, jsonb_agg(jsonb_build_array(%(columns)s) ORDER BY %(columns)s) FROM (%(source)s) part
          GROUP BY owner_id
            """,
            columns=columns,
            source=source,
        )

    @api.model
    def _from_standings(self, company):
        return SQL(
            """
            FROM client_standing standing
            JOIN res_partner partner ON partner.id = standing.partner_id AND partner.active
            JOIN client_segment segment ON segment.id = standing.segment_id
           WHERE standing.company_id = %s
            """,
            company.id,
        )

    @api.model
    def _select_segments(self, company):
        return self._group(
            SQL("code, clients, turnover"),
            SQL(
                """
                SELECT partner.client_owner_id AS owner_id, segment.code, count(*) AS clients,
                       round(COALESCE(sum(standing.turnover_year), 0)) AS turnover
                %s GROUP BY 1, 2
                """,
                self._from_standings(company),
            ),
        )

    @api.model
    def _select_classes(self, company):
        return self._group(
            SQL("abc, xyz, clients, turnover"),
            SQL(
                """
                SELECT partner.client_owner_id AS owner_id, standing.abc, standing.xyz, count(*) AS clients,
                       round(sum(standing.turnover_year)) AS turnover
                %s AND standing.xyz IS NOT NULL GROUP BY 1, 2, 3
                """,
                self._from_standings(company),
            ),
        )

    @api.model
    def _select_first(self, company, condition, value):
        """Return the query of the ``TOP`` clients of each owner that meet ``condition``, by ``value``."""
        return self._group(
            SQL("value, partner_id"),
            SQL(
                """
                SELECT * FROM (
                    SELECT partner.client_owner_id AS owner_id, standing.partner_id, -(%(value)s) AS value,
                           row_number() OVER (PARTITION BY partner.client_owner_id
                                                  ORDER BY %(value)s DESC, standing.partner_id) AS number
                    %(source)s AND %(condition)s) ranked
                 WHERE number <= %(top)s
                """,
                value=value,
                source=self._from_standings(company),
                condition=condition,
                top=TOP,
            ),
        )

    @api.model
    def _select_risk(self, company):
        late = SQL("segment.zone = 'life' AND standing.next_to < %s", fields.Date.today())
        return self._select_first(company, late, SQL("round(standing.turnover_year)"))

    @api.model
    def _select_top(self, company):
        return self._select_first(company, SQL("standing.turnover_year > 0"), SQL("round(standing.turnover_year)"))

    @api.model
    def _select_falling(self, company):
        falling = SQL(
            "segment.zone = 'life' AND standing.turnover_before > 0"
            " AND standing.turnover_year < standing.turnover_before * %s",
            1 - company.client_alarm_fall / 100,
        )
        return self._select_first(company, falling, SQL("round(standing.turnover_before - standing.turnover_year)"))

    @api.model
    def _select_flows(self, company):
        return self._group(
            SQL('"from", "to", person, count'),
            SQL(
                """
                SELECT partner.client_owner_id AS owner_id, origin.code AS "from", target.code AS "to",
                       move.user_id IS NOT NULL AS person, count(*) AS count
                %s GROUP BY 1, 2, 3, 4
                """,
                self._from_moves(company, fields.Date.today() - relativedelta(days=30)),
            ),
        )

    @api.model
    def _select_trend(self, company):
        """Return the query of what each segment gained in each of the last months, less what it lost."""
        return self._group(
            SQL("month, code, gained"),
            SQL(
                """
                SELECT owner_id, to_char(month, 'YYYY-MM') AS month, step.code, sum(step.gained)::int AS gained
                  FROM (SELECT move.partner_id, partner.client_owner_id AS owner_id, origin.code AS origin,
                               target.code AS target, date_trunc('month', move.date) AS month
                        %(moves)s) moved
                  JOIN client_standing standing
                    ON standing.partner_id = moved.partner_id AND standing.company_id = %(company)s
            CROSS JOIN LATERAL (VALUES (target, 1), (origin, -1)) AS step (code, gained)
                 WHERE step.code IS NOT NULL
              GROUP BY 1, 2, 3
                """,
                moves=self._from_moves(company, fields.Date.today().replace(day=1) - relativedelta(months=11)),
                company=company.id,
            ),
        )

    @api.model
    def _from_moves(self, company, date_from):
        return self.env["client.segment.move"]._from_moves(company, date_from, fields.Date.today())

    @api.model
    def _get_whole(self, company):
        """Return ``{"pareto", "buyers"}``: the turnover of each fiftieth of the buyers, the largest first."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT tile, count(*), round(sum(turnover_year))
                  FROM (SELECT turnover_year, ntile(%s) OVER (ORDER BY turnover_year DESC) AS tile
                          FROM client_standing standing
                          JOIN res_partner partner ON partner.id = standing.partner_id AND partner.active
                         WHERE standing.company_id = %s AND turnover_year > 0) buyer
              GROUP BY tile ORDER BY tile
                """,
                TILES,
                company.id,
            )
        )
        return {
            "pareto": [float(turnover) for _tile, _count, turnover in rows],
            "buyers": sum(count for _tile, count, _turnover in rows),
        }
