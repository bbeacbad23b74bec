"""Measure how long one waits who confirms an order, in a stock database or in ours; run by ``odoo shell``.

Each order is a request to Odoo's application, as the web client makes it: a session of PostgreSQL
forgets its plans between two of them, and what has to be planned is a good part of the time.

Then the web client reads the order again, to show it as it is now: who confirms waits for both.

Prints one line of JSON: for the admin, and for a manager with the manager's own clients, the milliseconds of both
for many orders, and the queries of the last.
"""

import itertools
import sys
import time

from werkzeug.test import Client

from odoo import Command, http, sql_db

sys.path.append("setup/bench_scripts")
from measuring import answer, get_form_specification, get_people

TIMES = 120
# The first ones warm what a server keeps between requests.
WARMING = 20
PASSWORD = "of the bench"
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


def make_orders(env):
    """Return drafts of orders of the user's clients; a manager of a small base has fewer than there are orders."""
    domain = [("is_company", "=", True), ("ref", "like", "R%")]
    if not env.user.has_group("base.group_system"):
        domain.append(("user_id", "=", env.uid))
    clients = env["res.partner"].search(domain, limit=TIMES, order="id desc")
    values = {"order_line": [Command.create({"product_id": product.id, "price_unit": 100})]}
    return env["sale.order"].create(
        [{"partner_id": client.id, **values} for client in itertools.islice(itertools.cycle(clients), TIMES)]
    )


def measure(env):
    """Return what was measured as the user of ``env``."""
    orders, specification = make_orders(env), get_form_specification(env, "sale.order")
    # An environment of the superuser: nobody else sets a password.
    env(su=True).user.password = PASSWORD
    env.cr.commit()
    ask("/web/session/authenticate", db=env.cr.dbname, login=env.user.login, password=PASSWORD)
    answers = [
        call("call_button", "action_confirm", order) + call("call_kw", "web_read", order, specification=specification)
        for order in orders
    ]
    confirmed, queries, read, _queries = zip(*answers[WARMING:], strict=True)
    return {"confirmed": confirmed, "read": read, "queries": queries[-1]}


product = env["product.product"].search([], limit=1, order="id desc")  # noqa: F821
browser = Client(http.root)
answer({role: measure(env) for role, env in get_people(env).items()})  # noqa: F821
