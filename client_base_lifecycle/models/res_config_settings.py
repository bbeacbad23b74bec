from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    """What a company sets is written to it at once.

    Odoo writes field by field, and of thresholds that belong together the first would be refused.
    """

    _inherit = "res.config.settings"

    client_purchase_source = fields.Selection(related="company_id.client_purchase_source", readonly=False)
    client_regular_orders = fields.Integer(related="company_id.client_regular_orders", readonly=False)
    client_partner_orders = fields.Integer(related="company_id.client_partner_orders", readonly=False)
    client_partner_months = fields.Integer(related="company_id.client_partner_months", readonly=False)
    client_dead_months = fields.Integer(related="company_id.client_dead_months", readonly=False)
    client_abc_a = fields.Float(related="company_id.client_abc_a", readonly=False)
    client_abc_b = fields.Float(related="company_id.client_abc_b", readonly=False)
    client_xyz_x = fields.Float(related="company_id.client_xyz_x", readonly=False)
    client_xyz_y = fields.Float(related="company_id.client_xyz_y", readonly=False)
    client_rfm_recency = fields.Char(related="company_id.client_rfm_recency", readonly=False)
    client_rfm_frequency = fields.Char(related="company_id.client_rfm_frequency", readonly=False)
    client_rfm_money = fields.Char(related="company_id.client_rfm_money", readonly=False)
    client_forecast_months = fields.Integer(related="company_id.client_forecast_months", readonly=False)
    client_alarm_overdue = fields.Float(related="company_id.client_alarm_overdue", readonly=False)
    client_alarm_fall = fields.Float(related="company_id.client_alarm_fall", readonly=False)
    client_alarm_dependence = fields.Float(related="company_id.client_alarm_dependence", readonly=False)
    client_credit_percent = fields.Float(related="company_id.client_credit_percent", readonly=False)
    client_hour_cost = fields.Float(related="company_id.client_hour_cost", readonly=False)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            company = self.env["res.company"].browse(vals.get("company_id")) or self.env.company
            self._write_thresholds(company, vals)
        return super().create(vals_list)

    def write(self, vals):
        for settings in self:
            self._write_thresholds(settings.company_id, vals)
        return super().write(vals)

    @api.model
    def _write_thresholds(self, company, vals):
        own = {name for name, field in self._fields.items() if (field.related or "").startswith("company_id.client_")}
        if own & vals.keys():
            company.write({name: vals[name] for name in own & vals.keys()})
