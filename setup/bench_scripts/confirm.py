"""Measure how long one waits who confirms an order, in a stock database or in ours; run by ``odoo shell``.

Each order is a request to Odoo's application, as the web client makes it: a session of PostgreSQL
forgets its plans between two of them, and what has to be planned is a good part of the time.

Then the web client reads the order again, to show it as it is now: who confirms waits for both.

Prints one line of JSON: the milliseconds of both for many orders of different clients, and the queries of the last.
"""

import sys
import time

from werkzeug.test import Client

from odoo import Command, http, sql_db

sys.path.append("setup/bench_scripts")
from measuring import answer, get_form_specification

TIMES = 120
# The first ones warm what a server keeps between requests.
WARMING = 20
CONTEXT = {"lang": "en_US", "tz": "UTC"}


def ask(route, **params):
    """Send a request as the web client does; return the milliseconds until the answer and how many queries it took."""
    before, started = sql_db.sql_counter, time.perf_counter()
    reply = browser.post(route, json={"jsonrpc": "2.0", "params": params}, environ_base={"REMOTE_ADDR": "127.0.0.1"})
    waited = 1000 * (time.perf_counter() - started)
    if "error" in reply.get_json():
        raise AssertionError(reply.get_json()["error"]["data"]["debug"])
    return waited, sql_db.sql_counter - before


def call(route, method, order, **kwargs):
    """Call a method of an order; as :func:`ask`."""
    values = {"model": "sale.order", "method": method, "args": [order.ids], "kwargs": {"context": CONTEXT, **kwargs}}
    return ask(f"/web/dataset/{route}/sale.order/{method}", **values)


env = env(user=env.ref("base.user_admin"), su=False)  # noqa: F821
product = env["product.product"].search([], limit=1, order="id desc")
clients = env["res.partner"].search([("is_company", "=", True), ("ref", "like", "R%")], limit=TIMES, order="id desc")
orders = env["sale.order"].create(
    [
        {"partner_id": client.id, "order_line": [Command.create({"product_id": product.id, "price_unit": 100})]}
        for client in clients
    ]
)
env.cr.commit()
specification = get_form_specification(env, "sale.order")
browser = Client(http.root)
ask("/web/session/authenticate", db=env.cr.dbname, login="admin", password="admin")
answers = [
    (*call("call_button", "action_confirm", order), *call("call_kw", "web_read", order, specification=specification))
    for order in orders
]
confirmed, queries, read, _queries = zip(*answers[WARMING:], strict=True)
answer({"confirmed": confirmed, "read": read, "queries": queries[-1]})
