from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.balance import get_balance


class ClientBalanceReport(models.Model):
    """The balance of VIPs and key accounts over the last 12 months: what they bring against what they cost.

    They are few, so it is counted when it is looked at.
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
    hours = fields.Float(readonly=True, help="Of the contact register.")
    visits = fields.Integer(string="Meetings and Visits", readonly=True)
    credit = fields.Monetary(string="Unpaid", readonly=True, help="What the client owes us on posted invoices today.")
    expenses = fields.Monetary(string="Other Expenses", readonly=True, help="By hand, on the card: in a year.")
    balance = fields.Float(compute="_compute_balance", digits=(16, 2))
    verdict = fields.Selection(
        [("good", "In balance"), ("bad", "Out of balance"), ("unknown", "Margin not known")],
        compute="_compute_balance",
        search="_search_verdict",
    )

    _depends = {
        "client.standing": ["partner_id", "company_id", "segment_id", "turnover_year"],
        "res.partner": ["client_owner_id", "client_expenses", "commercial_partner_id"],
        "client.interaction": ["partner_id", "date", "duration", "kind"],
        "sale.order": ["state", "date_order", "currency_rate", "company_id", "partner_id"],
        "sale.order.line": ["order_id", "product_id", "price_subtotal", "price_unit", "discount", "product_uom_qty"],
        "account.move": ["state", "move_type", "commercial_partner_id", "amount_residual_signed"],
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
        year = SQL("CURRENT_DATE - 366")
        return SQL(
            """
            SELECT standing.id, standing.partner_id, partner.client_owner_id AS owner_id, standing.company_id,
                   standing.segment_id, standing.turnover_year AS turnover,
                   COALESCE(partner.client_expenses, 0) AS expenses,
                   sales.margin, COALESCE(sales.discount, 0) AS discount,
                   COALESCE(contact.hours, 0) AS hours, COALESCE(contact.visits, 0) AS visits,
                   COALESCE(owed.credit, 0) AS credit
              FROM client_standing standing
              JOIN client_segment segment ON segment.id = standing.segment_id AND segment.code IN ('vip', 'key')
              JOIN res_partner partner ON partner.id = standing.partner_id
         LEFT JOIN LATERAL (%(sales)s) sales ON TRUE
         LEFT JOIN LATERAL (
                   SELECT sum(duration) / 60.0 AS hours, count(*) FILTER (WHERE kind IN ('meeting', 'visit')) AS visits
                     FROM client_interaction
                    WHERE partner_id = standing.partner_id AND date >= %(year)s) contact ON TRUE
         LEFT JOIN LATERAL (
                   SELECT sum(amount_residual_signed) AS credit FROM account_move
                    WHERE commercial_partner_id = standing.partner_id AND company_id = standing.company_id
                      AND state = 'posted' AND move_type IN ('out_invoice', 'out_refund')) owed ON TRUE
            """,
            sales=self._select_sales(year),
            year=year,
        )

    @api.model
    def _select_sales(self, year):
        kept = "purchase_price" in self.env["sale.order.line"]._fields
        cost = (
            SQL("line.purchase_price")
            if kept
            else SQL("(product.standard_price ->> sale.company_id::text)::numeric * COALESCE(sale.currency_rate, 1)")
        )
        rate = SQL("COALESCE(NULLIF(sale.currency_rate, 0), 1)")
        return SQL(
            """
            SELECT sum((line.price_subtotal - line.product_uom_qty * %(cost)s) / %(rate)s)
                       FILTER (WHERE %(cost)s > 0) AS margin,
                   sum(line.price_unit * line.product_uom_qty * line.discount / 100 / %(rate)s) AS discount
              FROM res_partner member
              JOIN sale_order sale ON sale.partner_id = member.id AND sale.state = 'sale'
               AND sale.company_id = standing.company_id AND sale.date_order >= %(year)s
              JOIN sale_order_line line ON line.order_id = sale.id
              JOIN product_product product ON product.id = line.product_id
             WHERE member.commercial_partner_id = standing.partner_id
            """,
            cost=cost,
            rate=rate,
            year=year,
        )
