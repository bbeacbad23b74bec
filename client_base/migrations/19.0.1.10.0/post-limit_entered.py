from odoo import SUPERUSER_ID, api

RULES = ("res_partner_rule_client_scope", "res_partner_rule_client_pool")
ENTERED = "('create_uid', '=', user.id)"
STILL = f"'&', {ENTERED}, ('client_released', '=', False)"


def migrate(cr, version):
    """Let who entered a client see it as nobody's only until it had a manager: rules are not updated by themselves."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name in RULES:
        rule = env.ref(f"client_base.{name}", raise_if_not_found=False)
        if rule and "client_released" not in rule.domain_force:
            rule.domain_force = rule.domain_force.replace(ENTERED, STILL)
