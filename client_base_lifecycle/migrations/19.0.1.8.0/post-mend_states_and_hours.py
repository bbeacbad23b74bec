from odoo.tools import SQL

NAMES = {"placing": "ir_cron_refresh_segments", "analysis": "ir_cron_analyse"}


def migrate(cr, version):
    """Have states say what was chosen and decided, and the analysis wait for the job that starts it."""
    cr.execute("UPDATE client_decision SET state = 'open' WHERE state = 'client' AND client_choice IS NULL")
    # Opened past the button that takes the decision back, which stands still.
    cr.execute("UPDATE client_decision SET state = 'done' WHERE state <> 'done' AND decided_on IS NOT NULL")
    part_hours(cr)


def part_hours(cr):
    """Part the hours of two jobs that are due at the same moment, unless somebody parted them before."""
    cr.execute(
        SQL(
            """
            UPDATE ir_cron second
               SET nextcall = first.nextcall + interval '6 hours'
              FROM ir_cron first
             WHERE second.id = %s AND first.id = %s
               AND second.nextcall - first.nextcall BETWEEN - interval '1 hour' AND interval '1 hour'
            """,
            select_id(NAMES["analysis"]),
            select_id(NAMES["placing"]),
        )
    )


def select_id(name):
    return SQL(
        "(SELECT res_id FROM ir_model_data WHERE module = 'client_base_lifecycle' AND model = 'ir.cron' AND name = %s)",
        name,
    )
