from odoo import models

# A change of these on a posted invoice or credit note may move its client.
PURCHASE_FIELDS = {"state", "payment_state", "partner_id", "commercial_partner_id", "invoice_date"}


class AccountMove(models.Model):
    """Posted invoices, where they are what counts, and credit notes move their clients."""

    _inherit = "account.move"

    # Totals of clients are read from it alone.
    _client_purchase_index = models.Index(
        "(commercial_partner_id) INCLUDE (company_id, invoice_date, amount_untaxed_signed, move_type, payment_state)"
        " WHERE state = 'posted' AND move_type IN ('out_invoice', 'out_refund')"
    )

    def write(self, vals):
        if not PURCHASE_FIELDS & vals.keys():
            return super().write(vals)
        before = self._get_client_purchases().partner_id
        result = super().write(vals)
        self._refresh_client_segments(before)
        return result

    def _compute_payment_state(self):
        """An invoice that is reversed as a whole is no purchase any more."""
        before = {move: move.payment_state for move in self}
        super()._compute_payment_state()
        changed = self.filtered(lambda move: "reversed" in (before[move], move.payment_state))
        changed.filtered(lambda move: before[move] != move.payment_state)._refresh_client_segments()

    def _get_client_purchases(self):
        return self.filtered(lambda move: move.state == "posted" and move._counts_for_client())

    def _counts_for_client(self):
        # sudo: a setting of the company
        source = self.company_id.sudo().client_purchase_source
        return self.move_type == "out_refund" or (self.move_type == "out_invoice" and source == "invoice")

    def _refresh_client_segments(self, others=None):
        """Place anew the clients of the posted documents, and the clients of ``others``."""
        partners = self._get_client_purchases().partner_id
        if others:
            partners |= others
        if partners:
            self.env["client.lifecycle"]._refresh_later(partners)
