"""The probe from outside: every address of a served Odoo by which a foreign client might be reached.

Foreign clients carry a canary in each of their texts; no answer to a manager may hold one.
"""

import io
import json
import re
import xmlrpc.client
import zipfile
from datetime import datetime, timedelta, timezone

import pytest
import requests
from conftest import RpcError
from visitor import PASSWORD, Visitor, own_client, said

CANARY = "cnry4k"
CLIENTS = 200
# What a browser says when its user goes to an address; Odoo then takes the session for a key.
FROM_A_BROWSER = {
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "none",
    "Sec-Fetch-User": "?1",
}


@pytest.fixture(scope="module")
def foreign(sample):
    """Ids of what hangs on foreign clients, by model: the clients are Boris's."""
    admin = sample.rpc()
    [boris] = admin("res.users", "search", [("login", "=", "boris")])
    [product] = admin("product.product", "search", [("name", "=", "Paper")])
    canaries = [f"{CANARY}{number}x" for number in range(CLIENTS)]

    def make(model, values_of, *columns):
        values = [values_of(*row) for row in zip(canaries, *columns, strict=True)]
        ids[model] = ids.get(model, []) + (made := admin(model, "create", values))
        return made

    def hang_on(model, rows):
        """Give each of ``rows`` a message, an activity and a file."""
        place = [{"model": model, "res_id": row} for row in rows]
        make("mail.message", lambda canary, at: {**at, "body": f"{canary} message", "message_type": "comment"}, place)
        [kind] = admin("ir.model", "search", [("model", "=", model)])
        make(
            "mail.activity",
            lambda canary, row: {
                "res_model_id": kind,
                "res_id": row,
                "summary": f"{canary} todo",
                "user_id": boris,
            },
            rows,
        )
        place = [{"res_model": model, "res_id": row} for row in rows]
        make("ir.attachment", lambda canary, at: {**at, "name": f"{canary}.txt", "raw": f"{canary} file"}, place)

    ids = {}
    clients = make("res.partner", lambda canary: {**card(canary), "is_company": True, "user_id": boris})
    orders = make(
        "sale.order",
        lambda canary, client: {
            "partner_id": client,
            "user_id": False,
            "order_line": [(0, 0, {"product_id": product, "name": f"{canary} line"})],
        },
        clients,
    )
    hang_on("res.partner", clients)
    hang_on("sale.order", orders)
    make("crm.lead", lambda canary, client: {"name": f"{canary} lead", "partner_id": client, "user_id": False}, clients)
    make(
        "calendar.event",
        lambda canary, client: {
            "name": f"{canary} meeting",
            "user_id": boris,
            "partner_ids": [(6, 0, [client])],
            "start": "2026-03-02 10:00:00",
            "stop": "2026-03-02 11:00:00",
        },
        clients,
    )
    # What a browser does, which tells more people.
    for model, row in (("res.partner", clients[0]), ("sale.order", orders[0])):
        admin(model, "message_post", [row], body=f"{CANARY}0x letter", partner_ids=clients[:1])
    return ids


def card(canary):
    values = {"name": f"{canary} name", "email": f"{canary}@mail.example", "phone": f"{canary} phone"}
    return values | {"street": f"{canary} street", "ref": f"{canary} ref", "comment": f"{canary} note"}


# What Anna is beside a manager: for whom she stands in, and when, in days from now.
ROLES = {
    "manager": [],
    "substitute before and after": [("boris", -9, -1), ("boris", 1, 9)],
    "substitute for somebody else": [("clara", -1, 1)],
}


@pytest.fixture(scope="module", params=ROLES)
def anna(request, sample, foreign):
    admin = sample.rpc()
    [group] = admin("ir.model.data", "search_read", [("name", "=", "group_allow_export")], fields=["res_id"])
    user = user_id(admin, "anna")
    admin("res.users", "write", [user], {"group_ids": [(4, group["res_id"])]})
    now = datetime.now(timezone.utc).replace(microsecond=0, tzinfo=None)
    periods = [
        {
            "absent_id": user_id(admin, absent),
            "substitute_id": user,
            "date_from": str(now + timedelta(days=begin)),
            "date_to": str(now + timedelta(days=end)),
            "state": "approved",
        }
        for absent, begin, end in ROLES[request.param]
    ]
    made = admin("client.substitution", "create", periods) if periods else []
    yield Visitor(sample, "anna")
    admin("client.substitution", "unlink", made)


