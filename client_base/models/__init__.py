from . import (
    client_import,
    client_import_row,
    client_region,
    client_requirement,
    client_standard,
    crm_team,
    crm_team_member,
    ir_rule,
    res_partner,
    res_partner_completeness,
    res_partner_region,
    res_users,
)
