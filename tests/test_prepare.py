"""Preparing a machine: what is looked for, what is refused, and in which words."""

import os
import socket
import subprocess

import installation
import postgres
import prepare
import pytest
from commands import demo, test
from prepare import SetupError


@pytest.fixture
def odoo_tree(tmp_path):
    """A function that makes a folder with an Odoo of the given series, as far as anybody looks."""

    def make(series):
        folder = tmp_path / f"odoo-{series}"
        (folder / "odoo").mkdir(parents=True)
        (folder / "odoo" / "release.py").write_text(f"version_info = ({series}, 0, 0, 'final', 0, '')\n")
        return folder

    return make


@pytest.fixture
def archive(monkeypatch):
    """A function that makes apt name the given (URI, suite, component) triples as the machine's sources."""

    def name(*sources):
        monkeypatch.setattr(prepare.shutil, "which", lambda program: f"/usr/bin/{program}")
        monkeypatch.setattr(prepare, "run", lambda *_args, **_options: "".join(f"{' '.join(s)}\n" for s in sources))

    return name


# --- folders ---


def test_cache_is_where_the_person_says(tmp_path):
    environ = {"CLIENT_BASE_CACHE": str(tmp_path), "XDG_CACHE_HOME": "/elsewhere"}
    assert prepare.cache_folder(environ) == tmp_path


def test_cache_follows_the_desktop_standard(tmp_path):
    assert prepare.cache_folder({"XDG_CACHE_HOME": str(tmp_path)}) == tmp_path / "client_base"


