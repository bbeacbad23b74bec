"""Fixtures for tests from outside: a served Odoo, its databases, remote calls and a browser.

``setup/test`` says in a variable where Odoo lives; nothing here imports it.
"""

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest
from catcher import LOOPBACK, free_port
from installation import Installation, local, problems
from playwright.sync_api import expect, sync_playwright
from postgres import Postgres
from prepare import ROOT, Machine

# Milliseconds: the tests inside Odoo run at the same time, on two cores perhaps.
expect.set_options(timeout=30_000)

# A sandbox needs rights that containers lack; the rest keeps the browser from calling home.
BROWSER_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
logs = pytest.StashKey()


class RpcError(Exception):
    """What Odoo answered instead of a result.

    :ivar kind: the name of the exception on the server, like ``odoo.exceptions.AccessError``
    """

    def __init__(self, error):
        data = error.get("data", {})
        super().__init__(data.get("message") or error["message"])
        self.kind = data.get("name")


@dataclass(frozen=True)
class Served:
    """An Odoo that answers at ``url`` with ``database``."""

    url: str
    database: str
    log: Path
    installation: Installation

    def rpc(self, login="admin", password="admin"):
        """Sign in and return a function that calls ``model.method(*args, **kwargs)`` as that user.

        :raise RpcError: when Odoo refuses or fails
        """
        user = self._call("common", "login", self.database, login, password)
        if not user:
            raise RpcError({"message": f"{login} is not let in"})

        def call(model, method, *args, **kwargs):
            return self._call("object", "execute_kw", self.database, user, password, model, method, args, kwargs)

        return call

    def _call(self, service, method, *args):
        body = {"jsonrpc": "2.0", "params": {"service": service, "method": method, "args": args}}
        request = urllib.request.Request(
            f"{self.url}/jsonrpc", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with local.open(request, timeout=120) as response:
            answer = json.load(response)
        if "error" in answer:
            raise RpcError(answer["error"])
        return answer.get("result")

    def open(self, page, action):
        """Open the action with that external id."""
        page.goto(f"{self.url}/odoo/action-{action}")

    def sign_in(self, page, login="admin", password="admin"):
        """Open the web client in ``page`` as that user and wait until it is there."""
        page.goto(f"{self.url}/web/login")
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", password)
        page.click(".oe_login_form button[type=submit]")
        page.wait_for_selector(".o_main_navbar")


@pytest.fixture(scope="session")
def told():
    if "CLIENT_BASE_TEST_RUN" not in os.environ:
        pytest.fail("These tests need a prepared Odoo. Run them with: setup/test tests", pytrace=False)
    return json.loads(os.environ["CLIENT_BASE_TEST_RUN"])


@pytest.fixture(scope="session")
def installation(told):
    machine = Machine(**{name: Path(path) for name, path in told["machine"].items()})
    return Installation(machine, Postgres(told["postgres"]), Path(told["folder"]))


@pytest.fixture(scope="session")
def copy_database(installation, told):
    """A function that makes a database with the addons installed, called by the given name, and names it.

    Copies are dropped at the end of the run.
    """
    copies = []

    def copy(name):
        database = f"{told['prefix']}{name}"
        copies.append(database)
        installation.copy(told["template"], database)
        return database

    yield copy
    for database in copies:
        installation.drop(database)


@pytest.fixture(scope="session")
def run_inside(installation):
    """A function that runs tests of Odoo's own kinds inside a database, given pytest's arguments.

    It returns ``{"Class.method": passed}``, and what pytest printed.
    """

    def run(database, *arguments):
        record = installation.folder / f"{database}.xml"
        record.unlink(missing_ok=True)
        odoo = ["--odoo-config", installation.configuration, "--odoo-database", database, "--odoo-http"]
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            f"--junitxml={record}",
            "-p",
            "no:cacheprovider",
            *odoo,
            *arguments,
        ]
        output = subprocess.run(
            list(map(str, command)),
            cwd=ROOT,
            env=dict(os.environ),
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        ).stdout
        passed = {}
        for case in ElementTree.parse(record).getroot().iter("testcase"):
            name = f"{case.get('classname').rpartition('.')[2]}.{case.get('name')}"
            # A case with subtests stands there once for each.
            passed[name] = passed.get(name, True) and case.find("failure") is None and case.find("error") is None
        return passed, output

    return run


@pytest.fixture(scope="session")
def serve(installation, pytestconfig):
    """A function that serves a database, with further arguments for Odoo's server, as :class:`Served`."""
    with ExitStack() as servers:

        def start(database, *arguments):
            port = free_port()
            name = f"{database}_{port}"  # a database may be served twice
            servers.enter_context(installation.serve(database, port, *arguments, log=name))
            log = installation.log(name)
            pytestconfig.stash.setdefault(logs, []).append(log)
            return Served(f"http://{LOOPBACK}:{port}", database, log, installation)

        yield start


@pytest.fixture(scope="session")
def served(copy_database, serve):
    """The addons just installed, without any data."""
    return serve(copy_database("served"))


@pytest.fixture(scope="session")
def sample(copy_database, serve, installation):
    """The addons with the sample data of the demo."""
    database = copy_database("sample")
    installation.load_sample(database)
    return serve(database, "--max-cron-threads", "1")


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        executable = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=executable, args=list(BROWSER_OPTIONS))
        yield browser
        browser.close()


@pytest.fixture
def page(browser):
    """A page of a browser that nobody has used before; what goes wrong in it fails the test."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="en-US")
    page = context.new_page()
    page.set_default_timeout(60_000)  # the first page has Odoo compile its style sheets
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert not errors, "JavaScript errors on the page"


@pytest.fixture
def picture(page):
    """A function that takes the README's picture ``name``, of the page or a part of it, when pictures are asked for."""

    def take(name, of=page):
        if os.environ.get("CLIENT_BASE_PICTURES"):
            page.wait_for_timeout(1000)  # animations
            of.screenshot(path=Path(os.environ["CLIENT_BASE_PICTURES"]) / f"{name}.png")

    return take


def pytest_terminal_summary(terminalreporter, config):
    """Show what the served Odoos logged as errors: a page may look well in spite of them."""
    for log in config.stash.get(logs, []):
        errors = problems(log, ("ERROR", "CRITICAL"))
        if errors:
            terminalreporter.section(f"errors in {log}")
            terminalreporter.write_line("\n".join(errors))
