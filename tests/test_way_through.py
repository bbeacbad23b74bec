"""The main job through all three addons, as its users do it in the browser.

A manager finds own clients, sees what is missing and where they stand; a marketer sends an offer
to a group; a client answers on the personal page.  With ``CLIENT_BASE_PICTURES`` naming a folder
the README's pictures are taken on the way.
"""

import email
import email.policy
import re

import pytest
from catcher import catching
from playwright.sync_api import expect

PASSWORD = "demo"
BUSY = "The server is busy"
# As Odoo answers where a request is refused.
REFUSAL = {
    "code": 0,
    "message": "Odoo Server Error",
    "data": {"name": "odoo.exceptions.UserError", "message": BUSY, "arguments": [BUSY], "context": {}},
}


@pytest.fixture(scope="module")
def mailbox(installation, sample, tmp_path_factory):
    """The Maildir of the local catcher, to which the served sample sends its mail."""
    folder = tmp_path_factory.mktemp("post") / "mail"
    with catching(folder, installation.smtp_port):
        yield folder


def letters(mailbox):
    """Return the caught letters by the address they went to."""
    found = {}
    for path in (mailbox / "new").iterdir():
        letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        found.setdefault(letter["To"], []).append(letter)
    return found


def client_of(call, login, segment):
    """Return the id and name of a client of that manager in that segment."""
    [client] = call(
        "res.partner",
        "search_read",
        [("client_owner_id.login", "=", login), ("client_segment_id.code", "=", segment), ("parent_id", "=", False)],
        fields=["name"],
        limit=1,
        order="id",
    )
    return client["id"], client["name"]


def test_manager_finds_own_clients_only(sample, page):
    admin, anna = sample.rpc(), sample.rpc("anna", PASSWORD)
    own = admin("res.partner", "search_count", [("client_owner_id.login", "=", "anna"), ("parent_id", "=", False)])
    _foreign_id, foreign = client_of(admin, "boris", "regular")
    sample.sign_in(page, "anna", PASSWORD)
    sample.open(page, "client_base.client_action")
    expect(page.locator(".o_pager_limit")).to_have_text(str(own))
    page.fill(".o_searchview_input", foreign)
    # Enter takes the suggestion that stands in the list, so the list has to be there first.
    expect(page.locator(".o_searchview_autocomplete .o-dropdown-item").first).to_contain_text(foreign)
    page.press(".o_searchview_input", "Enter")
    expect(page.locator(".o_view_nocontent")).to_be_visible()
    assert anna("res.partner", "search_count", [("name", "=", foreign)]) == 0


def test_card_and_report_say_what_is_missing(sample, page):
    client_id, _name = client_of(sample.rpc(), "anna", "partner")
    sample.sign_in(page, "anna", PASSWORD)
    page.goto(f"{sample.url}/odoo/res.partner/{client_id}")
    card = page.locator(".o_form_view")
    expect(card.locator("[name=client_segment_id]")).to_have_text("Time-tested partner")
    expect(card.locator("[name=client_segment_reason]")).to_have_text(
        re.compile(r"Purchases: \d+ over \d+ months, since")
    )
    expect(
        card.locator(".o_client_tile").filter(has_text="Card Filled").get_by_role("button", name="Phone", exact=True)
    ).to_be_visible()
    sample.open(page, "client_base.client_gap_report_action")
    matrix = page.locator(".o_pivot table")
    expect(matrix.get_by_text("Anna Kovalenko")).to_be_visible()
    expect(matrix.get_by_text("Boris Melnik")).to_have_count(0)
    expect(matrix.get_by_text("Contact person with a phone")).to_be_visible()
    matrix.locator("td.o_pivot_cell_value").first.click()
    expect(page.locator(".o_list_view .o_data_row").first).to_be_visible()


