"""Run all tests of the addons: inside Odoo, and from outside over HTTP and in a browser."""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from xml.etree import ElementTree

import postgres
from installation import TIED, Installation, own_addons, problems
from prepare import ADDONS, ROOT, enter, fingerprint, step

# What the addons build on; installed once and copied for every run.
BASE_ADDONS = ("account", "contacts", "crm", "mass_mailing", "sale_management")
LANGUAGES = ("en_US", "ru_RU", "uk_UA")  # the first becomes the users' own
BASE = "client_base_base_"
RUN = "client_base_test_"
LOCKS = 19_001  # the advisory locks of runs, apart from anybody else's
OPTIONS_WITH_VALUE = ("-k", "-m", "-p", "-o", "-W", "-r")
NO_TESTS = 5  # pytest's exit code


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="setup/test",
        usage="setup/test [-h] [--addon ADDON] [PATH ...] [PYTEST OPTION ...]",
        description="Install the addons in a fresh database and run their tests: those inside Odoo "
        "(ADDON/tests) and those from outside (tests). All other arguments are pytest's own; paths decide "
        "which tests are run:  setup/test client_base/tests/test_owner.py -k merge. "
        "A skipped test counts as failed: it has shown nothing.",
        epilog="The last line says how many passed and failed. Exit code 0: all passed, and there were some.",
    )
    parser.add_argument(
        "--addon",
        action="append",
        choices=ADDONS,
        help="install only this addon and what it needs, and run its tests inside Odoo (may be repeated)",
    )
    options, rest = parser.parse_known_args(arguments)
    options.paths, options.pytest = split_paths(word for word in rest if word != "--")
    options.addons = options.addon or own_addons()
    return options


def split_paths(words):
    """Return ``(paths, other words)`` among pytest's arguments; the paths as seen from the root."""
    paths, others = [], []
    for word in words:
        path = Path(word.removeprefix(f"{ROOT}/"))
        is_value = others and others[-1] in OPTIONS_WITH_VALUE
        if (ROOT / str(path).partition("::")[0]).exists() and not is_value:
            paths.append(str(path))
        else:
            others.append(word)
    return paths, others


def main(arguments):
    options = parse(arguments)
    inside, outside = choose_paths(options)
    machine = enter(browser=True, pdf=True)
    with postgres.running(machine.cache / "pg" / "test", durable=False) as server:
        base = Installation(machine, server, machine.cache / "test" / "base")
        installation = Installation(machine, server, machine.cache / "test" / fingerprint(str(ROOT)))
        base.configure(addons_path=machine.odoo_addons, max_cron_threads=0)
        installation.configure(max_cron_threads=0)
        with databases_of_a_run(installation) as prefix:
            base_database = ensure_base(base, prefix)
            installed = f"{prefix}installed"
            installation.copy(base_database, installed, origin=base)
            log = installation.install(installed, options.addons, log="install")
            print("\n".join(problems(log)), flush=True)
            runs = []
            if inside:
                runs.append(partial(run_inside, installation, installed, f"{prefix}inside", inside))
            if outside:
                runs.append(partial(run_outside, installation, installed, prefix, outside))
            results = run_beside(runs, options.pytest)
    return report(results)


def choose_paths(options):
    """Return the paths to test inside Odoo and those to test from outside."""
    if not options.paths:
        return options.addons, [] if options.addon else ["tests"]
    inside = [path for path in options.paths if Path(path).parts[0] in ADDONS]
    return inside, [path for path in options.paths if path not in inside]


# --- databases ---


@contextmanager
def databases_of_a_run(installation):
    """Yield a prefix for the names of this run's databases, which are dropped at the end.

    An advisory lock tells that the run lives, on whatever machine: what killed runs left is dropped first.
    """
    with closing(installation.postgres.connect()) as connection, connection.cursor() as cursor:
        number = random.randrange(1, 1_000_000)
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [LOCKS, number])
        for other in sorted({run_number(name) for name in databases_and_filestores(installation)} - {number, None}):
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCKS, other])
            if cursor.fetchone()[0]:
                drop_run(installation, other)
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCKS, other])
        try:
            yield f"{RUN}{number}_"
        finally:
            drop_run(installation, number)


def databases_and_filestores(installation):
    tests = installation.folder.parent
    return [*installation.postgres.databases(RUN), *(path.name for path in tests.glob(f"*/odoo/filestore/{RUN}*"))]


