"""The addons beside other apps of Odoo: nobody reaches a foreign client by these, and what is no client's stays seen.

The probe (``client_base/tests/isolation.py``) asks the registry which models there are: here there are
three times as many.
"""

import pytest

# Those whose rows name partners, and what they need.
APPS = """
    crm_livechat event_sale fleet hr_recruitment hr_skills lunch marketing_card mass_mailing_sale point_of_sale
    purchase_requisition repair sale_expense sale_loyalty sale_mrp sale_timesheet stock_dropshipping survey_crm
    website_crm_partner_assign website_customer website_event_sale website_sale_stock website_sale_wishlist
    website_slides
""".split()
FILES = (
    "tests/inside_other_apps.py",
    # The pages for strangers stand in the layout of the website.
    "client_base/tests/test_intake.py",
    "client_base_campaigns/tests/test_receipt.py",
    "client_base_campaigns/tests/test_unsubscribe.py",
)


@pytest.fixture(scope="module")
def database(copy_database, installation):
    name = copy_database("other_apps")
    installation.install(name, APPS, log="other_apps")
    return name


def test_beside_other_apps(database, run_inside):
    passed, output = run_inside(database, *FILES)
    assert len(passed) > 40, "the tests were not found"
    failed = [name for name, well in passed.items() if not well]
    assert not failed, output[-5000:]
