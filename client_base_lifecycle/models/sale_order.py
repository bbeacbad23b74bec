from odoo import api, models

# A change of these on a confirmed order may move its client.
PURCHASE_FIELDS = {"currency_id", "date_order", "order_line", "partner_id", "state"}


class SaleOrder(models.Model):
    """Confirmed orders move their clients along the segments, cancelled ones back."""

    _inherit = "sale.order"

    # Totals of clients are read from it alone, not from the wide rows of the orders.
    _client_purchase_index = models.Index(
        "(partner_id, company_id) INCLUDE (date_order, amount_untaxed, currency_rate, id) WHERE state = 'sale'"
    )

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._refresh_client_segments()
        return orders

    def write(self, vals):
        if not PURCHASE_FIELDS & vals.keys():
            return super().write(vals)
        changed = self.filtered(lambda order: order.state == "sale")
        before = changed.partner_id
        result = super().write(vals)
        if changed:
            changed._refresh_client_segments(before)
        (self - changed)._add_to_clients()
        return result

    def _refresh_client_segments(self, others=None):
        """Place anew the clients of these orders, where they are confirmed, and the clients of ``others``."""
        partners = self.filtered(lambda order: order.state == "sale").partner_id
        if others:
            partners |= others
        if partners and any(order._counts_for_client() for order in self):
            self.env["client.lifecycle"]._refresh_later(partners, changed=self)

    def _add_to_clients(self):
        """Place anew the clients of these orders, as far as they are confirmed now; they did not count before."""
        new = self.filtered(lambda order: order.state == "sale" and order._counts_for_client())
        if new:
            self.env["client.lifecycle"]._refresh_later(self.env["res.partner"], new=new)

    def _counts_for_client(self):
        # sudo: a setting of the company
        return self.company_id.sudo().client_purchase_source == "order"
