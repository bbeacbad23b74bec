from odoo import SUPERUSER_ID, api
from odoo.tools import SQL, sql

THRESHOLDS = ("regular_orders", "partner_orders", "partner_months", "dead_months")
# What stood on the partners before client.standing.
COLUMNS = (
    *("client_segment_id", "client_segment_rule", "client_segment_evidence", "client_segment_since"),
    *("client_order_count", "client_turnover", "client_first_order", "client_last_order"),
)


def migrate(cr, version):
    """Take the thresholds over to the companies, place the clients, and free the partners of the old columns."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    take_thresholds(env)
    env["client.lifecycle"]._refresh_all()
    for name in COLUMNS:
        if sql.column_exists(cr, "res_partner", name):
            cr.execute(SQL("ALTER TABLE res_partner DROP COLUMN %s CASCADE", SQL.identifier(name)))


def take_thresholds(env):
    parameters = env["ir.config_parameter"]
    for name in THRESHOLDS:
        key = f"client_base_lifecycle.{name}"
        if value := parameters.get_param(key):
            # By SQL: each write would place the clients anew.
            column = SQL.identifier(f"client_{name}")
            env.cr.execute(SQL("UPDATE res_company SET %s = %s", column, int(value)))
            parameters.set_param(key, False)
    env["res.company"].invalidate_model()