def user_id(admin, login):
    [user] = admin("res.users", "search", [("login", "=", login)])
    return user


def check(answers):
    """Fail with all answers that hold a canary; ``answers`` maps an address to what it said."""
    leaks = [f"{address}: {text[:300]}" for address, text in answers.items() if CANARY in text]
    assert not leaks, "\n".join(leaks)


def test_the_owner_sees_it(sample, foreign):
    boris = Visitor(sample, "boris")
    assert CANARY in json.dumps(boris.call("res.partner", "read", foreign["res.partner"], ["name"]))
    assert CANARY in said(boris.get(f"/web/content/{foreign['ir.attachment'][0]}"))


def test_pages_and_files(anna, foreign):
    client, order = foreign["res.partner"][0], foreign["sale.order"][0]
    file, message = foreign["ir.attachment"][0], foreign["mail.message"][0]
    addresses = [
        f"/web/image/res.partner/{client}/avatar_128",
        f"/web/content/{file}",
        f"/web/content/ir.attachment/{file}/raw",
        f"/web/image/{file}",
        f"/web/partner/vcard?partner_ids={client}",
        f"/report/html/sale.report_saleorder/{order}",
        f"/report/pdf/sale.report_saleorder/{order}",
        f"/my/orders/{order}",
        f"/odoo/res.partner/{client}",
        f"/mail/view?model=res.partner&res_id={client}",
        f"/mail/message/{message}",
        f"/mail/avatar/mail.message/{message}/author_avatar/50x50",
        f"/json/1/res.partner/{client}",
        "/json/1/contacts",
        f"/my/invoices/{order}",
        f"/account/download_move_attachments/{order}",
        f"/calendar/meeting/view?token=x&id={foreign['calendar.event'][0]}",
        f"/lead/convert?res_id={foreign['crm.lead'][0]}&token=x",
        f"/odoo/crm.lead/{foreign['crm.lead'][0]}",
    ]
    check({address: said(anna.get(address)) for address in addresses})


def test_conversations(anna, foreign):
    client = foreign["res.partner"][0]
    thread = {"thread_model": "res.partner", "thread_id": client}
    questions = {
        "/mail/thread/messages": {**thread, "fetch_params": {"limit": 50}},
        "/mail/thread/data": {
            **thread,
            "request_list": ["followers", "attachments", "activities", "suggestedRecipients"],
        },
        "/mail/thread/recipients": {**thread, "message_id": foreign["mail.message"][0]},
        "/mail/data": {"fetch_params": [["mail.thread", {**thread, "request_list": ["followers"]}]]},
        "/mail/partner/from_email": {**thread, "emails": [f"{CANARY}0x@mail.example".replace(CANARY, "x")]},
        "/mail/message/post": {**thread, "post_data": {"body": "x", "message_type": "comment"}},
        "/mail/read_subscription_data": {"follower_id": 1},
        "/mail/inbox/messages": {"fetch_params": {"limit": 100}},
        "/mail/history/messages": {"fetch_params": {"limit": 100}},
        "/mail/starred/messages": {"fetch_params": {"limit": 100}},
        "/mail/thread/recipients/get_suggested_recipients": {**thread, "partner_ids": [client]},
        "/mail/thread/subscribe": {"res_model": "res.partner", "res_id": client, "partner_ids": [client]},
        "/mail/message/reaction": {"message_id": foreign["mail.message"][0], "content": "x", "action": "add"},
        "/mail/message/update_content": {"message_id": foreign["mail.message"][0], "update_data": {"body": "x"}},
        "/mail/chatter_fetch": {**thread},
        "/calendar/notify": {},
        "/discuss/search": {"term": "name", "limit": 100},
    }
    check({address: json.dumps(anna.ask_json(address, params)) for address, params in questions.items()})


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_export(anna, foreign, kind):
    fields = [{"name": name, "label": name, "type": "char"} for name in ("name", "email", "street", "ref")]

    def export(**chosen):
        data = {"model": "res.partner", "fields": fields, "ids": False, "domain": [], "import_compat": False}
        return anna.post(f"/web/export/{kind}", data=json.dumps({**data, "groupby": [], "context": {}, **chosen}))

    answers = {"everything": export(), "by id": export(ids=foreign["res.partner"])}
    answers["grouped"] = export(groupby=["country_id"])
    assert answers["everything"].ok
    assert answers["everything"].content, "own clients come out"
    check({name: said(response) for name, response in answers.items() if kind == "csv"})
    if kind == "xlsx":
        for response in answers.values():
            assert CANARY not in xlsx_text(response.content)


