from odoo import api, models
from odoo.tools import SQL


class ClientLifecycle(models.AbstractModel):
    """What a purchase is.

    By the company's setting a confirmed order or a posted invoice.  Orders of contacts and
    addresses count for their company; amounts are in the currency of the order's company, without
    taxes; posted credit notes are taken off the turnover either way, but for those that reverse what
    was not counted, and an invoice that was reversed as a whole is no purchase.  Days are those of UTC.
    """

    _inherit = "client.lifecycle"

    @api.model
    def _flush_purchases(self):
        """Have the database know all that the statements of the engine read: there is hardly a model they do not."""
        self.env["client.standing"].flush_model()
        self.env.flush_all()

    @api.model
    def _select_orders(self, condition):
        """Return the query of confirmed orders of the ``member`` partners that meet ``condition``."""
        return SQL(
            """
            SELECT member.commercial_partner_id AS partner_id, sale.company_id, sale.date_order AS moment,
                   %s AS amount, TRUE AS counts, sale.id AS order_id, NULL::int AS move_id,
                   COALESCE(NULLIF(sale.currency_rate, 0), 1) AS rate, 1 AS sign
              FROM res_partner member
              JOIN sale_order sale ON sale.partner_id = member.id AND sale.state = 'sale'
              JOIN res_company company ON company.id = sale.company_id AND company.client_purchase_source = 'order'
             WHERE %s
            """,
            self._get_order_amount(),
            condition,
        )

    @api.model
    def _get_order_amount(self):
        """Return what the order ``sale`` comes to; most are in the company's currency, and to divide takes its time."""
        return SQL(
            """
            CASE WHEN sale.currency_rate = 1 THEN sale.amount_untaxed
                 ELSE sale.amount_untaxed / COALESCE(NULLIF(sale.currency_rate, 0), 1) END
            """
        )

    @api.model
    def _select_invoices(self, condition):
        """Return the query of posted invoices, where they count, and credit notes with the ``condition``."""
        return SQL(
            """
            SELECT move.commercial_partner_id AS partner_id, move.company_id, move.invoice_date::timestamp AS moment,
                   move.amount_untaxed_signed AS amount,
                   move.move_type = 'out_invoice' AND move.payment_state <> 'reversed' AS counts,
                   NULL::int AS order_id, move.id AS move_id,
                   COALESCE(NULLIF(move.invoice_currency_rate, 0), 1) AS rate,
                   CASE move.move_type WHEN 'out_refund' THEN -1 ELSE 1 END AS sign
              FROM account_move move
              JOIN res_company company ON company.id = move.company_id
             WHERE move.state = 'posted' AND move.move_type IN ('out_invoice', 'out_refund')
               AND (company.client_purchase_source = 'invoice' OR move.move_type = 'out_refund' AND %s)
               AND %s
            """,
            self._is_taken_off(),
            condition,
        )

    @api.model
    def _is_taken_off(self):
        """Return what is true of a credit note (``move``) of nothing, or of what was invoiced of confirmed orders."""
        return SQL(
            """
            (move.reversed_entry_id IS NULL
             OR EXISTS (SELECT FROM account_move_line billed
                          JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = billed.id
                          JOIN sale_order_line line ON line.id = rel.order_line_id
                          JOIN sale_order sale ON sale.id = line.order_id AND sale.state = 'sale'
                         WHERE billed.move_id = move.reversed_entry_id))
            """
        )

    @api.model
    def _select_purchases(self, ids):
        """Return the query of all purchases of the clients ``ids``."""
        return self._select_purchases_where(
            SQL("member.commercial_partner_id = ANY(%s)", ids), SQL("move.commercial_partner_id = ANY(%s)", ids)
        )

    @api.model
    def _select_purchases_where(self, orders, invoices):
        """Return the query of the purchases that meet the condition on ``orders``, or that on ``invoices``."""
        return SQL("%s UNION ALL %s", self._select_orders(orders), self._select_invoices(invoices))

    @api.model
    def _select_totals(self, purchases):
        """Return the query of the totals of each client with each company."""
        return SQL(
            """
            SELECT partner_id, company_id,
                   count(*) FILTER (WHERE counts) AS orders,
                   sum(amount) AS turnover,
                   min(moment) FILTER (WHERE counts) AS first_at,
                   max(moment) FILTER (WHERE counts) AS last_at
              FROM (%s) purchase
          GROUP BY partner_id, company_id
            """,
            purchases,
        )

    @api.model
    def _select_all_totals(self):
        """Return the query of the totals of all clients, as :meth:`_select_totals` has them.

        The orders of each partner are added up as they stand in the index, before it is asked whose
        contact the partner is: that takes a fraction of the time.
        """
        return SQL(
            """
            SELECT partner_id, company_id, sum(orders) AS orders, sum(turnover) AS turnover,
                   min(first_at) AS first_at, max(last_at) AS last_at
              FROM (SELECT member.commercial_partner_id AS partner_id, ordered.company_id, orders, turnover, first_at,
                           last_at
                      FROM (SELECT sale.partner_id, sale.company_id, count(*) AS orders, sum(%(amount)s) AS turnover,
                                   min(sale.date_order) AS first_at, max(sale.date_order) AS last_at
                              FROM sale_order sale
                             WHERE sale.state = 'sale'
                          GROUP BY sale.partner_id, sale.company_id) ordered
                      JOIN res_company company
                        ON company.id = ordered.company_id AND company.client_purchase_source = 'order'
                      JOIN res_partner member ON member.id = ordered.partner_id
                     UNION ALL %(invoiced)s) part
          GROUP BY partner_id, company_id
            """,
            amount=self._get_order_amount(),
            invoiced=self._select_totals(self._select_invoices(SQL("TRUE"))),
        )

    @api.model
    def _select_margins(self):
        """Return the query of the margins of the orders and invoices of the CTE ``purchase``."""
        return SQL(
            "SELECT partner_id, company_id, %s AS margin FROM (%s) line GROUP BY partner_id, company_id",
            self._sum_margins(),
            self._select_lines(),
        )

    @api.model
    def _sum_margins(self):
        """Return the aggregate of lines that is their margin, of those whose cost is known."""
        return SQL("sum(amount - quantity * cost) FILTER (WHERE cost > 0)")

    @api.model
    def _select_lines(self):
        """Return the query of the lines of products in the CTE ``purchase``, in the company's currency.

        ``amount`` is what was paid for the ``quantity``, ``gross`` what it would have been without the
        ``discount``, and ``cost`` that of a unit: what the line kept of it (sale_margin), otherwise the
        product's of today.  Lines are looked up purchase by purchase: PostgreSQL, left to choose, reads
        all lines there are for each portion.
        """
        return SQL("%s UNION ALL %s", self._select_order_lines(), self._select_invoice_lines())

    @api.model
    def _select_order_lines(self):
        return SQL(
            """
            SELECT purchase.partner_id, purchase.company_id, purchase.moment,
                   line.price_subtotal / purchase.rate AS amount, line.product_uom_qty AS quantity, %s AS cost,
                   line.price_unit * line.product_uom_qty / purchase.rate AS gross,
                   line.price_unit * line.product_uom_qty * line.discount / 100 / purchase.rate AS discount
              FROM purchase
        CROSS JOIN LATERAL (SELECT * FROM sale_order_line WHERE order_id = purchase.order_id OFFSET 0) line
            %s
            """,
            self._get_order_cost(SQL("purchase.company_id"), SQL("purchase.rate")),
            self._join_products(),
        )

    @api.model
    def _select_invoice_lines(self):
        return SQL(
            """
            SELECT purchase.partner_id, purchase.company_id, purchase.moment,
                   -line.balance AS amount, purchase.sign * line.quantity AS quantity, %s AS cost,
                   purchase.sign * line.price_unit * line.quantity / purchase.rate AS gross,
                   purchase.sign * line.price_unit * line.quantity * line.discount / 100 / purchase.rate AS discount
              FROM purchase
        CROSS JOIN LATERAL (
                   SELECT * FROM account_move_line WHERE move_id = purchase.move_id AND display_type = 'product'
                   OFFSET 0) line
            %s
            """,
            self._get_cost(SQL("purchase.company_id")),
            self._join_products(),
        )

    @api.model
    def _join_products(self):
        """Return the joins from a ``line`` to what :meth:`_get_cost` reads."""
        return SQL(
            """
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
         LEFT JOIN uom_uom unit ON unit.id = line.product_uom_id
         LEFT JOIN uom_uom stock_unit ON stock_unit.id = template.uom_id
            """
        )

    @api.model
    def _get_order_cost(self, company, rate):
        """Return the cost of a unit of an order's line, in the currency of ``company``.

        :param rate: units of the order's currency for one of the company's
        """
        if "purchase_price" in self.env["sale.order.line"]._fields:
            return SQL("line.purchase_price / %s", rate)
        return self._get_cost(company)

    @api.model
    def _get_cost(self, company):
        """Return the product's cost of today for a unit of the line, in the currency of ``company``."""
        return SQL(
            """
            (product.standard_price ->> %s::text)::numeric * COALESCE(unit.factor / NULLIF(stock_unit.factor, 0), 1)
            """,
            company,
        )
