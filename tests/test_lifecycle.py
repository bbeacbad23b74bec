"""From the overview to a client that is about to leave, to a decision about it, and to who takes its place."""

import re

from playwright.sync_api import expect


def test_from_the_overview_to_a_successor(sample, page, picture):
    sample.sign_in(page, "lena", "demo")
    sample.open(page, "client_base_lifecycle.client_overview_action")
    overview = page.locator(".o_client_lifecycle")
    expect(overview.locator(".o_client_segment")).to_have_count(8)
    expect(overview).to_contain_text("Overdue, may be leaving")
    picture("overview")
    leaving = overview.locator("section", has_text="Overdue, may be leaving")
    name = leaving.locator("[data-card]").first.inner_text()
    leaving.locator("[data-card]").first.click()

    page.get_by_role("tab", name="Lifecycle", exact=True).click()
    life = page.locator(".o_client_life")
    expect(life).to_contain_text("typical intervals since the last purchase")
    expect(life.locator(".o_client_month")).to_have_count(24)
    life.get_by_role("button", name="Decision Point").click()

    expect(page.locator("[name=partner_id] input")).to_have_value(name)
    page.get_by_role("button", name="Find a Successor").click()
    dialog = page.locator(".o_dialog")
    expect(dialog).to_contain_text(f"In Place of {name}")
    expect(dialog.locator(".o_data_row").first).to_contain_text(re.compile(r"\+\d+"))
    successor = dialog.locator(".o_data_row [name=candidate_id]").first.inner_text()
    dialog.get_by_role("button", name="Prepare").first.click()
    expect(dialog).to_have_count(0)
    page.reload()
    expect(page.locator("[name=successor_id] input")).to_have_value(re.compile(re.escape(successor.rstrip("…")[:8])))


def test_movements_of_a_quarter(sample, page):
    sample.sign_in(page)
    sample.open(page, "client_base_lifecycle.client_movements_action")
    content = page.locator(".o_client_lifecycle")
    content.get_by_role("button", name="Year").click()
    expect(content.locator("svg path").first).to_be_attached()
    expect(content).to_contain_text("The base on both days")
    content.get_by_role("button", name="Decided by a Person").click()
    expect(content.get_by_role("button", name="Decided by a Person")).to_have_class(re.compile("btn-primary"))
    content.locator("td [data-list]").first.click()
    expect(page.locator(".o_list_view .o_data_row").first).to_be_visible()
    page.locator(".o_breadcrumb").get_by_text("Movements", exact=True).first.click()
    for chosen in ("Year", "Decided by a Person"):
        expect(content.get_by_role("button", name=chosen)).to_have_class(re.compile("btn-primary"))


def test_a_day_is_typed(sample, page):
    sample.sign_in(page)
    sample.open(page, "client_base_lifecycle.client_movements_action")
    content = page.locator(".o_client_lifecycle")
    start = content.get_by_label("From", exact=True)
    before = start.input_value()
    # The year is typed digit by digit, through the years 0002, 0020 and 0202.
    start.press_sequentially("03152025")
    expect(start).to_be_focused()
    expect(start).to_have_value("2025-03-15")
    start.press("Enter")
    expect(content.locator("button.btn-primary[data-argument=period]")).to_have_count(0)
    expect(start).to_have_value("2025-03-15")
    start.press_sequentially("03150002")
    content.get_by_role("heading", name="Movements").click()
    expect(start).to_have_value("2025-03-15")
    content.get_by_role("button", name="Month").click()
    expect(start).to_have_value(before)


def test_results_of_each_manager(sample, page):
    sample.sign_in(page)
    sample.open(page, "client_base_lifecycle.client_results_action")
    row = page.locator(".o_client_lifecycle tbody tr", has_text="Anna Kovalenko")
    expect(row).to_be_visible()
    expect(row).to_contain_text("%")
