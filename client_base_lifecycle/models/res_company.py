from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.ladder import Terms

TERMS = ("client_regular_orders", "client_partner_orders", "client_partner_months", "client_dead_months")


class ResCompany(models.Model):
    """What a company takes for a purchase, and its thresholds of the segments."""

    _inherit = "res.company"

    client_purchase_source = fields.Selection(
        [("order", "Confirmed orders"), ("invoice", "Posted invoices")],
        string="A Purchase Is",
        default="order",
        required=True,
        help="Posted credit notes are taken off the turnover either way.",
    )
    client_regular_orders = fields.Integer(
        string="Orders of a Regular Client", default=Terms.regular_orders, required=True
    )
    client_partner_orders = fields.Integer(
        string="Orders of a Time-Tested Partner", default=Terms.partner_orders, required=True
    )
    client_partner_months = fields.Integer(
        string="Months of a Time-Tested Partner", default=Terms.partner_months, required=True
    )
    client_dead_months = fields.Integer(string="Months of Silence", default=Terms.dead_months, required=True)

    @api.constrains(*TERMS)
    def _check_client_terms(self):
        if any(company[name] < 1 for company in self for name in TERMS):
            raise ValidationError(self.env._("The thresholds of the lifecycle segments are whole numbers from 1 on."))

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        self.env["client.lifecycle"]._refresh_soon(companies)
        return companies

    def write(self, vals):
        names = vals.keys() & {"client_purchase_source", *TERMS}
        before = {company: [company[name] for name in names] for company in self}
        result = super().write(vals)
        changed = self.filtered(lambda company: [company[name] for name in names] != before[company])
        if changed:
            self.env["client.lifecycle"]._refresh_soon(changed)
        return result

    def _get_client_terms(self):
        """Return the :class:`Terms` of this company."""
        self.ensure_one()
        return Terms(**{name.removeprefix("client_"): self[name] for name in TERMS})
