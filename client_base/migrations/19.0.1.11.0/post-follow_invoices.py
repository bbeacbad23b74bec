from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Have activities on invoices be about the client that the invoice was made out to, wherever its contact went."""
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    env["mail.activity"].search([("res_model", "=", "account.move")])._follow_document()
