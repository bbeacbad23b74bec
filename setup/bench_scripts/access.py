"""Measure what a manager and an admin wait for; run by ``odoo shell``, which provides ``env``."""

import sys

sys.path.append("setup/bench_scripts")
from measuring import answer, get_client, get_form_specification, get_people, measure, read_list


def get_jobs(client):
    domain = [("is_company", "=", True)]
    return {
        "list of 80": lambda partners: read_list(partners.env),
        "count": lambda partners: partners.search_count(domain),
        "name search, name": lambda partners: partners.name_search(client.name[3:16], limit=8),
        "name search, rare name": lambda partners: partners.name_search(client.name[-9:], limit=8),
        "name search, e-mail": lambda partners: partners.name_search(client.email[2:16], limit=8),
        "name search, tax number": lambda partners: partners.name_search(client.vat[3:], limit=8),
        "name search, phone": lambda partners: partners.name_search(client.phone[5:], limit=8),
        "name search, reference": lambda partners: partners.name_search(client.ref, limit=8),
        "name search, frequent": lambda partners: partners.name_search(client.name[:5], limit=8),
        "group by manager": lambda partners: partners.formatted_read_group(domain, ["user_id"], ["__count"]),
        "group by country": lambda partners: partners.formatted_read_group(domain, ["country_id"], ["__count"]),
        "form": lambda partners: partners.browse(client.id).web_read(get_form_specification(partners.env)),
    }


people = get_people(env)  # noqa: F821
answer(
    {
        name: {user: measure(own, lambda env, job=job: job(env["res.partner"])) for user, own in people.items()}
        for name, job in get_jobs(get_client(env)).items()  # noqa: F821
    }
)
