from odoo.tools import SQL

BEFORE = "VIPs and key accounts to review"
DOMAIN_BEFORE = "['&', ('client_grade', 'in', ['vip', 'key']), ('client_grade_until', '<', 'today')]"
DOMAIN = "['&', ('client_grade', '=', 'vip'), ('client_grade_until', '<', 'today')]"


def migrate(cr, version):
    """Have the line of the scorecard name whom it counts: key accounts have no term. Nothing that was changed."""
    cr.execute(
        SQL(
            """
            UPDATE client_audit_check
               SET name = jsonb_build_object('en_US', 'VIPs to review'), domain = %s
             WHERE name ->> 'en_US' = %s AND domain = %s
               AND id = (SELECT res_id FROM ir_model_data
                          WHERE module = 'client_base_lifecycle' AND name = 'audit_check_review')
            """,
            DOMAIN,
            BEFORE,
            DOMAIN_BEFORE,
        )
    )
