"""An SMTP server that keeps every letter in a Maildir and sends none on.

It runs in a process of its own, so that it does not compete with Odoo for Python's lock, and ends when
the process that started it does, however that comes to its end: it waits on a pipe from it.
"""

import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from prepare import SetupError

LOOPBACK = "127.0.0.1"


def free_port(preferred=0):
    """Return ``preferred`` when nobody listens on it, or else any free port of the loopback interface."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise SetupError("No TCP port of this machine is free.")


@contextmanager
def catching(folder, port):
    """Catch on ``port`` whatever mail is sent, as files in the Maildir ``folder``; without one it is thrown away."""
    command = [sys.executable, str(Path(__file__)), str(folder or ""), str(port)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        if not process.stdout.readline():
            raise SetupError(f"The mail catcher could not listen on port {port}. Run this again.")
        yield
    finally:
        process.communicate()


def main(folder, port):
    from aiosmtpd.controller import Controller  # noqa: PLC0415  only in the prepared environment
    from aiosmtpd.handlers import Mailbox, Sink  # noqa: PLC0415

    if folder:
        Path(folder).parent.mkdir(parents=True, exist_ok=True)
    controller = Controller(Mailbox(folder) if folder else Sink(), hostname=LOOPBACK, port=int(port))
    controller.start()
    print("ready", flush=True)
    sys.stdin.read()
    controller.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
