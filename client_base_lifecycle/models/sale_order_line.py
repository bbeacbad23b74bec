from odoo import api, models

# A change of these changes what the order comes to.
AMOUNT_FIELDS = {"discount", "order_id", "price_unit", "product_id", "product_uom_id", "product_uom_qty", "tax_ids"}


class SaleOrderLine(models.Model):
    """Lines that are written by themselves change the turnover of the client as well."""

    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.order_id._refresh_client_segments()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if AMOUNT_FIELDS & vals.keys():
            self.order_id._refresh_client_segments()
        return result

    def unlink(self):
        orders = self.order_id
        result = super().unlink()
        orders._refresh_client_segments()
        return result
