"""Measure how long the confirmation of an order takes, in a stock database or in ours; run by ``odoo shell``.

Prints one line of JSON: the milliseconds of many orders of different clients, and the queries of the last.
"""

import json
import time

from odoo import Command

TIMES = 120
# The first ones warm what a server keeps between requests.
WARMING = 20

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
milliseconds, queries = [], 0
for order in orders:
    env.transaction.clear()
    before, started = env.cr.sql_log_count, time.perf_counter()
    order.with_env(env).action_confirm()
    env.cr.commit()
    milliseconds.append(1000 * (time.perf_counter() - started))
    queries = env.cr.sql_log_count - before
print("BENCH " + json.dumps({"ms": milliseconds[WARMING:], "queries": queries}))
