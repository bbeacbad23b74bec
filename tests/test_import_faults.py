"""A long import in the background, killed while it checks and while it imports: each client comes in, once."""

import os
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
import worker

HERE = Path(__file__).parent
ROWS = 4000
CHECK_KILLS = 5
IMPORT_KILLS = 4
PATIENCE = 300
# What there is twice, without a name, or of no country, among so many rows.
TWICE, NAMELESS, NOWHERE = 40, 50, 60


class Import:
    """A database with one import, and the processes that work on it."""

    def __init__(self, installation, database):
        self.installation, self.database = installation, database
        # Only the import is due, whatever the time of the day.
        self.ask(
            """UPDATE ir_cron SET nextcall = now() + interval '1 year' WHERE id NOT IN (
                      SELECT res_id FROM ir_model_data WHERE module = 'client_base' AND name = 'ir_cron_import')"""
        )

    def ask(self, statement, *values):
        with closing(self.installation.postgres.connect(self.database)) as connection, connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            rows = cursor.fetchall() if cursor.description else []
            connection.commit()
            return rows

    def press(self, button, file=""):
        os.environ["IMPORT_BUTTON"], os.environ["IMPORT_FILE"] = button, str(file)
        arguments = ("shell", "-d", self.database, "--no-http")
        script = HERE / "import_begin.py"
        self.installation.run(button, *arguments, log=f"{self.database}_{button}", script=script)

    def start(self):
        """Start a process that does what is due, and return it once it begins."""
        return worker.start(self.installation, self.database, HERE / "import_worker.py", "worker", "WORKING")

    def kill_after(self, statement):
        """Work until ``statement`` gives more than it gives now, then die; return whether that was in the middle."""
        process, before = self.start(), self.ask(statement)
        deadline = time.monotonic() + PATIENCE
        while process.poll() is None and self.ask(statement) <= before and time.monotonic() < deadline:
            time.sleep(0.01)
        in_the_middle = process.poll() is None
        process.kill()
        process.wait()
        process.stdout.close()
        return in_the_middle

    def finish(self):
        process = self.start()
        output = process.stdout.read()
        process.stdout.close()
        assert process.wait(PATIENCE) == 0
        assert "WORKED" in output


@pytest.fixture
def work(installation, copy_database):
    return Import(installation, copy_database("import_faults"))


@pytest.fixture
def file(tmp_path):
    """A list as people have them: some clients twice, some without a name, some of no country."""
    lines = ["Name;Country;E-mail"]
    for number in range(ROWS):
        name = "" if number % NAMELESS == 7 else f"Works No {number - 1 if number % TWICE == 9 else number}"
        country = "Nowhere" if number % NOWHERE == 11 else "Germany"
        lines.append(f"{name};{country};")
    path = tmp_path / "clients.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def expected(file):
    """Return how often each client of ``file`` is to be in the base: once, where nothing is odd about its row."""
    rows = [line.split(";") for line in file.read_text(encoding="utf-8").splitlines()[1:]]
    return Counter({name for name, country, _email in rows if name and country == "Germany"})


def test_killed_while_it_checks_and_while_it_imports(work, file):
    work.press("action_check", file)
    staged = "SELECT count(*) FROM client_import_row"
    assert all(work.kill_after(staged) for _kill in range(CHECK_KILLS)), "it was through before it was killed"
    work.finish()
    assert work.ask("SELECT state, job, job_error FROM client_import") == [("checked", None, None)]
    assert work.ask("SELECT array_agg(number ORDER BY number) FROM client_import_row") == [([*range(2, ROWS + 2)],)], (
        "each row is staged once"
    )

    work.press("action_import")
    done = "SELECT count(*) FROM client_import_row WHERE partner_id IS NOT NULL"
    assert all(work.kill_after(done) for _kill in range(IMPORT_KILLS)), "it was through before it was killed"
    work.finish()
    assert work.ask("SELECT state, job, job_error FROM client_import") == [("done", None, None)]
    made = Counter(
        dict(work.ask("SELECT name, count(*)::int FROM res_partner WHERE name LIKE 'Works No %' GROUP BY 1"))
    )
    assert made == expected(file)
    report = work.ask(
        """SELECT decision <> 'skip', partner_id IS NOT NULL, count(*)::int FROM client_import_row
         GROUP BY 1, 2 ORDER BY 1, 2"""
    )
    assert report == [(False, False, ROWS - made.total()), (True, True, made.total())]
