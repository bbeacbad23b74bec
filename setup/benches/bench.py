"""What the parts of the bench share: databases filled by scripts, and questions asked in them."""

import json
from contextlib import closing
from pathlib import Path

from commands.test import ensure_base
from prepare import ROOT, step

SCRIPTS = ROOT / "setup" / "bench_scripts"
ANSWER = "BENCH "


class Bench:
    """One part of the bench; its databases begin with ``prefix``, and whoever made that drops them."""

    def __init__(self, base, installation, prefix, options):
        self.base, self.installation, self.prefix, self.options = base, installation, prefix, options
        self.server = installation.postgres

    def measure(self):
        """Measure, and return the lines to show."""
        raise NotImplementedError

    def get_origin(self, prefix):
        """Return the database of Odoo's own addons, to be copied; what is made on the way begins with ``prefix``."""
        return ensure_base(self.base, prefix)

    def make_stock(self, database, partners):
        """Make a database of Odoo's own addons with so many partners."""
        self.installation.configure(max_cron_threads=0)
        with step(f"filling a database with {partners:,} partners"):
            self.installation.copy(self.get_origin(database), database, origin=self.base)
            self.fill(database, "partners.sql", partners=partners)

    def fill(self, database, script, **values):
        self.execute(database, script, **values)
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
