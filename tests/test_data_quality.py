"""What is known, in the browser: a list with mistakes comes in, what is missing is asked for, two cards become one."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta

import openpyxl
import pytest
from conftest import RpcError
from playwright.sync_api import expect

PASSWORD = "demo"
CARDS, OPERATORS = 40, 4
# As an accounting program writes it: the second tax number, the third country and the fifth name are wrong, and
# the fourth row is the first client again.
LIST = """Наименование;Страна;Город;ИНН;Эл. почта
ООО «Полярная сова»;Россия;Мурманск;7736207543;info@sova.example
ООО «Северный мох»;Россия;Апатиты;7707083894;info@moh.example
ТОВ «Степовий лелека»;Тридевятое царство;Київ;;info@leleka.example
Полярная Сова, ООО;Россия;Мурманск;7736207543;
;Германия;Берлин;;info@fichte.example
"""
NAMES = ["ООО «Полярная сова»", "ООО «Северный мох»", "ТОВ «Степовий лелека»", "Fichte GmbH"]


def test_import_with_mistakes_and_their_correction(sample, page, tmp_path):
    path = tmp_path / "клиенты.csv"
    path.write_bytes(LIST.encode("cp1251"))
    sample.sign_in(page, "oleg", PASSWORD)
    upload(sample, page, path)
    for name, count in (("row", 5), ("clean", 1), ("question", 2), ("duplicate", 1), ("error", 1)):
        expect(page.locator(f"[name={name}_count] .o_stat_value")).to_have_text(str(count))
    page.locator("button", has=page.locator("[name=question_count]")).click()
    rows = page.locator(".o_data_row")
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="Северный мох")).to_contain_text("“7707083894” is no tax number of that country")
    expect(rows.filter(has_text="Степовий лелека")).to_contain_text("“Тридевятое царство” is not a country")
    page.go_back()
    press_and_confirm(page, "Import")
    expect(page.locator(".alert-success", has_text="came in")).to_contain_text(
        re.compile(r"Clients that came in:\s*1\s*\.")
    )

    with page.expect_download() as download:
        page.locator("button[name=action_download_rest]").click()
    rest = tmp_path / "rest.xlsx"
    download.value.save_as(rest)
    correct(rest)
    upload(sample, page, rest)
    for name, count in (("row", 4), ("clean", 3), ("duplicate", 1)):
        expect(page.locator(f"[name={name}_count] .o_stat_value")).to_have_text(str(count))
    press_and_confirm(page, "Import")
    expect(page.locator(".alert-success", has_text="came in")).to_contain_text(
        re.compile(r"Clients that came in:\s*3\s*\.")
    )
    clients = sample.rpc()("res.partner", "search_read", [("email", "like", "%@%"), ("name", "in", NAMES)], ["vat"])
    assert len(clients) == len(NAMES), "all are in, and none is twice"
    assert {client["vat"] for client in clients} == {"7736207543", "7707083893", False}


def upload(sample, page, path):
    """Bring the file in and have it checked."""
    sample.open(page, "client_base.client_import_action")
    page.locator(".o_list_button_add").click()
    page.locator("input[type=file]").set_input_files(path)
    page.locator("button[name=action_check]:visible").click()
    expect(page.locator(".o_arrow_button_current")).to_have_text("Checked")


def press_and_confirm(page, name):
    page.get_by_role("button", name=name, exact=True).click()
    page.locator(".modal-footer .btn-primary").click()


def correct(path):
    """Correct the downloaded rows by what is said beside them, as a person does."""
    book = openpyxl.load_workbook(path)
    header, *rows = book.active.iter_rows()
    places = {cell.value: number for number, cell in enumerate(header)}
    for row in rows:
        said = row[places["Client Base: what was found"]].value
        if "is no tax number" in said:
            row[places["ИНН"]].value = "7707083893"
        if "is not a country" in said:
            row[places["Страна"]].value = "Украина"
        if "No name" in said:
            row[places["Наименование"]].value = "Fichte GmbH"
    book.save(path)


@pytest.fixture
def nina(sample):
    """A manager with two clients of whom everything is known but a phone and an e-mail address."""
    admin = sample.rpc()
    groups = [find(admin, name) for name in ("base.group_user", "sales_team.group_sale_salesman")]
    user = {"name": "Nina Petrenko", "login": "nina", "password": PASSWORD, "email": "nina@demo.example"}
    nina = admin("res.users", "create", {**user, "group_ids": [(6, 0, groups)]})
    known = {"phone": "+49 30 1234567", "email": "info@known.example"}
    for name, unknown in (("Nordlicht AG", "phone"), ("Heidekraut AG", "email")):
        make_client(admin, nina, name, **{field: text for field, text in known.items() if field != unknown})
    return nina


def find(call, name):
    module, name = name.split(".")
    [data] = call("ir.model.data", "search_read", [("module", "=", module), ("name", "=", name)], ["res_id"])
    return data["res_id"]


def make_client(admin, owner, name, **values):
    """Enter a client with all that a company's card must say beside its phone and e-mail address."""
    whole = {
        "name": name,
        "is_company": True,
        "user_id": owner,
        "vat": "DE136695976",
        "city": "Berlin",
        "country_id": find(admin, "base.de"),
        "website": "https://known.example",
        "industry_id": admin("res.partner.industry", "search", [], limit=1)[0],
        "client_region_id": admin("client.region", "search", [], limit=1)[0],
        "child_ids": [(0, 0, {"name": f"Director of {name}", "phone": "+49 30 7654321"})],
    }
    client = admin("res.partner", "create", {**whole, **values})
    [person] = admin("res.partner", "search", [("parent_id", "=", client)])
    role = find(admin, "client_base.dmu_role_decision_maker")
    decider = {"partner_id": client, "person_id": person, "role_id": role, "confirmed_on": str(date.today())}
    admin("client.dmu.member", "create", decider)
    plan(admin, client, owner)


