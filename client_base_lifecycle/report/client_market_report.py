from odoo import api, models
from odoo.tools import SQL


class ClientMarketReport(models.Model):
    """Where posted invoices are the purchases, what clients buy from us is what their invoices say."""

    _inherit = "client.market.report"

    _depends = {
        "account.move": ["commercial_partner_id", "company_id", "invoice_date", "move_type", "state"],
        "account.move.line": ["balance", "display_type", "move_id", "product_id"],
    }

    @api.model
    def _flush_orders(self):
        super()._flush_orders()
        for name in ("account.move", "account.move.line"):
            self.env[name].flush_model()

    @api.model
    def _get_own_amount(self):
        return SQL(
            """
            CASE (SELECT company.client_purchase_source FROM res_company company WHERE company.id = market.company_id)
            WHEN 'invoice' THEN %s ELSE %s END
            """,
            self._get_invoiced_amount(),
            super()._get_own_amount(),
        )

    @api.model
    def _get_invoiced_amount(self):
        """Return the SQL of what a row ``market`` comes to in posted invoices, less what was credited."""
        return SQL(
            """
            COALESCE((
                SELECT -sum(line.balance)
                  FROM account_move move
                  JOIN account_move_line line ON line.move_id = move.id AND line.display_type = 'product'
                  JOIN product_product product ON product.id = line.product_id
                  JOIN product_template template ON template.id = product.product_tmpl_id
                  JOIN product_category category ON category.id = template.categ_id
                  JOIN product_category wanted ON wanted.id = market.category_id
                 WHERE move.commercial_partner_id = market.partner_id
                   AND move.company_id = market.company_id
                   AND move.state = 'posted' AND move.move_type IN ('out_invoice', 'out_refund')
                   AND move.invoice_date >= make_date(market.year, 1, 1)
                   AND move.invoice_date < make_date(market.year + 1, 1, 1)
                   AND category.parent_path LIKE wanted.parent_path || '%%'
            ), 0)
            """
        )
