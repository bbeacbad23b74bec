from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    client_purchase_source = fields.Selection(related="company_id.client_purchase_source", readonly=False)
    client_regular_orders = fields.Integer(related="company_id.client_regular_orders", readonly=False)
    client_partner_orders = fields.Integer(related="company_id.client_partner_orders", readonly=False)
    client_partner_months = fields.Integer(related="company_id.client_partner_months", readonly=False)
    client_dead_months = fields.Integer(related="company_id.client_dead_months", readonly=False)
