"""Measure the addons at scale, as ratios against a peer and the bare SQL in one run."""

import argparse
import os

import postgres
from benches.access import AccessBench
from benches.campaign import CampaignBench
from benches.lifecycle import LifecycleBench
from installation import Installation
from prepare import ROOT, enter, fingerprint, require_space

from commands.test import databases_of_a_run

PARTS = {"access": AccessBench, "campaign": CampaignBench, "lifecycle": LifecycleBench}
# What a bench may use of the machine: PostgreSQL's defaults are for a machine of the last century.
SERVER_SETTINGS = {"work_mem": "128MB", "maintenance_work_mem": "1GB", "max_wal_size": "8GB"}
MOST_BUFFERS = 4096  # MB
# Bytes on the disk, measured: copies of the base, stock and ours, with orders and indexes, and a contact.
PARTNER_SPACE, INTERACTION_SPACE = 14_000, 700


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
    folder = machine.cache / "pg" / "bench"
    needed = options.partners * PARTNER_SPACE + options.interactions * INTERACTION_SPACE
    require_space(folder, needed, "CLIENT_BASE_CACHE=/big/disk setup/bench")
    with postgres.running(folder, durable=False, settings=get_server_settings()) as server:
        base = Installation(machine, server, machine.cache / "bench" / "base")
        installation = Installation(machine, server, machine.cache / "bench" / fingerprint(str(ROOT)))
        base.configure(addons_path=machine.odoo_addons, max_cron_threads=0)
        with databases_of_a_run(installation) as prefix:
            for part in options.part or PARTS:
                lines = PARTS[part](base, installation, f"{prefix}{part}_", options).measure()
                print("\n".join(lines), flush=True)
    return 0


def get_server_settings():
    """Return the sizes that PostgreSQL works with: a quarter of the memory keeps pages, as its manual advises."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    return {**SERVER_SETTINGS, "shared_buffers": f"{min(MOST_BUFFERS, memory // 4)}MB"}
