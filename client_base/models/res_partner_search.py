from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from . import late_index

# A fragment of so many letters has a trigram, which the index can look up.
TRIGRAM = 3
# Of more matches than these the first by name are found faster by walking along the names.
FEW = 5000


def _get_search_index(registry):
    """Return the definition of the index that finds any part of what one remembers of a client."""
    if not registry.has_trigram:
        return ""
    columns = ("complete_name", "email", "phone", "ref", "vat", "company_registry")
    parts = (f"{registry.unaccent(column) if registry.has_unaccent else column} gin_trgm_ops" for column in columns)
    return f"USING gin ({', '.join(parts)})"


class ResPartner(models.Model):
    """Finding a client among a million by any part of name, e-mail, phone, reference or tax number."""

    _inherit = "res.partner"
    _rec_names_search = ["complete_name", "email", "phone", "ref", "vat", "company_registry"]

    _client_search_index = late_index.LateIndex(_get_search_index)

    def _register_hook(self):
        super()._register_hook()
        late_index.build(self)

    @api.model
    def _search_display_name(self, operator, value):
        matches = self._get_matches(operator, value)
        if matches is None:
            return super()._search_display_name(operator, value)
        return Domain("id", "in", SQL("(SELECT unnest(%s))", matches))

    @api.model
    def _get_matches(self, operator, value):
        """Look up by the index what a name search looks for, and leave only the order to the caller.

        Asked for the first few by name, PostgreSQL would walk along all names until it has met
        enough matches, which for a rare fragment is the whole table.

        :return: the array of the partners' ids as SQL, ``None`` where the index is no help
        """
        if operator not in ("ilike", "like") or not isinstance(value, str) or len(value.strip()) < TRIGRAM:
            return None
        # As Odoo looks it up in the columns.
        domain = super()._search_display_name(operator, value)  # pylint: disable=super-method-mismatch
        if " " in value.strip() and "@" not in value:
            # Not an address: those have no blanks, and their many alike parts take the index the longest.
            domain = domain.map_conditions(lambda leaf: Domain.FALSE if leaf.field_expr == "email" else leaf)
        # Without the rules, which asked for one's own clients would have PostgreSQL read them all besides the
        # index: they are applied to the matches, by the search that this is a part of.
        matches = self.with_context(active_test=False)._search(domain, limit=FEW + 1, bypass_access=True)
        # As text: back and forth as numbers a thousand of them would take as long as the search.
        [(count, ids)] = self.env.execute_query(
            SQL("SELECT count(*), array_agg(id)::text FROM (%s) AS match", matches.select())
        )
        if count > FEW:
            return None
        # An array that PostgreSQL has to make first: told how many they are, it would walk along all names after all.
        return SQL("ARRAY(SELECT unnest(%s::int[]))", ids or "{}")

    @api.model
    def _get_chosen_domain(self, ids, domain=None):
        """Return the domain of the partners ticked in a list.

        :param list ids: those that the list sent, archived ones too
        :param domain: the list's own, which counts when the list has more than it may send
        :rtype: Domain
        """
        # sudo: the limit of ids that a list sends is no secret
        limit = int(self.env["ir.config_parameter"].sudo().get_param("web.active_ids_limit", "20000"))
        if domain and len(ids) >= limit:
            return Domain(domain)
        return Domain("id", "in", ids) & Domain("active", "in", [True, False])
