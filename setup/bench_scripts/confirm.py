"""Measure how long one waits who confirms an order, in a stock database or in ours; run by ``odoo shell``.

Each order is a request to Odoo's application, as the web client makes it: a session of PostgreSQL
forgets its plans between two of them, and what has to be planned is a good part of the time.

Prints one line of JSON: the milliseconds of many orders of different clients, and the queries of the last.
"""

import sys
import time

from werkzeug.test import Client

from odoo import Command, http, sql_db

sys.path.append("setup/bench_scripts")
from measuring import answer

TIMES = 120
# The first ones warm what a server keeps between requests.
WARMING = 20
PRESSED = {"model": "sale.order", "method": "action_confirm", "kwargs": {"context": {"lang": "en_US", "tz": "UTC"}}}


def ask(browser, route, params):
    body = {"jsonrpc": "2.0", "params": params}
    reply = browser.post(route, json=body, environ_base={"REMOTE_ADDR": "127.0.0.1"}).get_json()
    if "error" in reply:
        raise AssertionError(reply["error"]["data"]["debug"])
    return reply["result"]


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
browser = Client(http.root)
ask(browser, "/web/session/authenticate", {"db": env.cr.dbname, "login": "admin", "password": "admin"})
milliseconds, queries = [], 0
for order in orders:
    before, started = sql_db.sql_counter, time.perf_counter()
    ask(browser, "/web/dataset/call_button/sale.order/action_confirm", {**PRESSED, "args": [order.ids]})
    milliseconds.append(1000 * (time.perf_counter() - started))
    queries = sql_db.sql_counter - before
answer({"ms": milliseconds[WARMING:], "queries": queries})
