from datetime import date, datetime
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL, ormcache

from ..tools.ladder import DAYS_A_MONTH, SEGMENT_OF_RULE
from ..tools.rhythm import LAST_INTERVALS, LEAST_INTERVALS

# What the engine knows of a client, in the order of the columns; of each row it writes only what differs.
MEASURES = (
    *("segment_id", "rule", "evidence", "due", "orders", "turnover", "margin"),
    *("first_on", "last_on", "turns", "intervals", "interval", "next_from", "next_on", "next_to"),
)


class Question(NamedTuple):
    """Which clients are placed, when, and by whose decision."""

    ids: list
    today: date
    now: datetime
    person: int | None


class ClientLifecycle(models.AbstractModel):
    """One statement that places clients: the rules of ``tools/ladder.py`` and ``tools/rhythm.py`` in SQL."""

    _inherit = "client.lifecycle"

    @api.model
    def _place(self, ids):
        """Write the standings of the clients ``ids`` and their movements, where anything differs.

        What was read of them before is to be forgotten by the caller.
        """
        self._flush_purchases()
        self.env.cr.execute(self._get_placing(self._get_question(list(ids))))

    @api.model
    def _get_question(self, ids):
        # Whoever decides does so in the own name.
        decided_by = self.env.uid if self.env.context.get("client_decided") else None
        return Question(ids, fields.Date.today(), fields.Datetime.now(), decided_by)

    @api.model
    def _invalidate(self):
        """Forget what was read of where clients stand; who confirms an order read nothing of it."""
        read = self.env.transaction.field_data
        for name, told in self._get_fields_that_tell().items():
            if any(map(read.get, told)):
                self.env[name].invalidate_model([field.name for field in told], flush=False)

    @api.model
    @ormcache()
    def _get_fields_that_tell(self):
        """Return the fields that tell where clients stand: ``{model: [field]}``."""
        names = {
            "client.standing": self.env["client.standing"]._fields,
            "client.segment.move": self.env["client.segment.move"]._fields,
            "client.decision": ["segment_id"],
            "res.partner": self.env["res.partner"]._get_standing_fields(),
        }
        return {model: [self.env[model]._fields[name] for name in told] for model, told in names.items()}

    @api.model
    def _get_placing(self, question):
        """Return the statement; rows are written in one order, so that two of them never wait for each other."""
        return SQL(
            """
            WITH purchase AS MATERIALIZED (%(purchases)s),
                 total AS (%(totals)s),
                 margin AS (%(margins)s),
                 rhythm AS (%(rhythms)s),
                 fact AS MATERIALIZED (%(facts)s),
                 verdict AS MATERIALIZED (%(verdicts)s),
                 changed AS MATERIALIZED (%(changes)s),
                 gone AS (
                     DELETE FROM client_standing
                      WHERE partner_id = ANY(%(ids)s)
                        -- Looked up in a hash, however few facts PostgreSQL estimates.
                        AND (partner_id, company_id) NOT IN (SELECT partner_id, company_id FROM fact)),
                 written AS (
                     INSERT INTO client_standing (partner_id, company_id, since, %(names)s)
                     SELECT partner_id, company_id, CASE WHEN moves THEN moved_at::date ELSE since END, %(names)s
                       FROM changed
                   ORDER BY partner_id, company_id
                ON CONFLICT (partner_id, company_id)
                  DO UPDATE SET (since, %(names)s) = ROW(EXCLUDED.since, %(excluded)s))
            INSERT INTO client_segment_move
                   (partner_id, company_id, date, from_id, to_id, user_id, rule, evidence, comment, create_date)
            SELECT partner_id, company_id, moved_at, from_id, segment_id, %(person)s, rule, evidence,
                   CASE WHEN %(person)s IS NOT NULL THEN comment END, now
              FROM changed
             WHERE moves
          ORDER BY partner_id, company_id
            """,
            ids=question.ids,
            purchases=self._select_purchases(question.ids),
            totals=self._select_totals(SQL("SELECT * FROM purchase")),
            margins=self._select_margins(),
            rhythms=self._select_rhythms(),
            facts=self._select_facts(question),
            verdicts=self._select_verdicts(),
            changes=self._select_changes(question),
            names=SQL(", ").join(map(SQL.identifier, MEASURES)),
            excluded=SQL(", ").join(SQL.identifier("excluded", name) for name in MEASURES),
            person=SQL("%s::int", question.person),
        )

    @api.model
    def _select_rhythms(self):
        """Return the query of what ``tools/rhythm.py`` says, from the days of purchases."""
        return SQL(
            """
            SELECT partner_id, company_id, max(day) AS last_on, count(*) AS turns,
                   percentile_cont(ARRAY[0.1, 0.5, 0.9]) WITHIN GROUP (ORDER BY gap)
                   FILTER (WHERE nth <= %(last)s AND gap IS NOT NULL) AS quantiles,
                   array_agg(gap ORDER BY day) FILTER (WHERE nth <= %(last)s AND gap IS NOT NULL) AS intervals
              FROM (SELECT partner_id, company_id, day,
                           day - lag(day) OVER client AS gap,
                           row_number() OVER (PARTITION BY partner_id, company_id ORDER BY day DESC) AS nth
                      FROM (SELECT DISTINCT partner_id, company_id, moment::date AS day FROM purchase WHERE counts) one
                    WINDOW client AS (PARTITION BY partner_id, company_id ORDER BY day)) turn
          GROUP BY partner_id, company_id
            """,
            last=LAST_INTERVALS,
        )

    @api.model
    def _select_facts(self, question):
        """Return the query of what the rules ask for: a row for each client with each company that may sell to it."""
        return SQL(
            """
            SELECT partner.id AS partner_id, company.id AS company_id,
                   %(today)s::date AS today, %(now)s::timestamp AS now,
                   COALESCE(total.orders, 0)::int AS orders,
                   round(COALESCE(total.turnover, 0), 2) AS turnover,
                   round(margin.margin, 2) AS margin,
                   total.first_at::date AS first_on, total.last_at::date AS last_on, total.last_at,
                   COALESCE(rhythm.turns, 0)::int AS turns,
                   CASE WHEN rhythm.turns > %(least)s THEN rhythm.quantiles END AS quantiles, rhythm.intervals,
                   partner.client_agreed_on AS agreed_on, partner.client_grade AS grade,
                   partner.client_grade_date AS decided_on, partner.client_grade_until AS until,
                   partner.client_grade_reason AS comment,
                   CASE WHEN abs(partner.client_grade_at::date - partner.client_grade_date) <= 1
                        THEN partner.client_grade_at
                        ELSE partner.client_grade_date + interval '1 day' - interval '1 microsecond' END AS decided_at,
                   company.client_regular_orders AS regular_orders, company.client_partner_orders AS partner_orders,
                   ceil(company.client_partner_months * %(month)s)::int AS partner_days,
                   company.client_dead_months AS dead_months,
                   ceil(company.client_dead_months * %(month)s)::int AS dead_days
              FROM res_partner partner
        CROSS JOIN res_company company
         LEFT JOIN total ON total.partner_id = partner.id AND total.company_id = company.id
         LEFT JOIN margin ON margin.partner_id = partner.id AND margin.company_id = company.id
         LEFT JOIN rhythm ON rhythm.partner_id = partner.id AND rhythm.company_id = company.id
             WHERE partner.id = ANY(%(ids)s) AND %(client)s
            """,
            today=question.today,
            now=question.now,
            month=DAYS_A_MONTH,
            least=LEAST_INTERVALS,
            ids=question.ids,
            client=self._get_client_condition(),
        )

    @api.model
    def _get_client_condition(self):
        """Return which pairs of ``partner`` and ``company``, with the ``total`` of both, have a standing."""
        return SQL(
            """
            partner.commercial_partner_id = partner.id AND partner.client_open IS NOT TRUE
            AND (partner.company_id IS NULL OR partner.company_id = company.id OR total.partner_id IS NOT NULL)
            """
        )

    @api.model
    def _select_verdicts(self):
        """Return the query of the verdicts on the facts, as :func:`place` gives them."""
        return SQL(
            """
            SELECT fact.*, %(segment)s AS segment_id, judged.rule, %(evidence)s AS evidence,
                   CASE WHEN judged.rule IN ('many_orders', 'several_orders', 'first_orders') THEN %(silent_on)s
                        WHEN judged.rule IN ('named_vip', 'declared_dead') THEN %(review_on)s
                        WHEN judged.rule = 'agreed' THEN %(given_up_on)s END AS due,
                   CASE WHEN judged.rule IN ('many_orders', 'several_orders', 'first_orders') THEN last_on
                        WHEN judged.rule = 'silent' THEN last_on + dead_days
                        WHEN judged.rule = 'agreed' THEN agreed_on
                        WHEN judged.rule = 'never_ordered' THEN agreed_on + dead_days END AS effective_on,
                   round(quantiles[2])::int AS interval,
                   %(next_from)s AS next_from, %(next_on)s AS next_on, %(next_to)s AS next_to
              FROM fact
        CROSS JOIN LATERAL (
                   SELECT CASE
                       WHEN grade = 'key' THEN 'chosen_key'
                       WHEN grade = 'vip' AND until < today THEN 'vip_review_due'
                       WHEN grade = 'vip' THEN 'named_vip'
                       WHEN grade = 'dead' AND (last_at > decided_at) IS NOT TRUE AND until < today
                            THEN 'dead_review_due'
                       WHEN grade = 'dead' AND (last_at > decided_at) IS NOT TRUE THEN 'declared_dead'
                       WHEN orders > 0 AND last_on + dead_days <= today THEN 'silent'
                       WHEN orders >= GREATEST(partner_orders, 1) AND last_on - first_on >= partner_days
                            THEN 'many_orders'
                       WHEN orders >= GREATEST(regular_orders, 1) THEN 'several_orders'
                       WHEN orders > 0 THEN 'first_orders'
                       WHEN agreed_on IS NULL THEN 'no_agreement'
                       WHEN agreed_on + dead_days <= today THEN 'never_ordered'
                       ELSE 'agreed' END AS rule
                   -- Named once, instead of written out wherever it is asked for.
                   OFFSET 0) judged
            """,
            segment=self._get_segment_of_rule(),
            evidence=self._get_evidence(),
            silent_on=self._select_later(SQL("last_on"), SQL("dead_days")),
            review_on=self._select_later(SQL("until"), SQL("1")),
            given_up_on=self._select_later(SQL("agreed_on"), SQL("dead_days")),
            next_from=self._select_later(SQL("last_on"), SQL("floor(quantiles[1])::int")),
            next_on=self._select_later(SQL("last_on"), SQL("round(quantiles[2])::int")),
            next_to=self._select_later(SQL("last_on"), SQL("ceil(quantiles[3])::int")),
        )

    @api.model
    def _select_later(self, day, days):
        """Return the day so many ``days`` after ``day``, as :func:`later`; Python could not read what is beyond."""
        return SQL(
            "CASE WHEN %(day)s > %(end)s - %(days)s THEN %(end)s ELSE %(day)s + %(days)s END",
            day=day,
            days=days,
            end=SQL("%s::date", date.max),
        )

    @api.model
    def _get_segment_of_rule(self):
        numbers = self.env["client.segment"]._get_ids()
        cases = (SQL("WHEN %s THEN %s", rule, numbers[code]) for rule, code in SEGMENT_OF_RULE.items())
        return SQL("CASE judged.rule %s END", SQL(" ").join(cases))

    @api.model
    def _get_evidence(self):
        return SQL(
            """
            CASE WHEN judged.rule = 'chosen_key' THEN jsonb_build_object('on', decided_on)
                 WHEN judged.rule IN ('named_vip', 'vip_review_due', 'declared_dead', 'dead_review_due')
                      THEN jsonb_build_object('on', decided_on, 'until', COALESCE(until::text, ''))
                 WHEN judged.rule = 'silent' THEN jsonb_build_object('last', last_on, 'months', dead_months)
                 WHEN judged.rule = 'many_orders' THEN jsonb_build_object(
                      'orders', orders, 'months', floor((last_on - first_on) / %(month)s)::int, 'first', first_on)
                 WHEN judged.rule IN ('several_orders', 'first_orders')
                      THEN jsonb_build_object('orders', orders, 'last', last_on)
                 WHEN judged.rule IN ('never_ordered', 'agreed')
                      THEN jsonb_build_object('on', agreed_on, 'months', dead_months)
                 ELSE '{}' END
            """,
            month=DAYS_A_MONTH,
        )

    @api.model
    def _select_changes(self, question):
        """Return the query of the verdicts that say anything new, with the movement they make.

        A movement bears the day on which its rule began to hold, where purchases came or time passed: not where
        a later movement is recorded, nor where purchases went or other thresholds came, as the past is not rewritten.
        A person's decision is recorded also where it moves nobody.
        """
        return SQL(
            """
            SELECT verdict.*, latest.to_id AS from_id, COALESCE(known.since, latest.date::date) AS since,
                   %(person)s IS NOT NULL OR (known.segment_id IS DISTINCT FROM verdict.segment_id
                       AND latest.to_id IS DISTINCT FROM verdict.segment_id) AS moves,
                   CASE WHEN %(person)s IS NULL AND effective_on < today
                             AND (latest.date IS NULL OR effective_on > latest.date)
                             AND (known.id IS NULL OR verdict.orders > known.orders OR verdict.rule = 'agreed'
                                  OR effective_on = known.due)
                        THEN effective_on::timestamp ELSE now END AS moved_at
              FROM verdict
         LEFT JOIN client_standing known
                ON known.partner_id = verdict.partner_id AND known.company_id = verdict.company_id
         LEFT JOIN LATERAL (
                   SELECT to_id, date FROM client_segment_move move
                    WHERE move.partner_id = verdict.partner_id AND move.company_id = verdict.company_id
                      AND (known.segment_id IS DISTINCT FROM verdict.segment_id OR known.segment_id IS NULL
                           OR %(person)s IS NOT NULL)
                 ORDER BY date DESC, id DESC
                    LIMIT 1) latest ON TRUE
             WHERE known.id IS NULL OR %(person)s IS NOT NULL OR (%(known)s) IS DISTINCT FROM (%(new)s)
            """,
            person=SQL("%s::int", question.person),
            known=SQL(", ").join(SQL.identifier("known", name) for name in MEASURES),
            new=SQL(", ").join(SQL.identifier("verdict", name) for name in MEASURES),
        )

    @api.model
    def _select_found(self, *, rebuild):
        """Return the query of the clients to place, in the order of their ids.

        These are who has no standing, whose standing is due, whose purchases come to another sum, and who is no
        client any more.
        """
        return SQL(
            """
            SELECT DISTINCT partner.id
              FROM res_partner partner
        CROSS JOIN res_company company
         LEFT JOIN (%(totals)s) total ON total.partner_id = partner.id AND total.company_id = company.id
         LEFT JOIN client_standing standing
                ON standing.partner_id = partner.id AND standing.company_id = company.id
             WHERE CASE WHEN %(client)s
                        THEN standing.id IS NULL OR standing.due <= %(today)s OR %(rebuild)s
                             OR standing.orders <> COALESCE(total.orders, 0)
                             OR standing.turnover <> round(COALESCE(total.turnover, 0), 2)
                             OR standing.first_on IS DISTINCT FROM total.first_at::date
                             OR standing.last_on IS DISTINCT FROM total.last_at::date
                        ELSE standing.id IS NOT NULL END
          ORDER BY partner.id
            """,
            totals=self._select_all_totals(),
            client=self._get_client_condition(),
            today=fields.Date.today(),
            rebuild=rebuild,
        )
