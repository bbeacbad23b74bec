from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Colleagues stand among the movements no more: each was a potential client until the user was made."""
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    colleagues = env["res.partner"].search([("client_open", "=", True)])
    env["client.lifecycle"]._leave_out_colleagues(colleagues.ids)
