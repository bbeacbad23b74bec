from odoo import models


class ResGroups(models.Model):
    """Who is taken out of a group may lose the level by which he has clients, as on the user's form."""

    _inherit = "res.groups"

    def write(self, vals):
        managers = self.user_ids._get_client_managers() if "user_ids" in vals else self.env["res.users"]
        result = super().write(vals)
        managers._check_still_managers()
        return result
