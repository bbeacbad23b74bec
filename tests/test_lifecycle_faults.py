"""The nightly job of the lifecycle, killed, cut off, and done by two at once: the end is that of an undisturbed run."""

import subprocess
import time
from contextlib import closing

import pytest

CLIENTS = 4000
KILLS = 10
FILL = """
    INSERT INTO res_partner (name, complete_name, active, is_company, type, autopost_bills, partner_share, create_date)
    SELECT 'Fault ' || number, 'Fault ' || number, TRUE, TRUE, 'contact', 'ask', TRUE, '2020-01-01'
      FROM generate_series(1, %s) number;
    UPDATE res_partner SET commercial_partner_id = id WHERE name LIKE 'Fault %%';
    INSERT INTO sale_order (partner_id, partner_invoice_id, partner_shipping_id, company_id, state, name, date_order,
                            amount_untaxed, currency_rate)
    SELECT id, id, id, 1, 'sale', 'Fault', current_date - (40 * number + id %% 300), 10, 1
      FROM res_partner, generate_series(1, 6) number
     WHERE name LIKE 'Fault %%' AND number <= id %% 7
"""
# Small portions, so that a kill comes between two of them or within one.
SCRIPT = """
from odoo.addons.client_base_lifecycle.models import client_lifecycle
client_lifecycle.BATCH = 40
print("begins", flush=True)
env["client.lifecycle"].with_context(cron_id=True)._refresh_all()
env.cr.commit()
print("done", flush=True)
"""
STANDINGS = """
    SELECT partner.name, standing.rule, standing.evidence::text, standing.since, standing.orders, standing.turnover,
           standing.next_on, standing.due
      FROM client_standing standing
      JOIN res_partner partner ON partner.id = standing.partner_id AND partner.name LIKE 'Fault %'
  ORDER BY partner.name
"""
HISTORY = """
    SELECT partner.name, move.date::date, move.rule, move.from_id, move.to_id
      FROM client_segment_move move
      JOIN res_partner partner ON partner.id = move.partner_id AND partner.name LIKE 'Fault %'
  ORDER BY partner.name, move.date, move.rule
"""
CUT_OFF = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.fixture(scope="module")
def ask(installation):
    """A function that runs a statement in a database and returns its rows."""

    def run(database, statement, *values):
        with closing(installation.postgres.connect(database)) as connection, connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            rows = cursor.fetchall() if cursor.description else []
            connection.commit()
            return rows

    return run


@pytest.fixture(scope="module")
def undisturbed(copy_database, begin, ask):
    """Return the standings and the history that a run left which nobody disturbed."""
    database = copy_database("lifecycle_undisturbed")
    ask(database, FILL, CLIENTS)
    assert begin(database).wait() == 0
    return ask(database, STANDINGS), ask(database, HISTORY)


@pytest.fixture(scope="module")
def begin(installation):
    """A function that begins the job in a process of its own."""

    def start(database):
        command = installation.command("shell", "-d", database, "--no-http")
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=installation.environment,
            text=True,
        )
        process.stdin.write(SCRIPT)
        process.stdin.close()
        return process

    return start


def wait_for_progress(ask, database, process, placed):
    """Return once more than ``placed`` clients are placed, or the job ended."""
    while process.poll() is None:
        [(count,)] = ask(database, "SELECT count(*) FROM client_standing")
        if count > placed:
            return count
        time.sleep(0.01)
    return placed


def test_killed_ten_times_and_cut_off_once(copy_database, begin, ask, undisturbed):
    database = copy_database("lifecycle_killed")
    ask(database, FILL, CLIENTS)
    [(placed,)] = ask(database, "SELECT count(*) FROM client_standing")
    interrupted = 0
    for number in range(KILLS + 1):
        process = begin(database)
        # A part of what is left, so that every run is interrupted in the middle.
        placed = wait_for_progress(ask, database, process, placed + (CLIENTS - placed) // 20)
        interrupted += process.poll() is None
        if number == KILLS // 2:
            # What a restart of PostgreSQL does to whoever is connected.
            ask(database, CUT_OFF)
        else:
            process.kill()
        process.wait()
    assert interrupted == KILLS + 1, "some runs ended before they were interrupted"
    assert begin(database).wait() == 0
    assert (ask(database, STANDINGS), ask(database, HISTORY)) == undisturbed


def test_two_at_once(copy_database, begin, ask, undisturbed):
    database = copy_database("lifecycle_two")
    ask(database, FILL, CLIENTS)
    both = [begin(database), begin(database)]
    assert [process.wait() for process in both] == [0, 0]
    assert (ask(database, STANDINGS), ask(database, HISTORY)) == undisturbed
