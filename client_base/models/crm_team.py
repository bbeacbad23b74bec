from odoo import models


class CrmTeam(models.Model):
    _inherit = "crm.team"

    def write(self, vals):
        result = super().write(vals)
        if {"user_id", "active"} & vals.keys():
            # Record rules are kept with the lead's scope in them.
            self.env.registry.clear_cache()
        return result
