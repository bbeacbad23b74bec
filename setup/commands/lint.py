"""Look for mistakes that can be seen without running anything."""

import argparse
import ast
import re
import shutil
import subprocess
import sys

from prepare import ADDONS, ROOT, SETUP, cache_folder, is_current, mark_current, run, step

REQUIREMENTS = SETUP / "lint-requirements.txt"
# ruff checks Python as such; pylint looks only for what is Odoo's. Not wanted of that: to merge the
# classes that extend one model (each subject has its own file), and what takes any function for a
# model's method or does not know `_ = self.env._`.
PYLINT = (
    "--disable=all",
    "--enable=odoolint",
    "--disable=consider-merging-classes-inherited,prefer-env-translation,method-required-super,missing-return",
)


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="setup/lint",
        description="Check the format and style of all Python (ruff), the addons' Python (pylint-odoo), their XML, "
        "CSV and translations (oca-checks), and that their versions and READMEs agree.",
    )
    parser.add_argument("--fix", action="store_true", help="format, and mend what ruff can mend by itself")
    return parser.parse_args(arguments)


def main(arguments):
    options = parse(arguments)
    programs = ensure_linters(cache_folder()) / "bin"
    if options.fix:
        for command in (["check", "--fix-only", "--quiet"], ["format", "--quiet"]):
            subprocess.run([programs / "ruff", *command, "."], cwd=ROOT, check=False)
    failed = [name for name, command in checks(programs) if not passes(name, command)]
    failed += versions_disagree() + readmes_disagree()
    print(f"\nfailed: {', '.join(failed)}" if failed else "\nall checks passed")
    return 1 if failed else 0


def ensure_linters(cache):
    """Make the linters' own environment, unless it is there, and return its folder."""
    folder = cache / "lint"
    inputs = (REQUIREMENTS.read_text(encoding="utf-8"), sys.version, sys.executable)
    if is_current(folder, *inputs):
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    hint = "check the network (PyPI must be reachable) and run this again"
    with step("installing the linters"):
        run([sys.executable, "-m", "venv", folder], hint="install Debian's python3-venv")
        pip = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        run([*pip, "-r", REQUIREMENTS], hint=hint)
        mark_current(folder, *inputs)
    return folder


def checks(programs):
    """Return the (name, command) of every check, for the addons that are there."""
    addons = [addon for addon in ADDONS if (ROOT / addon / "__manifest__.py").exists()]
    translations = [path for addon in addons for path in sorted((ROOT / addon).glob("i18n/*.po*"))]
    yield "ruff check", [programs / "ruff", "check", "--quiet", "."]
    yield "ruff format", [programs / "ruff", "format", "--check", "--quiet", "."]
    if addons:
        yield "pylint-odoo", [programs / "pylint", *PYLINT, *addons]
        yield "addons", [programs / "oca-checks-odoo-module", *(ROOT / addon / "__manifest__.py" for addon in addons)]
    if translations:
        # Its formatting empties what is the same in both languages ("VIP"), which then looks untranslated.
        yield "translations", [programs / "oca-checks-po", "--disable=po-pretty-format", *translations]


def passes(name, command):
    code = subprocess.run(list(map(str, command)), cwd=ROOT, check=False).returncode
    print(f"  {'✗' if code else '✓'} {name}", flush=True)
    return not code


def versions_disagree():
    """Return what the addons' manifests say differently: they are released together."""
    manifests = [ROOT / addon / "__manifest__.py" for addon in ADDONS]
    versions = {ast.literal_eval(path.read_text(encoding="utf-8"))["version"] for path in manifests if path.exists()}
    if len(versions) > 1:
        print(f"  ✗ one version for all addons, not {', '.join(sorted(versions))}")
        return ["versions"]
    return []


def readmes_disagree():
    """Return what the fragments in ``readme`` say that the README made of them does not."""
    left_out = [
        f"{path.relative_to(ROOT)}: {line}"
        for addon in ADDONS
        for path in sorted((ROOT / addon).glob("readme/*.md"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if words_of(line) not in words_of((ROOT / addon / "README.rst").read_text(encoding="utf-8"))
    ]
    if left_out:
        print("  ✗ README.rst lacks", *left_out, sep="\n      ")
        return ["READMEs"]
    return []


def words_of(text):
    """Return the words of a text, whichever marks are between them."""
    return " ".join(re.findall(r"\w+", text.replace("_", " ")))
