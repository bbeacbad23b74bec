from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# A forecast moves a little every day; once a week is news.
FORECAST_DAYS = 7
# What was analysed so lately was analysed in the same night.
SAME_NIGHT = timedelta(hours=12)


class ClientLifecycle(models.AbstractModel):
    """The nightly analysis after the clients are placed: classes, forecast, decision points, summaries."""

    _inherit = "client.lifecycle"

    @api.model
    def _analyse_next(self):
        """Have the job of the analysis start as soon as this transaction is committed."""
        if job := self._get_analysis():
            job._trigger()

    @api.model
    def _get_analysis(self):
        # sudo: jobs are nobody's to read, and every night needs this one; somebody may have deleted it
        return self.sudo().env.ref("client_base_lifecycle.ir_cron_analyse", raise_if_not_found=False)

    @api.model
    def _analyse(self, companies=None):
        """Do the analysis of each company, whatever goes wrong with another."""
        # sudo: it is of the whole base, whoever starts the job
        lifecycle = self.sudo()
        companies = companies or lifecycle._get_companies_to_analyse()
        for number, company in enumerate(companies, 1):
            lifecycle.with_company(company)._analyse_company(company)
            if self.env.context.get("cron_id"):
                self.env["ir.cron"]._commit_progress(1, remaining=len(companies) - number)

    @api.model
    def _get_companies_to_analyse(self):
        """Return all companies, but at the job's own hour only those that were not analysed in this night.

        The job that places clients starts this one at its end.  The hour of its own, some hours later, is
        for a night in which that one failed, or this one did.
        """
        companies = self.env["res.company"].search([])  # pylint: disable=no-search-all
        job = self._get_analysis()
        now = fields.Datetime.now()
        if not job or self.env.context.get("cron_id") != job.id or job.nextcall > now:
            return companies
        done = [("whole", "=", True), ("date", ">", now - SAME_NIGHT)]
        return companies - self.env["client.lifecycle.summary"].search(done).company_id

    @api.model
    def _analyse_company(self, company):
        """Do one part after the other; where one fails the others go on with what the night before left."""
        whole = {}
        self._do_apart(company, lambda: self._count_margins(company))
        self._do_apart(company, lambda: whole.update(cuts=self._classify(company)))
        self._do_apart(company, lambda: self.env["client.decision"]._open_due(company))
        self._do_apart(company, lambda: self._sum_up(company, whole))

    @api.model
    def _do_apart(self, company, part):
        """Do a ``part`` of the analysis, or nothing of it; as a job in a transaction of its own.

        With a million clients a part takes its time, and somebody may write the same meanwhile.
        """

        def act():
            with self.env["ir.cron"]._apart(company):
                part()

        if self.env.context.get("cron_id"):
            self._try(act)
            self.env["ir.cron"]._commit_progress()
        else:
            act()

    @api.model
    def _sum_up(self, company, whole):
        """Write the summaries of ``company``, with a new forecast once a week."""
        today = fields.Date.today()
        if not company.client_forecast_on or company.client_forecast_on <= today - timedelta(days=FORECAST_DAYS):
            whole = {**whole, "forecast": self._forecast(company), "baseline": self._get_baseline(company)}
            company.client_forecast_on = today
        self.env["client.lifecycle.summary"]._refresh_summaries(company, whole)

    @api.model
    def _count_margins(self, company):
        """Write the margins of the clients of ``company`` where they differ by the costs of today."""
        self._flush_purchases()
        ours = SQL("company.id = %s", company.id)
        self.env.cr.execute(
            SQL(
                """
                WITH purchase AS (%s), counted AS (%s)
                UPDATE client_standing standing
                   SET margin = round(counted.margin, 2)
                  FROM counted
                 WHERE counted.partner_id = standing.partner_id AND counted.company_id = standing.company_id
                   AND standing.margin IS DISTINCT FROM round(counted.margin, 2)
                """,
                self._select_purchases_where(ours, ours),
                self._select_margins(),
            )
        )
        self._learn(self.env.cr.rowcount)
        self._invalidate()
