from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..models.client_lifecycle_classes import YEAR
from ..tools.balance import get_balance


class ClientBalanceReport(models.Model):
    """The balance of VIPs and key accounts over the last 12 months: what they bring against what they cost.

    They are few, so it is counted when it is looked at. A grade holds for all our companies, of which those are
    shown that the client bought from, or all where it never bought; its hours and expenses, which are of no company,
    are shared evenly by them.
    """

    _name = "client.balance.report"
    _description = "Balance of Key Accounts"
    _auto = False
    _order = "turnover DESC, id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", string="Client", readonly=True)
    owner_id = fields.Many2one("res.users", string="Client's Manager", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    segment_id = fields.Many2one("client.segment", readonly=True)
    turnover = fields.Monetary(string="Turnover of 12 Months", readonly=True)
    margin = fields.Monetary(readonly=True, help="Of the lines whose cost is known.")
    discount = fields.Monetary(string="Discounts Given", readonly=True, help="Within the margin already.")
    hours = fields.Float(
        readonly=True, help="Of the contact register, shared evenly by our companies that the client buys from."
    )
    visits = fields.Integer(
        string="Meetings and Visits",
        readonly=True,
        aggregator=None,
        help="With all our companies: each of their rows says the same.",
    )
    credit = fields.Monetary(string="Unpaid", readonly=True, help="What the client owes us on posted invoices today.")
    expenses = fields.Monetary(
        string="Other Expenses",
        readonly=True,
        help="By hand, on the card: in a year, shared evenly by our companies that the client buys from, at today's "
        "rate.",
    )
    balance = fields.Float(compute="_compute_balance", digits=(16, 2))
    verdict = fields.Selection(
        [("good", "In balance"), ("bad", "Out of balance"), ("unknown", "Margin not known")],
        compute="_compute_balance",
        search="_search_verdict",
    )

    _depends = {
        "client.standing": ["partner_id", "company_id", "orders", "segment_id", "turnover_year"],
        "res.partner": ["active", "client_owner_id", "client_expenses", "commercial_partner_id"],
        "client.interaction": ["partner_id", "date", "duration", "kind"],
        "sale.order": ["state", "date_order", "currency_rate", "company_id", "partner_id", "amount_untaxed"],
        "sale.order.line": [
            *("order_id", "product_id", "product_uom_id", "price_subtotal", "price_unit", "discount"),
            "product_uom_qty",
        ],
        "account.move": [
            *("state", "move_type", "payment_state", "commercial_partner_id", "company_id", "invoice_date"),
            *("invoice_currency_rate", "amount_untaxed_signed", "amount_residual_signed"),
        ],
        "account.move.line": [
            *("move_id", "display_type", "product_id", "product_uom_id", "quantity", "price_unit", "discount"),
            "balance",
        ],
        "product.product": ["product_tmpl_id", "standard_price"],
        "product.template": ["uom_id"],
        "uom.uom": ["factor"],
    }

    @api.depends("margin", "hours", "expenses", "credit")
    def _compute_balance(self):
        # Read apart, as an unknown margin is not a margin of nothing.
        known = {row["id"] for row in self._read_known_margins()}
        for report in self:
            company = report.company_id.sudo()  # sudo: what an hour and a credit cost is a setting
            balance = get_balance(
                report.margin if report.id in known else None,
                report.hours * company.client_hour_cost,
                report.expenses,
                report.credit * company.client_credit_percent / 100,
            )
            report.balance = balance or 0
            report.verdict = "unknown" if balance is None else "good" if balance >= 0 else "bad"

    def _read_known_margins(self):
        if not self.ids:
            return []
        query = SQL("SELECT id FROM (%s) report WHERE margin IS NOT NULL AND id = ANY(%s)", self._table_query, self.ids)
        return self.env.execute_query_dict(query)

    @api.model
    def _search_verdict(self, operator, value):
        if operator != "in":
            return NotImplemented
        reports = self.search([])  # pylint: disable=no-search-all  # VIPs and key accounts are few
        found = reports.filtered(lambda report: report.verdict in value)
        return [("id", "in", found.ids)]

    @property
    def _table_query(self):
        today = fields.Date.today()
        return SQL(
            """
            WITH ranked AS (
                     SELECT standing.*,
                            rank() OVER (PARTITION BY standing.partner_id ORDER BY standing.orders = 0) AS rank
                       FROM client_standing standing
                       JOIN client_segment segment
                         ON segment.id = standing.segment_id AND segment.code IN ('vip', 'key')
                       JOIN res_partner partner ON partner.id = standing.partner_id AND partner.active),
                 account AS (
                     SELECT *, count(*) OVER (PARTITION BY partner_id) AS companies FROM ranked WHERE rank = 1),
                 purchase AS MATERIALIZED (%(purchases)s),
                 line AS (%(lines)s),
                 sales AS (
                     SELECT partner_id, company_id, %(margin)s AS margin, sum(discount) AS discount
                       FROM line GROUP BY partner_id, company_id),
                 buyer AS (SELECT DISTINCT partner_id, company_id FROM purchase)
            SELECT account.id, account.partner_id, partner.client_owner_id AS owner_id, account.company_id,
                   account.segment_id, account.turnover_year AS turnover,
                   COALESCE(partner.client_expenses, 0) * COALESCE(rate.rate, 1) / account.companies AS expenses,
                   -- Who bought nothing earned us nothing; of who bought, the margin may be unknown.
                   CASE WHEN buyer.partner_id IS NULL THEN 0 ELSE sales.margin END AS margin,
                   COALESCE(sales.discount, 0) AS discount,
                   COALESCE(contact.hours, 0) / account.companies AS hours, COALESCE(contact.visits, 0) AS visits,
                   GREATEST(owed.credit, 0) AS credit
              FROM account
              JOIN res_partner partner ON partner.id = account.partner_id
         LEFT JOIN (%(rates)s) AS rate (expenses_of, company_id, rate)
                ON rate.expenses_of = COALESCE(partner.company_id, 0) AND rate.company_id = account.company_id
         LEFT JOIN buyer ON buyer.partner_id = account.partner_id AND buyer.company_id = account.company_id
         LEFT JOIN sales ON sales.partner_id = account.partner_id AND sales.company_id = account.company_id
         LEFT JOIN LATERAL (
                   SELECT sum(duration) / 60.0 AS hours, count(*) FILTER (WHERE kind IN ('meeting', 'visit')) AS visits
                     FROM client_interaction
                    WHERE partner_id = account.partner_id AND date >= %(start)s AND date < %(end)s) contact ON TRUE
         LEFT JOIN LATERAL (
                   SELECT sum(amount_residual_signed) AS credit FROM account_move
                    WHERE commercial_partner_id = account.partner_id AND company_id = account.company_id
                      AND state = 'posted' AND move_type IN ('out_invoice', 'out_refund')) owed ON TRUE
            """,
            rates=self._select_rates(today),
            **self._get_sales(today - timedelta(days=YEAR - 1), today + timedelta(days=1)),
        )

    @api.model
    def _select_rates(self, today):
        """Return what the expenses of a client of a company, 0 for those of none, are worth in another company."""
        # sudo: which currencies our companies have is no secret
        companies = self.env["res.company"].sudo().search([])  # pylint: disable=no-search-all
        partners = self.env["res.partner"]
        rows = [
            (
                client.id or 0,
                company.id,
                partners._get_expenses_currency(client)._convert(1, company.currency_id, company, today, round=False),
            )
            for client in (companies.browse(), *companies)
            for company in companies
        ]
        return SQL("VALUES %s", SQL(", ").join(SQL("(%s, %s, %s::float)", *row) for row in rows))

    @api.model
    def _get_sales(self, start, end):
        """Return the parts of the query that read purchases from ``start`` to before ``end``."""
        lifecycle = self.env["client.lifecycle"]
        accounts = SQL("(SELECT partner_id FROM account)")
        orders = SQL("sale.date_order >= %s AND sale.date_order < %s", start, end)
        invoices = SQL("move.invoice_date >= %s AND move.invoice_date < %s", start, end)
        return {
            "start": start,
            "end": end,
            "purchases": lifecycle._select_purchases_where(
                SQL("member.commercial_partner_id IN %s AND %s", accounts, orders),
                SQL("move.commercial_partner_id IN %s AND %s", accounts, invoices),
            ),
            "lines": lifecycle._select_lines(),
            "margin": lifecycle._sum_margins(),
        }
