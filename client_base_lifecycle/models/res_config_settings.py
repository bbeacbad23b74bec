from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.ladder import Terms


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    client_regular_orders = fields.Integer(
        string="Orders of a Regular Client",
        config_parameter="client_base_lifecycle.regular_orders",
        default=Terms.regular_orders,
    )
    client_partner_orders = fields.Integer(
        string="Orders of a Time-Tested Partner",
        config_parameter="client_base_lifecycle.partner_orders",
        default=Terms.partner_orders,
    )
    client_partner_months = fields.Integer(
        string="Months of a Time-Tested Partner",
        config_parameter="client_base_lifecycle.partner_months",
        default=Terms.partner_months,
    )
    client_dead_months = fields.Integer(
        string="Months of Silence",
        config_parameter="client_base_lifecycle.dead_months",
        default=Terms.dead_months,
    )

    @api.constrains("client_regular_orders", "client_partner_orders", "client_partner_months", "client_dead_months")
    def _check_client_terms(self):
        names = vars(Terms())
        if any(settings[f"client_{name}"] < 1 for settings in self for name in names):
            raise ValidationError(self.env._("The thresholds of the lifecycle segments are whole numbers from 1 on."))

    def set_values(self):
        before = self.env["client.lifecycle"]._get_terms()
        super().set_values()
        if self.env["client.lifecycle"]._get_terms() != before:
            self.env["client.lifecycle"]._refresh_all()
