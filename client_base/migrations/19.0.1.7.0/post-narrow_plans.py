from odoo import SUPERUSER_ID, api

PLANS = "[('user_id', 'in', user._client_standing_scope())] if client_scope is not None else [(1, '=', 1)]"


def migrate(cr, version):
    """Take plans from those who stand in for a manager: rules that there are already are not loaded anew."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    rule = env.ref("client_base.client_plan_rule_scope", raise_if_not_found=False)
    if rule:
        rule.domain_force = PLANS
