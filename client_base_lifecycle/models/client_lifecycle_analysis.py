from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# A forecast moves a little every day; once a week is news.
FORECAST_DAYS = 7


class ClientLifecycle(models.AbstractModel):
    """The nightly analysis after the clients are placed: classes, forecast, decision points, summaries."""

    _inherit = "client.lifecycle"

    @api.model
    def _analyse(self, companies=None):
        """Do the analysis of each company, whatever goes wrong with another; commit after each when run as a job."""
        # sudo: it is of the whole base, whoever starts the job
        lifecycle = self.sudo()
        companies = companies or self.env["res.company"].sudo().search([])  # pylint: disable=no-search-all
        job = self.env["ir.cron"]
        for number, company in enumerate(companies, 1):
            with job._apart(company):
                lifecycle.with_company(company)._analyse_company(company)
            if self.env.context.get("cron_id"):
                job._commit_progress(1, remaining=len(companies) - number)

    @api.model
    def _analyse_company(self, company):
        self._count_margins(company)
        whole = {"cuts": self._classify(company)}
        if not company.client_forecast_on or company.client_forecast_on <= fields.Date.today() - timedelta(
            days=FORECAST_DAYS
        ):
            whole |= {"forecast": self._forecast(company), "baseline": self._get_baseline(company)}
            company.client_forecast_on = fields.Date.today()
        self.env["client.decision"]._open_due(company)
        self.env["client.lifecycle.summary"]._refresh_summaries(company, whole)

    @api.model
    def _count_margins(self, company):
        """Write the margins of the clients of ``company`` where they differ by the costs of today."""
        self._flush_purchases()
        ours = SQL("company.id = %s", company.id)
        self.env.cr.execute(
            SQL(
                """
                WITH purchase AS (%s UNION ALL %s), counted AS (%s)
                UPDATE client_standing standing
                   SET margin = round(counted.margin, 2)
                  FROM counted
                 WHERE counted.partner_id = standing.partner_id AND counted.company_id = standing.company_id
                   AND standing.margin IS DISTINCT FROM round(counted.margin, 2)
                """,
                self._select_orders(ours),
                self._select_invoices(ours),
                self._select_margins(),
            )
        )
        self._learn(self.env.cr.rowcount)
        self._invalidate()
