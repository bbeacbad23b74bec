from odoo.tools import SQL

LAST_DAY = "9999-12-31"


def migrate(cr, version):
    """Bring days back into the calendar, which orders and reviews dated at its end led beyond: Python reads none."""
    for name in ("due", "next_from", "next_on", "next_to"):
        column = SQL.identifier(name)
        cr.execute(SQL("UPDATE client_standing SET %s = %s WHERE %s > %s", column, LAST_DAY, column, LAST_DAY))