def xlsx_text(content):
    """Return all texts of a spreadsheet; of anything else the bytes as text."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return content.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return " ".join(book.read(name).decode(errors="replace") for name in book.namelist() if name.endswith(".xml"))


def test_remote_calls(sample, anna, foreign):
    """The same by each of the ways to call a method."""
    client = foreign["res.partner"]
    proxy = xmlrpc.client.ServerProxy(f"{sample.url}/xmlrpc/2/object", allow_none=True)
    rpc, key = sample.rpc("anna", PASSWORD), make_key(anna)

    def xml(method, *args, **kwargs):
        try:
            return str(proxy.execute_kw(sample.database, anna.uid, PASSWORD, "res.partner", method, args, kwargs))
        except xmlrpc.client.Fault as fault:
            return str(fault)

    def jsonrpc(method, *args, **kwargs):
        try:
            return str(rpc("res.partner", method, *args, **kwargs))
        except RpcError as error:
            return str(error)

    def json2(method, **kwargs):
        url = f"{sample.url}/json/2/res.partner/{method}"
        return said(anna.session.post(url, json=kwargs, headers=FROM_A_BROWSER, timeout=60))

    def with_key(method, **kwargs):
        url, headers = f"{sample.url}/json/2/res.partner/{method}", {"Authorization": f"Bearer {key}"}
        return said(requests.post(url, json=kwargs, headers=headers, timeout=60, proxies={"http": ""}))

    answers = {
        "call_kw read": json.dumps(anna.call("res.partner", "read", client, ["name", "email"])),
        "call_kw search": json.dumps(anna.call("res.partner", "web_search_read", [], {"name": {}}, limit=9000)),
        "xmlrpc read": xml("read", client, ["name"]),
        "xmlrpc search_read": xml("search_read", [], ["name", "email"]),
        "xmlrpc name_search": xml("name_search", CANARY[:4]),
        "jsonrpc read": jsonrpc("read", client, ["name"]),
        "jsonrpc search_read": jsonrpc("search_read", [], ["name", "email"]),
        "jsonrpc read_group": jsonrpc("formatted_read_group", [], ["email"], ["__count"]),
        "json2 read": json2("read", ids=client, fields=["name"]),
        "json2 search_read": json2("search_read", domain=[], fields=["name", "email"]),
        "key read": with_key("read", ids=client, fields=["name"]),
        "key search_read": with_key("search_read", domain=[], fields=["name", "email"]),
    }
    check(answers)
    assert answers["key search_read"].startswith("200"), "the key opens the door, to own clients"
    count = anna.call("res.partner", "search_count", [("email", "ilike", CANARY)])
    assert count["result"] == 0, "a count tells as well"


def make_key(visitor):
    """Return a new API key of the visitor, made as in the preferences."""
    wizard = visitor.call("res.users.apikeys.description", "create", {"name": "probe", "duration": "1"})["result"]
    action = visitor.call("res.users.apikeys.description", "make_key", [wizard])["result"]
    if action["res_model"] == "res.users.identitycheck":
        context = {"password": visitor.password}
        action = visitor.call(action["res_model"], "run_check", [action["res_id"]], context=context)["result"]
    return action["context"]["default_key"]


def test_pivot_export(anna, foreign):
    """A pivot's spreadsheet holds what the pivot showed; its rows come by the methods probed elsewhere."""
    groups = anna.call("sale.report", "formatted_read_group", [], ["partner_id"], ["price_total:sum"])
    rows = [{"title": str(group["partner_id"]), "indent": 0, "values": []} for group in groups["result"]]
    table = {"title": "Sales", "model": "sale.report", "measure_count": 1, "origin_count": 1, "rows": rows}
    table |= {"col_group_headers": [], "measure_headers": [], "origin_headers": []}
    response = anna.post("/web/pivot/export_xlsx", data=json.dumps(table))
    assert zipfile.is_zipfile(io.BytesIO(response.content)), said(response)
    check({"/web/pivot/export_xlsx": xlsx_text(response.content)})


