"""The nightly job of the lifecycle, killed, its PostgreSQL crashed, and done by two at once.

The end is that of an undisturbed run, and nothing stands twice in the history.
"""

import os
import shutil
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import pgserver
import postgres
import pytest
from conftest import RpcError
from installation import Installation

CLIENTS = 4000
KILLS = 10
ROUNDS = 25
RUSH = 20
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
# As a server's worker does it again and again, until the test has seen enough.
UNTIL_STOPPED = """
from odoo.tools import SQL
stopped = False
while not stopped:
    env["client.lifecycle"].with_context(cron_id=True)._refresh_all()
    env.cr.commit()
    stopped = env.execute_query(SQL("SELECT FROM ir_config_parameter WHERE key = 'stopped'"))
print("done", flush=True)
"""
STOP = "INSERT INTO ir_config_parameter (key, value) VALUES ('stopped', 'yes')"
REBUILD = """
env["client.lifecycle"]._rebuild()
env.cr.commit()
"""
# An import puts an order of yesterday into the base for each fourth client, another fourth each time.
IMPORT = """
    INSERT INTO sale_order (partner_id, partner_invoice_id, partner_shipping_id, company_id, state, name, date_order,
                            amount_untaxed, currency_rate)
    SELECT id, id, id, 1, 'sale', 'Import', current_date - interval '1 day' - make_interval(days => id %% 500), 10, 1
      FROM res_partner
     WHERE name LIKE 'Fault %%' AND id %% 4 = %s %% 4
"""
STANDINGS = """
    SELECT partner.name, standing.rule, standing.evidence::text, standing.since, standing.orders, standing.turnover,
           standing.turns, standing.intervals, standing.next_on, standing.due
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
# Movements to where the client was already.
TWICE = """
    SELECT partner_id, date, to_id, before
      FROM (SELECT partner_id, date, to_id,
                   lag(to_id) OVER (PARTITION BY partner_id, company_id ORDER BY date, id) AS before
              FROM client_segment_move) move
     WHERE to_id = before
"""

ORDERS_OF = "SELECT orders FROM client_standing WHERE partner_id = %s"


@dataclass(frozen=True)
class Base:
    """A database with clients of whom nobody knows yet where they stand."""

    installation: Installation
    database: str

    def ask(self, statement, *values):
        """Run a statement and return its rows."""
        with closing(self.installation.postgres.connect(self.database)) as connection, connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def begin(self, script=SCRIPT):
        """Begin the job in a process of its own."""
        process = subprocess.Popen(
            self.installation.command("shell", "-d", self.database, "--no-http"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self.installation.environment,
            text=True,
        )
        process.stdin.write(script)
        process.stdin.close()
        return process

    def count_placed(self):
        [(count,)] = self.ask("SELECT count(*) FROM client_standing")
        return count

    def wait_for_progress(self, process, placed):
        """Return once more than ``placed`` clients are placed, or the job ended."""
        while process.poll() is None:
            if (count := self.count_placed()) > placed:
                return count
            time.sleep(0.01)
        return placed

    def read_end(self):
        return self.ask(STANDINGS), self.ask(HISTORY)


@pytest.fixture(scope="module")
def make_base(installation, copy_database):
    """A function that makes a :class:`Base` on the server that all tests use."""

    def make(name):
        base = Base(installation, copy_database(name))
        base.ask(FILL, CLIENTS)
        return base

    return make


@pytest.fixture(scope="module")
def undisturbed(make_base):
    """Return the standings and the history that a run left which nobody disturbed."""
    base = make_base("lifecycle_undisturbed")
    assert base.begin().wait() == 0
    return base.read_end()


@pytest.fixture
def folder(installation):
    """The folder of a PostgreSQL of this test's own, which it may crash."""
    path = installation.folder / "crashing"
    postgres.start(path)
    yield path
    postgres.stop(path)
    shutil.rmtree(path)


