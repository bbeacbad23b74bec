"""Measure the addons at scale, as ratios against a peer and the bare SQL in one run."""

import argparse

import postgres
from benches.access import AccessBench
from benches.campaign import CampaignBench
from benches.lifecycle import LifecycleBench
from installation import Installation
from prepare import ROOT, enter, fingerprint

from commands.test import databases_of_a_run

PARTS = {"access": AccessBench, "campaign": CampaignBench, "lifecycle": LifecycleBench}
# What a bench may use of the machine: PostgreSQL's defaults are for a machine of the last century.
SERVER_SETTINGS = {"shared_buffers": "4GB", "work_mem": "128MB", "maintenance_work_mem": "1GB", "max_wal_size": "8GB"}


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="setup/bench",
        description="Fill databases with many partners and measure in one run: who sees what (lists, counts, searches, "
        "the card, a manager's day, a handover and the installation itself) beside stock Odoo and OCA's "
        "sales_team_security; a campaign beside Odoo's mass mailing; the lifecycle beside bare SQL and stock Odoo.",
    )
    parser.add_argument("--part", action="append", choices=PARTS, help="measure only this (may be repeated)")
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
        installation = Installation(machine, server, machine.cache / "bench" / fingerprint(str(ROOT)))
        base.configure(addons_path=machine.odoo_addons, max_cron_threads=0)
        with databases_of_a_run(installation) as prefix:
            for part in options.part or PARTS:
                lines = PARTS[part](base, installation, f"{prefix}{part}_", options).measure()
                print("\n".join(lines), flush=True)
    return 0


def settle(server):
    for name, value in SERVER_SETTINGS.items():
        server.query(f"ALTER SYSTEM SET {name} = '{value}'", user="postgres")
    server.query("SELECT pg_reload_conf()", user="postgres")
