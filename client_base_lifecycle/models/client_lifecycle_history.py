from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.ladder import DAYS_A_MONTH, DECIDED, DECLARED_DEAD, LASTING


class ClientLifecycle(models.AbstractModel):
    """The past of clients, told from the days of their purchases; ``tools/life.py`` says how.

    It is told of clients that nobody watched: those in the base before the addon, and those whose
    old orders came in by an import.  What was recorded otherwise stays, as it was known then.
    """

    _inherit = "client.lifecycle"

    @api.model
    def _place_found(self, ids):
        self._tell_past(ids)
        super()._place_found(ids)

    @api.model
    def _tell_past(self, ids):
        """Write the movements of those of the clients ``ids`` that have none yet."""
        self.env["client.segment.move"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT array_agg(id) FROM unnest(%s::int[]) AS client (id)
                 WHERE NOT EXISTS (SELECT FROM client_segment_move move WHERE move.partner_id = client.id)
                """,
                ids,
            )
        )
        if unknown := self.env.cr.fetchone()[0]:
            self._flush_purchases()
            self.env.cr.execute(self._get_telling(unknown, untold=True))

    @api.model
    def _rewrite_history(self, clients):
        """Tell the past of ``clients`` anew from their orders as they are now; people's decisions stay.

        Movements that the rules once made and that the orders do not bear out any more are dropped:
        this is for histories that came in late, not for everyday.
        """
        # sudo: the history is closed to everybody, and this is the one way to mend it
        lifecycle = self.sudo()
        ids = clients.sudo().commercial_partner_id.ids
        lifecycle._flush_purchases()
        lifecycle.env["client.segment.move"].flush_model()
        outdated = lifecycle._select_outdated(ids)
        lifecycle.env.cr.execute(SQL("DELETE FROM client_segment_move WHERE id IN (%s)", outdated))
        lifecycle.env.cr.execute(lifecycle._get_telling(ids))
        lifecycle._mend_origins(ids)
        lifecycle._set_since(ids)
        lifecycle._place(ids)
        lifecycle._invalidate()

    @api.model
    def _select_outdated(self, ids):
        """Return the query of the rules' movements of the clients ``ids`` that the past as told has not."""
        return SQL(
            """
            WITH purchase AS MATERIALIZED (%s), told AS MATERIALIZED (%s)
            SELECT move.id FROM client_segment_move move
             WHERE move.partner_id = ANY(%s) AND NOT (%s)
               -- Looked up in a hash: PostgreSQL estimates so little that it would tell the past for each movement.
               AND (move.partner_id, move.company_id, move.date::date, move.rule) NOT IN (
                   SELECT partner_id, company_id, day, rule FROM told)
            """,
            self._select_purchases(ids),
            self._select_told(ids),
            ids,
            self._is_decision("move"),
        )

    @api.model
    def _is_decision(self, alias):
        """Return whether a movement was a person's, who may have come with an import and is not known then."""
        return SQL(
            "%s IS NOT NULL OR %s IN %s", SQL.identifier(alias, "user_id"), SQL.identifier(alias, "rule"), DECIDED
        )

    @api.model
    def _get_telling(self, ids, *, untold=False):
        """Return the statement that writes the past of the clients ``ids``, as far as it is not written.

        :param untold: nothing of it is: neither movements nor decisions
        """
        return SQL(
            """
            WITH purchase AS (%(purchases)s),
                 told AS (%(told)s)
            INSERT INTO client_segment_move
                   (partner_id, company_id, date, from_id, to_id, rule, evidence, create_date)
            SELECT told.partner_id, told.company_id, told.moment, told.from_id, told.to_id, told.rule, %(evidence)s,
                   %(now)s
              FROM told
             WHERE NOT told.decided AND %(missing)s
          ORDER BY told.partner_id, told.company_id, told.moment, told.priority
            """,
            purchases=self._select_purchases(ids),
            told=self._select_told(ids, untold=untold),
            evidence=self._get_told_evidence(),
            missing=SQL("TRUE")
            if untold
            else SQL(
                """
                NOT EXISTS (
                    SELECT FROM client_segment_move move
                     WHERE move.partner_id = told.partner_id AND move.company_id = told.company_id
                       AND move.date::date = told.day AND move.rule = told.rule)
                """
            ),
            now=fields.Datetime.now(),
        )

    @api.model
    def _get_told_evidence(self):
        """Return the evidence of what is ``told``; only of that, as most steps move nobody."""
        return SQL(
            """
            CASE WHEN rule = 'many_orders'
                 THEN jsonb_build_object('orders', orders, 'first', first_on,
                                         'months', floor((day - first_on) / %s)::int)
                 WHEN rule IN ('several_orders', 'first_orders')
                 THEN jsonb_build_object('orders', orders, 'last', last_on)
                 WHEN rule = 'silent' THEN jsonb_build_object('last', last_on, 'months', months)
                 WHEN rule IN ('agreed', 'never_ordered') THEN jsonb_build_object('on', last_on, 'months', months)
                 ELSE '{}' END
            """,
            DAYS_A_MONTH,
        )

    @api.model
    def _select_told(self, ids, *, untold=False):
        """Return the query of the movements, people's decisions among them, from the CTE ``purchase``."""
        return SQL(
            """
            SELECT *
              FROM (SELECT step.*, lag(to_id) OVER (
                               PARTITION BY partner_id, company_id ORDER BY moment, priority) AS from_id
                      FROM (SELECT step.*, min(first_on) OVER (PARTITION BY partner_id, company_id) AS bought_on
                              FROM (%(steps)s) step) step
                     WHERE (own IS NULL OR day < bought_on OR own AND bought_on IS NULL) AND (%(free)s)) step
             WHERE from_id IS DISTINCT FROM to_id
            """,
            steps=self._select_steps(ids),
            free=SQL("TRUE") if untold else self._is_free(),
        )

    @api.model
    def _is_free(self):
        """Return whether no decision stood above the orders when the ``step`` was taken."""
        return SQL(
            """
            decided OR NOT EXISTS (
                SELECT FROM client_segment_move decision
                 WHERE decision.partner_id = step.partner_id AND decision.company_id = step.company_id
                   AND decision.id = (
                       SELECT latest.id FROM client_segment_move latest
                        WHERE latest.partner_id = step.partner_id AND latest.company_id = step.company_id
                          AND (%s) AND latest.date <= step.moment
                     ORDER BY latest.date DESC, latest.id DESC
                        LIMIT 1)
                   AND (decision.rule IN %s
                        OR decision.rule IN %s
                           AND step.rule IN ('silent', 'never_ordered')))
            """,
            self._is_decision("latest"),
            LASTING,
            DECLARED_DEAD,
        )

    @api.model
    def _select_steps(self, ids):
        """Return the query of all that happened to the clients ``ids``, each with the segment it leads to.

        ``own`` says of what counts until the first purchase only whether it does without any; it is
        empty for the rest.
        """
        numbers = self.env["client.segment"]._get_ids()
        return SQL(
            """
            WITH turn AS (%(turns)s)
            SELECT partner_id, company_id, day, moment, 2 AS priority, FALSE AS decided, %(alive)s AS to_id, rule,
                   orders, first_on, day AS last_on, dead_months AS months, NULL::bool AS own
              FROM turn
             UNION ALL
            SELECT partner_id, company_id, day + dead_days, day + dead_days, 1, FALSE, %(dead)s, 'silent',
                   NULL, NULL, day, dead_months, NULL
              FROM turn
             WHERE day + dead_days < COALESCE(next_on, %(today)s + 1)
             UNION ALL
            %(births)s
             UNION ALL
            SELECT partner_id, company_id, date::date, date, 3, TRUE, to_id, rule, NULL, NULL, NULL, NULL, NULL
              FROM client_segment_move move
             WHERE partner_id = ANY(%(ids)s) AND (%(decided)s)
            """,
            turns=self._select_turns(),
            births=self._select_births(ids),
            alive=SQL(
                "CASE rule WHEN 'many_orders' THEN %s WHEN 'several_orders' THEN %s ELSE %s END",
                *(numbers[code] for code in ("partner", "regular", "working")),
            ),
            dead=numbers["dead"],
            today=SQL("%s::date", fields.Date.today()),
            ids=ids,
            decided=self._is_decision("move"),
        )

    @api.model
    def _select_turns(self):
        """Return the query of the days of purchases, with the rule that held at the end of each."""
        return SQL(
            """
            SELECT turn.*, CASE
                       WHEN orders >= partner_orders AND day - first_on >= partner_days THEN 'many_orders'
                       WHEN orders >= regular_orders THEN 'several_orders'
                       ELSE 'first_orders' END AS rule,
                   dead_months, dead_days
              FROM (SELECT partner_id, company_id, moment::date AS day, max(moment) AS moment,
                           sum(count(*)) OVER client AS orders,
                           first_value(moment::date) OVER client AS first_on,
                           lead(moment::date) OVER client AS next_on
                      FROM purchase
                     WHERE counts
                  GROUP BY partner_id, company_id, moment::date
                    WINDOW client AS (PARTITION BY partner_id, company_id ORDER BY moment::date)) turn
              JOIN (SELECT id, client_regular_orders AS regular_orders, client_partner_orders AS partner_orders,
                           ceil(client_partner_months * %(month)s)::int AS partner_days,
                           client_dead_months AS dead_months, ceil(client_dead_months * %(month)s)::int AS dead_days
                      FROM res_company) company ON company.id = turn.company_id
             WHERE day <= %(today)s
            """,
            month=DAYS_A_MONTH,
            today=SQL("%s::date", fields.Date.today()),
        )

    @api.model
    def _select_births(self, ids):
        """Return the query of what happens before the first purchase: entered, agreed, came to nothing.

        The purchases are not joined here: PostgreSQL estimates so few that it may compare each client
        with each.
        """
        numbers = self.env["client.segment"]._get_ids()
        return SQL(
            """
            SELECT partner.id, company.id, birth.day, birth.day, birth.priority, FALSE, birth.to_id, birth.rule,
                   NULL, NULL, partner.client_agreed_on, company.client_dead_months,
                   partner.company_id IS NULL OR partner.company_id = company.id
              FROM res_partner partner
        CROSS JOIN res_company company
        CROSS JOIN LATERAL (
                   VALUES (COALESCE(partner.create_date::date, %(today)s), -1, %(potential)s, 'no_agreement'),
                          (partner.client_agreed_on, 0, %(active)s, 'agreed'),
                          (partner.client_agreed_on + ceil(company.client_dead_months * %(month)s)::int, 1, %(dead)s,
                           'never_ordered')) AS birth (day, priority, to_id, rule)
             WHERE partner.id = ANY(%(ids)s)
               AND partner.commercial_partner_id = partner.id AND partner.client_open IS NOT TRUE
               AND birth.day <= %(today)s
               AND (birth.rule <> 'no_agreement' OR birth.day < COALESCE(partner.client_agreed_on, %(today)s + 1))
            """,
            potential=numbers["potential"],
            active=numbers["active"],
            dead=numbers["dead"],
            month=DAYS_A_MONTH,
            today=SQL("%s::date", fields.Date.today()),
            ids=ids,
        )

    @api.model
    def _mend_origins(self, ids):
        """Let each movement begin where the one before it ended."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE client_segment_move move
                   SET from_id = earlier.to_id
                  FROM (SELECT id, lag(to_id) OVER (PARTITION BY partner_id, company_id ORDER BY date, id) AS to_id
                          FROM client_segment_move WHERE partner_id = ANY(%s)) earlier
                 WHERE earlier.id = move.id AND move.from_id IS DISTINCT FROM earlier.to_id
                """,
                ids,
            )
        )

    @api.model
    def _set_since(self, ids):
        """Let the clients stand since their latest movement."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE client_standing standing
                   SET since = latest.date::date, segment_id = latest.to_id
                  FROM (SELECT DISTINCT ON (partner_id, company_id) partner_id, company_id, date, to_id
                          FROM client_segment_move WHERE partner_id = ANY(%s)
                      ORDER BY partner_id, company_id, date DESC, id DESC) latest
                 WHERE latest.partner_id = standing.partner_id AND latest.company_id = standing.company_id
                   AND (standing.since, standing.segment_id) IS DISTINCT FROM (latest.date::date, latest.to_id)
                """,
                ids,
            )
        )
