from odoo import SUPERUSER_ID, api

from odoo.addons.client_base.hooks import add_columns


def migrate(cr, version):
    """Add the new computed columns empty, so that Odoo does not fill them partner by partner."""
    # The owner is indexed together with the name now.
    cr.execute("DROP INDEX IF EXISTS res_partner__client_owner_id_index")
    add_columns(api.Environment(cr, SUPERUSER_ID, {}))