def test_import(sample, anna, foreign):
    """A spreadsheet neither shows a foreign client nor writes to one."""
    client, order = foreign["res.partner"][0], foreign["sale.order"][0]
    external = anna.call("res.partner", "get_external_id", [client])
    sheets = {
        "by id": ("res.partner", [".id", "phone"], [[client, "+1 555 0001"]]),
        "parent by name": ("res.partner", ["name", "parent_id"], [["Import A", f"{CANARY}0x name"]]),
        "parent by id": ("res.partner", ["name", "parent_id/.id"], [["Import B", client]]),
        "lead by id": ("crm.lead", ["name", "partner_id/.id"], [["Import C", client]]),
        "lead by name": ("crm.lead", ["name", "partner_id"], [["Import D", f"{CANARY}0x name"]]),
        "order by id": ("sale.order", [".id", "note"], [[order, "mine"]]),
        "account by id": ("res.partner.bank", ["acc_number", "partner_id/.id"], [["1", client]]),
    }
    answers = {name: json.dumps(import_rows(anna, *sheet)) for name, sheet in sheets.items()}
    check({name: answer.replace(f"{CANARY}0x name", "") for name, answer in answers.items()})
    check({"external id": json.dumps(external)})
    admin = sample.rpc()
    written = admin("res.partner", "search_count", [("phone", "=", "+1 555 0001")])
    written += admin("res.partner", "search_count", [("name", "like", "Import "), ("parent_id", "=", client)])
    written += admin("crm.lead", "search_count", [("name", "like", "Import "), ("partner_id", "=", client)])
    written += admin("res.partner.bank", "search_count", [("acc_number", "=", "1"), ("partner_id", "=", client)])
    assert not written, f"{written} rows of foreign clients were written"


def import_rows(visitor, model, columns, rows):
    """Return what Odoo's import says: the preview, then the result."""
    text = "\n".join([",".join(columns), *(",".join(str(cell) for cell in row) for row in rows)])
    wizard = visitor.call("base_import.import", "create", {"res_model": model})["result"]
    visitor.session.post(
        f"{visitor.url}/base_import/set_file",
        data={"csrf_token": visitor.csrf, "id": wizard},
        files={"ufile": ("rows.csv", text, "text/csv")},
        timeout=60,
    )
    options = {"has_headers": True, "quoting": '"', "separator": ",", "encoding": "utf-8", "advanced": True}
    preview = visitor.call("base_import.import", "parse_preview", [wizard], options)
    return preview, visitor.call("base_import.import", "execute_import", [wizard], columns, columns, options)


def test_merge(sample, anna, foreign):
    """Nobody draws a foreign client into one's own."""
    client, own = foreign["res.partner"][0], own_client(anna)
    for kept in (client, own):
        values = {"partner_ids": [(6, 0, [client, own])], "dst_partner_id": kept, "state": "option"}
        wizard = anna.call("base.partner.merge.automatic.wizard", "create", values)
        answers = {"create": json.dumps(wizard)}
        if "result" in wizard:
            answer = anna.call("base.partner.merge.automatic.wizard", "action_merge", [wizard["result"]])
            assert "error" in answer
            answers["merge"] = json.dumps(answer)
        check(answers)
    assert len(sample.rpc()("res.partner", "search", [("id", "in", [client, own])])) == 2


def test_mailings(sample, anna, foreign):
    """Nobody reads a foreign client's letter in the browser without the key that is in it."""
    admin, client = sample.rpc(), foreign["res.partner"][0]
    [kind] = admin("ir.model", "search", [("model", "=", "res.partner")])
    mailing = admin(
        "mailing.mailing",
        "create",
        {
            "subject": "News",
            "email_from": "news@ours.example.com",
            "mailing_model_id": kind,
            "mailing_domain": str([("id", "in", foreign["res.partner"])]),
            "body_html": '<p>Dear <t t-out="object.name"/></p>',
        },
    )
    to = f"document_id={client}&email={CANARY}0x@mail.example"
    addresses = [
        *(f"/mailing/{mailing}/{page}?{to}&hash_token=x" for page in ("view", "unsubscribe", "confirm_unsubscribe")),
        *(f"/mailing/{mailing}/{page}?document_id={client}" for page in ("view", "unsubscribe")),
        f"/view?res_id={client}&mailing_id={mailing}",
        "/mailing/my",
        "/mailing/mobile/preview",
        f"/odoo/mailing.mailing/{mailing}",
    ]
    # Pages repeat the address that was asked for.
    asked = re.compile(f"{CANARY}0x(@|%40)mail.example")
    check({address: asked.sub("", said(anna.get(address))) for address in addresses})
    params = {"mailing_id": mailing, "document_id": client, "email": "a@mail.example", "hash_token": "x"}
    check({path: json.dumps(anna.ask_json(path, params)) for path in ("/mailing/feedback", "/mailing/blocklist/add")})
