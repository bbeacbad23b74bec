"""The client card as a manager works with it in the browser: who decides, fit, region, print."""

import re

import pytest
from playwright.sync_api import expect

PASSWORD = "demo"
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def client(sample):
    """The id of a client of Anna's of whom at least four people are known."""
    groups = sample.rpc("anna", PASSWORD)(
        "client.dmu.member", "formatted_read_group", [("current", "=", True)], ["partner_id"], ["__count"]
    )
    return next(group["partner_id"][0] for group in groups if group["__count"] >= 4)


@pytest.fixture
def card(sample, page, client):
    """Anna's card of that client, open in the browser."""
    sample.sign_in(page, "anna", PASSWORD)
    sample.open(page, f"client_base.client_action/{client}")
    expect(page.locator(".o_client_glance")).to_be_visible()
    return page.locator(".o_form_view")


def open_page(card, name):
    card.locator(f".o_notebook .nav-link[name={name}]").click()


def centre(person):
    box = person.locator("path").first.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_card_tells_within_ten_seconds(card, picture):
    for title in ("Manager", "Segment", "Next Step", "Who Decides", "Fit", "Our Share of the Demand", "Region"):
        expect(card.locator(".o_client_tile").filter(has_text=title).first).to_be_visible()
    picture("card")
    card.locator(".o_client_tile").filter(has_text="Who Decides").click()
    expect(card.locator(".o_client_map")).to_be_in_viewport()
    card.locator(".o_client_legend").first.scroll_into_view_if_needed()
    picture("who_decides", card.locator(".o_client_map_frame"))


def test_panel_that_did_not_come_is_asked_for_again(page, card):
    page.route("**/get_client_panel", lambda route: route.abort())
    open_page(card, "client_people")
    panel = card.locator(".o_client_panel_people").last
    expect(panel.get_by_role("alert")).to_contain_text("This could not be read.")
    page.unroute("**/get_client_panel")
    panel.get_by_role("button", name="Try again").click()
    expect(panel.locator(".o_client_map")).to_be_visible()
    expect(panel.get_by_role("alert")).to_have_count(0)


def test_influence_is_drawn_from_one_person_to_another(sample, page, card, client):
    anna = sample.rpc("anna", PASSWORD)
    links = anna(
        "client.dmu.influence", "search_read", [("partner_id", "=", client)], fields=["influencer_id", "influenced_id"]
    )
    drawn = {(link["influencer_id"][0], link["influenced_id"][0]) for link in links}
    open_page(card, "client_people")
    persons = card.locator(".o_client_map_person")
    expect(persons.first).to_be_visible()
    ids = [int(persons.nth(number).get_attribute("data-id")) for number in range(persons.count())]
    who, whom = next((who, whom) for who in ids for whom in ids if who != whom and (who, whom) not in drawn)
    card.locator(".o_client_map").scroll_into_view_if_needed()
    page.mouse.move(*centre(card.locator(f".o_client_map_person[data-id='{who}']")))
    page.mouse.down()
    page.mouse.move(*centre(card.locator(f".o_client_map_person[data-id='{whom}']")), steps=5)
    page.mouse.up()
    dialog = page.locator(".modal")
    dialog.locator(".o_field_widget[name=how] input").fill("plays tennis with him")
    dialog.get_by_role("radio", name="5").click()
    dialog.get_by_role("button", name="Save").click()
    expect(card.locator(f"[data-from='{who}'][data-to='{whom}']")).to_have_count(1)
    [link] = anna(
        "client.dmu.influence",
        "search_read",
        [("influencer_id", "=", who), ("influenced_id", "=", whom)],
        fields=["strength", "how"],
    )
    assert (link["strength"], link["how"]) == (5, "plays tennis with him")


