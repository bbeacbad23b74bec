from odoo import api, models


class SaleOrderLine(models.Model):
    """Lines of orders are found with what is in them, and whose client they are about is asked once, not twice."""

    _inherit = "sale.order.line"

    @api.model
    def search_fetch(self, domain, field_names=None, offset=0, limit=None, order=None):
        # What Odoo asks for as the lines of orders, of which it then reads the rest; each order's are in their order,
        # and no order has to be looked up for its place among the others.
        if field_names == ["order_id"] and not order:
            field_names, order = None, "sequence, id"
        return super().search_fetch(domain, field_names, offset=offset, limit=limit, order=order)
