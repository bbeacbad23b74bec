"""One database, two servers: who sees which client changes on both at the same moment.

A substitution is entered on the first server; nothing restarts, no scheduled job runs.
"""

import time
from datetime import UTC, datetime, timedelta

import pytest
from conftest import RpcError

PASSWORD = "demo"
SOON = timedelta(seconds=6)
PATIENCE = 60  # seconds: what is granted or revoked on one server must be known to the other


@pytest.fixture(scope="module")
def database(copy_database):
    return copy_database("two_servers")


@pytest.fixture(scope="module")
def servers(database, serve):
    return [serve(database, "--max-cron-threads", "0") for _number in range(2)]


@pytest.fixture(scope="module")
def people(servers):
    """The ids of a head, an absent manager and a substitute, and of a client of the absent one."""
    admin = servers[0].rpc()
    [head] = admin("res.users", "search", [("login", "=", "admin")])

    def group(name):
        [record] = admin(
            "ir.model.data", "search_read", [("module", "=", "client_base"), ("name", "=", name)], ["res_id"]
        )
        return record["res_id"]

    manager = {"password": PASSWORD, "group_ids": [(6, 0, [group("group_client_own")])]}
    absent, substitute = (
        admin("res.users", "create", {"name": name.capitalize(), "login": name, **manager})
        for name in ("absent", "substitute")
    )
    client = admin("res.partner", "create", {"name": "Lent Ltd", "is_company": True, "user_id": absent})
    return {"head": head, "absent": absent, "substitute": substitute, "client": client}


@pytest.fixture
def sees(servers, people):
    """A function that tells for each server whether the substitute finds the client."""
    calls = [server.rpc("substitute", PASSWORD) for server in servers]
    return lambda: [call("res.partner", "search_count", [("id", "=", people["client"])]) == 1 for call in calls]


@pytest.fixture
def substitution(servers, people):
    """A function that enters an approved substitution on the first server; what it made ends with the test."""
    call = servers[0].rpc()
    made = []

    def enter(begin, end):
        values = {"absent_id": people["absent"], "substitute_id": people["substitute"], "state": "approved"}
        made.append(call("client.substitution", "create", {**values, "date_from": text(begin), "date_to": text(end)}))
        return made[-1]

    yield enter
    call("client.substitution", "unlink", made)


def text(moment):
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def now():
    return datetime.now(UTC).replace(microsecond=0)


def wait_for(sees, expected):
    """Return once both servers answer as expected."""
    began = time.monotonic()
    while sees() != [expected, expected]:
        assert time.monotonic() - began < PATIENCE, "the servers do not agree in time"
        time.sleep(0.1)


def follow(sees, moment, before):
    """Check that both servers change their answer at ``moment``, neither earlier nor more than a second later."""
    while True:
        asked = datetime.now(UTC)
        answers = sees()
        answered = datetime.now(UTC)
        if answered < moment:
            assert answers == [before, before], f"{moment - answered} too early"
        elif asked >= moment:
            assert answers == [not before, not before], f"{asked - moment} too late"
            return
        time.sleep(0.1)


def test_a_grant_reaches_the_other_server(servers, people, sees, substitution):
    assert sees() == [False, False]
    read = servers[1].rpc("substitute", PASSWORD)
    with pytest.raises(RpcError, match="not yours to see"):
        read("res.partner", "read", [people["client"]], ["name"])
    substitution(now() - timedelta(hours=1), now() + timedelta(hours=1))
    wait_for(sees, True)
    assert read("res.partner", "read", [people["client"]], ["name"])[0]["name"] == "Lent Ltd"


def test_a_period_begins_and_ends_on_both(sees, substitution):
    assert sees() == [False, False]
    begin = now() + SOON
    end = begin + SOON
    substitution(begin, end)
    follow(sees, begin, before=False)
    follow(sees, end, before=True)


@pytest.mark.parametrize("revoke", ["action_cancel", "action_end"])
def test_a_revocation_reaches_both(servers, sees, substitution, revoke):
    record = substitution(now() - timedelta(hours=1), now() + timedelta(hours=1))
    wait_for(sees, True)
    servers[1].rpc("absent", PASSWORD)("client.substitution", revoke, [record])
    wait_for(sees, False)


def test_a_shortened_period_reaches_both(servers, sees, substitution):
    record = substitution(now() - timedelta(hours=1), now() + timedelta(hours=1))
    wait_for(sees, True)
    end = now() + SOON
    servers[0].rpc()("client.substitution", "write", [record], {"date_to": text(end)})
    follow(sees, end, before=True)


def test_a_manager_grants_nothing_over_rpc(servers, people, sees):
    """Neither to himself nor to others, by any way of writing."""
    call = servers[1].rpc("substitute", PASSWORD)
    values = {
        "absent_id": people["absent"],
        "substitute_id": people["substitute"],
        "date_from": text(now() - timedelta(hours=1)),
        "date_to": text(now() + timedelta(hours=1)),
    }
    own = call(
        "client.substitution",
        "create",
        {**values, "absent_id": values["substitute_id"], "substitute_id": people["absent"]},
    )
    for method, *arguments in (
        ("create", values),
        ("create", {**values, "state": "approved"}),
        ("write", [own], {"state": "approved"}),
        ("write", [own], {"absent_id": people["absent"], "substitute_id": people["substitute"]}),
        ("web_save", [own], {"state": "approved", "decided_by_id": people["head"]}, {"id": {}}),
        ("action_approve", [own]),
        ("copy", [own], {"state": "approved"}),
    ):
        with pytest.raises(RpcError) as refused:
            call("client.substitution", method, *arguments)
        assert refused.value.kind == "odoo.exceptions.AccessError"
    assert sees() == [False, False]