def run_number(name):
    number = name.removeprefix(RUN).partition("_")[0]
    return int(number) if number.isdecimal() else None


def drop_run(installation, number):
    for database in installation.postgres.databases(f"{RUN}{number}_"):
        installation.postgres.drop(database)
    for filestore in installation.folder.parent.glob(f"*/odoo/filestore/{RUN}{number}_*"):
        shutil.rmtree(filestore)


def ensure_base(base, prefix):
    """Return the database that has Odoo's own addons installed, made when it is not there yet."""
    release = base.machine.odoo / "odoo" / "release.py"
    odoo = str(base.machine.odoo), release.stat().st_mtime_ns
    made_from = fingerprint(*odoo, base.postgres.identity, BASE_ADDONS, LANGUAGES)
    database = f"{BASE}{made_from}"
    if database in base.postgres.databases() and base.filestore(database).exists():
        return database
    for stale in base.postgres.databases(BASE):
        base.drop(stale)
    part = f"{prefix}base"
    base.install(part, BASE_ADDONS, "--load-language", ",".join(LANGUAGES), log="base")
    base.rename(part, database)
    return database


# --- the two runs ---


def run_beside(runs, options):
    """Run the first before everybody's eyes and the others meanwhile; return how many passed and failed in each.

    What the others print follows when all are done: half of the time each waits for a browser or a database.
    """
    with TemporaryFile("w+") as words, ThreadPoolExecutor() as pool:
        outputs = [None, *[words] * (len(runs) - 1)]
        results = list(pool.map(lambda run, output: run(options, output=output), runs, outputs))
        words.seek(0)
        shutil.copyfileobj(words, sys.stdout)
    return results


def run_inside(installation, installed, database, paths, options, *, output=None):
    """Run the tests that live in Odoo's process; return how many passed and failed."""
    with step(f"copying the database for {', '.join(paths)}"):
        installation.copy(installed, database)
    odoo = ["--odoo-config", installation.configuration, "--odoo-database", database, "--odoo-http"]
    # Shows what Odoo logs as an error also when the test passes.
    logging = ["--odoo-log-level=error", "--override-ini=log_cli=true", "--log-cli-level=ERROR"]
    return run_pytest(installation, "inside", [*odoo, *logging, *options, *paths], dict(os.environ), output)


def run_outside(installation, installed, prefix, paths, options, *, output=None):
    """Run the tests that only talk to a served Odoo; return how many passed and failed."""
    told = {
        "machine": {name: str(path) for name, path in asdict(installation.machine).items()},
        "postgres": installation.postgres.parameters,
        "folder": str(installation.folder),
        "template": installed,
        "prefix": f"{prefix}copy_",
    }
    environment = {**os.environ, "CLIENT_BASE_TEST_RUN": json.dumps(told)}
    # Without pytest-odoo these tests cannot reach into Odoo even by mistake.
    return run_pytest(installation, "outside", ["-p", "no:odoo", *options, *paths], environment, output)


def run_pytest(installation, name, arguments, environment, output):
    record = installation.folder / f"{name}.xml"
    record.unlink(missing_ok=True)
    print(f"\n  … testing {name} Odoo", flush=True)
    command = [*TIED, sys.executable, "-m", "pytest", f"--junitxml={record}", *map(str, arguments)]
    # Together: what pytest says of a failure and what Odoo said before it.
    code = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=output, stderr=output and subprocess.STDOUT, check=False
    ).returncode
    return count(record, code)


def count(record, code):
    """Return how many tests passed and failed, by pytest's ``record`` and exit ``code``."""
    if not record.exists():
        return 0, 1
    cases = {}  # a test with subtests is recorded once for each of them
    for case in ElementTree.parse(record).getroot().iter("testcase"):
        failed = any(case.find(kind) is not None for kind in ("failure", "error", "skipped"))
        name = case.get("classname"), case.get("name")
        cases[name] = cases.get(name, False) or failed
    failed = sum(cases.values())
    if code not in (0, NO_TESTS) and not failed:
        return len(cases), 1
    return len(cases) - failed, failed


def report(results):
    passed, failed = (sum(numbers) for numbers in zip(*results, strict=True)) if results else (0, 0)
    print(f"\n{passed} passed, {failed} failed", flush=True)
    return 0 if passed and not failed else 1
