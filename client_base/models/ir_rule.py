from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL, ormcache


class IrRule(models.Model):
    """Guards every model through which a client can be reached.

    The rule on partners is a record like any other (``res_partner_rule_client_scope``).  All other
    models take theirs from it: a row that names a client is seen by who sees the client.  Which
    models name clients is read from their fields (``base._get_client_fields``), so that a new model
    is guarded from its first day.  The guard is AND-ed to all other rules, so that no group rule of
    another addon widens it.
    """

    _inherit = "ir.rule"

    def _eval_context(self):
        """Let rule domains name ``client_scope``: whose clients the user sees, None meaning all."""
        return {**super()._eval_context(), "client_scope": self.env.user._client_scope()}

    def _compute_domain_context_values(self):
        """Keep domains per scope: it changes by itself when a substitution begins or ends."""
        yield from super()._compute_domain_context_values()
        # No rule binds the superuser.
        yield None if self.env.su else self.env.user._client_scope()

    @api.model
    @ormcache("self.env.uid", "self.env.su", "model_name", "mode", "tuple(self._compute_domain_context_values())")
    def _compute_domain(self, model_name, mode="read"):
        domain = super()._compute_domain(model_name, mode)
        if self.env.su:
            return domain
        guarded = (domain & self._get_client_guard(model_name)).optimize(self.env[model_name])
        return self._resolve_companies(guarded, self.env[model_name])

    @api.model
    def _resolve_companies(self, domain, model):
        """Name in ``domain`` the companies that it describes by their place among the others.

        Each search would look them up again.  Rules are kept until a company comes or goes, and none changes
        its parent.
        """

        def resolve(leaf):
            field = model._fields.get(leaf.field_expr)
            told = leaf.operator in ("parent_of", "child_of") and field and field.comodel_name == "res.company"
            return leaf.optimize_full(model) if told else leaf

        return domain.map_conditions(resolve).optimize(model)

    @api.model
    def _get_client_branches(self):
        """Return the domains, no two of which share a row, whose union the rules on partners let the user read.

        :return: none where the rules are no OR on the client's owner
        :rtype: list[Domain]
        """
        # sudo: as rules are always evaluated
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        rules = self._compute_domain("res.partner").optimize_full(partners)
        parts = rules.children if getattr(rules, "OPERATOR", "") == "&" else (rules,)
        for part in parts:
            names = {leaf.field_expr for leaf in part.iter_conditions()}
            if getattr(part, "OPERATOR", "") == "|" and "client_owner_id" in names:
                others = Domain.AND(other for other in parts if other is not part)
                earlier = (Domain.OR(part.children[:number]) for number in range(len(part.children)))
                return [branch & ~before & others for branch, before in zip(part.children, earlier, strict=True)]
        return []

    @api.model
    def _get_client_guard(self, model_name):
        """Return which rows of the model the current user may see on account of their clients."""
        model = self.env[model_name]
        if self.env.user._client_scope() is None or model_name == "res.partner":
            return Domain.TRUE
        guard = self._get_field_guard(model)
        for name in model._get_client_reference_fields():
            guard &= self._get_reference_guard(model._fields[name])
        return guard

    @api.model
    def _get_field_guard(self, model):
        """Return the guard by the fields that hold clients."""
        clients = self._get_client_scope_domain()
        if model._name == "res.partner":
            return clients
        me = self.env.user.partner_id.ids
        guard = model._get_own_rows_domain()
        for name in model._get_client_fields():
            if model._fields[name].type == "many2one":
                guard &= Domain(name, "=", False) | Domain(name, "any!", clients)
            else:
                # Whoever is among the partners of a row (an event) knows it.
                known = Domain(name, "in", me) | model._get_known_rows_domain()
                guard &= known | Domain(name, "not any!", ~clients)
        for name in model._get_whole_fields():
            whole = self._get_field_guard(self.env[model._fields[name].comodel_name])
            if not whole.is_true():
                alone = Domain.FALSE if model._fields[name].required else Domain(name, "=", False)
                guard &= alone | Domain(name, "any!", whole)
        return guard

    @api.model
    def _get_client_scope_domain(self):
        """Return the domain of the partners whose rows the current user sees.

        What one entered and is still nobody's, the rule on partners shows to everybody, and this to operators
        only: a manager's new client is the manager's, unless the salesperson is emptied at once.  That is too
        rare for one more condition in all that managers read.
        """
        seen = Domain("client_open", "=", True) | Domain("client_owner_id", "in", self.env.user._client_scope())
        if self.env.user.has_group("client_base.group_client_operator"):
            # Operators own no clients: they work the cards that they entered until these have a manager.
            seen |= self.env["res.partner"]._get_entered_domain()
        return seen

    @api.model
    def _get_reference_guard(self, field):
        """Return the guard of a field that holds the id of a record of any model.

        Only documents that one can talk about and that the user's groups may read are looked up, as
        followers, meetings and letters hang on no others, nor on their like: a row that names any other
        record of a client is nobody's to see.
        """
        guarded = {
            name: guard
            for name in self._get_client_models()
            if not (guard := self._get_field_guard(self.env[name])).is_true()
        }
        visible = Domain(field.model_field, "not in", list(guarded))
        talked = {
            name: guard
            for name, guard in guarded.items()
            if name != field.model_name
            and isinstance(self.env[name], self.pool["mail.thread"])
            and self.env["ir.model.access"].check(name, raise_exception=False)
        }
        ways = {name: way for name in talked if (way := self.env[name]._get_way_to_client())}
        visible |= Domain(field.model_field, "in", list(ways)) & self._get_way_guard(field, ways)
        for name in talked.keys() - ways.keys():
            # sudo: the query is a part of the guard itself
            query = self.env[name].sudo().with_context(active_test=False)._search(talked[name])
            # As SQL: rules are kept beyond the transaction, where a query would keep what it once found.
            visible |= Domain(field.model_field, "=", name) & Domain(field.name, "in", query.select())
        return visible

    @api.model
    def _get_way_guard(self, field, ways):
        """Return the guard of the rows whose documents lead to their clients by the columns ``ways``.

        It first finds the client, whichever model the document is of, and then asks once whether that
        is seen: as a condition for each model PostgreSQL would plan longer than it reads.
        """
        # sudo: the query is a part of the guard itself
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        seen = partners._search(self._get_client_scope_domain())
        seen.add_where(SQL("%s = client.id", SQL.identifier(seen.table, "id")))
        # A document without a client is no client's; one that is gone is nobody's to see.
        # The offset keeps the planner from repeating the search for the client in each place that names it.
        guard = SQL(
            "(SELECT CASE document.model %s END OFFSET 0) AS client (id) WHERE client.id = 0 OR EXISTS (%s)",
            SQL(" ").join(self._select_client(self.env[name], way) for name, way in ways.items()),
            seen.select(SQL("1")),
        )

        def make_sql(model, alias, query):
            # Not by its column: some rows take the name of the model from what they are a part of.
            # sudo: as rules are always evaluated
            kind = model.sudo()._field_to_sql(alias, field.model_field, query)
            document = SQL.identifier(alias, field.name, to_flush=field)
            return SQL(
                "EXISTS (SELECT FROM (SELECT %s, %s) AS document (model, id), LATERAL %s)", kind, document, guard
            )

        return Domain.custom(to_sql=make_sql)

    @api.model
    def _select_client(self, model, way):
        column = SQL.identifier(model._table, way, to_flush=model._fields[way])
        table, key = SQL.identifier(model._table), SQL.identifier(model._table, "id")
        return SQL(
            "WHEN %s THEN (SELECT COALESCE(%s, 0) FROM %s WHERE %s = document.id)", model._name, column, table, key
        )

    @api.model
    @ormcache()
    def _get_client_models(self):
        """Return the names of the models whose rows are about clients."""
        return [
            name
            for name, model in self.env.items()
            if not model._abstract and not model._transient and (name == "res.partner" or model._get_client_fields())
        ]

    def _make_access_error(self, operation, records):
        """Say no without the forbidden record's name, which Odoo shows in debug mode."""
        if self.env.user._client_scope() is None or records._name not in self._get_client_models():
            return super()._make_access_error(operation, records)
        return AccessError(self.env._("This belongs to a client that is not yours to see. Ask your team lead for it."))
