"""Run any Odoo command with the demo's configuration and databases."""

import subprocess
from pathlib import Path

from installation import Installation
from postgres import running
from prepare import data_folder, enter

HELP = """usage: setup/odoo [ARGUMENT ...]

Run Odoo with the demo's configuration and databases; all arguments are Odoo's own.
The demo may run meanwhile or not.

    setup/odoo shell -d client_base_demo
    setup/odoo -d client_base_demo -u client_base --stop-after-init
    setup/odoo help              Odoo's commands
    setup/odoo server --help     the server's options

CLIENT_BASE_DATA names the data folder, when the demo was given another one.
"""


def main(arguments):
    if arguments in (["--help"], ["-h"]):
        print(HELP, end="")
        return 0
    machine = enter()
    folder = data_folder()
    with running(folder / "pg") as postgres:
        installation = Installation(machine, postgres, folder)
        installation.configure()
        return run_in_terminal(installation.command(*arguments), installation.environment)


def run_in_terminal(command, environment):
    """Run ``command`` with our terminal and return its exit code; what Ctrl-C means is up to it."""
    process = subprocess.Popen(command, env=environment, cwd=Path.cwd())
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue
