"""Measure what a manager and an admin wait for; run by ``odoo shell``, which provides ``env``.

Prints one line of JSON: ``{job: {user: [milliseconds, queries, sequential scans of partners]}}``.
Milliseconds are the median of several runs, each in a transaction without anything cached.
"""

import functools
import json
import statistics
import time

from odoo.tests import Form

LIST_FIELDS = ("complete_name", "user_id", "email", "phone", "country_id", "city")
TIMES = 7


def get_form_specification(partners):
    """Return what the web client reads to show the form to the user of ``partners``."""
    names = Form(partners.browse())._view["fields"]
    return {name: {"fields": {"display_name": {}}} if partners._fields[name].relational else {} for name in names}


def get_jobs(env, manager):
    client = env["res.partner"].search(
        [("user_id", "=", manager.id), ("is_company", "=", True)], limit=1, order="id desc"
    )
    domain = [("is_company", "=", True)]
    specification = {name: {"fields": {"display_name": {}}} if name.endswith("_id") else {} for name in LIST_FIELDS}
    form = functools.cache(lambda uid: get_form_specification(env(user=uid, su=False)["res.partner"]))
    return {
        "list of 80": lambda partners: partners.search_fetch(domain, list(LIST_FIELDS), limit=80).read(
            list(specification)
        ),
        "count": lambda partners: partners.search_count(domain),
        "name search, name": lambda partners: partners.name_search(client.name[3:16], limit=8),
        "name search, e-mail": lambda partners: partners.name_search(client.email[2:16], limit=8),
        "name search, tax number": lambda partners: partners.name_search(client.vat[3:], limit=8),
        "name search, phone": lambda partners: partners.name_search(client.phone[5:], limit=8),
        "name search, reference": lambda partners: partners.name_search(client.ref, limit=8),
        "name search, frequent": lambda partners: partners.name_search(client.name[:5], limit=8),
        "group by manager": lambda partners: partners.formatted_read_group(domain, ["user_id"], ["__count"]),
        "group by country": lambda partners: partners.formatted_read_group(domain, ["country_id"], ["__count"]),
        "form": lambda partners: partners.browse(client.id).web_read(form(partners.env.uid)),
    }


def sequential_scans(env):
    env.cr.execute("SELECT pg_stat_force_next_flush()")
    env.cr.commit()
    env.cr.execute("SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'res_partner'")
    return env.cr.fetchone()[0]


def measure(env, job):
    seconds, queries = [], 0
    scans = sequential_scans(env)
    for _time in range(TIMES + 1):
        env.transaction.clear()
        env.cr.commit()
        before, started = env.cr.sql_log_count, time.perf_counter()
        job(env["res.partner"])
        seconds.append(time.perf_counter() - started)
        queries = env.cr.sql_log_count - before
    # The first run warms what a server keeps between requests.
    return [1000 * statistics.median(seconds[1:]), queries, (sequential_scans(env) - scans) / (TIMES + 1)]


manager = env["res.users"].search([("login", "=", "manager7")])  # noqa: F821
admin = env.ref("base.user_admin")  # noqa: F821
print(
    "BENCH "
    + json.dumps(
        {
            name: {
                user: measure(env(user=person, su=False), job)  # noqa: F821
                for user, person in (("admin", admin), ("manager", manager))
            }
            for name, job in get_jobs(env, manager).items()  # noqa: F821
        }
    )
)
