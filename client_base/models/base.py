from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

# Models whose partners are colleagues, ourselves or settings, not clients that a row is about; messages,
# which are seen by who sees the document they hang on; imports and raw cards, which
# have rules of their own.
NOT_ABOUT_CLIENTS = {
    "client.import.row",
    "client.intake",
    "ir.actions.server",
    "ir.attachment",
    "ir.model.data",
    "mail.activity",
    "mail.message",
    "res.company",
    "res.partner",
    "res.partner.category",
}


class Base(models.AbstractModel):
    """What every model knows about the clients that its rows are about; ``ir.rule`` guards by it."""

    _inherit = "base"

    @api.model
    def _get_client_fields(self):
        """Return the names of the fields that say which client a row is about.

        ``partner_id`` where there is one: further partners of a row (an invoice address, a payer)
        are shown by name only, and that name the partner itself withholds.  Otherwise all fields
        that hold partners.
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

        Not where the row itself repeats whose client the whole is about, as the line of an order does.
        """
        if self._name in NOT_ABOUT_CLIENTS:
            return []
        repeated = {related for name in self._get_client_fields() if (related := self._fields[name].related)}
        return [
            name
            for name, field in self._fields.items()
            if field.store
            and field.type == "many2one"
            and field.required
            and field.ondelete == "cascade"
            and field.comodel_name not in (self._name, "res.partner")
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

    # A row with a foreign client in it would copy the client's address, e-mail and phone into fields
    # of its own, computed by the superuser: so such a row is not made in the first place.

    @api.model_create_multi
    def create(self, vals_list):
        self._check_client_values(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._check_client_values([vals])
        return super().write(vals)

    def onchange(self, values, field_names, fields_spec):
        self._check_client_values([values])
        return super().onchange(values, field_names, fields_spec)

    def export_data(self, fields_to_export):
        data = super().export_data(fields_to_export)
        self.env["client.export"]._record("spreadsheet", self, ", ".join(fields_to_export))
        return data

    @api.model
    def _check_client_values(self, vals_list):
        """Raise AccessError when ``vals_list`` name a partner that the user may not see."""
        if self.env.su or self.env.user._client_scope() is None:
            return
        ids = {
            value
            for vals in vals_list
            for name, value in vals.items()
            if value
            and isinstance(value, int)
            and (field := self._fields.get(name))
            and field.type == "many2one"
            and field.comodel_name == "res.partner"
        }
        if ids and not self.env["res.partner"].browse(ids).exists().has_access("read"):
            raise AccessError(
                self.env._("This client is not yours to work with: it has another manager. Ask your team lead.")
            )
