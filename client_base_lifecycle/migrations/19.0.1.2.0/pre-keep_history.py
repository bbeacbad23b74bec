from odoo.tools import sql


def migrate(cr, version):
    """Give the recorded movements their company before it is required."""
    if not sql.column_exists(cr, "client_segment_move", "company_id"):
        sql.create_column(cr, "client_segment_move", "company_id", "int4")
        cr.execute("UPDATE client_segment_move SET company_id = (SELECT min(id) FROM res_company)")