def test_head_sees_who_misses_what(sample, page):
    sample.sign_in(page)
    sample.open(page, "client_base.client_gap_report_action")
    for name in ("Anna Kovalenko", "Boris Melnik", "Clara Jensen"):
        expect(page.locator(".o_pivot table").get_by_text(name)).to_be_visible()
    sample.open(page, "client_base_lifecycle.client_segment_action")
    expect(page.locator(".o_kanban_record:not(.o_kanban_ghost)")).to_have_count(8)


def test_order_moves_the_client_and_its_cancellation_moves_it_back(sample, page):
    admin = sample.rpc()
    client_id, _name = client_of(admin, "anna", "potential")
    [product_id] = admin("product.product", "search", [("name", "=", "Paper")])
    order_id = sample.rpc("anna", PASSWORD)(
        "sale.order", "create", {"partner_id": client_id, "order_line": [(0, 0, {"product_id": product_id})]}
    )
    sample.sign_in(page, "anna", PASSWORD)

    def expect_segment(segment):
        page.goto(f"{sample.url}/odoo/res.partner/{client_id}")
        expect(page.locator("[name=client_segment_id]")).to_have_text(segment)

    expect_segment("Potential")
    page.goto(f"{sample.url}/odoo/sale.order/{order_id}")
    page.locator("button[name=action_confirm]:visible").first.click()
    expect(page.locator(".o_arrow_button_current")).to_have_text("Sales Order")
    expect_segment("Working")
    page.goto(f"{sample.url}/odoo/sale.order/{order_id}")
    page.locator("button[name=action_cancel]:visible").click()
    page.locator(".modal button[name=action_cancel], .modal .btn-primary").first.click()
    expect(page.locator(".o_arrow_button_current")).to_have_text("Cancelled")
    expect_segment("Potential")


def test_campaign_from_group_to_report_back(sample, page, picture, mailbox):
    """A marketer plans and sends, the manager calls, the client answers, and who took part hears how it ended."""
    admin, maria = sample.rpc(), sample.rpc("maria", PASSWORD)
    admin("ir.config_parameter", "set_param", "web.base.url", sample.url)  # where the pages of clients are
    called = choose_client_to_call(admin)
    sample.sign_in(page, "maria", PASSWORD)
    plan_campaign(sample, page)
    page.locator("button[name=action_freeze_group]").click()
    expect(page.locator(".o_arrow_button_current")).to_have_text("Offer")
    page.locator("button[name=action_send]").click()
    page.locator(".modal-footer .btn-primary").click()
    expect(page.locator(".o_arrow_button_current")).to_have_text(re.compile("Sending|Receipts"))

    [campaign] = maria("client.campaign", "search_read", [("name", "=", "Spring offer")], fields=["recipient_count"])
    wait_for(page, lambda: read_state(maria, campaign) == "receipts")
    by_mail = [("campaign_id", "=", campaign["id"]), ("delivery", "=", "sent"), ("channel", "=", "email")]
    sent = maria("client.campaign.recipient", "search_read", by_mail, fields=["partner_id", "email", "order_count"])
    assert len(sent) > 10
    caught = letters(mailbox)
    assert {recipient["email"] for recipient in sent} <= caught.keys()
    assert {len(caught[recipient["email"]]) for recipient in sent} == {1}, "nobody gets it twice"

    recipient = sent[0]
    [letter] = caught[recipient["email"]]
    assert letter["Subject"] == f"An offer for {recipient['partner_id'][1]}"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    html = letter.get_body(("html",)).get_content()
    assert "something for you this spring" in html
    answer_as_client(page, re.search(r'href="([^"]*/client/offer/[^"]+)"', html)[1], picture)
    call_as_manager(sample, page, campaign, called, picture)

    # The order that the campaign brought, the results, and the report back.
    [product_id] = admin("product.product", "search", [("name", "=", "Paper")])
    line = {"product_id": product_id, "price_unit": 500}
    order = {"partner_id": recipient["partner_id"][0], "order_line": [(0, 0, line)]}
    admin("sale.order", "action_confirm", [admin("sale.order", "create", order)])
    page.goto(f"{sample.url}/odoo/client.campaign/{campaign['id']}")
    page.locator("button[name=action_refresh_results]").click()
    expect(page.locator("[name=turnover]")).not_to_have_text("$ 0.00")
    [result] = maria("client.campaign.recipient", "read", [recipient["id"]], ["turnover", "answer"])
    assert (result["turnover"] >= 500, result["answer"]) == (True, "yes")
    picture("campaign")
    close_campaign(page)
    wait_for(page, lambda: len(letters(mailbox)[recipient["email"]]) == 2)
    reports = [one for copies in letters(mailbox).values() for one in copies if one["Subject"] == "How it ended"]
    assert recipient["email"] in {report["To"] for report in reports}
    assert len(reports) <= 2, "the other one takes part by the call"


