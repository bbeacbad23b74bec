from datetime import timedelta

from psycopg2.errors import SerializationFailure, UniqueViolation

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.terms import LEAST_TURNS

# More open points of one manager than this are nobody's to work on.
OPEN_AT_ONCE = 30
# An alarm that was answered is quiet for so long.
QUIET_DAYS = 90
# So many days back, today among them, a purchase may be new to the analysis: it may be entered late.
NEW_DAYS = 8


class ClientDecision(models.Model):
    """Points that open by themselves at night: at the end of a turn, or by an alarm."""

    _inherit = "client.decision"

    @api.model
    def _open_due(self, company):
        """Open the points that are due with ``company``, the weightiest of each manager first.

        :raise SerializationFailure: where somebody opened one of them meanwhile, which the next try sees
        """
        # sudo: alarms go off for every client, whoever starts the job
        decisions = self.sudo()
        decisions._close_outlived(company)
        vals_list = decisions._get_due(company)
        # No mail to followers: the board shows them.
        decisions = decisions.with_context(tracking_disable=True, mail_create_nosubscribe=True)
        try:
            with self.env.cr.savepoint():
                decisions.create(vals_list)
        except UniqueViolation as error:
            raise SerializationFailure(str(error)) from error

    @api.model
    def _close_outlived(self, company):
        """Close the points that opened by themselves, and whose clients are dead since: nothing is left to decide."""
        opened = Domain("state", "!=", "done") & Domain("cause", "!=", "hand") & Domain("company_id", "=", company.id)
        for point in self.with_company(company).search(opened):
            point = point._in_language_of(point.owner_id)
            client = point.partner_id
            if client.client_segment_id.code == "dead" and client.client_segment_since >= point.opened_on:
                words = point.env._("Closed by itself: the client is dead. %s", client.client_segment_reason)
                result = "\n".join(filter(None, [point.result, words]))
                point.write({"state": "done", "decided_on": fields.Date.today(), "result": result})

    @api.model
    def _get_due(self, company):
        """Return the values of the points that are due with ``company``."""
        self.flush_model()
        opened = {"company_id": company.id, "opened_on": fields.Date.today()}
        return [{**row, **opened} for row in self.env.execute_query_dict(self._select_due(company))]

    @api.model
    def _select_due(self, company):
        """Return the query of what is due: of each client its first cause."""
        return SQL(
            """
            WITH busy AS MATERIALIZED (
                     SELECT COALESCE(partner.client_owner_id, 0) AS owner_id, count(*) AS points
                       FROM client_decision decision
                       JOIN res_partner partner ON partner.id = decision.partner_id AND partner.active
                       -- Points of others are no alarms, and keep none from going off.
                       JOIN client_standing standing
                         ON standing.partner_id = decision.partner_id AND standing.company_id = decision.company_id
                       JOIN client_segment segment ON segment.id = standing.segment_id AND segment.zone = 'life'
                      WHERE decision.state <> 'done' AND decision.company_id = %(company)s
                   GROUP BY 1)
            SELECT partner_id, cause, evidence, turn, turnover
              FROM (SELECT due.*, row_number() OVER (PARTITION BY owner_id ORDER BY turnover DESC, partner_id) AS number
                      FROM (SELECT DISTINCT ON (partner_id) * FROM (%(causes)s) cause
                          ORDER BY partner_id, priority) due) ranked
         LEFT JOIN busy ON busy.owner_id = COALESCE(ranked.owner_id, 0)
             WHERE number <= %(most)s - COALESCE(busy.points, 0)
          ORDER BY partner_id
            """,
            causes=self._select_causes(company),
            company=company.id,
            most=OPEN_AT_ONCE,
        )

    @api.model
    def _select_causes(self, company):
        lifecycle = self.env["client.lifecycle"]
        return SQL(
            """
            WITH alive AS MATERIALIZED (%(watched)s),
                 turns AS MATERIALIZED (%(turns)s),
                 watched AS (
                     SELECT alive.*, terms.rows, terms.worsen
                       FROM alive
                  LEFT JOIN (%(terms)s) terms ON terms.partner_id = alive.partner_id)
            SELECT watched.*, cause.*
              FROM watched
        CROSS JOIN LATERAL (
                   VALUES (1, 'dependence', turnover >= total * %(dependence)s / 100,
                           jsonb_build_object('percent', round(100 * turnover / NULLIF(total, 0)))),
                          (2, 'overdue', late AND silent >= interval * %(overdue)s,
                           jsonb_build_object('ratio', round(silent::numeric / NULLIF(interval, 0), 1),
                                              'interval', interval)),
                          (3, 'falling', turnover < before * (1 - %(fall)s / 100.0),
                           jsonb_build_object('percent', round(100 - 100 * turnover / NULLIF(before, 0)))),
                          (4, 'terms', worsen,
                           jsonb_build_object('rows', rows, 'turns', %(least)s)),
                          (5, 'turn', important AND next_on <= %(today)s AND NOT late,
                           jsonb_build_object('turn', turn, 'next', next_on))
                   ) AS cause (priority, cause, holds, evidence)
             WHERE cause.holds
               AND NOT EXISTS (
                   SELECT FROM client_decision decision
                    WHERE decision.partner_id = watched.partner_id AND decision.company_id = %(company)s
                      AND (decision.state <> 'done'
                           OR decision.cause = cause.cause
                              AND (decision.turn = watched.turn
                                   OR COALESCE(decision.decided_on, decision.opened_on) > %(quiet)s)))
            """,
            watched=self._select_watched(company),
            # Only of those who just bought: otherwise nothing is new.
            turns=lifecycle._select_terms(
                SQL("(SELECT partner_id FROM alive WHERE silent < %s)", self._get_new_days(company)), company
            ),
            terms=lifecycle._select_worsening(SQL("SELECT * FROM turns")),
            dependence=company.client_alarm_dependence,
            overdue=company.client_alarm_overdue,
            fall=company.client_alarm_fall,
            least=LEAST_TURNS,
            today=fields.Date.today(),
            company=company.id,
            quiet=fields.Date.today() - timedelta(days=QUIET_DAYS),
        )

    @api.model
    def _get_new_days(self, company):
        """Return how many days back purchases may be new to the analysis: more where it stood still."""
        last = self.env["client.lifecycle.summary"]._get_last_date(company)
        return max(NEW_DAYS, (fields.Date.today() - last.date()).days + 1) if last else NEW_DAYS

    @api.model
    def _select_watched(self, company):
        """Return the query of the clients that alarms may go off for: those alive that bring the most (A and B)."""
        self.env["client.standing"].flush_model()
        return SQL(
            """
            SELECT standing.partner_id, partner.client_owner_id AS owner_id, standing.turns AS turn,
                   standing.turnover_year AS turnover, standing.turnover_before AS before, standing.interval,
                   standing.next_on, standing.next_to < %(today)s AS late, %(today)s - standing.last_on AS silent,
                   standing.abc = 'A' OR segment.code IN ('vip', 'key') AS important,
                   (SELECT sum(standing.turnover_year) %(standings)s) AS total
              FROM client_standing standing
              JOIN client_segment segment ON segment.id = standing.segment_id AND segment.zone = 'life'
              JOIN res_partner partner ON partner.id = standing.partner_id AND partner.active
             WHERE standing.company_id = %(company)s AND standing.abc IN ('A', 'B')
            """,
            today=SQL("%s::date", fields.Date.today()),
            standings=self.env["client.lifecycle.summary"]._from_standings(company),
            company=company.id,
        )
