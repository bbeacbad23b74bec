"""Who sees what, beside stock Odoo and OCA's sales_team_security, and what a day, a handover, the installation take."""

import shutil
import time

from prepare import run, step

from benches.bench import Bench

PEER = "odoo-addon-sales-team-security>=19.0,<20"


class AccessBench(Bench):
    """Three databases with the same partners: stock, ours, and the peer's."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        names = ("stock", "ours", "bare", "peer")
        self.stock, self.ours, self.bare, self.peer = (f"{self.prefix}{name}" for name in names)

    def measure(self):
        self.make_stock(self.stock, self.options.partners)
        results = {"install": self.measure_install()}
        results["stock"] = self.ask(self.stock, "access.py", "card.py", "day.py", "completeness.py")
        results["ours"] = self.ask(self.ours, "access.py")
        with step(f"filling the register with {self.options.interactions:,} contacts"):
            self.fill(self.ours, "register.sql", interactions=self.options.interactions)
        results["ours"] |= self.ask(self.ours, "card.py", "day.py", "completeness.py")
        # Afterwards, as they change whose the clients are, and every row.
        results["handover"] = self.ask(self.ours, "handover.py")
        results["standard"] = self.ask(self.ours, "standard.py")
        results["peer"] = self.measure_peer()
        return as_lines(results)

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

    def measure_peer(self):
        addons = self.installation.folder / "peer"
        shutil.rmtree(addons, ignore_errors=True)
        python = self.installation.machine.python
        target = ["--no-deps", "--target", addons]
        run([python, "-m", "pip", "install", "-q", *target, PEER], hint="check the network (PyPI must be reachable)")
        path = f"{self.installation.machine.odoo_addons},{addons / 'odoo' / 'addons'}"
        self.installation.configure(max_cron_threads=0, addons_path=path)
        # Installed before the base is filled: on a filled one its hook goes through all partners.
        self.installation.copy(self.get_origin(self.peer), self.peer, origin=self.base)
        self.installation.install(self.peer, ["sales_team_security"], log="peer")
        self.fill(self.peer, "partners.sql", partners=self.options.partners)
        return self.ask(self.peer, "access.py")


def as_lines(results):
    """Return lines of a table: milliseconds and how many times stock Odoo's, queries, sequential scans of partners."""
    lines = [f"{'install':28} " + "  ".join(f"{name} {seconds:.1f} s" for name, seconds in results["install"].items())]
    for job in ("handover", "standard"):
        ways = (f"{name} {1000 * seconds / clients:.3f} ms" for name, (clients, seconds) in results[job].items())
        lines.append(f"{job + ', each client':28} " + "  ".join(ways))
    return [*lines, *(f"{job:28} " + " | ".join(as_cells(job, results)) for job in results["ours"])]


def as_cells(job, results):
    stock = results["stock"].get(job, {})
    for side in ("stock", "ours", "peer"):
        for user, (milliseconds, queries, scans) in results[side].get(job, {}).items():
            # What only we have is compared with what one waits for elsewhere, which has no levels.
            peer = stock.get(user) or next(iter(stock.values()), None)
            times = f"{milliseconds / peer[0]:6.2f} ×" if peer else " " * 8
            yield f"{side:>5} {user:>7} {milliseconds:9.1f} ms {times} {queries:4.0f} q {scans:3.0f} seq"
