from odoo import models


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "client.document.mixin"]

    def _compute_user_id(self):
        super()._compute_user_id()
        # Odoo asks the contact first, which may have kept the salesperson of another company.
        self._follow_client()

    def _prepare_invoice(self):
        """Who pays may be another client, with a manager of its own."""
        values = super()._prepare_invoice()
        salesperson = self.env["res.users"].browse(values.get("invoice_user_id"))
        return {**values, "invoice_user_id": self.partner_invoice_id._get_salesperson(salesperson).id}
