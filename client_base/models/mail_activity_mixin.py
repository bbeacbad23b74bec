from odoo import models


class MailActivityMixin(models.AbstractModel):
    """Documents with activities: where a document gets another client, so do its activities."""

    _inherit = "mail.activity.mixin"

    def write(self, vals):
        result = super().write(vals)
        partners = {name for name in vals if self._fields[name].comodel_name == "res.partner"}
        # Of an invoice, the client is computed from the partner.
        if partners and not partners.isdisjoint(["partner_id", *self._get_client_fields()]):
            # sudo: whoever plans them
            activities = self.env["mail.activity"].sudo()
            activities.search([("res_model", "=", self._name), ("res_id", "in", self.ids)])._follow_document()
        return result