def test_the_figures_of_a_campaign_follow_by_themselves(sample, browser):
    """The form is read anew one answer after the other, and no more once that failed."""
    maria = sample.rpc("maria", PASSWORD)
    campaign = make_waiting_campaign(maria)
    # A page of its own: here something is to go wrong.
    page = browser.new_page(locale="en-US")
    page.set_default_timeout(60_000)
    sample.sign_in(page, "maria", PASSWORD)
    page.goto(f"{sample.url}/odoo/client.campaign/{campaign}")
    words = page.get_by_text("the figures follow by themselves")
    expect(words).to_be_visible()
    maria("client.campaign", "write", [campaign], {"goal": "Twenty clients order again"})
    expect(page.locator("[name=goal] textarea")).to_have_value("Twenty clients order again")

    asked = []
    page.route("**/client.campaign/web_read*", lambda route: asked.append(route))  # noqa: PLW0108
    page.wait_for_timeout(10_000)
    assert len(asked) == 1, "nothing is asked again before the answer has come"
    asked[0].fulfill(json={"jsonrpc": "2.0", "id": None, "error": REFUSAL})
    expect(page.locator(".modal").get_by_text(BUSY)).to_be_visible()
    page.wait_for_timeout(10_000)
    assert len(asked) == 1, "one failure is told once"
    expect(words).to_have_count(0)
    page.close()


def make_waiting_campaign(call):
    """Return the id of a campaign that is being sent, and whose messages wait for the end of the quiet hours."""
    [client] = call("res.partner", "search", [("email", "!=", False), ("client_revivable", "!=", "no")], limit=1)
    values = {"name": "Waiting", "subject": "Hello", "body": "<p>Hello</p>", "script": "<p>Hello</p>"}
    values |= {"quiet_from": 0, "quiet_to": 23.9}
    campaign = call("client.campaign", "create", {**values, "domain": str([("id", "=", client)])})
    for step in ("action_freeze_group", "action_send"):
        call("client.campaign", step, [campaign])
    return campaign


def choose_client_to_call(admin):
    """Let a client of the group be one that is best reached by phone; return it with its manager's login."""
    domain = [
        ("client_segment_id.code", "=", "regular"),
        ("country_id.code", "=", "US"),
        ("phone", "!=", False),
        ("email", "!=", False),
        ("client_owner_id.login", "in", ["anna", "boris", "clara"]),
        ("parent_id", "=", False),
    ]
    [client] = admin("res.partner", "search_read", domain, fields=["name", "client_owner_id"], limit=1, order="id")
    admin("res.partner", "write", [client["id"]], {"client_reach_by": "call"})
    [owner] = admin("res.users", "read", [client["client_owner_id"][0]], ["login"])
    return {**client, "login": owner["login"]}


