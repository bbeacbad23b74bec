"""Measure how long it takes to group all partners, by the segment where there is one, and by the country.

Run by ``odoo shell``; prints one line of JSON: ``{field: {user: milliseconds}}``.
"""

import sys

sys.path.append("setup/bench_scripts")
from measuring import answer, get_people, measure

FIELDS = {"segment": "client_segment_id", "country": "country_id"}


def group_by(field):
    return lambda env: env["res.partner"].formatted_read_group([], [field], ["__count"])


known = env["res.partner"]._fields  # noqa: F821
answer(
    {
        name: {role: measure(one, group_by(field))[0] for role, one in get_people(env).items()}  # noqa: F821
        for name, field in FIELDS.items()
        if field in known
    }
)