def test_influence_is_drawn_with_a_finger(page, card):
    open_page(card, "client_people")
    persons = card.locator(".o_client_map_person")
    expect(persons.first).to_be_visible()
    card.locator(".o_client_map").scroll_into_view_if_needed()
    screen = page.context.new_cdp_session(page)
    screen.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    (from_x, from_y), (to_x, to_y) = centre(persons.nth(0)), centre(persons.nth(1))

    def touch(kind, *points):
        screen.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    touch("touchStart", (from_x, from_y))
    for step in range(1, 9):
        touch("touchMove", (from_x + (to_x - from_x) * step / 8, from_y + (to_y - from_y) * step / 8))
    expect(card.locator(".o_client_map_line")).to_have_count(1)
    touch("touchEnd")
    expect(page.locator(".modal .o_field_widget[name=influenced_id]")).to_be_visible()


def test_influence_is_entered_by_keyboard(page, card):
    open_page(card, "client_people")
    persons = card.locator(".o_client_map_person")
    persons.nth(0).focus()
    page.keyboard.press("l")
    persons.nth(1).focus()
    page.keyboard.press("l")
    expect(page.locator(".modal .o_field_widget[name=influenced_id]")).to_be_visible()
    page.keyboard.press("Escape")
    persons.nth(0).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".modal .o_field_widget[name=real_authority]")).to_be_visible()


def test_client_is_scored_on_its_card(page, card):
    open_page(card, "client_profile")
    card.get_by_role("button", name="Score", exact=True).click()
    scales = page.locator(".modal .o_client_scale")
    expect(scales.first).to_be_visible()
    for number in range(scales.count()):
        scales.nth(number).get_by_role("radio", name="5").click()
    page.get_by_role("button", name="Save Scores").click()
    expect(card.locator(".o_client_tile").filter(has_text="Fit")).to_have_text(
        re.compile(r"100 %.*100 % of the profile", re.DOTALL)
    )


def test_many_clients_are_scored_on_a_grid(sample, page):
    sample.sign_in(page, "anna", PASSWORD)
    sample.open(page, "client_base.client_action_mine")
    page.locator("thead .o_list_record_selector input").click()
    page.get_by_role("button", name="Actions").click()
    page.get_by_role("menuitem", name="Score the Profile").click()
    cells = page.locator(".o_client_grid input")
    cells.nth(0).fill("9")
    cells.nth(0).press("Enter")
    expect(page.locator(".o_notification").filter(has_text="is scored from 0 to 5").first).to_be_visible()
    save = page.get_by_role("button", name="Save Scores")
    expect(save).to_be_disabled()
    cells.nth(0).fill("4")
    cells.nth(0).press("Tab")
    expect(save).to_be_enabled()
    save.click()
    expect(page.locator(".o_notification").filter(has_text="Scores saved: 1")).to_be_visible()


def test_passport_of_the_region_is_read_on_the_card(card):
    card.locator(".o_client_tile").filter(has_text="Region").click()
    passport = card.locator(".o_client_region")
    passport.locator("summary").click()
    expect(passport.get_by_text("Economy")).to_be_visible()
    expect(passport.locator(".o_client_figure").first).to_be_visible()


def test_card_prints_with_the_map(sample, page, card, client):
    answer = page.request.get(f"{sample.url}/report/pdf/client_base.report_client_card/{client}")
    assert answer.body().startswith(b"%PDF")
    foreign = sample.rpc("boris", PASSWORD)(
        "res.partner", "search", [("client_owner_id.login", "=", "boris")], limit=1
    )[0]
    assert (
        not page.request.get(f"{sample.url}/report/pdf/client_base.report_client_card/{foreign}")
        .body()
        .startswith(b"%PDF")
    )


def test_card_is_read_on_a_phone(sample, page, client):
    page.set_viewport_size(PHONE)
    sample.sign_in(page, "anna", PASSWORD)
    page.goto(f"{sample.url}/odoo/res.partner/{client}")
    tiles = page.locator(".o_client_tile")
    expect(tiles.first).to_be_visible()
    for number in range(tiles.count()):
        box = tiles.nth(number).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]
