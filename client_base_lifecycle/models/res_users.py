from odoo import api, models


class ResUsers(models.Model):
    """New colleagues are no clients: Odoo makes the user after the partner, who was placed by then."""

    _inherit = "res.users"

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        if colleagues := users.partner_id.filtered("client_open"):
            self.env["client.lifecycle"]._leave_out_colleagues(colleagues.ids)
        return users
