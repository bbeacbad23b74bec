from odoo import models


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "client.document.mixin"]

    _client_salesperson = "invoice_user_id"

    def _compute_invoice_default_sale_person(self):
        super()._compute_invoice_default_sale_person()
        self._follow_client()

    def _get_fields_to_copy_recurring_entries(self, values):
        """The next one of a series goes to whose client it is by now."""
        values = super()._get_fields_to_copy_recurring_entries(values)
        salesperson = self.env["res.users"].browse(values.get("invoice_user_id"))
        return {**values, "invoice_user_id": self.partner_id._get_salesperson(salesperson).id}
