from odoo import fields, models

from ..parameters import APPROVAL


class ResConfigSettings(models.TransientModel):
    """Whether somebody has to approve campaigns."""

    _inherit = "res.config.settings"

    client_campaign_approval = fields.Boolean(string="Campaigns Are Approved", config_parameter=APPROVAL)
