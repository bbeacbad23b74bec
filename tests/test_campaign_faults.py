"""Campaigns over a real SMTP conversation: nobody gets it twice and nobody is lost, whatever dies when.

``CLIENT_BASE_CAMPAIGN_CLIENTS`` and ``CLIENT_BASE_CAMPAIGN_KILLS`` say how much is tried.
"""

import json
import os
import random
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path

import mail_server
import pytest
import worker
from conftest import RpcError
from psycopg2.extensions import TransactionRollbackError

HERE = Path(__file__).parent
CLIENTS = int(os.environ.get("CLIENT_BASE_CAMPAIGN_CLIENTS", "1500"))
KILLS = int(os.environ.get("CLIENT_BASE_CAMPAIGN_KILLS", "6"))
CONFLICTS = int(os.environ.get("CLIENT_BASE_CAMPAIGN_CONFLICTS", "40"))
SCANS = int(os.environ.get("CLIENT_BASE_CAMPAIGN_SCANS", "120"))
FORGERIES = int(os.environ.get("CLIENT_BASE_CAMPAIGN_FORGERIES", "600"))
PATIENCE = 1200
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Post:
    """A database with a queued campaign, its mail server and its senders."""

    def __init__(self, installation, database, taken):
        self.installation, self.database, self.taken = installation, database, taken

    def load(self, clients, **kinds):
        os.environ["CAMPAIGN_CLIENTS"], os.environ["CAMPAIGN_KINDS"] = str(clients), json.dumps(kinds)
        arguments = ("shell", "-d", self.database, "--no-http")
        name = f"{self.database}_load"
        self.installation.run("queueing a campaign", *arguments, log=name, script=HERE / "campaign_load.py")

    def start(self, number=0):
        """Start a sender of its own process and return it once it sends."""
        return worker.start(self.installation, self.database, HERE / "campaign_sender.py", f"sender{number}", "SENDING")

    def query(self, text, *values):
        return self.installation.postgres.query(text, list(values), database=self.database)

    def count_states(self):
        return Counter(dict(self.query("SELECT state, count(*)::int FROM client_campaign_delivery GROUP BY 1")))

    def get_uncertain(self):
        return {row[0] for row in self.query("SELECT address FROM client_campaign_delivery WHERE state = 'uncertain'")}

    def forget_waits(self):
        self.execute("UPDATE client_campaign_delivery SET not_before = NULL WHERE not_before IS NOT NULL")
        self.execute("DELETE FROM ir_config_parameter WHERE key = 'client_base_campaigns.mail_server_away'")

    def execute(self, text):
        with closing(self.installation.postgres.connect(self.database)) as connection, connection.cursor() as cursor:
            cursor.execute(text)

    def check(self):
        """Nobody got it twice, and what the base says of each is what the server knows."""
        taken = Counter(address for address, *_rest in mail_server.read_taken(self.taken))
        assert {address: times for address, times in taken.items() if times > 1} == {}, "somebody got it twice"
        rows = self.query("SELECT address, state, message_id FROM client_campaign_delivery")
        ids = {address: message_id for address, message_id, _page in mail_server.read_taken(self.taken)}
        for address, state, message_id in rows:
            if address in taken:
                assert state in ("sent", "uncertain"), (address, state)
                assert ids[address] == message_id, "the Message-ID is the one that was kept before"
            else:
                assert state != "sent", f"{address} is lost"
        recipients = self.query(
            """SELECT count(*)::int FROM client_campaign_recipient AS recipient
                 JOIN client_campaign_delivery AS delivery ON delivery.recipient_id = recipient.id
                WHERE recipient.delivery <> delivery.state AND delivery.state <> 'cancelled'"""
        )
        assert recipients == [(0,)], "recipients that do not know the fate of their message"


@pytest.fixture
def post(installation, copy_database, tmp_path, request):
    database = copy_database(f"post_{request.node.name[-12:]}")
    taken = tmp_path / "taken"
    taken.touch()
    with mail_server.serving(taken, installation.smtp_port):
        yield Post(installation, database, taken)


def wait_for_end(process):
    # Not communicate(), which misses what was read ahead with the line before.
    output = process.stdout.read()
    process.stdout.close()
    assert process.wait(PATIENCE) == 0
    assert "SENT" in output, "the sender failed"


def test_killed_at_any_time(post):
    post.load(CLIENTS)
    chance = random.Random(8)
    for kill in range(KILLS):
        sender = post.start(kill)
        before = post.taken.stat().st_size
        if kill % 2:
            time.sleep(chance.uniform(0.05, 1.5))
        else:
            # Between the server's 250 and our commit, as near as an outsider gets.
            goal = before + chance.randrange(1, 40) * 80
            deadline = time.monotonic() + PATIENCE
            while post.taken.stat().st_size < goal and sender.poll() is None and time.monotonic() < deadline:
                pass
        sender.kill()
        sender.wait()
        sender.stdout.close()
    wait_for_end(post.start("last"))
    post.check()
    states = post.count_states()
    print(f"\n{KILLS} kills, {CLIENTS} clients: {dict(states)}")
    assert states["sent"] + states["uncertain"] == CLIENTS, states
    assert states["uncertain"] <= KILLS, "one at most for each death"
    taken = {address for address, *_rest in mail_server.read_taken(post.taken)}
    print(
        f"of the uncertain {len(post.get_uncertain() & taken)} were taken and {len(post.get_uncertain() - taken)} not"
    )