def plan_campaign(sample, page):
    sample.open(page, "client_base_campaigns.client_campaign_action")
    page.locator(".o-kanban-button-new").click()
    page.locator("[name=name] input, [name=name] textarea").first.fill("Spring offer")
    page.locator("[name=goal] textarea").fill("Ten regular clients order again")
    page.locator("button[name=action_choose_group]").click()
    expect(page.locator(".o_arrow_button_current")).to_have_text("Group")
    for field, value in (("segment_ids", "Regular"), ("country_ids", "United States")):
        page.locator(f"[name={field}] input").fill(value)
        page.locator(".o-autocomplete--dropdown-item").get_by_text(value, exact=True).click()
    page.get_by_role("tab", name="Offer").click()
    page.locator("[name=subject] input").fill("An offer for {{ object.partner_id.name }}")
    page.locator("[name=body] .odoo-editor-editable").click()
    page.keyboard.type("We have something for you this spring.")
    page.locator("[name=script] .odoo-editor-editable").click()
    page.keyboard.type("Ask whether they got the catalogue.")
    page.get_by_role("tab", name="Sending").click()
    for name in ("quiet_from", "quiet_to"):
        page.locator(f"[name={name}] input").fill("0:00")
    page.get_by_role("tab", name="Results").click()
    page.locator("[name=report_back] input").check()
    page.locator("[name=report_subject] input").fill("How it ended")
    page.locator("[name=report_body] .odoo-editor-editable").click()
    page.keyboard.type("Twelve of you took part. Thank you!")
    page.get_by_role("tab", name="Group").click()


def call_as_manager(sample, page, campaign, client, picture):
    """Do the call that the campaign asks for, as the client's manager, and note the answer."""
    context = page.context.browser.new_context(viewport={"width": 1366, "height": 768}, locale="en-US")
    desk = context.new_page()
    desk.set_default_timeout(60_000)
    manager = sample.rpc(client["login"], PASSWORD)
    domain = [("campaign_id", "=", campaign["id"]), ("partner_id", "=", client["id"])]
    [recipient] = manager("client.campaign.recipient", "search_read", domain, fields=["delivery"])
    assert recipient["delivery"] == "todo"
    sample.sign_in(desk, client["login"], PASSWORD)
    desk.goto(f"{sample.url}/odoo/client.campaign.recipient/{recipient['id']}")
    expect(desk.locator(".o-mail-Activity", has_text="Ask whether they got the catalogue.")).to_be_visible()
    desk.locator("button[name=action_note_receipt]").click()
    desk.locator(".modal [name=answer]").get_by_text("Takes part").click()
    desk.locator(".modal button[name=action_note]").click()
    expect(desk.locator("[name=receipt_how]")).to_have_text("By the manager")
    # Who was spoken with has been called.
    expect(desk.locator(".o_arrow_button_current")).to_have_text("Sent")
    expect(desk.locator("button[name=action_mark_done]")).to_be_hidden()
    context.close()


def close_campaign(page):
    page.locator("button[name=action_to_results]").click()
    page.locator(".modal-footer .btn-primary").click()
    expect(page.locator(".o_arrow_button_current")).to_have_text("Results")
    page.get_by_role("tab", name="Conclusion").click()
    page.locator("[name=conclusion] textarea").fill("One order within a day.")
    page.locator("button[name=action_close]").click()
    page.locator(".modal-footer .btn-primary").click()
    summary = page.locator("[name=summary]")
    expect(summary).to_contain_text("One order within a day.")
    expect(summary).to_contain_text("Ten regular clients order again")


def read_state(call, campaign):
    return call("client.campaign", "read", [campaign["id"]], ["state"])[0]["state"]


def answer_as_client(page, url, picture):
    """Open the personal page without a login, answer, and find the answer kept."""
    outside = page.context.browser.new_context()
    client = outside.new_page()
    client.goto(url)
    expect(client.get_by_text("Spring offer").first).to_be_visible()
    client.get_by_label("Yes, we take part").check()
    client.get_by_label("Anything you want to tell us?").fill("Call me <b>first</b>")
    client.get_by_role("button").click()
    expect(client.locator(".alert-success")).to_be_visible()
    client.goto(url)
    expect(client.get_by_label("Yes, we take part")).to_be_checked()
    outside.close()


def wait_for(page, done, seconds=120):
    """Wait until ``done()``; the mailer works in the background."""
    for _second in range(seconds):
        if done():
            return
        page.wait_for_timeout(1000)
    pytest.fail("it did not come to an end in time")
