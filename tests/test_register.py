"""A manager's morning in the browser: the day's list, a call with its result, a missed call; the lead's control."""

import re

from playwright.sync_api import expect

PASSWORD = "demo"
PHONE = {"width": 390, "height": 844}


def open_day(sample, page, login="anna"):
    sample.sign_in(page, login, PASSWORD)
    page.goto(f"{sample.url}/odoo/my-day")
    expect(page.locator(".o_client_day")).to_be_visible()


def fill(dialog, name, text):
    dialog.locator(f".o_field_widget[name={name}]").locator("input, textarea").first.fill(text)


def choose(page, dialog, name, text):
    fill(dialog, name, text)
    page.locator(".o-autocomplete--dropdown-menu").get_by_text(text, exact=True).click()


def test_morning_list_to_call_to_result_to_next_date(sample, page, picture):
    anna = sample.rpc("anna", PASSWORD)
    open_day(sample, page)
    picture("my_day")
    row = page.locator(".o_client_day_overdue .o_client_day_row").first
    name = row.locator("[data-open='res.partner']").inner_text()
    waiting = page.locator(".o_client_day_overdue .o_client_day_row").count()
    row.get_by_role("button", name="Done").click()
    dialog = page.locator(".modal")
    expect(dialog.locator(".o_field_widget[name=partner_id] input")).to_have_value(name)
    fill(dialog, "comment", "Orders again in spring")
    choose(page, dialog, "result_id", "Agreed")
    # The result proposes the next contact.
    expect(dialog.locator(".o_field_widget[name=next_date]")).not_to_have_text("")
    dialog.locator("button[name=action_done]").click()
    expect(dialog).to_have_count(0)
    expect(page.locator(".o_client_day_overdue .o_client_day_row")).to_have_count(waiting - 1)
    [contact] = anna(
        "client.interaction",
        "search_read",
        [("comment", "=", "Orders again in spring")],
        fields=["state", "next_activity_id"],
    )
    assert contact["state"] == "done"
    assert contact["next_activity_id"]


def test_what_is_not_finished_says_what_is_missing(sample, page):
    open_day(sample, page)
    page.locator(".o_client_day_today .o_client_day_row").first.get_by_role("button", name="Done").click()
    page.locator(".modal button[name=action_done]").click()
    expect(
        page.get_by_text(re.compile(r"Missing: what was said and agreed, the result, the next contact"))
    ).to_be_visible()


def test_missed_call_from_an_unknown_number(sample, page):
    # On a phone the conversations that a login opens would lie over the page: so the login is at the desk.
    open_day(sample, page)
    page.set_viewport_size(PHONE)
    page.reload()
    expect(page.locator(".o_client_day")).to_be_visible()
    page.get_by_role("button", name="Missed Call").click()
    dialog = page.locator(".modal")
    fill(dialog, "caller", "+380 44 999 88 77")
    page.keyboard.press("Tab")
    expect(dialog.get_by_text("Nobody is found")).to_be_visible()
    fill(dialog, "comment", "Wants a catalogue")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(page.locator(".o_client_day_today").get_by_text("Unknown caller +380 44 999 88 77")).to_be_visible()


def test_lead_plans_and_controls(sample, page):
    admin, lena = sample.rpc(), sample.rpc("lena", PASSWORD)
    [boris] = admin("res.users", "search", [("login", "=", "boris")])
    lena("client.plan", "create", [{"user_id": boris, "measure": "meetings", "target": 1000}])
    sample.sign_in(page, "lena", PASSWORD)
    page.goto(f"{sample.url}/odoo/client-department")
    row = page.locator(".o_client_department tr").filter(has_text="Boris Melnik")
    expect(row).to_contain_text("/1,000")
    expect(page.locator(".o_client_department")).not_to_contain_text("Clara Jensen")
    page.get_by_role("button", name="Year").click()
    expect(page.get_by_role("button", name="Year")).to_have_class(re.compile("btn-primary"))
    row.get_by_role("button", name="Boris Melnik").click()
    expect(page.locator(".o_client_week")).to_have_count(12)
    page.locator(".o_client_department [data-list='client.interaction']").first.click()
    expect(page.locator(".o_list_view .o_data_row").first).to_be_visible()
    page.locator(".o_breadcrumb").get_by_text("Department", exact=True).first.click()
    expect(page.get_by_role("button", name="Year")).to_have_class(re.compile("btn-primary"))
    expect(page.locator(".o_client_week")).to_have_count(12)


def test_lead_gives_a_task_over_a_selection(sample, page):
    sample.sign_in(page, "lena", PASSWORD)
    sample.open(page, "client_base.client_action")
    for number in range(3):
        page.locator(".o_data_row .o_list_record_selector input").nth(number).click()
    page.get_by_role("button", name="Actions").click()
    page.get_by_role("menuitem", name="Give a Task").click()
    dialog = page.locator(".modal")
    fill(dialog, "name", "Offer the catalogue")
    dialog.get_by_role("button", name="Give to the Managers").click()
    expect(dialog).to_have_count(0)
    [task] = sample.rpc("lena", PASSWORD)(
        "client.task", "search_read", [("name", "=", "Offer the catalogue")], fields=["client_count", "open_count"]
    )
    assert task["client_count"] == task["open_count"] > 0


def test_time_line_tells_the_client_in_one_page(sample, page):
    anna = sample.rpc("anna", PASSWORD)
    [contact] = anna("client.interaction", "search_read", [("state", "=", "done")], fields=["partner_id"], limit=1)
    sample.sign_in(page, "anna", PASSWORD)
    page.goto(f"{sample.url}/odoo/res.partner/{contact['partner_id'][0]}")
    page.locator(".o_notebook .nav-link[name=client_history]").click()
    events = page.locator(".o_client_event")
    expect(events.first).to_be_visible()
    page.get_by_role("button", name="Contacts", exact=True).click()
    expect(page.locator(".o_client_event[data-kind=contact]").first).to_be_visible()
    expect(page.locator(".o_client_event[data-kind=order]:visible")).to_have_count(0)
