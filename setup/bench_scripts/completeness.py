"""Measure the matrix of what is missing, and an edited card; run by ``odoo shell``, which provides ``env``.

In a stock database what each is compared with: a list of 80 partners, and the same edit.
"""

import itertools
import sys

sys.path.append("setup/bench_scripts")
from measuring import answer, get_client, get_people, measure, read_list

client, people = get_client(env), get_people(env)  # noqa: F821
numbers = itertools.count()
if "client.completeness" in env:  # noqa: F821
    # The base was filled by SQL.
    env["client.gap.count"]._refresh()  # noqa: F821
    env.cr.commit()  # noqa: F821
    matrix = lambda env: env["client.completeness"].get_page()  # noqa: E731
    by_country = lambda env: env["client.completeness"].get_page("country_id")  # noqa: E731
else:
    matrix = by_country = read_list


def edit(env):
    """Fill a field that the standard asks for, and empty it the next time."""
    env["res.partner"].browse(client.id).website = "https://client.example" if next(numbers) % 2 else False


jobs = {
    "matrix of gaps, a list": ({"admin", "manager"}, matrix),
    "matrix by country, a list": ({"admin"}, by_country),
    "an edited card": ({"admin", "manager"}, edit),
}
answer({name: {user: measure(people[user], job) for user in sorted(users)} for name, (users, job) in jobs.items()})