def plan(admin, client, owner):
    """Have the manager call the client in three days."""
    [model] = admin("ir.model", "search", [("model", "=", "res.partner")])
    call = {
        "activity_type_id": find(admin, "mail.mail_activity_data_call"),
        "user_id": owner,
        "date_deadline": str(date.today() + timedelta(days=3)),
        "res_model_id": model,
        "res_id": client,
    }
    admin("mail.activity", "create", call)


def test_each_figure_of_the_scorecard_opens_its_rows(sample, page, picture):
    sample.sign_in(page)
    sample.open(page, "client_base.client_audit_action")
    rows = page.locator(".o_client_audit_table tbody tr")
    expect(rows.first).to_be_visible()
    picture("scorecard")
    figure = rows.locator("[data-rows]").filter(has_text=re.compile(r"[1-9]")).first
    figure.click()
    expect(page.locator(".o_list_view .o_data_row").first).to_be_visible()


def test_what_is_missing_is_asked_for_and_filled(sample, page, browser, nina, picture):
    admin = sample.rpc()
    sample.sign_in(page)
    page.goto(f"{sample.url}/odoo/client-completeness")
    row = page.locator(".o_client_matrix tr", has_text="Nina Petrenko")
    expect(row.locator("[data-list='res.partner']")).to_have_text(["2", "1", "1"])
    picture("completeness")
    row.locator("[data-list='res.partner']").nth(1).click()
    expect(page.locator(".o_data_row")).to_have_count(1)
    expect(page.locator(".o_breadcrumb")).to_contain_text("Nina Petrenko")
    page.go_back()
    row.get_by_role("button", name="Ask").click()
    expect(page.locator(".o_notification", has_text="Asked: 1")).to_be_visible()
    expect(row.locator(".o_client_asked")).to_have_text("1")
    row.get_by_role("button", name="Ask").click()
    expect(page.locator(".o_notification", has_text="They were asked before")).to_be_visible()
    asked = admin("mail.activity", "search_read", [("user_id", "=", nina), ("res_model", "=", "client.gap.task")])
    assert [activity["summary"] for activity in asked] == ["Find out on 2 cards: all that is missing"]

    fill_what_is_missing(sample, browser)
    assert not admin("mail.activity", "search", [("user_id", "=", nina), ("res_model", "=", "client.gap.task")])
    page.reload()
    expect(row).to_contain_text("100 %")
    expect(row.locator("[data-list='res.partner']")).to_have_text(["2"])
    expect(row.get_by_role("button", name="Ask")).to_have_count(0)
    expect(row.locator(".o_client_asked")).to_have_count(0)


