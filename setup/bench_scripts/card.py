"""Measure the card of a client of whom much is known; run by ``odoo shell``, which provides ``env``.

In a stock database the form alone, with the same persons, to compare with.
"""

import itertools
import sys
from datetime import timedelta

from odoo import fields

sys.path.append("setup/bench_scripts")
from measuring import answer, get_client, get_form_specification, get_people, measure

MEMBERS, NOTES, SCORES, CONTACTS = 30, 20, 40, 200
SHEET_CLIENTS, SHEET_CRITERIA = 200, 20
PANELS = ("glance", "people", "profile", "market", "region", "history")


def create_persons(env, client):
    return env["res.partner"].create(
        [
            {"name": f"Decider {number}", "parent_id": client.id, "phone": f"+1 20255501{number}"}
            for number in range(MEMBERS)
        ]
    )


def fill_people(env, client, persons):
    roles = env["client.dmu.role"].search([])
    members = env["client.dmu.member"].create(
        [
            {"partner_id": client.id, "person_id": person.id, "role_id": roles[number % len(roles)].id}
            for number, person in enumerate(persons)
        ]
    )
    env["client.dmu.influence"].create(
        [{"influencer_id": one.id, "influenced_id": next_.id} for one, next_ in itertools.pairwise(members)]
    )


def fill_region(env, client):
    region = env["client.region"].create({"name": "Measured region"})
    client.client_region_id = region
    env["client.region.note"].create(
        [{"region_id": region.id, "text": f"Note {number}", "source": "Press"} for number in range(NOTES)]
    )


def fill_scores(env, client):
    criteria = env["client.criterion"].create(
        [{"name": f"Criterion {number}", "pillar": "market"} for number in range(SHEET_CRITERIA)]
    )
    env["client.score"].create(
        [
            {"partner_id": client.id, "criterion_id": criteria[number % SHEET_CRITERIA].id, "value": number % 5}
            for number in range(SCORES)
        ]
    )
    return criteria


def fill_contacts(env, client):
    now, result = fields.Datetime.now(), env["client.interaction.result"].search([], limit=1)
    values = {"partner_id": client.id, "comment": "Talked", "result_id": result.id, "state": "done"}
    env["client.interaction"].create(
        [{**values, "date": now - timedelta(days=1 + number), "no_next_reason": "None"} for number in range(CONTACTS)]
    )


def get_sheet_job(env, criteria):
    clients = env["res.partner"].search(
        [("user_id.login", "=", "manager7"), ("is_company", "=", True)], limit=SHEET_CLIENTS, order="id"
    )
    scores = [
        {"partner_id": client, "criterion_id": criterion, "value": (client + criterion) % 5}
        for client in clients.ids
        for criterion in criteria.ids
    ]
    return lambda env: env["client.score"].save_sheet(scores)


def get_jobs(env, client):
    card = "form, everything known"
    jobs = {card: lambda env: env["res.partner"].browse(client.id).web_read(get_form_specification(env))}
    manager = get_people(env)["manager"]
    own = client.with_env(manager)
    persons = create_persons(manager, own)
    env.cr.commit()
    if "client.score" not in env:
        return jobs
    fill_people(manager, own, persons)
    fill_contacts(manager, own)
    fill_region(env, client)
    criteria = fill_scores(env, client)
    env.cr.commit()
    for panel in PANELS:
        jobs[f"panel {panel}"] = lambda env, panel=panel: env["res.partner"].browse(client.id).get_client_panel(panel)
    jobs[f"{SHEET_CLIENTS} × {SHEET_CRITERIA} scores"] = get_sheet_job(env, criteria)
    return jobs


people = get_people(env)  # noqa: F821
answer(
    {
        name: {user: measure(own, job) for user, own in people.items()}
        for name, job in get_jobs(env, get_client(env)).items()  # noqa: F821
    }
)
