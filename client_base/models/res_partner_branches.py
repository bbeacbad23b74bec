from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


def _replace(domain, leaf, other):
    return domain.map_conditions(lambda condition: other if condition == leaf else condition)


class ResPartner(models.Model):
    """Reads what the rule on partners lets through by an index for each of its branches.

    The rule is an OR: own clients, colleagues, what one entered.  As one condition PostgreSQL would
    answer "the first 80 by name" by walking along all names until it has met enough, which for a
    manager's hundredth of the base is far, and would fetch every row that it counts.  As a union of
    its branches each is read in the right order, and by its index alone where that suffices.
    """

    _inherit = "res.partner"

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, *, active_test=True, bypass_access=False):
        domain, matches = self._look_up_names(Domain(domain))
        plain = self.env.su or bypass_access or domain.is_false() or matches or self._names_rows(domain)
        branches = () if plain else self.env["ir.rule"]._get_client_branches()
        if not branches:
            query = super()._search(domain, offset, limit, order, active_test=active_test, bypass_access=bypass_access)
        else:
            self.browse().check_access("read")
            # The rules are not bypassed: they are what is read.
            query = super()._search(domain, offset, limit, order, active_test=active_test, bypass_access=True)
        if not query.is_empty():
            for ids in matches:
                query.add_where(SQL("%s = ANY(%s)", SQL.identifier(self._table, "id"), ids))
            if branches:
                self._restrict_to_branches(query, branches)
        return query

    @api.model
    def _names_rows(self, domain):
        """Tell whether ``domain`` says which rows, or whose contacts, it is about: those are found without branches."""
        return any(
            leaf.field_expr in ("id", "parent_id")
            and leaf.operator in ("=", "in", "child_of")
            and leaf.value is not False
            for leaf in domain.iter_conditions()
        )

    @api.model
    def _look_up_names(self, domain):
        """Take the conditions on the name out of ``domain`` that must hold and name few rows.

        :return: ``(the rest of the domain, [the arrays of the ids of those rows])``
        """
        matches = []
        for leaf in [leaf for leaf in domain.iter_conditions() if leaf.field_expr == "display_name"]:
            # One that stands in an OR or a NOT leaves something to find where it does not hold.
            if _replace(domain, leaf, Domain.FALSE).is_false():
                ids = self._get_matches(leaf.operator, leaf.value)
                if ids is not None:
                    matches.append(ids)
                    domain = _replace(domain, leaf, Domain.TRUE)
        return domain, matches

    @api.model
    def _restrict_to_branches(self, query, branches):
        """Have ``query`` read the rows of ``branches`` only: of each no more than it can show."""
        # sudo: as rules are always evaluated
        partners = self.sudo().with_context(active_test=False)
        parts = [partners._search(branch) for branch in branches]
        if query.limit and not query._joins:
            for part in parts:
                if query.where_clause:
                    part.add_where(query.where_clause)
                part.order = query.order
                part.limit = query.limit + (query.offset or 0)
            union = SQL(" UNION ALL ").join(SQL("(%s)", part.select()) for part in parts)
            query.add_where(SQL("%s = ANY(ARRAY(%s))", SQL.identifier(self._table, "id"), union))
        else:
            row = SQL("%s.*", SQL.identifier(self._table))
            query._tables[self._table] = SQL("(%s)", SQL(" UNION ALL ").join(part.select(row) for part in parts))
            # Odoo takes a query without a condition for one that lets everything through.
            query.add_where(SQL("TRUE"))

    @api.model
    def search_fetch(self, domain, field_names=None, offset=0, limit=None, order=None):
        """Fetch also what the rules ask of the rows that are read: Odoo would fetch all their fields for it."""
        if field_names and not self.env.su:
            rules = self.env["ir.rule"]._compute_domain(self._name)
            asked = {leaf.field_expr.partition(".")[0] for leaf in rules.iter_conditions()}
            field_names = [*field_names, *(name for name in asked if not self._fields[name].groups)]
        return super().search_fetch(domain, field_names, offset, limit, order)
