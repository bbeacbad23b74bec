from odoo.tools import SQL

from odoo.addons.client_base.parameters import MOST_DAYS


def migrate(cr, version):
    """Bring terms that no calendar reaches back to the longest one."""
    cr.execute(
        SQL(
            """
            UPDATE client_campaign
               SET quiet_days = LEAST(quiet_days, %(most)s),
                   fallback_days = LEAST(fallback_days, %(most)s),
                   reminder_days = LEAST(reminder_days, %(most)s)
             WHERE GREATEST(quiet_days, fallback_days, reminder_days) > %(most)s
            """,
            most=MOST_DAYS,
        )
    )
    cr.execute(SQL("UPDATE client_programme SET days_before = %(most)s WHERE days_before > %(most)s", most=MOST_DAYS))
