from odoo import api, models


class AccountInvoiceReport(models.Model):
    """The analysis shows an invoice to whom the invoice itself is shown."""

    _inherit = "account.invoice.report"

    @api.model
    def _get_client_fields(self):
        return ["commercial_partner_id"]
