"""Measure the addons at scale, as ratios against a peer and the bare SQL in one run."""

import argparse
import json
import os
import shutil
import time
from contextlib import closing
from pathlib import Path

import postgres
from catcher import catching
from installation import Installation
from prepare import ROOT, enter, run, step

from commands.test import databases_of_a_run, ensure_base

SCRIPTS = ROOT / "setup" / "bench_scripts"
PEER = "odoo-addon-sales-team-security>=19.0,<20"
ANSWER = "BENCH "
# What a bench may use of the machine: PostgreSQL's defaults are for a machine of the last century.
SERVER_SETTINGS = {"shared_buffers": "4GB", "work_mem": "128MB", "maintenance_work_mem": "1GB", "max_wal_size": "8GB"}


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="setup/bench",
        description="Fill a database with many partners and measure who sees what: lists, counts, searches, the "
        "card, a manager's day, a handover and the installation itself, beside stock Odoo and OCA's "
        "sales_team_security, in one run.",
    )
    parser.add_argument("--partners", type=int, default=1_000_000, help="how many (%(default)s)")
    parser.add_argument("--recipients", type=int, default=100_000, help="of a campaign (%(default)s)")
    parser.add_argument("--interactions", type=int, default=10_000_000, help="how many in the register (%(default)s)")
    return parser.parse_args(arguments)


def main(arguments):
    options = parse(arguments)
    machine = enter()
    with postgres.running(machine.cache / "pg" / "bench", durable=False) as server:
        settle(server)
        base = Installation(machine, server, machine.cache / "bench" / "base")
        installation = Installation(machine, server, machine.cache / "bench" / "run")
        base.configure(addons_path=machine.odoo_addons, max_cron_threads=0)
        with databases_of_a_run(installation) as prefix:
            results = Bench(base, installation, prefix, options).measure()
    print(as_table(results))
    return 0


def settle(server):
    for name, value in SERVER_SETTINGS.items():
        server.query(f"ALTER SYSTEM SET {name} = '{value}'", user="postgres")
    server.query("SELECT pg_reload_conf()", user="postgres")


