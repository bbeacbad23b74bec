"""The probe from outside: every address of a served Odoo by which a foreign client might be reached.

Foreign clients carry a canary in each of their texts; no answer to a manager may hold one.
"""

import io
import json
import re
import xmlrpc.client
import zipfile
from xml.etree import ElementTree

import pytest
import requests

CANARY = "cnry4k"
PASSWORD = "demo"
CLIENTS = 12
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
    [product] = admin("product.product", "search", [("name", "=", "Goods")])
    ids = {name: [] for name in ("res.partner", "sale.order", "ir.attachment", "mail.message", "crm.lead")}
    for number in range(CLIENTS):
        canary = f"{CANARY}{number}x"
        values = {"name": f"{canary} name", "email": f"{canary}@mail.example", "phone": f"{canary} phone"}
        values |= {"street": f"{canary} street", "ref": f"{canary} ref", "comment": f"{canary} note"}
        client = admin("res.partner", "create", {**values, "is_company": True, "user_id": boris})
        line = (0, 0, {"product_id": product, "name": f"{canary} line"})
        order = admin("sale.order", "create", {"partner_id": client, "user_id": False, "order_line": [line]})
        for model, record in (("res.partner", client), ("sale.order", order)):
            ids[model].append(record)
            ids["mail.message"].append(admin(model, "message_post", [record], body=f"{canary} message"))
            file = {"name": f"{canary}.txt", "res_model": model, "res_id": record, "raw": f"{canary} file"}
            ids["ir.attachment"].append(admin("ir.attachment", "create", file))
        ids["crm.lead"].append(
            admin("crm.lead", "create", {"name": f"{canary} lead", "partner_id": client, "user_id": False})
        )
    return ids


class Visitor:
    """A signed-in browser without a screen."""

    def __init__(self, served, login, password=PASSWORD):
        self.url, self.database = served.url, served.database
        self.session = requests.Session()
        self.session.trust_env = False
        credentials = {"db": served.database, "login": login, "password": password}
        self.uid = self.ask_json("/web/session/authenticate", credentials)["result"]["uid"]
        page = self.session.get(f"{self.url}/odoo", timeout=60).text
        self.csrf = re.search(r'csrf_token: "([^"]+)"', page)[1]
        self.password = password

    def ask_json(self, path, params):
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        response = self.session.post(f"{self.url}{path}", json=body, timeout=60)
        return response.json() if "json" in response.headers["Content-Type"] else {"error": said(response)}

    def call(self, model, method, *args, **kwargs):
        return self.ask_json(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": args, "kwargs": kwargs},
        )

    def get(self, path):
        return self.session.get(f"{self.url}{path}", timeout=60)

    def post(self, path, **data):
        return self.session.post(f"{self.url}{path}", data={"csrf_token": self.csrf, **data}, timeout=60)


@pytest.fixture(scope="module")
def anna(sample):
    admin = sample.rpc()
    [group] = admin("ir.model.data", "search_read", [("name", "=", "group_allow_export")], fields=["res_id"])
    [user] = admin("res.users", "search", [("login", "=", "anna")])
    admin("res.users", "write", [user], {"group_ids": [(4, group["res_id"])]})
    return Visitor(sample, "anna")


def check(answers):
    """Fail with all answers that hold a canary; ``answers`` maps an address to what it said."""
    leaks = [f"{address}: {text[:300]}" for address, text in answers.items() if CANARY in text]
    assert not leaks, "\n".join(leaks)


def said(response):
    """Return status and body of a response as text."""
    return f"{response.status_code} {response.content.decode(errors='replace')}"


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

    def xml(method, *args, **kwargs):
        try:
            return str(proxy.execute_kw(sample.database, anna.uid, PASSWORD, "res.partner", method, args, kwargs))
        except xmlrpc.client.Fault as fault:
            return str(fault)

    def json2(method, **kwargs):
        url = f"{sample.url}/json/2/res.partner/{method}"
        return said(anna.session.post(url, json=kwargs, headers=FROM_A_BROWSER, timeout=60))

    check(
        {
            "call_kw read": json.dumps(anna.call("res.partner", "read", client, ["name", "email"])),
            "call_kw search": json.dumps(anna.call("res.partner", "web_search_read", [], {"name": {}}, limit=9000)),
            "xmlrpc read": xml("read", client, ["name"]),
            "xmlrpc search_read": xml("search_read", [], ["name", "email"]),
            "xmlrpc name_search": xml("name_search", CANARY[:4]),
            "json2 read": json2("read", ids=client, fields=["name"]),
            "json2 search_read": json2("search_read", domain=[], fields=["name", "email"]),
        }
    )
    count = anna.call("res.partner", "search_count", [("email", "ilike", CANARY)])
    assert count["result"] == 0, "a count tells as well"


