from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

BATCH = 5000
# So many clients are judged while the editor of a standard waits; more are left to the job.
AT_ONCE = 20_000
# Beyond every id.
END = 2**31 - 1
# The parameter with the first client that the job has still to judge.
BOOKMARK = "client_base.judged_up_to"


def _between(first, end):
    return lambda column: SQL("%s >= %s AND %s < %s", column, first, column, end)


class ClientStandard(models.Model):
    """Judges many clients by SQL; ``res.partner._compute_client_completeness`` judges one the same way.

    Only what differs is written, and judging twice changes nothing: whoever is stopped does no harm.
    """

    _inherit = "client.standard"

    judging = fields.Boolean(string="Being Judged", compute="_compute_judging")

    def _compute_judging(self):
        # sudo: that a job waits is no secret
        triggers = self.env["ir.cron.trigger"].sudo()
        job = self.env.ref("client_base.ir_cron_refresh_clients")
        self.judging = bool(triggers.search_count([("cron_id", "=", job.id)], limit=1))

    @api.model
    def _refresh_soon(self):
        """Judge every client by the standards as they are now: a small base at once, a large one by the job."""
        # sudo: how many there are decides who does it
        if self.env["res.partner"].sudo().search_count([], limit=AT_ONCE + 1) <= AT_ONCE:
            self._refresh_clients()
        else:
            self._get_bookmark().value = "0"
            self.env.ref("client_base.ir_cron_refresh_clients")._trigger()

    @api.model
    def _refresh_clients(self, client_ids=None):
        """Judge every client in one pass over the table.

        :param client_ids: judge only these
        """
        self._judge(lambda column: SQL("TRUE") if client_ids is None else SQL("%s = ANY(%s)", column, client_ids))

    @api.model
    def _cron_refresh_clients(self):
        """Judge every client again, portion by portion: a standard may apply to what is not on the card itself.

        A run goes on where the one before ended; whoever changes a standard has it begin again.
        """
        left, end = True, 0
        while left and end < END:
            bookmark = self._get_bookmark()
            first = int(bookmark.value)
            end = self._find_end(first)
            self._judge(_between(first, end))
            bookmark.value = str(end if end < END else 0)
            left = self.env["ir.cron"]._commit_progress(BATCH, remaining=int(end < END))

    @api.model
    def _get_bookmark(self):
        # sudo: the job's own bookmark
        parameters = self.env["ir.config_parameter"].sudo()
        known = parameters.search([("key", "=", BOOKMARK)])
        return known or parameters.create({"key": BOOKMARK, "value": "0"})

    @api.model
    def _find_end(self, first):
        """Return the id at which the portion ends that begins at ``first``."""
        self.env["res.partner"].flush_model()
        rows = self.env.execute_query(
            SQL("SELECT id FROM res_partner WHERE id >= %s ORDER BY id OFFSET %s LIMIT 1", first, BATCH)
        )
        return rows[0][0] if rows else END

    @api.model
    def _judge(self, within):
        """Judge the clients for which the condition holds that ``within`` puts on the column of their ids."""
        # sudo: a standard holds for the whole base, also for clients its editor may not see
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH judged AS MATERIALIZED (%(judged)s),
                     gone AS (
                         DELETE FROM client_missing_rel rel
                          WHERE %(missing_within)s AND NOT EXISTS (
                                SELECT FROM judged
                                 WHERE judged.partner_id = rel.partner_id AND rel.requirement_id = ANY(judged.missing))
                     ),
                     found AS (
                         INSERT INTO client_missing_rel (partner_id, requirement_id)
                         SELECT partner_id, requirement_id
                           FROM (SELECT partner_id, unnest(missing) AS requirement_id FROM judged) missed
                          WHERE NOT EXISTS (
                                SELECT FROM client_missing_rel rel
                                 WHERE rel.partner_id = missed.partner_id
                                   AND rel.requirement_id = missed.requirement_id AND %(missing_within)s)
                             ON CONFLICT DO NOTHING
                     ),
                     percent AS (
                         SELECT partner_id, 100 * (1 - sum(lacking) / sum(required)) AS value
                           FROM judged
                       GROUP BY partner_id
                     )
                UPDATE res_partner partner
                   SET client_completeness = COALESCE(percent.value, 100)
                  FROM res_partner known
             LEFT JOIN percent ON percent.partner_id = known.id
                 WHERE known.id = partner.id
                   AND partner.client_completeness IS DISTINCT FROM COALESCE(percent.value, 100)
                   AND %(known_within)s
                """,
                missing_within=within(SQL.identifier("rel", "partner_id")),
                known_within=within(SQL.identifier("known", "id")),
                judged=self._get_judged(partners, within),
            )
        )
        partners.invalidate_model(["client_completeness", "client_missing_ids"])

    @api.model
    def _get_judged(self, partners, within):
        """Return the judgements of all standards, see ``client.requirement._get_judgement``."""
        chosen = Domain.custom(to_sql=lambda _model, alias, _query: within(SQL.identifier(alias, "id")))
        judged = [
            standard.requirement_ids._get_judgement(partners, standard._get_domain() & chosen)
            for standard in self.sudo().search([])  # sudo: a standard holds for the whole base
            if standard.requirement_ids and standard.usable
        ]
        nobody = SQL("SELECT NULL::int AS partner_id, 0 AS required, 0 AS lacking, NULL::int[] AS missing WHERE FALSE")
        return SQL(" UNION ALL ").join(judged) if judged else nobody
