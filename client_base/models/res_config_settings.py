from odoo import fields, models

from .res_users import POOL_PARAMETER


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    client_pool = fields.Selection(
        [
            ("closed", "Leads see it and give clients out"),
            ("request", "Managers see it too, and ask their lead for a client"),
            ("claim", "Managers see it too, and take clients themselves"),
        ],
        string="Clients Without an Owner",
        config_parameter=POOL_PARAMETER,
        default="closed",
    )

    def set_values(self):
        super().set_values()
        # Record rules are kept with the scope in them, and the scope has the pool in it or not.
        self.env.registry.clear_cache()
