from odoo import SUPERUSER_ID, api

from odoo.addons.client_base.hooks import add_columns


def migrate(cr, version):
    """Add the new computed columns empty, so that Odoo does not fill them partner by partner."""
    add_columns(api.Environment(cr, SUPERUSER_ID, {}))
