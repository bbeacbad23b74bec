from odoo.tools import SQL

from odoo.addons.client_base.hooks import select_employees


def migrate(cr, version):
    """Open the cards of employees without a user to everybody: they are colleagues, as those with one."""
    cr.execute(
        SQL(
            "UPDATE res_partner SET client_open = TRUE WHERE client_open IS NOT TRUE AND id IN (%s)",
            select_employees(cr),
        )
    )