@pytest.fixture
def crashing(installation, told, folder):
    """A :class:`Base` on that server."""
    server = postgres.Postgres(postgres.address(folder))
    own = Installation(installation.machine, server, installation.folder / "crashing_odoo")
    own.configure(max_cron_threads=0)
    server.query("CREATE DATABASE lifecycle_crashing")
    programs = Path(pgserver.__file__).parent / "pginstall" / "bin"
    dump = [programs / "pg_dump", "--no-owner", f"--dbname={told['template']}", *as_options(told["postgres"])]
    restore = [programs / "psql", "--quiet", "--dbname=lifecycle_crashing", *as_options(server.parameters)]
    with subprocess.Popen(dump, stdout=subprocess.PIPE) as source:
        subprocess.run(restore, stdin=source.stdout, stdout=subprocess.DEVNULL, check=True)
    base = Base(own, "lifecycle_crashing")
    base.ask(FILL, CLIENTS)
    return base


def as_options(parameters):
    names = {"host": "host", "port": "port", "user": "username"}
    return [f"--{names[name]}={value}" for name, value in parameters.items() if name in names]


def crash(folder):
    """Have the server of ``folder`` stop at once, as in a crash, and start it again: it recovers from its log."""
    os.kill(postgres.server_pid(folder), signal.SIGQUIT)
    while postgres.is_running(folder):
        time.sleep(0.05)
    postgres.start(folder)


def test_killed_ten_times_and_postgresql_crashed_once(crashing, folder, undisturbed):
    placed, interrupted = crashing.count_placed(), 0
    for number in range(KILLS + 1):
        process = crashing.begin()
        # A part of what is left, so that every run is interrupted in the middle.
        placed = crashing.wait_for_progress(process, placed + (CLIENTS - placed) // 20)
        interrupted += process.poll() is None
        if number == KILLS // 2:
            crash(folder)
        else:
            process.kill()
        process.wait()
    assert interrupted == KILLS + 1, "some runs ended before they were interrupted"
    assert crashing.begin().wait() == 0
    assert crashing.read_end() == undisturbed


def test_two_at_once(make_base, undisturbed):
    base = make_base("lifecycle_two")
    both = [base.begin(), base.begin()]
    assert [process.wait() for process in both] == [0, 0]
    assert base.read_end() == undisturbed


def test_job_and_button_at_once_while_orders_are_confirmed(make_base, serve):
    base = make_base("lifecycle_button")
    served = serve(base.database, "--max-cron-threads", "0")
    call = served.rpc()
    [job] = call("ir.model.data", "search_read", [("name", "=", "ir_cron_refresh_segments")], ["res_id"])
    clients = call("res.partner", "search", [("name", "like", "Fault ")], limit=5 * ROUNDS)
    orders = call("sale.order", "create", [{"partner_id": client} for client in clients])
    worker = base.begin(UNTIL_STOPPED)
    done = 0
    for number in range(ROUNDS):
        base.ask(IMPORT, number)
        single, *others = orders[number::ROUNDS]
        call("sale.order", "action_confirm", single)
        call("sale.order", "action_confirm", others)
        with suppress(RpcError):  # the job had begun a moment before
            call("ir.cron", "method_direct_trigger", [job["res_id"]])
            done += 1
    base.ask(STOP)
    assert worker.wait() == 0
    assert done >= 5, "the button hardly ran beside the job"
    assert not base.ask(TWICE)
    assert "deadlock" not in served.log.read_text(encoding="utf-8")
    call("ir.cron", "method_direct_trigger", [job["res_id"]])
    end = base.read_end()
    assert base.begin(REBUILD).wait() == 0
    assert base.read_end() == end, "nothing was left to do"


def test_two_people_confirm_orders_of_one_client(make_base, serve):
    base = make_base("lifecycle_rush")
    assert base.begin(REBUILD).wait() == 0
    call = serve(base.database, "--max-cron-threads", "0").rpc()
    [client] = call("res.partner", "search", [("name", "like", "Fault ")], limit=1)
    before = base.ask(ORDERS_OF, client)
    orders = call("sale.order", "create", [{"partner_id": client} for _number in range(RUSH)])
    with ThreadPoolExecutor(2) as people:
        list(people.map(lambda order: call("sale.order", "action_confirm", order), orders))
    assert base.ask(ORDERS_OF, client) == [(count + RUSH,) for (count,) in before]
    assert not base.ask(TWICE)
    end = base.read_end()
    assert base.begin(REBUILD).wait() == 0
    assert base.read_end() == end, "nothing was left to do"
