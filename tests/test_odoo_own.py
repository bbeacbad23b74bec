"""Odoo's own tests of who may do what, with the addons installed: what worked still works.

What Odoo expects differently on purpose stands in ``BY_DESIGN`` with the reason.  What fails without
the addons as well (in a database without demo data, say) stands in ``BARE``.
"""

import pytest

FILES = """
    base: test_acl test_groups test_overrides test_res_partner test_res_partner_merge test_res_users
          test_user_has_group
    sales_team: test_sales_team test_sales_team_internals test_sales_team_membership
    sale: test_access_rights test_sale_flow test_sale_report
    crm: test_crm_lead_convert test_crm_lead_convert_mass test_crm_lead_merge test_crm_lead_multicompany
         test_crm_rainbowman
    sale_crm: test_crm_lead_convert_quotation
    mail: test_res_partner test_res_users
    calendar: test_access_rights
    account: test_res_partner_merge
    portal: test_addresses
"""

POOL = "a salesperson works own clients; one without a manager is first given to him"
FOLLOWS = "a lead's salesperson is the manager of its client, whoever was chosen"
QUERIES = "it asks whose the clients are, and has new ones compared and placed: more queries per lead turned over"
BY_DESIGN = {
    "TestAccessRights.test_access_sales_manager": POOL,
    "TestAccessRights.test_access_sales_person": POOL,
    "TestCrmLeadRainbowmanMessages.test_leads_rainbowman": POOL,
    "TestLeadMerge.test_merge_method_followers": POOL,
    "TestLeadConvertToTicket.test_lead_convert_to_quotation_exist": POOL,
    "TestLeadConvertToTicket.test_lead_convert_to_quotation_false_match_create": POOL,
    "TestLeadConvertMass.test_mass_convert_w_salesmen": FOLLOWS,
    "TestLeadConvertMass.test_mass_convert_performances": QUERIES,
}
BARE = {
    "TestLeadMerge.test_lead_merge_address_not_propagated",
    "TestLeadMerge.test_lead_merge_address_propagated",
    "TestLeadMerge.test_lead_merge_internals",
    "TestLeadMerge.test_merge_method",
    "TestLeadMerge.test_merge_method_propagate_lost_reason",
    "TestMergePartner.test_merge_partners_with_peon_user",
    "TestPartnerAddressCompany.test_address_parent_company_creation",
    "TestPartnerAddressCompany.test_commercial_field_sync_reset",
}


@pytest.fixture(scope="module")
def failed(installation, copy_database, run_inside):
    """The names of Odoo's tests that fail with the addons, as “Class.method”."""
    passed, _output = run_inside(copy_database("odoo_own"), *find_files(installation.machine.odoo_addons))
    assert len(passed) > 200, "Odoo's tests were not found"
    return {name for name, well in passed.items() if not well}


def find_files(addons):
    """Return the paths of ``FILES`` under ``addons``, the folder of Odoo's addons."""
    paths, addon = [], None
    for word in FILES.split():
        if word.endswith(":"):
            addon = word[:-1]
        else:
            paths.append(addons / addon / "tests" / f"{word}.py")
    return paths


def test_what_worked_still_works(failed):
    assert not failed - BARE - BY_DESIGN.keys()


def test_what_differs_by_design_is_still_so(failed):
    """The list is no hiding place: what passes again is taken off it."""
    assert not BY_DESIGN.keys() - failed
