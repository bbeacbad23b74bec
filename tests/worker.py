"""Processes that work in a database by themselves, and that a test may kill."""

import subprocess


def start(installation, database, script, log, ready):
    """Run the file ``script`` in ``odoo shell``, and return the process once it printed ``ready``.

    What it prints after that is to be read from its ``stdout``, its log lies in the file called ``log``.
    """
    errors = installation.log(f"{database}_{log}").open("a", encoding="utf-8")
    with script.open(encoding="utf-8") as source, errors:
        process = subprocess.Popen(
            installation.command("shell", "-d", database, "--no-http", "--shell-interface", "python"),
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=installation.environment,
            start_new_session=True,
        )
    while ready not in (line := process.stdout.readline()):
        assert line, f"the process ended before it began, see {errors.name}"
    return process
