from odoo import models


class CrmTeam(models.Model):
    """A team's members are its lead's scope, and record rules are kept with the scope in them."""

    _inherit = "crm.team"

    def write(self, vals):
        result = super().write(vals)
        if {"user_id", "active"} & vals.keys():
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