def test_each_role_finds_its_way(sample):
    """A day's work of each role, step by step over HTTP, without a refusal."""
    for login, steps in WORKING_DAYS.items():
        visitor = Visitor(sample, login)
        for name, work in steps.items():
            answer = work(visitor)
            assert "error" not in answer, f"{login}: {name}: {answer.get('error')}"


def own_client(visitor):
    domain = [("is_company", "=", True), ("client_open", "=", False), ("client_order_count", ">", 0)]
    return visitor.call("res.partner", "search", domain, limit=1)["result"][0]


def open_form(model, find):
    def work(visitor):
        views = visitor.call(model, "get_views", [(False, "form")], {})
        if "error" in views:
            return views
        names = shown_fields(ElementTree.fromstring(views["result"]["views"]["form"]["arch"]))
        return visitor.call(model, "web_read", [find(visitor)], {name: {} for name in names})

    return work


def shown_fields(node):
    """Return the names of the fields that a form shows, without those of its lists."""
    names = []
    for child in node:
        names += [child.get("name")] if child.tag == "field" else shown_fields(child)
    return names


def own_order(visitor):
    return visitor.call("sale.order", "search", [("state", "=", "sale")], limit=1)["result"][0]


def make_order(visitor):
    [product] = visitor.call("product.product", "search", [("name", "=", "Goods")])["result"]
    values = {"partner_id": own_client(visitor), "order_line": [(0, 0, {"product_id": product, "price_unit": 5})]}
    order = visitor.call("sale.order", "create", values)
    return order if "error" in order else visitor.call("sale.order", "action_confirm", [order["result"]])


SELLING = {
    "open a client": open_form("res.partner", own_client),
    "open an order": open_form("sale.order", own_order),
    "make and confirm an order": make_order,
    "write to the chatter": lambda visitor: visitor.call(
        "res.partner", "message_post", [own_client(visitor)], body="x"
    ),
    "plan a call": lambda visitor: visitor.call(
        "res.partner", "activity_schedule", [own_client(visitor)], "mail.mail_activity_data_todo"
    ),
    "correct a phone": lambda visitor: visitor.call("res.partner", "write", [own_client(visitor)], {"phone": "1"}),
    "see what is missing": lambda visitor: visitor.call(
        "client.gap.report", "formatted_read_group", [], ["owner_id", "requirement_id"], ["__count"]
    ),
    "see the segments": lambda visitor: visitor.call("client.segment", "search_read", []),
    "analyse sales": lambda visitor: visitor.call("sale.report", "formatted_read_group", [], ["user_id"], ["__count"]),
}
LOOKING = {
    "see preferences": lambda visitor: visitor.call("res.users", "read", [visitor.uid], ["name", "email", "signature"]),
    "see colleagues": lambda visitor: visitor.call("res.users", "web_search_read", [], {"name": {}, "partner_id": {}}),
    "mention a colleague": lambda visitor: visitor.call("res.partner", "get_mention_suggestions", "a"),
}
WORKING_DAYS = {
    "anna": {**LOOKING, **SELLING},
    "lena": {**LOOKING, **SELLING},
    "vera": {
        **LOOKING,
        **SELLING,
        "see all invoices": lambda visitor: visitor.call("account.move", "search_read", [], ["name"]),
    },
    "oleg": {
        **LOOKING,
        "see own imports": lambda visitor: visitor.call("client.import", "search_read", [], ["name"]),
        "enter a client": lambda visitor: visitor.call("res.partner", "create", {"name": "New", "is_company": True}),
    },
    "maria": {
        **LOOKING,
        "open a client": open_form("res.partner", own_client),
        "see campaigns": lambda visitor: visitor.call("client.campaign", "search_read", [], ["name"]),
        "plan a campaign": lambda visitor: visitor.call("client.campaign", "create", {"name": "Plan"}),
    },
}