def fill_what_is_missing(sample, browser):
    """Go as Nina from the activity to the clients it is about, and enter what each card says is missing."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="en-US")
    desk = context.new_page()
    desk.set_default_timeout(60_000)
    sample.sign_in(desk, "nina", PASSWORD)
    desk.locator(".o_menu_systray .fa-clock-o").click()
    desk.locator(".o-mail-ActivityGroup", has_text="Data to Find Out").click()
    desk.locator(".o_data_row button[name=action_open_clients]").click()
    for left, (name, field, text) in enumerate(
        (("Heidekraut AG", "email", "info@heidekraut.example"), ("Nordlicht AG", "phone", "+49 30 5555555")), 1
    ):
        expect(desk.locator(".o_data_row")).to_have_count(3 - left)
        desk.locator(".o_data_row td[name=complete_name], .o_data_row td[name=name]", has_text=name).first.click()
        label = {"email": "E-mail", "phone": "Phone"}[field]
        # The hint on the card leads to the field.
        desk.locator(".o_client_glance").get_by_role("button", name=label, exact=True).click()
        expect(desk.locator(f".o_field_widget[name={field}] input")).to_be_focused()
        desk.keyboard.type(text)
        desk.locator(".o_form_button_save").click()
        expect(desk.locator(".o_client_glance")).to_contain_text("100 %")
        desk.locator(".o_back_button, .breadcrumb-item a").last.click()
    context.close()


@pytest.fixture
def doubles(sample):
    """The ids of two cards of one client of Anna's, and of two clients that only have a phone in common."""
    admin = sample.rpc()
    [anna] = admin("res.users", "search", [("login", "=", "anna")])
    cards = (
        {"name": "Bernstein Kontor GmbH", "vat": "811569869", "phone": "+49 381 123456", "city": "Rostock"},
        {"name": "Бернштайн Контор, ООО", "vat": "811569869", "phone": "ask Maria", "email": "office@kontor.example"},
        {"name": "Leuchtfeuer GmbH", "phone": "+49 381 777777"},
        {"name": "Hafenmeister GmbH", "phone": "+49 381 777777"},
    )
    clients = [admin("res.partner", "create", {"is_company": True, "user_id": anna, **card}) for card in cards]
    hang_on(admin, clients[1], anna)
    compare(admin, clients[0])
    compare(admin, clients[2])
    return clients


def hang_on(admin, client, owner):
    """Give the client a region, a person who decides, a contact in the register, and something to do."""
    admin("res.partner", "write", [client], {"client_region_id": admin("client.region", "search", [], limit=1)[0]})
    person = admin("res.partner", "create", {"name": "Greta Bernstein", "parent_id": client})
    role = find(admin, "client_base.dmu_role_decision_maker")
    admin("client.dmu.member", "create", {"partner_id": client, "person_id": person, "role_id": role})
    admin("client.interaction", "create", {"partner_id": client, "user_id": owner, "comment": "Wants a sample"})
    plan(admin, client, owner)


def compare(admin, client):
    """Have the job look for duplicates until it has found that client's."""
    job = find(admin, "client_base.ir_cron_duplicates")
    for _run in range(60):
        if admin("client.duplicate", "search", ["|", ("one_id", "=", client), ("other_id", "=", client)]):
            return
        with suppress(RpcError):  # it runs by itself already
            admin("ir.cron", "method_direct_trigger", [job])
        time.sleep(0.5)
    pytest.fail("the duplicate is not found")


