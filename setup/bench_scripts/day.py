"""Measure a day, the department's page and what registers a contact; run by ``odoo shell``, which provides ``env``.

In a stock database what each is compared with: a list of 80 partners, and an activity that is planned and done.
"""

import sys
from datetime import timedelta

from odoo import fields

sys.path.append("setup/bench_scripts")
from measuring import answer, get_client, get_people, measure, read_list


def get_activity_job(client):
    def work(env):
        activity = env["mail.activity"].create(
            {
                "res_model_id": env["ir.model"]._get_id("res.partner"),
                "res_id": client.id,
                "activity_type_id": env.ref("mail.mail_activity_data_call").id,
                "summary": "Call",
                "user_id": env.uid,
            }
        )
        activity.action_feedback(feedback="Talked")

    return work


def get_contact_job(env, client):
    result = env["client.interaction.result"].search([], limit=1)

    values = {
        "partner_id": client.id,
        "comment": "Talked",
        "result_id": result.id,
        "next_date": fields.Date.today() + timedelta(days=7),
    }
    return lambda env: env["client.interaction"].create(values).action_done()


client, people = get_client(env), get_people(env)  # noqa: F821
if "client.day" in env:  # noqa: F821
    # The register was filled by SQL.
    env["client.fact.day"]._rebuild()  # noqa: F821
    env.cr.commit()  # noqa: F821
    jobs = {
        "a day, a list": ("manager", lambda env: env["client.day"].get_page()),
        "its rest, a list": ("manager", lambda env: env["client.day"].get_rest()),
        "the department, a list": ("admin", lambda env: env["client.department"].get_page()),
        "a contact, an activity": ("manager", get_contact_job(env, client)),  # noqa: F821
    }
else:
    jobs = {
        "a day, a list": ("admin", read_list),
        "its rest, a list": ("admin", read_list),
        "the department, a list": ("admin", read_list),
        "a contact, an activity": ("manager", get_activity_job(client)),
    }
answer({name: {user: measure(people[user], job)} for name, (user, job) in jobs.items()})
