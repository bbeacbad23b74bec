from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.likeness import get_keys

BATCH = 2000
# Of so many clients with the same key (a switchboard, a shared mailbox) no more are compared.
CROWD = 20
# How many names that sound alike are looked at for each.
NEAREST = 5


def _get_alike_index(registry):
    return "USING gin (value gin_trgm_ops) WHERE kind = 'name'" if registry.has_trigram else ""


class ClientKey(models.Model):
    """What clients are known by, made comparable: tax number, phone, address, how the name sounds.

    Kept by a queue (``client.key.mark``) into which every change of a card goes; imports compare new
    rows with it, and ``client.duplicate`` the clients with each other.
    """

    _name = "client.key"
    _description = "What a Client Is Known by"
    _log_access = False

    partner_id = fields.Many2one("res.partner", required=True, index=True, ondelete="cascade")
    kind = fields.Char(required=True)
    value = fields.Char(required=True)

    _value_index = models.Index("(value, kind)")
    _alike_index = models.Index(_get_alike_index)

    @api.model
    def _mark(self, partner_ids):
        """Have the keys of these clients made anew."""
        if partner_ids:
            self.env.cr.execute(
                "INSERT INTO client_key_mark (partner_id, keyed) SELECT unnest(%s), FALSE", [list(partner_ids)]
            )

    @api.model
    def _mark_all(self):
        self.env.cr.execute(
            "INSERT INTO client_key_mark (partner_id, keyed)"
            " SELECT id, FALSE FROM res_partner WHERE client_open IS NOT TRUE"
        )

    @api.model
    def _refresh(self):
        """Make the keys of a portion of the marked clients, the last marked first, and return of how many marks.

        They still wait for being compared.
        """
        self.env["res.partner"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE client_key_mark SET keyed = TRUE WHERE id IN (
                    SELECT id FROM client_key_mark WHERE keyed IS NOT TRUE
                  ORDER BY id DESC LIMIT %s FOR UPDATE SKIP LOCKED)
             RETURNING partner_id
                """,
                BATCH,
            )
        )
        if rows:
            self._replace(sorted({row[0] for row in rows}))
        return len(rows)

    @api.model
    def _replace(self, ids):
        """Write the keys of these clients in place of those they had; who is no client (any more) has none."""
        # sudo: clients are compared over the whole base; who may see a pair is asked when it is shown
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        query = partners._search([*partners._get_client_domain(), ("id", "in", ids)])
        columns = ("name", "vat", "ref", "email", "phone", "website")
        table = [SQL.identifier(partners._table, name) for name in ("id", *columns)]
        rows = self.env.execute_query(query.select(*table))
        keys = [
            (partner_id, kind, value)
            for partner_id, *texts in rows
            for kind, value in get_keys(dict(zip(columns, texts, strict=True))).items()
        ]
        self.env.cr.execute("DELETE FROM client_key WHERE partner_id = ANY(%s)", [ids])
        self.env.cr.execute(
            "INSERT INTO client_key (partner_id, kind, value)"
            " SELECT * FROM unnest(%s::int[], %s::varchar[], %s::varchar[])",
            [list(column) for column in zip(*keys, strict=True)] if keys else [[], [], []],
        )
        self.invalidate_model(flush=False)

    @api.model
    def _get_cards(self, ids):
        """Return the keys of clients as :func:`get_likeness` takes them: ``{partner id: {kind: value}}``."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner_id, kind, value FROM client_key WHERE partner_id = ANY(%(ids)s)
                 UNION ALL
                SELECT partner.id, 'country', country.code
                  FROM res_partner partner JOIN res_country country ON country.id = partner.country_id
                 WHERE partner.id = ANY(%(ids)s)
                """,
                ids=list(ids),
            )
        )
        cards = {}
        for partner_id, kind, value in rows:
            cards.setdefault(partner_id, {})[kind] = value
        return cards

    @api.model
    def _find_cards(self, wanted):
        """Return what the cards say that have one of the keys ``[(kind, value)]``: ``{partner id: texts}``."""
        kinds, values = zip(*wanted, strict=True) if wanted else ((), ())
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT partner.id, partner.name, country.code AS country, partner.vat, partner.ref, partner.email,
                       partner.phone
                  FROM res_partner partner
             LEFT JOIN res_country country ON country.id = partner.country_id
                 WHERE partner.id IN (
                       SELECT known.partner_id FROM unnest(%s::varchar[], %s::varchar[]) AS wanted (kind, value)
                         JOIN client_key known ON known.value = wanted.value AND known.kind = wanted.kind)
                """,
                list(kinds),
                list(values),
            )
        )
        return {row.pop("id"): {name: text or "" for name, text in row.items()} for row in rows}

    @api.model
    def _find_candidates(self, ids):
        """Return whom these clients may be, by an equal key or a name that sounds alike: ``{(id, other id)}``."""
        same = SQL(
            """
            SELECT mine.partner_id, other.partner_id FROM client_key mine
        CROSS JOIN LATERAL (SELECT partner_id FROM client_key
                             WHERE value = mine.value AND kind = mine.kind AND partner_id <> mine.partner_id
                             LIMIT %s) other
             WHERE mine.partner_id = ANY(%s)
            """,
            CROWD,
            ids,
        )
        found = self.env.execute_query(same)
        if self.env.registry.has_trigram:
            self.env.cr.execute("SET LOCAL pg_trgm.similarity_threshold = 0.55")
            found += self.env.execute_query(
                SQL(
                    """
                    SELECT mine.partner_id, other.partner_id FROM client_key mine
                CROSS JOIN LATERAL (SELECT partner_id FROM client_key
                                     WHERE kind = 'name' AND value %% mine.value AND partner_id <> mine.partner_id
                                  ORDER BY similarity(value, mine.value) DESC, partner_id LIMIT %s) other
                     WHERE mine.partner_id = ANY(%s) AND mine.kind = 'name' AND length(mine.value) > 5
                    """,
                    NEAREST,
                    ids,
                )
            )
        return {(min(pair), max(pair)) for pair in found}
