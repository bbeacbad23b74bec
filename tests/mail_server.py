"""A mail server for tests that does what the recipient's address says, in a process of its own.

``refuse…`` is refused for good, ``later…`` the first two times for now, ``slow…`` takes its time, ``drop…``
is taken and the connection cut before the answer, ``early…`` cut before the message. All others are
taken. What was taken is in a file, a line with address, Message-ID and the path of the personal page each,
before the answer is given.
"""

import asyncio
import email
import os
import re
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

LOOPBACK = "127.0.0.1"
TIMES_LATER = 2


class Handler:
    def __init__(self, file):
        self.file, self.asked = file, Counter()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802  aiosmtpd's name
        if address.startswith("refuse"):
            return "550 No such user here"
        if address.startswith("early"):
            server.transport.abort()
        self.asked[address] += 1
        if address.startswith("later") and self.asked[address] <= TIMES_LATER:
            return "451 Greylisted, try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        [address] = envelope.rcpt_tos
        if address.startswith("slow"):
            await asyncio.sleep(0.2)
        message = email.message_from_bytes(envelope.content)
        text = next(part for part in message.walk() if part.get_content_type() == "text/plain")
        page = re.search(rb"/client/offer/[\w=-]+", text.get_payload(decode=True))
        os.write(self.file, f"{address} {message['Message-ID']} {page[0].decode() if page else ''}\n".encode())
        if address.startswith("drop"):
            server.transport.abort()
        return "250 OK"


@contextmanager
def serving(file, port):
    """Serve on ``port``; yield the process. Ends with the block, or with whoever started it."""
    command = [sys.executable, str(Path(__file__)), str(file), str(port)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert process.stdout.readline(), f"no mail server on port {port}"
        yield process
    finally:
        process.communicate()


def read_taken(file):
    """Return ``[(address, Message-ID, page)]`` of what was taken."""
    return [tuple(line.split(" ")) for line in Path(file).read_text(encoding="utf-8").splitlines()]


def main(file, port):
    from aiosmtpd.controller import Controller  # noqa: PLC0415  only in the prepared environment

    opened = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    controller = Controller(Handler(opened), hostname=LOOPBACK, port=int(port))
    controller.start()
    print("ready", flush=True)
    sys.stdin.read()
    controller.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
