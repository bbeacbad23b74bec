"""Queue a campaign to many clients, whose addresses say what the mail server does; run by ``odoo shell``.

How many clients is in the variable ``CAMPAIGN_CLIENTS``, how many of a hundred get which beginning of
the address in ``CAMPAIGN_KINDS``, as JSON.
"""

import json
import os

from odoo.tools import SQL

count, kinds = int(os.environ["CAMPAIGN_CLIENTS"]), json.loads(os.environ.get("CAMPAIGN_KINDS", "{}"))
names = [kind for kind, share in kinds.items() for _one in range(share)]
names += ["client"] * (100 - len(names))
admin = env.ref("base.user_admin")  # noqa: F821
admin.email = "admin@ourselves.example"
env.flush_all()  # noqa: F821
env.cr.execute(  # noqa: F821
    SQL(
        """
        INSERT INTO res_partner (name, complete_name, active, is_company, type, email, email_normalized,
                                 autopost_bills, partner_share, lang, client_open, client_owner_id, user_id)
        SELECT 'Many ' || number, 'Many ' || number, TRUE, TRUE, 'contact', address, address, 'ask', TRUE, 'en_US',
               FALSE, %(user)s, %(user)s
          FROM generate_series(1, %(count)s) AS number
         CROSS JOIN LATERAL (
               SELECT (%(names)s::varchar[])[1 + number * 37 %% 100] || number || '@sink.example') AS given (address)
        """,
        count=count,
        names=names,
        user=admin.id,
    )
)
env.cr.execute("UPDATE res_partner SET commercial_partner_id = id WHERE commercial_partner_id IS NULL")  # noqa: F821
campaign = env["client.campaign"].create(  # noqa: F821
    {
        "name": f"To {count} clients",
        "user_id": admin.id,
        "domain": "[('name', '=like', 'Many %')]",
        "subject": "News for {{ object.partner_id.name }}",
        "body": '<p>Dear <t t-out="object.partner_id.name">client</t>, there is something for you.</p>',
        "quiet_from": 0,
        "quiet_to": 0,
        "fallback_days": 0,
    }
)
campaign.action_freeze_group()
campaign.action_send()
env.cr.commit()  # noqa: F821
