"""A day's work of each role: who may see less still gets everything done."""

from xml.etree import ElementTree

from visitor import Visitor, own_client


def test_each_role_finds_its_way(sample):
    """A day's work of each role, step by step over HTTP, without a refusal."""
    for login, steps in WORKING_DAYS.items():
        visitor = Visitor(sample, login)
        for name, work in steps.items():
            answer = work(visitor)
            assert "error" not in answer, f"{login}: {name}: {answer.get('error')}"


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
    [product] = visitor.call("product.product", "search", [("name", "=", "Paper")])["result"]
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