class Bench:
    """Three databases with the same partners: stock, ours, and the peer's."""

    def __init__(self, base, installation, prefix, options):
        self.base, self.installation, self.options = base, installation, options
        self.stock, self.ours, self.bare, self.peer = (f"{prefix}{name}" for name in ("stock", "ours", "bare", "peer"))
        self.server = installation.postgres

    def measure(self):
        self.installation.configure(max_cron_threads=0)
        origin = ensure_base(self.base, self.stock)
        with step(f"filling a database with {self.options.partners:,} partners"):
            self.installation.copy(origin, self.stock, origin=self.base)
            self.fill(self.stock)
        results = {"install": self.measure_install()}
        results["stock"] = self.ask(self.stock, "access.py", "card.py", "day.py")
        results["ours"] = self.ask(self.ours, "access.py")
        with step(f"filling the register with {self.options.interactions:,} contacts"):
            self.fill(self.ours, "register.sql")
        results["ours"] |= self.ask(self.ours, "card.py", "day.py")
        # Afterwards, as it changes whose the clients are.
        results["handover"] = self.ask(self.ours, "handover.py")
        results["peer"] = self.measure_peer(origin)
        results["campaign"] = self.measure_campaign(origin)
        return results

    def measure_campaign(self, origin):
        """Return the figures of a campaign beside Odoo's mass mailing, in a database of its own."""
        database = f"{self.ours}_campaign"
        self.installation.configure(max_cron_threads=0)
        self.installation.copy(origin, database, origin=self.base)
        self.installation.install(database, ["client_base_campaigns"], log="campaign")
        self.fill(database, "clients.sql")
        os.environ["BENCH_RECIPIENTS"] = str(self.options.recipients)
        with catching(None, self.installation.smtp_port):
            return self.ask_one(database, "campaign.py")

    def measure_install(self):
        """Return how long the installation took on the filled base, and the bare SQL of the same."""
        for name in (self.bare, self.ours):
            self.installation.copy(self.stock, name)
        started = time.monotonic()
        self.execute(self.bare, "bare_install.sql")
        bare = time.monotonic() - started
        self.server.drop(self.bare)
        started = time.monotonic()
        self.installation.install(self.ours, ["client_base"], log="install")
        ours = time.monotonic() - started
        self.vacuum(self.ours)
        return {"bare SQL": bare, "client_base": ours}

    def measure_peer(self, origin):
        addons = self.installation.folder / "peer"
        shutil.rmtree(addons, ignore_errors=True)
        python = self.installation.machine.python
        target = ["--no-deps", "--target", addons]
        run([python, "-m", "pip", "install", "-q", *target, PEER], hint="check the network (PyPI must be reachable)")
        path = f"{self.installation.machine.odoo_addons},{addons / 'odoo' / 'addons'}"
        self.installation.configure(max_cron_threads=0, addons_path=path)
        # Installed before the base is filled: on a filled one its hook goes through all partners.
        self.installation.copy(origin, self.peer, origin=self.base)
        self.installation.install(self.peer, ["sales_team_security"], log="peer")
        self.fill(self.peer)
        return self.ask(self.peer, "access.py")

    def fill(self, database, script="partners.sql"):
        self.execute(database, script, **vars(self.options))
        self.vacuum(database)

    def vacuum(self, database):
        self.server.query("VACUUM ANALYZE", database=database)

    def execute(self, database, script, **values):
        text = (SCRIPTS / script).read_text(encoding="utf-8")
        with closing(self.server.connect(database)) as connection, connection.cursor() as cursor:
            cursor.execute(text, values or None)

    def ask(self, database, *scripts):
        """Return what ``scripts`` measured in ``database``."""
        return {job: figures for script in scripts for job, figures in self.ask_one(database, script).items()}

    def ask_one(self, database, script):
        log = self.installation.run(
            f"{script} in {database}",
            *("shell", "-d", database, "--no-http"),
            log=f"{database}_{Path(script).stem}",
            script=SCRIPTS / script,
        )
        for line in log.read_text(encoding="utf-8").splitlines():
            if line.startswith(ANSWER):
                return json.loads(line.removeprefix(ANSWER))
        raise AssertionError(f"{log} has no answer")


def as_table(results):
    """Return the results as lines of a table: milliseconds, queries, sequential scans of partners."""
    lines = [f"{'install':28} " + "  ".join(f"{name} {seconds:.1f} s" for name, seconds in results["install"].items())]
    ways = (f"{name} {1000 * seconds / clients:.2f} ms" for name, (clients, seconds) in results["handover"].items())
    lines.append(f"{'handover, each client':28} " + "  ".join(ways))
    lines += as_campaign_lines(results["campaign"])
    for job in results["ours"]:
        cells = (
            f"{side:>5} {user:>7} {figures[0]:9.1f} ms {figures[1]:4.0f} q {figures[2]:3.0f} seq"
            for side in ("stock", "ours", "peer")
            for user, figures in results[side].get(job, {}).items()
        )
        lines.append(f"{job:28} " + " | ".join(cells))
    return "\n".join(lines)


def as_campaign_lines(figures):
    """Return the lines about campaigns: what was measured, and how many times better or worse that is."""
    ratios = {
        "freezing is faster than core prepares": ("core prepares each, ms", "freezing each, ms"),
        "sending is faster than core": ("core sends each, ms", "sending each, ms"),
        "bare SMTP is faster than core": ("core sends each, ms", "bare SMTP each, ms"),
        "board of all to that of few": ("board of all, ms", "board of few, ms"),
        "form of all to that of few": ("form of all, ms", "form of few, ms"),
        "summary of all to that of few": ("summary of all, ms", "summary of few, ms"),
    }
    lines = [f"{'campaign: ' + name:48} {value:12,.2f}" for name, value in figures.items()]
    return lines + [f"{'campaign: ' + name:48} {figures[a] / figures[b]:10.1f} ×" for name, (a, b) in ratios.items()]
