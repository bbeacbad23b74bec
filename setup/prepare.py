"""Bring a bare Debian machine to where a real Odoo 19 runs on it.

Everything made here lies in one cache folder outside the checkout, and everything in it can be
deleted: the next preparation makes it again.  Each step first looks whether its result is there
and made from the same inputs; a result appears under its final name only when it is whole, so an
interrupted preparation goes on where it stopped.

===================  =========================================================================
``CLIENT_BASE_ODOO``  folder that holds an Odoo 19 (the one with ``odoo/``): used, not downloaded
``CLIENT_BASE_CACHE``  where the preparation lives
``CLIENT_BASE_DATA``  where the demo's databases and mail live
``PG*``               an existing PostgreSQL (``PGHOST``, ``PGPORT``, ``PGUSER``, …): used as it is
===================  =========================================================================

An Odoo 19 that the calling Python can import is used as well.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

SETUP = Path(__file__).resolve().parent
ROOT = SETUP.parent
ADDONS = ("client_base", "client_base_crm", "client_base_lifecycle", "client_base_campaigns")

# Debian's own package of Odoo is in the unstable suite only; the fonts and scripts are what its
# web client links to.  From the machine's own suite come those that unstable has in another layout.
UNSTABLE_PACKAGES = (
    "odoo-19",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-ocr-b",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
)
SUITE_PACKAGES = ("fonts-font-awesome", "fonts-inconsolata")
# Debian leaves this file out of the package; without it every page of the web client logs an error.
MISSING_ASSET = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"

GIGABYTE = 1024**3
NEEDED_SPACE = 5 * GIGABYTE


class SetupError(Exception):
    """What went wrong on this machine and what to do about it, in one message for a person."""


@dataclass(frozen=True)
class Machine:
    """What the preparation found or made: enough to run any Odoo command."""

    cache: Path
    python: Path
    odoo: Path

    @property
    def odoo_addons(self):
        return self.odoo / "odoo" / "addons"


def cache_folder(environ=os.environ):
    """Return the folder of everything prepared.

    Root's lies under ``/var``: PostgreSQL drops to a user of its own there and must be able to
    reach its files, which in root's home it could only if that were opened to everybody.
    """
    if environ.get("CLIENT_BASE_CACHE"):
        return Path(environ["CLIENT_BASE_CACHE"]).expanduser().resolve()
    if environ.get("XDG_CACHE_HOME"):
        return Path(environ["XDG_CACHE_HOME"]) / "client_base"
    if os.geteuid() == 0:
        return Path("/var/cache/client_base")
    return Path.home() / ".cache" / "client_base"


def data_folder(environ=os.environ):
    """Return the folder of the demo's databases and mail; root's lies under ``/var``, as its cache does."""
    if environ.get("CLIENT_BASE_DATA"):
        return Path(environ["CLIENT_BASE_DATA"]).expanduser().resolve()
    if environ.get("XDG_DATA_HOME"):
        return (Path(environ["XDG_DATA_HOME"]) / "client_base").resolve()
    if os.geteuid() == 0:
        return Path("/var/lib/client_base")
    return (Path.home() / ".local" / "share" / "client_base").resolve()


def prepare(*, browser=False, pdf=False, say=print):
    """Prepare the machine and return a :class:`Machine`.

    :param browser: also make sure of a Chromium, which the browser tests drive
    :param pdf: also make sure of wkhtmltopdf, which prints Odoo's reports
    :raise SetupError: with what to do, when the machine cannot be prepared
    """
    cache = cache_folder()
    check_space(cache)
    cache.mkdir(parents=True, exist_ok=True)
    wanted = [program for program, needed in (("chromium", browser), ("wkhtmltopdf", pdf)) if needed]
    ensure_programs(wanted, say)
    odoo, in_system = find_odoo()
    if odoo is None:
        odoo = ensure_odoo(cache, say)
    python = ensure_environment(cache, odoo, in_system, say)
    return Machine(cache, python, odoo)


def enter(**needs):
    """Prepare, and go on in the prepared environment: there this very command is started again.

    :param needs: what :func:`prepare` takes
    :return: the :class:`Machine`, in the prepared environment
    """
    # Popped, so that a command which this one starts prepares for itself.
    entered = os.environ.pop("CLIENT_BASE_ENTERED", None)
    machine = Machine(*map(Path, json.loads(entered))) if entered else prepare(**needs)
    if Path(sys.prefix) != machine.python.parent.parent:
        os.environ["CLIENT_BASE_ENTERED"] = json.dumps([str(path) for path in astuple(machine)])
        sys.stdout.flush()
        os.execv(machine.python, [str(machine.python), *sys.orig_argv[1:]])
    return machine


def check_space(folder, needed=NEEDED_SPACE, elsewhere="CLIENT_BASE_CACHE=/big/disk setup/demo"):
    """Raise :class:`SetupError` when what belongs in ``folder`` is not there and would not fit.

    :param elsewhere: the command that uses another disk
    """
    if not (folder / "odoo").exists():
        require_space(folder, needed, elsewhere)


def require_space(folder, needed, elsewhere):
    """Raise :class:`SetupError` when fewer than ``needed`` bytes are free where ``folder`` is or will be."""
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(existing).free
    if free < needed:
        raise SetupError(
            f"Too little disk space: {free / GIGABYTE:.1f} GB are free at {existing}, "
            f"{needed / GIGABYTE:.0f} GB are needed.\n"
            f"Free some, or name a folder on another disk: {elsewhere}"
        )


# --- programs of the machine -------------------------------------------------------------------


def may_sudo():
    """Tell whether ``sudo`` is there and asks for no password."""
    asked = ["sudo", "-n", "true"]
    return bool(shutil.which("sudo")) and not subprocess.run(asked, capture_output=True, check=False).returncode


def ensure_programs(names, say=print):
    """Install the missing ones among Debian's programs ``names`` (package and program names agree)."""
    missing = [name for name in names if not shutil.which(name)]
    if not missing:
        return
    line = f"apt-get install -y --no-install-recommends {' '.join(missing)}"
    privileged = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if privileged and not may_sudo():
        raise SetupError(f"Missing: {', '.join(missing)}. Ask whoever administers the machine to run\n    {line}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with step(f"installing {', '.join(missing)}", say):
        for command in ("apt-get update -qq", line + " -qq"):
            run([*privileged, *command.split()], env=environment, hint=f"run it by hand to see why: {command}")


# --- Odoo --------------------------------------------------------------------------------------


def find_odoo(environ=os.environ):
    """Return ``(folder, whether this Python already imports it)`` of an Odoo 19 on the machine.

    ``(None, False)`` when there is none.
    """
    named = environ.get("CLIENT_BASE_ODOO")
    if named:
        folder = Path(named).expanduser().resolve()
        check_release(folder)
        return folder, False
    probe = "import odoo.release as r, os; print(r.version_info[0], os.path.dirname(os.path.dirname(r.__file__)))"
    found = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=False, cwd="/")
    if found.returncode == 0:
        series, _space, folder = found.stdout.strip().partition(" ")
        if series == "19":
            return Path(folder), True
    return None, False


