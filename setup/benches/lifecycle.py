"""The engine of the lifecycle beside bare SQL, at two sizes; confirming an order and grouping beside stock Odoo."""

import statistics
from collections import defaultdict
from itertools import product

from prepare import step

from benches.bench import Bench

# Processes of stock Odoo and of ours take turns, so that both have the same weather on the machine.
ROUNDS = 5
ORDERS_A_PARTNER = 3.5
# What is divided by what, how far it may go, and what that is called.
LIMITS = {
    "first run to bare SQL": (("first run",), ("bare aggregate", "bare update"), 1.5),
    "quiet night to bare aggregate": (("quiet night",), ("bare aggregate",), 1.3),
}
GROWTHS = {"first run": 11, "quiet night": 11, "overview, admin": 1.5, "overview, manager7": 1.5}


class LifecycleBench(Bench):
    """At each size two databases with the same partners and orders: stock, and ours."""

    def measure(self):
        sizes = (self.options.partners // 10, self.options.partners)
        results = {size: self.measure_size(size) for size in sizes}
        return [
            *(line for size in sizes for line in as_lines(size, results[size])),
            *as_growth_lines(*results.values()),
        ]

    def measure_size(self, partners):
        stock, ours = f"{self.prefix}stock_{partners}", f"{self.prefix}ours_{partners}"
        self.make_stock(stock, partners)
        with step(f"filling it with {ORDERS_A_PARTNER} orders a partner"):
            self.fill(stock, "orders.sql", orders=int(partners * ORDERS_A_PARTNER))
        self.installation.copy(stock, ours)
        self.installation.install(ours, ["client_base_lifecycle"], log="lifecycle")
        self.vacuum(ours)
        engine = self.ask_one(ours, "lifecycle.py")
        self.vacuum(ours)
        results = {
            "engine": engine,
            "group": {"stock": self.ask_one(stock, "group.py"), "ours": self.ask_one(ours, "group.py")},
            "confirm": self.measure_confirm({"stock": stock, "ours": ours}),
        }
        for database in (stock, ours):
            self.installation.drop(database)
        return results

    def measure_confirm(self, databases):
        """Return ``{side: ({what one waits for: [ms]}, {role: queries})}``."""
        rounds = {side: [] for side in databases}
        for _round in range(ROUNDS):
            for side, database in databases.items():
                rounds[side].append(self.ask_one(database, "confirm.py"))
        return {side: (as_waits(answers), as_queries(answers[-1])) for side, answers in rounds.items()}


def as_waits(answers):
    """Return the milliseconds of each order: of its confirmation, and of that with the form that is read after it."""
    waits = defaultdict(list)
    for role, one in (pair for answer in answers for pair in answer.items()):
        waits[f"confirm an order, {role}"] += one["confirmed"]
        waits[f"and see it, {role}"] += map(sum, zip(one["confirmed"], one["read"], strict=True))
    return waits


def as_queries(answer):
    return {role: one["queries"] for role, one in answer.items()}


def as_lines(size, results):
    """Return what was measured at one size, and how many times the peer that is."""
    engine = results["engine"]
    lines = [f"{job:40} {figure:10,.2f} {unit:3} {written:10,} rows" for job, (figure, unit, written) in engine.items()]
    for name, (ours, peers, limit) in LIMITS.items():
        ratio = sum(engine[job][0] for job in ours) / sum(engine[job][0] for job in peers)
        lines.append(f"{name:40} {ratio:10.2f} × (to reach: {limit})")
    lines += [
        f"{f'group by {field}, {user}':40} {ms:10.1f} ms  {side}"
        for side, fields in results["group"].items()
        for field, users in fields.items()
        for user, ms in users.items()
    ]
    (stock, few), (ours, queries) = results["confirm"]["stock"], results["confirm"]["ours"]
    for what, figure in product(ours, (min, statistics.median)):
        mine, theirs = figure(ours[what]), figure(stock[what])
        lines.append(
            f"{f'{what}, {figure.__name__}':40} {mine:10.2f} ms  stock {theirs:.2f} ms, "
            f"{mine / theirs:.3f} × (to reach: 1.05)"
        )
    lines += [
        f"{f'confirm an order, queries of the {role}':40} {queries[role]:10}     stock {few[role]}" for role in queries
    ]
    return [f"lifecycle, {size:,}: {line}" for line in lines]


def as_growth_lines(small, large):
    """Return how much longer it takes where ten times as many partners are."""
    before, after = small["engine"], large["engine"]
    return [
        f"lifecycle, ten times the partners: {job:20} {after[job][0] / max(before[job][0], 0.001):10.1f} × "
        f"(to reach: {limit})"
        for job, limit in GROWTHS.items()
    ]
