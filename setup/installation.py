"""One place where Odoo lives: its configuration, databases, attachments and logs, and running it there."""

import configparser
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from catcher import LOOPBACK, free_port
from postgres import Postgres
from prepare import ADDONS, ROOT, Machine, SetupError, step

LOADING = re.compile(r"Loading module (?P<module>\S+) \((?P<done>\d+)/(?P<all>\d+)\)")
HEADER = re.compile(r"\d{4}-\d\d-\d\d \S+ \d+ (?P<level>[A-Z]+) ")  # of a record in Odoo's log
SAMPLE = ROOT / "setup" / "sample" / "load.py"
# Whatever this starts ends with it, also when somebody kills it.
TIED = ("setpriv", "--pdeathsig", "KILL", "--")
# Nothing here asks the network, so what was given for it (a proxy) must not keep us from ourselves.
local = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def own_addons():
    """Return the names of the project's addons that are in the checkout."""
    return [addon for addon in ADDONS if (ROOT / addon / "__manifest__.py").exists()]


@dataclass(frozen=True)
class Installation:
    """Odoo with a configuration, a PostgreSQL and a data folder of its own."""

    machine: Machine
    postgres: Postgres
    folder: Path

    @property
    def configuration(self):
        return self.folder / "odoo.conf"

    def log(self, name):
        """Return the path of the log ``name``, ready to be written."""
        path = self.folder / "log" / f"{name}.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def filestore(self, database):
        return self.folder / "odoo" / "filestore" / database

    # --- configuration ---

    def configure(self, **options):
        """Write Odoo's configuration file, with ``options`` of this installation, and return it."""
        settings = {
            "addons_path": f"{self.machine.odoo_addons},{ROOT}",
            "data_dir": self.folder / "odoo",
            "http_interface": LOOPBACK,
            "smtp_server": LOOPBACK,  # only the catcher gets mail: a demo never writes to people
            "smtp_port": self.smtp_port,
            "list_db": False,
            "publisher_warranty_url": "",  # nobody is told about this installation
            **{f"db_{name}": value for name, value in self.postgres.parameters.items()},
            **options,
        }
        parser = configparser.RawConfigParser()
        parser["options"] = {name: str(value) for name, value in settings.items()}
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.configuration.open("w", encoding="utf-8") as file:
            parser.write(file)
        return self.configuration

    @property
    def smtp_port(self):
        """Return the port of the mail catcher: the one noted before, or else any free one."""
        parser = configparser.RawConfigParser()
        parser.read(self.configuration, encoding="utf-8")
        return parser.getint("options", "smtp_port", fallback=0) or free_port()

    # --- running Odoo ---

    @property
    def environment(self):
        return {**os.environ, "ODOO_RC": str(self.configuration)}

    def command(self, *arguments):
        return [*TIED, str(self.machine.python), "-m", "odoo", *map(str, arguments)]

    def run(self, title, *arguments, log, script=None, say=print):
        """Run an Odoo command to its end, with its progress on one line, and return the path of its log.

        :param log: name of the log file
        :param script: a file that ``odoo shell`` reads
        :raise SetupError: with the last words of the log, when the command fails
        """
        path = self.log(log)
        with step(title, say), path.open("w", encoding="utf-8") as file:
            with script.open(encoding="utf-8") if script else open(os.devnull) as stdin:
                process = subprocess.Popen(
                    self.command(*arguments),
                    stdin=stdin,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    errors="replace",
                    env=self.environment,
                    cwd=ROOT,
                    start_new_session=True,
                )
            with ending(process):
                show_progress(process.stdout, file)
                process.wait()
            if process.returncode:
                file.flush()
                raise SetupError(f"Odoo failed while {title}:\n{last_words(path)}\nThe whole log: {path}")
        return path

    @contextmanager
    def serve(self, database, port, *arguments, log="server"):
        """Serve ``database`` over HTTP; yield the process once it answers, and stop it at the end."""
        path = self.log(log)
        command = self.command(
            *("server", "-c", self.configuration, "-d", database, "--db-filter", f"^{re.escape(database)}$"),
            *("--http-port", port, *arguments),
        )
        with path.open("w", encoding="utf-8") as file:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                env=self.environment,
                start_new_session=True,
            )
        with ending(process):
            wait_until_it_answers(f"http://{LOOPBACK}:{port}/web/login", process, path)
            yield process

    # --- databases with their attachments ---

    def install(self, database, addons, *arguments, log, say=print):
        """Install ``addons`` in ``database``, which is made when it is not there; return the log's path."""
        title = f"installing {', '.join(addons)}"
        options = ("-d", database, "-i", ",".join(addons), "--stop-after-init", *arguments)
        path = self.run(title, *options, log=log, say=say)
        # Odoo only warns about an addon that it does not find.
        installed = self.postgres.query(
            "SELECT name FROM ir_module_module WHERE state = 'installed' AND name = ANY(%s)",
            [list(addons)],
            database=database,
        )
        missing = sorted(set(addons) - {name for (name,) in installed})
        if missing:
            raise SetupError(f"Odoo did not install {', '.join(missing)}:\n{last_words(path)}\nThe whole log: {path}")
        return path

    def load_sample(self, database, log="sample", say=print):
        return self.run("loading the sample", "shell", "-d", database, log=log, script=SAMPLE, say=say)

    def copy(self, source, target, origin=None):
        """Copy a database; ``origin`` is the installation that has it, when that is another one."""
        files = (origin or self).filestore(source)
        shutil.rmtree(self.filestore(target), ignore_errors=True)
        if files.exists():
            # Further names of the same files: Odoo never writes an attachment twice.
            shutil.copytree(files, self.filestore(target), copy_function=os.link)
        self.postgres.copy(source, target)

    def rename(self, source, target):
        shutil.rmtree(self.filestore(target), ignore_errors=True)
        if self.filestore(source).exists():
            self.filestore(source).rename(self.filestore(target))
        self.postgres.rename(source, target)

    def drop(self, database):
        self.postgres.drop(database)
        shutil.rmtree(self.filestore(database), ignore_errors=True)


@contextmanager
def ending(process, patience=30):
    """Stop Odoo's ``process`` at the end of the block, however that comes, unless it has ended itself."""
    try:
        yield
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(patience)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if process.stdout:
            process.stdout.close()


def show_progress(lines, file):
    """Copy Odoo's output to ``file``, and show on one line of the terminal how far it is."""
    shown = sys.stdout.isatty()
    for line in lines:
        file.write(line)
        loading = LOADING.search(line)
        if loading and shown:
            print(f"\r    {loading['done']}/{loading['all']} {loading['module']:<40.40}", end="", flush=True)
    if shown:
        print("\r" + " " * 60 + "\r", end="", flush=True)


def wait_until_it_answers(url, process, log, patience=180):
    """Return when ``url`` answers well.

    :raise SetupError: with the last words of ``log``, when ``process`` ends or the patience does
    """
    deadline = time.monotonic() + patience
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with local.open(url, timeout=30):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise SetupError(f"The server does not answer at {url}:\n{last_words(log)}\nThe whole log: {log}")


def last_words(path, lines=20):
    with path.open(encoding="utf-8", errors="replace") as file:
        return "".join(deque(file, lines)).rstrip()


def problems(path, levels=("WARNING", "ERROR", "CRITICAL")):
    """Return the lines of the records of these ``levels`` in Odoo's log ``path``, tracebacks included."""
    found, inside = [], False
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        if header := HEADER.match(line):
            inside = header["level"] in levels
        if inside:
            found.append(line)
    return found