def test_two_cards_become_one_client(sample, page, doubles):
    _one, other, *different = doubles
    anna = sample.rpc("anna", PASSWORD)
    sample.sign_in(page, "anna", PASSWORD)
    sample.open(page, "client_base.client_duplicate_action")
    rows = page.locator(".o_data_row")
    same = rows.filter(has_text="Hafenmeister GmbH")
    expect(same).to_contain_text("phone")
    same.get_by_role("button", name="Two Clients").click()
    expect(same).to_have_count(0)

    pair = rows.filter(has_text="Bernstein Kontor GmbH")
    expect(pair).to_contain_text("tax number, names that sound alike")
    pair.get_by_role("button", name="Compare").click()
    dialog = page.locator(".modal")
    for text, side in (("Rostock", "Left"), ("+49 381 123456", "Left"), ("office@kontor.example", "Right")):
        expect(dialog.locator(".o_data_row", has_text=text)).to_contain_text(side)
    name = dialog.locator(".o_data_row", has_text="Бернштайн Контор, ООО")
    name.locator("td[name=take]").click()
    name.locator("td[name=take] input").click()
    page.get_by_role("option", name="Right").or_(page.locator(".o_select_menu_item", has_text="Right")).first.click()
    dialog.get_by_role("button", name="Make One Client of Them").click()
    # The question, not the dialog below it, whose button waits for the answer.
    page.locator(".modal").nth(1).locator(".modal-footer .btn-primary").click()
    expect(page.locator(".o_client_tile", has_text="Who Decides")).to_contain_text("Greta Bernstein")

    [card] = anna("res.partner", "read", doubles[:2], ["name", "phone", "email", "city", "client_region_id"])
    assert card["id"] == other, "the card that says more stays"
    assert card["name"] == "Бернштайн Контор, ООО"
    assert (card["phone"], card["email"], card["city"]) == ("+49 381 123456", "office@kontor.example", "Rostock")
    assert card["client_region_id"]
    for model, domain in (
        ("client.dmu.member", [("partner_id", "=", other)]),
        ("client.interaction", [("partner_id", "=", other), ("comment", "=", "Wants a sample")]),
        ("mail.activity", [("res_model", "=", "res.partner"), ("res_id", "=", other)]),
    ):
        assert anna(model, "search_count", domain) == 1, model

    # What was decided is remembered, also when one of the two is changed.
    anna("res.partner", "write", different[:1], {"email": "office@leuchtfeuer.example"})
    compare(sample.rpc(), different[0])
    known = [("one_id", "=", different[0]), ("other_id", "=", different[1])]
    assert [found["state"] for found in anna("client.duplicate", "search_read", known, ["state"])] == ["different"]


def test_no_two_operators_take_the_same_card(sample):
    admin = sample.rpc()
    waiting = admin("client.intake", "search_count", [("state", "=", "new")])
    cards = admin("client.intake", "create", [{"name": f"Card {number}"} for number in range(CARDS)])
    groups = [find(admin, name) for name in ("base.group_user", "client_base.group_client_operator")]
    for number in range(OPERATORS):
        user = {"name": f"Operator {number}", "login": f"operator{number}", "password": PASSWORD}
        admin("res.users", "create", {**user, "group_ids": [(6, 0, groups)]})
    with ThreadPoolExecutor(OPERATORS) as operators:
        taken = [*operators.map(lambda number: take_all(sample.rpc(f"operator{number}", PASSWORD)), range(OPERATORS))]
    everything = [card for mine in taken for card in mine]
    assert len(everything) == len(set(everything)) == CARDS + waiting
    assert {card["state"] for card in admin("client.intake", "read", cards, ["state"])} == {"work"}


def take_all(call):
    """Take cards until none waits; return their ids."""
    taken = []
    while True:
        try:
            taken.append(call("client.intake", "action_take_next", [])["res_id"])
        except RpcError as error:
            assert "No card is waiting" in str(error)  # noqa: PT017 - how the queue says that it is empty
            return taken
