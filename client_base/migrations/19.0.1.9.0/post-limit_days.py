from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

from odoo.addons.client_base.parameters import CONTACT_DAYS, MOST_DAYS, REGION_NOTE_DAYS, get_days

COLUMNS = {"client_channel": "contact_days", "client_interaction_result": "next_days"}


def migrate(cr, version):
    """Bring terms that no calendar reaches back to the longest one."""
    for table, column in COLUMNS.items():
        cr.execute(
            SQL(
                """
                UPDATE %(table)s SET %(days)s = LEAST(GREATEST(%(days)s, 0), %(most)s)
                 WHERE %(days)s NOT BETWEEN 0 AND %(most)s
                """,
                table=SQL.identifier(table),
                days=SQL.identifier(column),
                most=MOST_DAYS,
            )
        )
    env = api.Environment(cr, SUPERUSER_ID, {})
    parameters = env["ir.config_parameter"]
    for name in (CONTACT_DAYS, REGION_NOTE_DAYS):
        if parameters.get_param(name):
            parameters.set_param(name, get_days(env, name, MOST_DAYS))
