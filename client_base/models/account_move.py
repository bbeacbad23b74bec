from odoo import api, models


class AccountMove(models.Model):
    """An invoice stays with the client that it was made out to, wherever the contact that it names goes later."""

    _name = "account.move"
    _inherit = ["account.move", "client.document.mixin"]

    _client_salesperson = "invoice_user_id"
    _client_partner = "commercial_partner_id"

    # Guarded by it, and found by it when the client changes hands.
    _client_index = models.Index("(commercial_partner_id)")

    @api.model
    def _get_client_fields(self):
        return ["commercial_partner_id"]

    def _compute_invoice_default_sale_person(self):
        super()._compute_invoice_default_sale_person()
        self._follow_client()