def check_release(folder):
    """Raise :class:`SetupError` unless ``folder`` holds an Odoo 19."""
    release = folder / "odoo" / "release.py"
    if not release.is_file():
        raise SetupError(f"CLIENT_BASE_ODOO={folder}: no odoo/release.py there. Name the folder that holds 'odoo/'.")
    series = re.search(r"version_info\s*=\s*\((\d+)", release.read_text(encoding="utf-8"))
    if not series or series[1] != "19":
        raise SetupError(f"CLIENT_BASE_ODOO={folder} is not an Odoo 19. Name one, or unset it to download one.")


def ensure_odoo(cache, say=print):
    """Unpack Debian's Odoo 19 into the cache, unless it is there, and return its Python folder."""
    prefix = cache / "odoo"
    packages = prefix / "usr/lib/python3/dist-packages"
    if is_current(prefix, UNSTABLE_PACKAGES, SUITE_PACKAGES):
        return packages
    downloads = cache / "packages"
    with step("downloading Odoo 19 and its fonts from Debian (140 MB)", say):
        files = download_packages(downloads)
    unpacked = cache / "odoo.part"
    shutil.rmtree(unpacked, ignore_errors=True)
    with step("unpacking Odoo 19 (1.2 GB)", say):
        for file in files:
            run(["dpkg", "-x", file, unpacked], hint=f"delete {file} and run this again")
        asset = unpacked / packages.relative_to(prefix) / "odoo/addons" / MISSING_ASSET
        asset.parent.mkdir(parents=True, exist_ok=True)
        asset.touch()
        put_in_place(unpacked, prefix, UNSTABLE_PACKAGES, SUITE_PACKAGES)
    shutil.rmtree(downloads)
    return packages


