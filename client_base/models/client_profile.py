import json

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.profile import PILLARS, get_profile

BATCH = 5000
REQUEST_PARAMETER = "client_base.profile_refresh"
SCORE_COLUMNS = ("client_score", *(f"client_score_{pillar}" for pillar in PILLARS))
COVERAGE_COLUMNS = ("client_coverage", *(f"client_coverage_{pillar}" for pillar in PILLARS))


class ClientProfile(models.AbstractModel):
    """Keeps the profile figures on the cards: alone writes ``client_score…`` and ``client_coverage…``.

    One client at once when it is scored; all of them, in the background, when the criteria change.
    """

    _name = "client.profile"
    _description = "Profile Figures"

    @api.model
    def _request_refresh(self):
        """Have the figures of all clients computed by the criteria as they are now, in the background."""
        # sudo: whoever may change criteria changes figures of all clients
        self.env["ir.config_parameter"].sudo().set_param(REQUEST_PARAMETER, 1)
        self.env.ref("client_base.ir_cron_profile").sudo()._trigger()

    @api.model
    def _cron_refresh(self):
        """Compute the figures of all scored clients, a batch a transaction; begun again if it breaks off.

        The parameter holds the first client id that is still to do, and 0 when there is none: what
        comes in between starts again from the first.
        """
        parameters = self.env["ir.config_parameter"].sudo()  # sudo: the job's own bookmark
        start = int(parameters.get_param(REQUEST_PARAMETER, 0))
        while start:
            ids = self._get_scored(start, BATCH)
            self._refresh(ids, keep_former=True)
            start = ids[-1] + 1 if len(ids) == BATCH else 0
            parameters.set_param(REQUEST_PARAMETER, start)
            if not self.env["ir.cron"]._commit_progress(len(ids), remaining=int(bool(start))):
                break

    @api.model
    def _get_scored(self, start, limit):
        self.env["client.score"].flush_model(["partner_id"])
        self.env.cr.execute(
            SQL(
                "SELECT DISTINCT partner_id FROM client_score WHERE partner_id >= %s ORDER BY partner_id LIMIT %s",
                start,
                limit,
            )
        )
        return [row[0] for row in self.env.cr.fetchall()]

    @api.model
    def _refresh(self, client_ids, *, keep_former=False):
        """Compute the figures of these clients and write those that changed.

        :param keep_former: note the former figures as a snapshot, for the criteria have changed
        """
        # sudo: figures follow from scores and criteria, whoever brought them about
        clients = self.env["res.partner"].sudo().browse(client_ids)
        criteria = self.env["client.criterion"].with_context(active_test=True)
        criteria = criteria.search([])  # pylint: disable=no-search-all
        by_channel = {
            channel: criteria._get_applicable(channel)._get_arithmetic() for channel in clients.client_channel_id
        }
        no_channel = self.env["client.channel"]
        by_channel[no_channel] = criteria._get_applicable(no_channel)._get_arithmetic()
        latest = self.env["client.score"]._get_latest(clients.ids)
        rows = [
            self._get_row(client.id, get_profile(by_channel[client.client_channel_id], latest[client.id]))
            for client in clients
        ]
        self._write(rows, keep_former)

    @api.model
    def _get_row(self, client_id, profile):
        row = {"id": client_id}
        for name, score, coverage in zip(("total", *PILLARS), SCORE_COLUMNS, COVERAGE_COLUMNS, strict=True):
            row[score] = profile[name].score and round(profile[name].score, 2)
            row[coverage] = round(profile[name].coverage, 2)
        return row

    @api.model
    def _write(self, rows, keep_former):
        names = [*SCORE_COLUMNS, *COVERAGE_COLUMNS]
        partners = self.env["res.partner"]
        partners.flush_model(names)
        differs = SQL("(%s) IS DISTINCT FROM (%s)", self._columns("partner", names), self._columns("new", names))
        values = {"rows": json.dumps(rows), "differs": differs, "types": self._types(names)}
        if keep_former:
            self._keep_former(values)
        self.env.cr.execute(
            SQL(
                """
                UPDATE res_partner partner
                   SET (%(names)s) = ROW(%(new)s)
                  FROM jsonb_to_recordset(%(rows)s::jsonb) AS new (id int, %(types)s)
                 WHERE partner.id = new.id AND %(differs)s
             RETURNING partner.id
                """,
                names=SQL(", ").join(map(SQL.identifier, names)),
                new=self._columns("new", names),
                **values,
            )
        )
        written = partners.browse([row[0] for row in self.env.cr.fetchall()])
        written.invalidate_recordset(names, flush=False)
        written.modified(names)

    @api.model
    def _keep_former(self, values):
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO client_profile_snapshot (
                       partner_id, date, score, coverage, score_goals, score_market, score_resources, create_uid,
                       create_date)
                SELECT partner.id, %(today)s, partner.client_score, partner.client_coverage,
                       partner.client_score_goals, partner.client_score_market, partner.client_score_resources,
                       %(uid)s, now() AT TIME ZONE 'UTC'
                  FROM jsonb_to_recordset(%(rows)s::jsonb) AS new (id int, %(types)s)
                  JOIN res_partner partner ON partner.id = new.id
                 WHERE partner.client_coverage > 0 AND %(differs)s
                """,
                today=fields.Date.context_today(self),
                uid=self.env.uid,
                **values,
            )
        )

    @api.model
    def _columns(self, table, names):
        return SQL(", ").join(SQL.identifier(table, name) for name in names)

    @api.model
    def _types(self, names):
        return SQL(", ").join(SQL("%s float8", SQL.identifier(name)) for name in names)
