"""What the measurements share; those of ``odoo shell`` start in the project's folder and import this."""

import functools
import json
import statistics
import time

from odoo.tests import Form

TIMES = 7
LIST_FIELDS = ("complete_name", "user_id", "email", "phone", "country_id", "city")


def get_people(env):
    """Return ``{role: env}`` of the two who wait for Odoo in the measurements."""
    manager = env["res.users"].search([("login", "=", "manager7")])
    return {
        role: env(user=user, su=False) for role, user in (("admin", env.ref("base.user_admin")), ("manager", manager))
    }


def get_client(env):
    """Return the same client of the manager in every database."""
    domain = [("user_id.login", "=", "manager7"), ("is_company", "=", True), ("ref", "like", "R%")]
    return env["res.partner"].search(domain, limit=1, order="id desc")


@functools.cache
def get_form_specification(env, model="res.partner"):
    """Return what the web client reads to show a form of ``model`` to the user of ``env``; of rows, the names only."""
    records = env[model]
    names = Form(records)._view["fields"]
    return {name: {"fields": {"display_name": {}}} if records._fields[name].relational else {} for name in names}


def read_list(env):
    """Read what the list of partners shows first: what pages are compared with."""
    partners = env["res.partner"].search_fetch([("is_company", "=", True)], list(LIST_FIELDS), limit=80)
    partners.read(list(LIST_FIELDS))


def sequential_scans(env):
    env.cr.execute("SELECT pg_stat_force_next_flush()")
    env.cr.commit()
    env.cr.execute("SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'res_partner'")
    return env.cr.fetchone()[0]


def measure(env, job):
    """Return the milliseconds, queries and sequential scans of partners that ``job`` takes.

    Milliseconds are the median of several runs, each in a transaction without anything cached.
    """
    seconds, queries = [], 0
    scans = sequential_scans(env)
    for _time in range(TIMES + 1):
        env.transaction.clear()
        env.cr.commit()
        before, started = env.cr.sql_log_count, time.perf_counter()
        job(env)
        env.flush_all()
        seconds.append(time.perf_counter() - started)
        queries = env.cr.sql_log_count - before
    env.cr.commit()
    # The first run warms what a server keeps between requests.
    return [1000 * statistics.median(seconds[1:]), queries, (sequential_scans(env) - scans) / (TIMES + 1)]


def answer(results):
    """Tell ``setup/bench`` the results: ``{job: {user: figures of measure}}``, or others."""
    print("BENCH " + json.dumps(results))
