from odoo import api, models

# A change of these on a confirmed order may move its client.
PURCHASE_FIELDS = {"currency_id", "date_order", "order_line", "partner_id", "state"}


class SaleOrder(models.Model):
    """Confirmed orders move their clients along the segments, cancelled ones back."""

    _inherit = "sale.order"

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._refresh_client_segments()
        return orders

    def write(self, vals):
        if not PURCHASE_FIELDS & vals.keys():
            return super().write(vals)
        confirmed = self.filtered(lambda order: order.state == "sale")
        before = confirmed.partner_id
        result = super().write(vals)
        self._refresh_client_segments(before)
        return result

    def _refresh_client_segments(self, others=None):
        """Place anew the clients of the confirmed orders, and the clients of ``others``."""
        partners = self.filtered(lambda order: order.state == "sale").partner_id
        if others:
            partners |= others
        self.env["client.lifecycle"]._refresh(partners)
