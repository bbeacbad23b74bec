from odoo import models


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "client.document.mixin"]

    _client_salesperson = "invoice_user_id"

    def _compute_invoice_default_sale_person(self):
        super()._compute_invoice_default_sale_person()
        self._follow_client()
