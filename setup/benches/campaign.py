"""A campaign beside Odoo's mass mailing: freezing the group, sending, and what the boards cost."""

import os

from catcher import catching

from benches.bench import Bench


class CampaignBench(Bench):
    """A database of its own, with clients that have an address."""

    def measure(self):
        database = f"{self.prefix}campaign"
        self.installation.configure(max_cron_threads=0)
        self.installation.copy(self.get_origin(database), database, origin=self.base)
        self.installation.install(database, ["client_base_campaigns"], log="campaign")
        self.fill(database, "clients.sql", recipients=self.options.recipients)
        os.environ["BENCH_RECIPIENTS"] = str(self.options.recipients)
        with catching(None, self.installation.smtp_port):
            return as_lines(self.ask_one(database, "campaign.py"))


def as_lines(figures):
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
