from odoo.addons.client_base.tools.row_reader import HEADERS


def migrate(cr, version):
    """Forget that known headers are not read: most were taught so by a second column of that header."""
    known = [alias for aliases in HEADERS.values() for alias in aliases]
    cr.execute("DELETE FROM client_import_header WHERE COALESCE(field, '') = '' AND name = ANY(%s)", [known])
