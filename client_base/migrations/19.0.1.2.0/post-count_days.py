from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Count the days of the register that there is."""
    api.Environment(cr, SUPERUSER_ID, {})["client.fact.day"]._rebuild()
