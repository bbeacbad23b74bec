from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Have activities be about the client that their document is about by now."""
    activities = api.Environment(cr, SUPERUSER_ID, {})["mail.activity"]
    activities.search([("res_model", "not in", (False, "res.partner"))])._follow_document()
