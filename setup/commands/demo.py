"""Serve Odoo with these addons and sample data on this machine."""

import argparse
import csv
import errno
import fcntl
import os
import re
import signal
import socket
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import postgres
from catcher import LOOPBACK, catching, free_port
from installation import SAMPLE, Installation, own_addons
from prepare import GIGABYTE, SetupError, check_space, data_folder, enter, fingerprint

ODOO_ADDONS = ("contacts", "sale_management")
LANGUAGES = ("en_US", "ru_RU", "uk_UA")  # the first becomes the users' own
STARTED = "A demo is already running from {folder}. End it there with Ctrl-C, or from here: setup/demo --stop"


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="setup/demo",
        description="Serve Odoo with these addons and sample data, until Ctrl-C. The first run downloads Odoo and "
        "makes the database, which takes some minutes; the next ones take seconds.",
        epilog="Variables: CLIENT_BASE_ODOO names an Odoo 19 to use instead of downloading one; CLIENT_BASE_CACHE "
        "and CLIENT_BASE_DATA name other folders; PGHOST, PGPORT, PGUSER, … an existing PostgreSQL.",
    )
    parser.add_argument("--port", type=int, default=8069, help="TCP port to serve on (default: %(default)s)")
    parser.add_argument(
        "--interface",
        default=LOOPBACK,
        help="address to serve on (default: %(default)s, this machine only; the passwords are public: "
        "open it, with 0.0.0.0, only in a network that you trust)",
    )
    parser.add_argument("--database", default="client_base_demo", type=database_name, help="default: %(default)s")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help=f"databases and mail (default: {data_folder()})")
    parser.add_argument("--fresh", action="store_true", help="throw the database away first, with all that is in it")
    parser.add_argument("--stop", action="store_true", help="stop the demo that runs in another terminal")
    return parser.parse_args(arguments)


def database_name(text):
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,50}", text):
        raise argparse.ArgumentTypeError("a name of small Latin letters, digits and _")
    return text


def main(arguments):
    options = parse(arguments)
    folder = options.data.expanduser().resolve() if options.data else data_folder()
    if options.stop:
        return stop(folder)
    for end in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(end) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(end, signal.default_int_handler)
    with only_one(folder):
        check_port(options.port, options.interface)
        check_space(folder, GIGABYTE, "setup/demo --data /big/disk")
        machine = enter()
        with postgres.running(folder / "pg") as server:
            demonstrate(Installation(machine, server, folder), options)
    return 0


def demonstrate(installation, options):
    """Make the database unless it is there, and serve it until somebody ends that."""
    port = free_port(installation.smtp_port)
    installation.configure(smtp_port=port, http_interface=options.interface, http_port=options.port)
    mail = installation.folder / "mail"
    with catching(mail, port):
        if options.fresh:
            installation.drop(options.database)
        if options.database in installation.postgres.databases():
            update_database(installation, options.database)
        else:
            make_database(installation, options.database)
        print("  … starting the server")
        with installation.serve(options.database, options.port) as process:
            show_welcome(options, mail, installation.log("server"))
            with suppress(KeyboardInterrupt):
                process.wait()
                raise SetupError(f"Odoo has ended by itself. Its log: {installation.log('server')}")
            print("\nStopping.", flush=True)
            for end in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(end, signal.SIG_IGN)  # an impatient second Ctrl-C would leave things running


def make_database(installation, database):
    """Make the demo's database under another name first, so that ``database`` is always a whole one."""
    part = f"{database}_part"
    installation.drop(part)
    try:
        addons = [*ODOO_ADDONS, *own_addons()]
        installation.install(part, addons, "--load-language", ",".join(LANGUAGES), log="install")
        if SAMPLE.exists():
            installation.load_sample(part)
        installation.rename(part, database)
        made_from(installation, database).write_text(fingerprint_of_addons())
    finally:
        installation.drop(part)


def update_database(installation, database):
    """Bring the database to the addons of the checkout, if they changed since."""
    mark, current = made_from(installation, database), fingerprint_of_addons()
    if not mark.exists() or mark.read_text() != current:
        addons = own_addons()
        installation.install(database, addons, "-u", ",".join(addons), log="update")
        mark.write_text(current)


def made_from(installation, database):
    return installation.folder / f"{database}.made-from"


def fingerprint_of_addons():
    """Return a text that changes when a file of the addons does, the tests left out."""
    root = SAMPLE.parents[2]
    files = [path for addon in own_addons() for path in sorted((root / addon).rglob("*")) if path.is_file()]
    kept = [path for path in files if not {"tests", "__pycache__"} & set(path.parts)]
    return fingerprint(*((str(path.relative_to(root)), path.read_bytes().hex()) for path in kept))


def show_welcome(options, mail, log):
    host = "localhost" if options.interface in (LOOPBACK, "0.0.0.0") else options.interface
    print(f"\nOdoo is running: http://{host}:{options.port}\n")
    for role, login, password in [("", "login", "password"), *logins()]:
        print(f"    {role:<28}{login:<16}{password}")
    print(f"\nMail is not sent but kept: {mail / 'new'}")
    print(f"Log: {log}")
    print("To end it: Ctrl-C", flush=True)


def logins():
    """Return (role, login, password) of the sample's users, or of the administrator when there is no sample."""
    path = SAMPLE.with_name("logins.csv")
    if not path.exists():
        return [("administrator", "admin", "admin")]
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["role"], row["login"], row["password"]) for row in csv.DictReader(file)]


# --- one demo at a time in a folder ---


@contextmanager
def only_one(folder):
    """Refuse to start a second demo of the same folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "demo.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SetupError(STARTED.format(folder=folder)) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def stop(folder, patience=60):
    """End the demo of ``folder``, and the PostgreSQL that a killed one left running."""
    deadline = time.monotonic() + patience
    stopped = asked = False
    while (folder / "demo.lock").exists():
        try:
            with only_one(folder):
                stopped = asked or postgres.is_running(folder / "pg")
                postgres.stop(folder / "pg")
                break
        except SetupError:
            if time.monotonic() > deadline:
                raise
            if not asked:
                os.kill(int((folder / "demo.lock").read_text()), signal.SIGTERM)
                asked = True
            time.sleep(0.5)
    print(f"The demo of {folder} is stopped." if stopped else f"No demo is running from {folder}.")
    return 0


def check_port(port, interface=LOOPBACK):
    """Raise :class:`SetupError` when the server could not listen on ``port``."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((interface, port))
        except (OSError, OverflowError) as error:
            reasons = {errno.EADDRINUSE: "is taken by another program", errno.EACCES: "is reserved for root"}
            reason = reasons.get(getattr(error, "errno", None), f"cannot be used at {interface} ({error})")
            raise SetupError(f"Port {port} {reason}. Name another one: setup/demo --port {free_port(8070)}") from error
