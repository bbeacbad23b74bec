"""Measure how long all clients are judged anew when a standard changes; run by ``odoo shell``, which provides ``env``.

Beside it the bare SQL of the same: one update of all percentages by conditions written out by hand, for the standard
that the addon brings and one more requirement, a reference.  Each is taken back before the next.
Prints one line of JSON: ``{way: [clients, seconds]}``.
"""

import sys
import time

sys.path.append("setup/bench_scripts")
from measuring import answer

BARE = """
    UPDATE res_partner partner SET client_completeness = judged.percent
      FROM (SELECT id, 100 * (1 - (
                   CASE WHEN COALESCE(phone, '') <> '' AND 'phone' <> ALL (invalid) THEN 0 ELSE 2 END
                 + CASE WHEN COALESCE(email, '') <> '' AND 'email' <> ALL (invalid) THEN 0 ELSE 2 END
                 + CASE WHEN COALESCE(vat, '') <> '' AND 'vat' <> ALL (invalid) THEN 0 ELSE 1 END
                 + CASE WHEN client_owner_id IS NULL THEN 2 ELSE 0 END
                 + CASE WHEN country_id IS NULL THEN 1 ELSE 0 END
                 + CASE WHEN COALESCE(city, '') = '' THEN 1 ELSE 0 END
                 + CASE WHEN client_region_id IS NULL THEN 1 ELSE 0 END
                 + CASE WHEN COALESCE(website, '') = '' THEN 1 ELSE 0 END
                 + CASE WHEN industry_id IS NULL THEN 1 ELSE 0 END
                 + CASE WHEN client_next_contact IS NULL THEN 1 ELSE 0 END
                 + CASE WHEN COALESCE(ref, '') = '' THEN 1 ELSE 0 END
                 + CASE WHEN EXISTS (
                        SELECT FROM res_partner person
                         WHERE person.parent_id = client.id AND person.active AND person.type = 'contact'
                           AND person.is_company IS NOT TRUE AND COALESCE(person.phone, '') <> '') THEN 0 ELSE 2 END
                 + CASE WHEN EXISTS (
                        SELECT FROM client_dmu_member member JOIN client_dmu_role role ON role.id = member.role_id
                         WHERE member.partner_id = client.id AND role.decides AND member.confirmed_on IS NOT NULL
                           AND (member.date_to IS NULL OR member.date_to > current_date)) THEN 0 ELSE 1 END
                   )::float8 / 17) AS percent
              FROM res_partner client,
           LATERAL (SELECT string_to_array(COALESCE(client.client_invalid, ''), ',')) AS wrong (invalid)
             WHERE active AND is_company AND client_open IS NOT TRUE) judged
     WHERE judged.id = partner.id AND partner.client_completeness IS DISTINCT FROM judged.percent
"""


def require_reference(env):
    env["client.requirement"].create(
        {
            "standard_id": env.ref("client_base.client_standard_company").id,
            "name": "Reference",
            "field_id": env["ir.model.fields"]._get("res.partner", "ref").id,
        }
    )
    env["client.standard"]._refresh_clients()


def vacuum(env):
    """Take back what was done, so that the next way does not find its rows in the way."""
    env.cr.rollback()
    env.transaction.clear()
    env.cr._cnx.set_session(autocommit=True)
    env.cr.execute("VACUUM res_partner")
    env.cr._cnx.set_session(autocommit=False)


def measure(env, job):
    started = time.perf_counter()
    job(env)
    seconds = time.perf_counter() - started
    env.cr.execute(
        "SELECT count(*), round(avg(client_completeness)::numeric, 6)::float FROM res_partner WHERE is_company"
    )
    clients, percent = env.cr.fetchone()
    vacuum(env)
    return clients, seconds, percent


# As the standard is before it changes.
env["client.standard"]._refresh_clients()  # noqa: F821
env.cr.commit()  # noqa: F821
vacuum(env)  # noqa: F821
ways = {"bare SQL": lambda env: env.cr.execute(BARE), "client_base": require_reference}
found = {way: measure(env, job) for way, job in ways.items()}  # noqa: F821
assert len({percent for _clients, _seconds, percent in found.values()}) == 1, f"they judge differently: {found}"
answer({way: [clients, seconds] for way, (clients, seconds, _percent) in found.items()})
