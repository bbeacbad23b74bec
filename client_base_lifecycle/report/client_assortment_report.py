from odoo import api, fields, models
from odoo.tools import SQL


class ClientAssortmentReport(models.Model):
    """What each segment buys, and what it earns us: purchases by product and by where the client stands.

    A row is the line of a confirmed order or, in companies where invoices are the purchases, of a posted invoice or
    credit note, whose number is below zero.
    """

    _name = "client.assortment.report"
    _description = "Assortment by Segment"
    _auto = False
    _order = "date DESC, id"
    _rec_name = "product_id"

    partner_id = fields.Many2one("res.partner", string="Client", readonly=True)
    owner_id = fields.Many2one("res.users", string="Client's Manager", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    segment_id = fields.Many2one("client.segment", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    category_id = fields.Many2one("product.category", string="Products", readonly=True)
    date = fields.Datetime(readonly=True)
    quantity = fields.Float(readonly=True)
    turnover = fields.Monetary(readonly=True)
    margin = fields.Monetary(readonly=True, help="Of the lines whose cost is known.")

    _depends = {
        "client.standing": ["partner_id", "company_id", "segment_id"],
        "res.partner": ["client_owner_id", "commercial_partner_id"],
        "sale.order": ["state", "date_order", "currency_rate", "company_id", "partner_id"],
        "sale.order.line": ["order_id", "product_id", "product_uom_id", "price_subtotal", "product_uom_qty"],
        "product.product": ["product_tmpl_id", "standard_price"],
        "product.template": ["categ_id", "uom_id"],
        "uom.uom": ["factor"],
        "account.move": ["commercial_partner_id", "company_id", "invoice_date", "move_type", "state"],
        "account.move.line": ["balance", "display_type", "move_id", "product_id", "product_uom_id", "quantity"],
    }

    @property
    def _table_query(self):
        return SQL("%s UNION ALL %s", self._select_ordered(), self._select_invoiced())

    @api.model
    def _select_ordered(self):
        lifecycle = self.env["client.lifecycle"]
        rate = SQL("COALESCE(NULLIF(sale.currency_rate, 0), 1)")
        return SQL(
            """
            SELECT line.id, member.commercial_partner_id AS partner_id, partner.client_owner_id AS owner_id,
                   sale.company_id, standing.segment_id, line.product_id, template.categ_id AS category_id,
                   sale.date_order AS date, line.product_uom_qty AS quantity,
                   line.price_subtotal / %(rate)s AS turnover,
                   CASE WHEN %(cost)s > 0
                        THEN line.price_subtotal / %(rate)s - line.product_uom_qty * %(cost)s END AS margin
              FROM sale_order_line line
              JOIN sale_order sale ON sale.id = line.order_id AND sale.state = 'sale'
              JOIN res_company company ON company.id = sale.company_id AND company.client_purchase_source = 'order'
              JOIN res_partner member ON member.id = sale.partner_id
              JOIN res_partner partner ON partner.id = member.commercial_partner_id
            %(products)s
         LEFT JOIN client_standing standing
                ON standing.partner_id = partner.id AND standing.company_id = sale.company_id
            """,
            rate=rate,
            cost=lifecycle._get_order_cost(SQL("sale.company_id"), rate),
            products=lifecycle._join_products(),
        )

    @api.model
    def _select_invoiced(self):
        # At noon: that is the same day nearly everywhere.
        lifecycle = self.env["client.lifecycle"]
        return SQL(
            """
            SELECT -line.id, partner.id, partner.client_owner_id, move.company_id, standing.segment_id, line.product_id,
                   template.categ_id, move.invoice_date + interval '12 hours', taken.quantity, -line.balance,
                   CASE WHEN %(cost)s > 0 THEN -line.balance - taken.quantity * %(cost)s END
              FROM account_move_line line
              JOIN account_move move
                ON move.id = line.move_id AND move.state = 'posted' AND move.move_type IN ('out_invoice', 'out_refund')
              JOIN res_company company ON company.id = move.company_id AND company.client_purchase_source = 'invoice'
              JOIN res_partner partner ON partner.id = move.commercial_partner_id
        CROSS JOIN LATERAL (
                   SELECT CASE move.move_type WHEN 'out_refund' THEN -line.quantity ELSE line.quantity END AS quantity
                   ) taken
            %(products)s
         LEFT JOIN client_standing standing
                ON standing.partner_id = partner.id AND standing.company_id = move.company_id
             WHERE line.display_type = 'product'
            """,
            cost=lifecycle._get_cost(SQL("move.company_id")),
            products=lifecycle._join_products(),
        )
