from collections import defaultdict

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Command, Domain

NOT_ABOUT_CLIENTS = {
    # Imports and raw cards have rules of their own; messages are seen by who sees the document they hang on.
    *("client.import.row", "client.intake", "mail.activity", "mail.message", "res.partner"),
    # Settings, and what is ourselves or tells partners apart.
    *("ir.actions.server", "ir.attachment", "ir.model.data"),
    *("res.company", "res.partner.category", "res.partner.tag", "stock.rule", "stock.warehouse"),
    # Colleagues, some of whom work at a client's.
    *("hr.employee", "hr.employee.public", "hr.job", "hr.version", "hr.work.location"),
    # What we offer to everybody: that a client waits for it, makes it, watched it or has the rooms for it
    # is told by the client's own name, which the client itself withholds.
    *("event.event", "fleet.vehicle.model", "mrp.bom", "product.product", "slide.slide"),
}
# Of the models above those whose rows repeat what was said to a client, or is to be done there.
SAID_OF_CLIENTS = {"mail.activity", "mail.message"}


class Base(models.AbstractModel):
    """What every model knows about the clients that its rows are about; ``ir.rule`` guards by it."""

    _inherit = "base"

    @api.model
    def _get_client_fields(self):
        """Return the names of the fields that say which client a row is about.

        ``partner_id`` where there is one: further partners of a row (an invoice address, a payer)
        are shown by name only, and that name the partner itself withholds.  Otherwise all fields
        that hold partners.  Models that know better override it.
        """
        if self._name in NOT_ABOUT_CLIENTS:
            return []
        names = [
            name
            for name, field in self._fields.items()
            if field.store and field.type in ("many2one", "many2many") and field.comodel_name == "res.partner"
        ]
        return ["partner_id"] if "partner_id" in names else names

    @api.model
    def _get_client_reference_fields(self):
        """Return the names of the fields that hold the id of a record of any model, a client's too."""
        if self._name in NOT_ABOUT_CLIENTS:
            return []
        return [
            name
            for name, field in self._fields.items()
            if field.store and field.type == "many2one_reference" and field.model_field
        ]

    @api.model
    def _get_whole_fields(self):
        """Return the names of the fields that say what a row is a part of: it is seen with the whole.

        That is what it cannot be without, or what its own fields take a partner from.  Not where the row itself
        repeats whose client the whole is about, as the line of an order does.
        """
        if self._name in NOT_ABOUT_CLIENTS:
            return []
        repeated = {related for name in self._get_client_fields() if (related := self._fields[name].related)}
        taken = {
            field.related.partition(".")[0]
            for field in self._fields.values()
            if field.related and field.type == "many2one" and field.comodel_name == "res.partner"
        }
        return [
            name
            for name, field in self._fields.items()
            if field.store
            and field.type == "many2one"
            and (field.required or name in taken)
            and field.comodel_name not in (self._name, "res.partner", "res.users")
            and self.env[field.comodel_name]._get_client_fields()
            and not (repeated and f"{name}.{self.env[field.comodel_name]._get_way_to_client()}" in repeated)
        ]

    @api.model
    def _get_way_to_client(self):
        """Return the name of the one column that alone says whose client a row is about, or none."""
        if self._name == "res.partner":
            return "id"
        names = self._get_client_fields()
        alone = len(names) == 1 and self._fields[names[0]].type == "many2one"
        return names[0] if alone and not self._get_whole_fields() and self._get_own_rows_domain().is_true() else None

    @api.model
    def _get_own_rows_domain(self):
        """Return what limits a user with own clients to rows of his own, where no field tells of a client."""
        return Domain.TRUE

    @api.model
    def _get_known_rows_domain(self):
        """Return the domain of the rows that the user knows whichever clients are among their partners."""
        return Domain.FALSE

    # A row with a foreign client in it would copy the client's address, e-mail and phone into fields
    # of its own, computed by the superuser: so such a row is not made in the first place, nor one with
    # a document of that client.

    @api.model_create_multi
    def create(self, vals_list):
        self._check_client_values(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._check_client_values([vals])
        return super().write(vals)

    @api.model
    def default_get(self, fields):
        defaults = super().default_get(fields)
        if self._is_client_scoped():
            # What the context names, in whatever form, and what users have set for themselves.
            named = {name: self.env.context.get(f"default_{name}") for name in fields}
            self._check_client_values([named, defaults])
        return defaults

    def onchange(self, values, field_names, fields_spec):
        self._check_client_values([values])
        return super().onchange(values, field_names, fields_spec)

    def export_data(self, fields_to_export):
        data = super().export_data(fields_to_export)
        self.env["client.export"]._record("spreadsheet", self, ", ".join(fields_to_export))
        return data

    @api.model
    def _get_plain_defaults(self, names):
        """Return what fields that only the server writes begin with, whatever context or users have for a default."""
        fields = {name: self._fields[name] for name in names}
        return {
            name: field.convert_to_write(field.default(self), self) if field.default else False
            for name, field in fields.items()
        }

    @api.model
    def _check_client_values(self, vals_list):
        """Raise AccessError when ``vals_list`` name a client, or a row about one, that the user may not see."""
        if not self._is_client_scoped():
            return
        for model, ids in self._get_named_rows(vals_list).items():
            if not self.env[model].browse(ids).exists()._is_seen_with_client():
                raise AccessError(
                    self.env._("This client is not yours to work with: it has another manager. Ask your team lead.")
                )

    @api.model
    def _is_client_scoped(self):
        """Tell whether the user sees some clients only."""
        return not self.env.su and self.env.user._client_scope() is not None

    def _is_seen_with_client(self):
        """Tell whether the user sees these rows, or, of rows that he may not read at all, the clients they are about.

        Odoo itself names such rows for him: the e-mail that a notification is of, say.
        """
        if self.env["ir.model.access"].check(self._name, raise_exception=False):
            return self.has_access("read")
        guard = self.env["ir.rule"]._get_client_guard(self._name)
        # sudo: it is asked for their clients only
        rows = self.sudo().with_context(active_test=False)
        return rows.search_count(Domain("id", "in", self.ids) & guard) == len(self)

    @api.model
    def _get_named_rows(self, vals_list):
        """Return ``{model: ids}`` of the rows about clients that ``vals_list`` name, in new rows within them too.

        A browser may also send a row as ``{"id": …}``, with values beside it.
        """
        found = defaultdict(set)
        about = self.env["ir.rule"]._get_client_models()
        for vals in vals_list:
            for name, value in vals.items():
                field = self._fields.get(name)
                if not value or not field or not field.relational:
                    continue
                if field.type == "many2one":
                    inner = [value] if isinstance(value, dict) else []
                    row_id = self._get_named_id(value)
                    if row_id and (field.comodel_name in about or field.comodel_name in SAID_OF_CLIENTS):
                        found[field.comodel_name].add(row_id)
                else:
                    inner = [part for part in map(self._get_new_values, value) if part]
                for model, ids in self.env[field.comodel_name]._get_named_rows(inner).items() if inner else ():
                    found[model] |= ids
        # Whoever works does so in his own name.
        found["res.users"].discard(self.env.uid)
        return {model: ids for model, ids in found.items() if ids}

    @api.model
    def _get_named_id(self, value):
        """Return the id that the value of a many2one names, or None."""
        if isinstance(value, dict):
            value = value.get("id")
        elif isinstance(value, tuple):
            value = value[:1] and value[0]
        if isinstance(value, api.NewId):
            value = value.origin
        return value if isinstance(value, int) else None

    @api.model
    def _get_new_values(self, part):
        """Return the values of a row that ``part`` of the value of an x2many makes or changes, or None."""
        if isinstance(part, (list, tuple)) and len(part) == 3 and part[0] in (Command.CREATE, Command.UPDATE):
            part = part[2]
        return part if isinstance(part, dict) else None

    def _mail_get_partners(self, *args, **kwargs):
        # Odoo asks as the superuser for whom to write to about any row.
        if self._is_client_scoped():
            self.check_access("read")
        return super()._mail_get_partners(*args, **kwargs)