def test_server_that_refuses_delays_and_drops(post):
    post.load(300, refuse=10, later=10, slow=5, drop=2, early=2)
    for _round in range(30):
        wait_for_end(post.start())
        post.forget_waits()
        if not post.count_states()["queued"] + post.count_states()["sending"]:
            break
    post.check()
    kinds = post.query(
        """SELECT DISTINCT rtrim(split_part(address, '@', 1), '0123456789'), state FROM client_campaign_delivery"""
    )
    fates = {
        "refuse": "failed",
        "later": "sent",
        "slow": "sent",
        "drop": "uncertain",  # it was taken, which only the server knows
        "early": "failed",
        "client": "sent",
    }
    assert dict(kinds) == fates, kinds
    assert len(kinds) == len(fates), kinds
    [(words,)] = post.query("SELECT DISTINCT note FROM client_campaign_delivery WHERE address LIKE 'refuse%%'")
    assert words == "550 No such user here"


def test_two_senders_the_button_and_conflicts(serve, post):
    """Two jobs send, a person presses the buttons again and again, and rows are taken away from under them all."""
    post.load(CLIENTS)
    served, stop = serve(post.database), threading.Event()
    presser = threading.Thread(target=press, args=(served.rpc(), stop))
    presser.start()
    senders = [post.start(number) for number in range(2)]
    conflicts = 0
    with closing(post.installation.postgres.connect(post.database)) as connection:
        connection.autocommit = False
        while any(sender.poll() is None for sender in senders) and conflicts < CONFLICTS:
            with connection.cursor() as cursor, suppress(TransactionRollbackError):
                # The rows that come next: whoever wants them waits, and meets a newer version than its own.
                cursor.execute(
                    """UPDATE client_campaign_delivery SET write_date = now()
                        WHERE id IN (SELECT id FROM client_campaign_delivery
                                      WHERE state IN ('queued', 'sending') ORDER BY id LIMIT 5)"""
                )
                conflicts += bool(cursor.rowcount)
                time.sleep(0.03)
            connection.commit()  # a deadlock ended it already, where there was one
    for sender in senders:
        wait_for_end(sender)
    stop.set()
    presser.join()
    # Whoever came between may have sent a job home early.
    wait_for_end(post.start())
    post.check()
    print(f"\n{conflicts} times rows were taken away: {dict(post.count_states())}")
    assert post.count_states() == {"sent": CLIENTS}


def test_scanners_and_forgers(serve, post):
    """Who only looks confirms nothing, whatever looks; and no key but the right one opens anything."""
    post.load(3)
    wait_for_end(post.start())
    served = serve(post.database)
    keys = dict(post.query("SELECT email, id FROM client_campaign_recipient"))
    assert len(keys) == 3
    pages = [page for *_rest, page in mail_server.read_taken(post.taken) if page]
    assert len(pages) == len(keys)
    # An opener of its own for each: scanners keep no cookies.
    answers = Counter(ask(f"{served.url}{page}", **scan) for page in pages for scan in get_scans(SCANS // len(pages)))
    assert set(answers) == {200}, answers
    assert post.query("SELECT count(*)::int FROM client_campaign_recipient WHERE receipt_date IS NOT NULL") == [(0,)]
    tokens = [page.rpartition("/")[2] for page in pages]
    chance = random.Random(9)
    forged = Counter()
    for number in range(FORGERIES):
        token, post_it = forge(tokens, chance), number % 2
        page = chance.choice(("offer", "unsubscribe"))
        answering = "/answer" if post_it and page == "offer" else ""
        forged[ask(f"{served.url}/client/{page}/{token}{answering}", data=b"answer=yes" if post_it else None)] += 1
    print(f"\n{sum(answers.values())} looks: {dict(answers)}; {FORGERIES} forgeries: {dict(forged)}")
    assert not {status for status in forged if status < 400 or status >= 500}, forged
    assert post.query("SELECT count(*)::int FROM client_campaign_recipient WHERE receipt_date IS NOT NULL") == [(0,)]
    assert post.query("SELECT count(*)::int FROM mail_blacklist") == [(0,)]


def press(call, stop):
    """Press the campaign's buttons until told to stop; most are refused, as it is being sent already."""
    [campaign] = call("client.campaign", "search", [], limit=1)
    while not stop.is_set():
        for button in ("action_send", "action_resume"):
            with suppress(RpcError):
                call("client.campaign", button, [campaign])
        time.sleep(0.05)


def get_scans(count):
    kinds = (
        {"method": "GET"},
        {"method": "HEAD"},
        {"method": "GET", "headers": {"Sec-Purpose": "prefetch;prerender"}},
        {"method": "GET", "headers": {"User-Agent": "Mail Security Gateway", "X-Purpose": "preview"}},
    )
    return [kinds[number % len(kinds)] for number in range(count)]


def forge(tokens, chance):
    """Return a key that is none: changed, cut, put together from two, or made up."""
    token, other = chance.sample(tokens, 2)
    place = chance.randrange(len(token))
    letter = chance.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    half = len(token) // 2
    candidates = (
        token[:place] + letter + token[place + 1 :],
        token[:place] or "A",
        token[:half] + other[half:] if token[:half] != other[:half] and token[half:] != other[half:] else "swapped",
        "".join(chance.choice("abcXYZ012-_=") for _letter in range(chance.randrange(1, 200))),
        "%00%FF" + token[:place],
        token[::-1],
    )
    forged = chance.choice(candidates)
    return "same" if forged in tokens else forged


def ask(url, method=None, headers=None, data=None):
    """Return the status that the server answers with."""
    request = urllib.request.Request(url, data, headers or {}, method=method)
    try:
        with opener.open(request, timeout=60) as response:
            response.read()
            return response.status
    except urllib.error.HTTPError as error:
        return error.code
