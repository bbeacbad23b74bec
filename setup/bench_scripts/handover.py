"""Hand all clients of a manager over, and give some of another's away one by one; run by ``odoo shell``.

Prints one line of JSON: ``{way: [clients, seconds]}``.
"""

import json
import time

# A loop takes the same for each client, so a few tell.
LOOP = 500


def get_manager(env, number):
    return env["res.users"].search([("login", "=", f"manager{number}")])


def measure_handover(env, giver, receiver):
    handover = env["client.handover"].create(
        {"source": "owner", "owner_id": giver.id, "rule": "one", "receiver_id": receiver.id}
    )
    started = time.perf_counter()
    handover.action_preview()
    handover.action_apply()
    env.cr.commit()
    return handover.moved_count, time.perf_counter() - started


def measure_loop(env, giver, receiver):
    clients = env["res.partner"].search(
        [("user_id", "=", giver.id), ("is_company", "=", True)], limit=LOOP, order="complete_name, id"
    )
    started = time.perf_counter()
    for client in clients:
        client.user_id = receiver
    env.cr.commit()
    return len(clients), time.perf_counter() - started


first, second, third = (get_manager(env, number) for number in (11, 12, 13))  # noqa: F821
# By an admin, for whom no rule makes a search slower.
env = env(user=env.ref("base.user_admin"), su=False)  # noqa: F821
print(
    "BENCH "
    + json.dumps({"ORM loop": measure_loop(env, second, third), "handover": measure_handover(env, first, third)})
)
