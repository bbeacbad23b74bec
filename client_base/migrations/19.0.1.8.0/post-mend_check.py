from odoo import SUPERUSER_ID, api

FORMER = "[('client_hostile', '=', True)]"
DECIDES = "('current', '=', True), ('role_id.decides', '=', True), ('interest', '<', 0)"


def migrate(cr, version):
    """Count in the line "Somebody with influence is against us" what it says, unless it was changed by hand."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    check = env.ref("client_base.audit_check_hostile", raise_if_not_found=False)
    if check and check.domain == FORMER:
        check.domain = f"[('client_member_ids', 'any', [{DECIDES}])]"
