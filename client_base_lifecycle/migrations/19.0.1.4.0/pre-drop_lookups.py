from odoo.tools import SQL

SEGMENT_KEYS = (("client_segment_move", "from_id"), ("client_segment_move", "to_id"), ("client_standing", "segment_id"))


def migrate(cr, version):
    """Take away what writing a history waited for: foreign keys to segments, and an index that nobody asks."""
    cr.execute("DROP INDEX IF EXISTS client_standing_due_index")
    for table, column in SEGMENT_KEYS:
        name = f"{table}_{column}_fkey"
        cr.execute(
            SQL("ALTER TABLE IF EXISTS %s DROP CONSTRAINT IF EXISTS %s", SQL.identifier(table), SQL.identifier(name))
        )
        cr.execute("DELETE FROM ir_model_constraint WHERE name = %s", [name])
