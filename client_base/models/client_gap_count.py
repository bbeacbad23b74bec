from odoo import api, fields, models
from odoo.tools import SQL


class ClientGapCount(models.Model):
    """How many cards lack what, by manager and day: what the page "Completeness" and its trend are read from.

    Rows without a requirement hold how many clients there are, and how complete.  Of past days only these
    are kept, by manager; today's are also split by what :meth:`_get_dimensions` names.
    """

    _name = "client.gap.count"
    _description = "Missing Data, Counted"
    _log_access = False

    day = fields.Date(required=True)
    owner_id = fields.Many2one("res.users", ondelete="cascade")
    company_id = fields.Many2one("res.company", ondelete="cascade", help="Empty: clients that all companies share.")
    dimension = fields.Char(required=True)
    key = fields.Integer(required=True, help="Id of the region, country … that the dimension names; 0: none.")
    requirement_id = fields.Many2one("client.requirement", index="btree_not_null", ondelete="cascade")
    count = fields.Integer(help="Clients that lack it; in rows without a requirement, all clients.")
    complete = fields.Integer(string="Complete Cards", help="Clients with nothing missing.")
    percent = fields.Float(help="Sum of the clients' completeness.")

    _count_unique = models.UniqueIndex(
        "(day, dimension, COALESCE(owner_id, 0), COALESCE(company_id, 0), key, COALESCE(requirement_id, 0))",
        "Each thing is counted once a day.",
    )

    @api.model
    def _get_dimensions(self):
        """Return what counts are split by, beside the manager: ``{field of the client: words}``; addons add theirs."""
        return {
            "client_region_id": self.env._("Region"),
            "country_id": self.env._("Country"),
            "client_channel_id": self.env._("Channel format"),
        }

    @api.model
    def _refresh(self, owner_ids=None):
        """Count the clients of these managers as they are now; of all, pool included, by default.

        :param list owner_ids: False in it stands for the pool; their counts stand beside those of the others, on
            the day when all were counted
        """
        self.env.flush_all()
        today = fields.Date.today()  # one day for all, wherever they are
        if owner_ids is None:
            of_these, day = SQL("TRUE"), today
        else:
            of_these = SQL("COALESCE(owner_id, 0) = ANY(%s)", [one or 0 for one in owner_ids])
            day = self._get_last_day() or today
        self._drop(of_these, day)
        names = list(self._get_dimensions())
        self.env.cr.execute(
            SQL(
                """
                WITH client AS MATERIALIZED (%(clients)s),
                     counted AS (
                         SELECT owner_id, company_id, NULL::int AS requirement_id, %(dimension)s AS dimension,
                                %(key)s AS key, count(*) AS count,
                                count(*) FILTER (WHERE percent >= 100) AS complete, sum(percent) AS percent
                           FROM client GROUP BY GROUPING SETS (%(sets)s)
                      UNION ALL
                         SELECT owner_id, company_id, missing.requirement_id, %(dimension)s, %(key)s, count(*), 0, 0
                           FROM client JOIN client_missing_rel missing ON missing.partner_id = client.id
                       GROUP BY GROUPING SETS (%(gap_sets)s)
                     )
                INSERT INTO client_gap_count
                       (day, owner_id, company_id, requirement_id, dimension, key, count, complete, percent)
                SELECT %(day)s, owner_id, company_id, requirement_id, dimension, key, count, complete, percent
                  FROM counted
           ON CONFLICT (day, dimension, COALESCE(owner_id, 0), COALESCE(company_id, 0), key,
                        COALESCE(requirement_id, 0))
             DO UPDATE SET (count, complete, percent) = ROW (excluded.count, excluded.complete, excluded.percent)
                """,
                clients=self._select_clients(names, owner_ids),
                dimension=self._name_grouping(names),
                key=SQL("COALESCE(%s, 0)", SQL(", ").join(SQL.identifier(name) for name in names)),
                sets=self._get_grouping_sets(names),
                gap_sets=self._get_grouping_sets(names, SQL("missing.requirement_id")),
                day=day,
            )
        )
        self.invalidate_model(flush=False)

    @api.model
    def _drop(self, of_these, day):
        """Drop the counts ``of_these`` managers of ``day``, and of the days before what no trend shows."""
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM client_gap_count
                 WHERE %s AND (day = %s OR day < %s AND (dimension <> 'owner' OR requirement_id IS NOT NULL))
                """,
                of_these,
                day,
                day,
            )
        )

    @api.model
    def _get_last_day(self):
        return self.search([("dimension", "=", "owner")], order="day DESC", limit=1).day

    @api.model
    def _select_clients(self, names, owner_ids):
        # sudo: who may see which of the counts is asked when they are read
        partners = self.env["res.partner"].sudo()
        domain = partners._get_client_domain()
        if owner_ids is not None:
            domain = [*domain, ("client_owner_id", "in", owner_ids)]
        query = partners._search(domain)
        columns = {"owner_id": "client_owner_id", "percent": "client_completeness"}
        columns |= {name: name for name in ("id", "company_id", *names)}
        return query.select(
            *(
                SQL("%s AS %s", partners._field_to_sql(partners._table, name, query), SQL.identifier(column))
                for column, name in columns.items()
            )
        )

    @api.model
    def _get_grouping_sets(self, names, *more):
        """Return the sets for GROUP BY: by manager and company alone, and by these and each of the dimensions."""
        return SQL(", ").join(
            SQL("(%s)", SQL(", ").join([SQL("owner_id, company_id"), *more, *map(SQL.identifier, chosen)]))
            for chosen in ((), *((name,) for name in names))
        )

    @api.model
    def _name_grouping(self, names):
        """Return which of the grouping sets a row is of."""
        cases = (SQL("WHEN GROUPING(%s) = 0 THEN %s", SQL.identifier(name), name) for name in names)
        return SQL("CASE %s ELSE 'owner' END", SQL(" ").join(cases))

    @api.model
    def _cron_refresh(self):
        self._refresh()
        self.env["client.gap.task"]._close_filled()
