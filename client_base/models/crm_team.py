from odoo import models


class CrmTeam(models.Model):
    _inherit = "crm.team"

    # Record rules are kept with the lead's scope in them.

    def write(self, vals):
        result = super().write(vals)
        if {"user_id", "active"} & vals.keys():
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