@pytest.mark.parametrize("choose", [prepare.cache_folder, prepare.data_folder])
def test_roots_folders_can_be_reached_by_others(choose, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert choose({}).is_relative_to("/var")


@pytest.mark.parametrize("choose", [prepare.cache_folder, prepare.data_folder])
def test_a_persons_folders_are_at_home(choose, monkeypatch, tmp_path):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert choose({}).is_relative_to(tmp_path)


def test_too_little_space_is_said_before_anything_is_downloaded(tmp_path):
    with pytest.raises(SetupError, match=r"GB are free.*\n.*CLIENT_BASE_CACHE="):
        prepare.check_space(tmp_path / "not" / "yet", needed=10**18)


def test_space_does_not_matter_once_it_is_used(tmp_path):
    (tmp_path / "odoo").mkdir()
    assert prepare.check_space(tmp_path, needed=10**18) is None


# --- Odoo ---


def test_named_odoo_is_used(odoo_tree):
    folder = odoo_tree(19)
    assert prepare.find_odoo({"CLIENT_BASE_ODOO": str(folder)}) == (folder, False)


def test_named_odoo_of_another_series_is_refused(odoo_tree):
    with pytest.raises(SetupError, match="not an Odoo 19"):
        prepare.find_odoo({"CLIENT_BASE_ODOO": str(odoo_tree(18))})


def test_named_folder_without_odoo_is_refused(tmp_path):
    with pytest.raises(SetupError, match=r"no odoo/release\.py there"):
        prepare.find_odoo({"CLIENT_BASE_ODOO": str(tmp_path)})


def test_unpacking_that_was_interrupted_is_not_taken_for_whole(tmp_path):
    part, folder = tmp_path / "odoo.part", tmp_path / "odoo"
    part.mkdir()
    assert not prepare.is_current(folder, "19")
    prepare.put_in_place(part, folder, "19")
    assert prepare.is_current(folder, "19")
    assert not part.exists()


def test_other_inputs_make_it_again(tmp_path):
    prepare.mark_current(tmp_path, "werkzeug>=3")
    assert not prepare.is_current(tmp_path, "werkzeug>=4")


def test_what_was_there_before_is_replaced_as_a_whole(tmp_path):
    part, folder = tmp_path / "odoo.part", tmp_path / "odoo"
    folder.mkdir()
    (folder / "old").touch()
    part.mkdir()
    (part / "new").touch()
    prepare.put_in_place(part, folder)
    assert {path.name for path in folder.iterdir()} == {"new", ".made-from"}


def test_second_preparation_only_looks(tmp_path, monkeypatch, odoo_tree):
    """With everything there, nothing is run that could install or download."""
    monkeypatch.setenv("CLIENT_BASE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CLIENT_BASE_ODOO", str(odoo_tree(19)))
    monkeypatch.setattr(prepare, "check_space", lambda _folder: None)
    ran, said = [], []

    def pretend(command, **_options):
        ran.append(command)
        if "venv" in command:
            (command[-1] / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
        return ""

    monkeypatch.setattr(prepare, "run", pretend)
    first = prepare.prepare(say=said.append)
    assert ran
    ran.clear()
    said.clear()
    assert prepare.prepare(say=said.append) == first
    assert ran == []
    assert said == []


# --- Debian ---


def test_main_archive_is_found_among_the_sources(archive):
    archive(
        ("http://one.example/debian-security", "trixie-security", "main"),
        ("http://two.example/debian", "trixie-updates", "main"),
        ("http://two.example/debian", "trixie", "contrib"),
        ("http://two.example/debian", "trixie", "main"),
    )
    assert prepare.debian_archive() == ("http://two.example/debian", "trixie")


def test_machine_without_main_archive_is_told_the_way_out(archive):
    archive(("http://one.example/debian-security", "trixie-security", "main"))
    with pytest.raises(SetupError, match="CLIENT_BASE_ODOO="):
        prepare.debian_archive()


def test_machine_without_apt_is_told_the_way_out(monkeypatch):
    monkeypatch.setattr(prepare.shutil, "which", lambda _program: None)
    with pytest.raises(SetupError, match=r"not a Debian machine.*\n.*CLIENT_BASE_ODOO="):
        prepare.debian_archive()


@pytest.mark.parametrize("sudo", [None, "/usr/bin/sudo"])
def test_missing_program_names_the_command_for_the_administrator(monkeypatch, sudo):
    monkeypatch.setattr(prepare.shutil, "which", lambda program: sudo if program == "sudo" else None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    def refuse(*_args, **_options):
        if not sudo:
            raise FileNotFoundError("sudo")
        return subprocess.CompletedProcess([], 1)

    monkeypatch.setattr(prepare.subprocess, "run", refuse)
    with pytest.raises(SetupError, match=r"apt-get install .*chromium"):
        prepare.ensure_programs(["chromium"])


# --- commands ---


def test_failed_command_says_its_last_words_and_what_to_do():
    with pytest.raises(SetupError, match=r"(?s)sh failed:.*no such thing.*What to do: try again"):
        prepare.run(["sh", "-c", "echo no such thing >&2; exit 3"], hint="try again")


def test_unknown_command_says_what_to_do():
    with pytest.raises(SetupError, match=r"not on this machine\. What to do: install it"):
        prepare.run(["no-such-command-anywhere"], hint="install it")


def test_taken_port_names_a_free_one():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(SetupError, match=r"taken by another program.*--port (\d+)") as refusal:
            demo.check_port(other.getsockname()[1])
    demo.check_port(int(str(refusal.value).rsplit(" ", 1)[1]))


def test_second_demo_of_a_folder_is_refused(tmp_path):
    with demo.only_one(tmp_path), pytest.raises(SetupError, match="already running"), demo.only_one(tmp_path):
        pytest.fail("two demos at a time")


@pytest.mark.parametrize(
    ("arguments", "inside", "outside"),
    [
        (["tests/test_smoke.py::test_x", "-k", "tests"], [], ["tests/test_smoke.py::test_x"]),
        (["tests", "-x"], [], ["tests"]),
        (["--addon", "client_base"], ["client_base"], []),
        ([str(prepare.ROOT / "tests")], [], ["tests"]),
    ],
)
def test_paths_decide_which_tests_are_run(arguments, inside, outside):
    assert test.choose_paths(test.parse(arguments)) == (inside, outside)


@pytest.mark.parametrize(
    ("cases", "code", "expected"),
    [
        ("a:failure b:error c:skipped d: e:", 1, (2, 3)),
        ("a: b:", 0, (2, 0)),
        ("a: b:", 2, (2, 1)),
        ("a: a:failure a: b:", 1, (1, 1)),
        ("", 5, (0, 0)),
    ],
    ids=["each kind", "all well", "interrupted", "subtests", "none"],
)
def test_count_takes_errors_skips_and_interruptions_for_failures(tmp_path, cases, code, expected):
    record = tmp_path / "record.xml"
    words = [case.split(":") for case in cases.split()]
    lines = [f'<testcase classname="x" name="{name}">{f"<{kind}/>" if kind else ""}</testcase>' for name, kind in words]
    record.write_text(f"<testsuites><testsuite>{''.join(lines)}</testsuite></testsuites>")
    assert test.count(record, code) == expected


def test_run_that_left_no_record_has_failed(tmp_path):
    assert test.count(tmp_path / "missing.xml", 0) == (0, 1)


def test_no_tests_are_no_success(capsys):
    assert test.report([(0, 0)]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "0 passed, 0 failed"


# --- PostgreSQL and Odoo's log ---


def test_roots_postgres_is_not_put_where_it_cannot_get(tmp_path):
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    with pytest.raises(SetupError, match=r"only its owner may enter[^$]*CLIENT_BASE_CACHE="):
        postgres.check_reachable(private / "pg")
    assert private.stat().st_mode & 0o777 == 0o700


def test_process_id_left_by_a_crash_is_not_taken_for_the_server(tmp_path):
    (tmp_path / "postmaster.pid").write_text(f"{os.getpid()}\n{tmp_path}\n")
    assert not postgres.is_running(tmp_path)


def test_problems_are_found_in_odoos_log_with_their_tracebacks(tmp_path):
    log = tmp_path / "odoo.log"
    log.write_text(
        "2026-01-02 03:04:05,678 1 INFO db odoo.modules: fine\n"
        "2026-01-02 03:04:05,678 1 ERROR db odoo.http: broken\n"
        "Traceback: ERROR\n"
        "2026-01-02 03:04:05,678 1 WARNING db odoo.models: strange\n"
        "2026-01-02 03:04:05,678 1 INFO db odoo.modules: ERROR is only a word here\n"
    )
    assert [line.split()[-1] for line in installation.problems(log)] == ["broken", "ERROR", "strange"]
    assert [line.split()[-1] for line in installation.problems(log, ("WARNING",))] == ["strange"]


def test_the_environment_that_runs_us_is_left_alone(monkeypatch, tmp_path):
    folder = tmp_path / "python"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").touch()
    monkeypatch.setattr(prepare.sys, "prefix", str(folder))
    assert prepare.ensure_environment(tmp_path, tmp_path, in_system=True) == folder / "bin" / "python"
    assert (folder / "bin" / "python").exists()