def download_packages(folder):
    """Download the Debian packages into ``folder`` and return their paths.

    apt works on lists of its own in ``folder``, so neither root nor a change of the machine's
    package lists is needed, and checks the archive's signature as always.
    """
    uri, suite = debian_archive()
    lists = folder / "lists"
    (lists / "partial").mkdir(parents=True, exist_ok=True)
    keyring = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
    signed = f"[signed-by={keyring}] " if keyring.exists() else ""
    sources = folder / "sources.list"
    sources.write_text("".join(f"deb {signed}{uri} {name} main\n" for name in dict.fromkeys(("sid", suite))))
    apt = [
        "apt-get",
        "-qq",
        *("-o", f"Dir::Etc::sourcelist={sources}", "-o", "Dir::Etc::sourceparts=-"),
        *("-o", f"Dir::State::Lists={lists}", "-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache="),
        *("-o", f"APT::Sandbox::User={'root' if os.geteuid() == 0 else ''}", "-o", "Acquire::Languages=none"),
        *("-o", "Acquire::Retries=3", "-o", "APT::Update::Error-Mode=any"),
    ]
    hint = (
        "check the network and run this again; or name an Odoo 19 that you have: "
        "CLIENT_BASE_ODOO=/path/to/odoo setup/demo"
    )
    run([*apt, "update"], hint=hint)
    wanted = [f"{name}/sid" for name in UNSTABLE_PACKAGES] + [f"{name}/{suite}" for name in SUITE_PACKAGES]
    run([*apt, "download", *wanted], cwd=folder, hint=hint)
    return sorted(folder.glob("*.deb"))


def debian_archive():
    """Return ``(URI, suite)`` of the main Debian archive in the machine's own apt sources."""
    if not shutil.which("apt-get"):
        raise SetupError(
            "This is not a Debian machine (no apt-get), so Odoo 19 cannot be downloaded here.\n"
            "Name one that you have: CLIENT_BASE_ODOO=/path/to/odoo setup/demo"
        )
    listing = run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages"],
        hint="mend the machine's apt sources",
    )
    for line in listing.splitlines():
        uri, suite, component = line.split()
        if component == "main" and "debian" in uri and "security" not in uri and "-" not in suite:
            return uri, suite
    raise SetupError(
        "The machine's apt sources name no main Debian archive, so Odoo 19 cannot be downloaded.\n"
        "Name one that you have: CLIENT_BASE_ODOO=/path/to/odoo setup/demo"
    )


# --- Python ------------------------------------------------------------------------------------


def ensure_environment(cache, odoo, in_system, say=print):
    """Make the virtual environment that runs this Odoo, unless it is there; return its Python.

    :param in_system: the calling Python imports ``odoo`` by itself, dependencies included
    """
    requirements = [ROOT / "requirements.txt"] + ([] if in_system else [SETUP / "odoo-requirements.txt"])
    inputs = (*map(read_requirements, requirements), str(odoo), sys.version, sys.executable)
    folder = cache / "python"
    python = folder / "bin" / "python"
    # Whoever runs in it would saw off the branch on which he sits.
    if Path(sys.prefix).resolve() == folder.resolve() or is_current(folder, *inputs):
        return python
    shutil.rmtree(folder, ignore_errors=True)
    hint = "check the network (PyPI must be reachable) and run this again"
    with step("installing the Python packages (1 min)", say):
        system = ["--system-site-packages"] if in_system else []
        run([sys.executable, "-m", "venv", *system, folder], hint="install Debian's python3-venv")
        listed = [word for path in requirements for word in ("-r", path)]
        run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *listed], hint=hint)
        if not in_system:
            site = next((folder / "lib").glob("python3*/site-packages"))
            (site / "odoo.pth").write_text(f"{odoo}\n")
        mark_current(folder, *inputs)
    return python


def read_requirements(path):
    """Return the requirements in the file ``path``, without what is said about them."""
    lines = (line.partition("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return list(filter(None, lines))


# --- small tools -------------------------------------------------------------------------------


def fingerprint(*inputs):
    """Return a short text that changes when any of the JSON-able ``inputs`` does."""
    return hashlib.sha256(json.dumps(inputs).encode()).hexdigest()[:16]


def is_current(folder, *inputs):
    """Tell whether ``folder`` was made whole, and from these inputs."""
    mark = folder / ".made-from"
    return mark.exists() and mark.read_text() == fingerprint(*inputs)


def mark_current(folder, *inputs):
    (folder / ".made-from").write_text(fingerprint(*inputs))


def put_in_place(part, folder, *inputs):
    """Give the finished ``part`` its final name; what bore it before is removed."""
    mark_current(part, *inputs)
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)


@contextmanager
def step(title, say=print):
    """Announce a step that takes long, and how long it took."""
    say(f"  … {title}")
    started = time.monotonic()
    yield
    say(f"    done in {time.monotonic() - started:.0f} s")


def run(command, *, hint, **options):
    """Run ``command`` and return what it printed.

    :raise SetupError: with the command's last words and ``hint``, when it fails
    """
    try:
        done = subprocess.run(
            [str(word) for word in command], capture_output=True, text=True, errors="replace", check=False, **options
        )
    except FileNotFoundError as error:
        raise SetupError(f"{command[0]} is not on this machine. What to do: {hint}") from error
    if done.returncode:
        words = "\n".join((done.stderr.strip() or done.stdout.strip()).splitlines()[-8:])
        raise SetupError(f"{Path(str(command[0])).name} failed:\n{words}\nWhat to do: {hint}")
    return done.stdout
