from odoo import api, fields, models
from odoo.fields import Domain

# What tells of clients besides the rows that the guard on clients knows.
TELLING = {"client.import.row", "client.intake", "mail.activity", "mail.message"}


class ClientExport(models.Model):
    """One time that client data left the base: the journal that tells who took what.

    Rows are written by the server only and by nobody changed or deleted.  Who may export at all is
    Odoo's own right "Export" on the user.
    """

    _name = "client.export"
    _description = "Export Journal"
    _order = "id desc"
    _rec_name = "model_name"

    user_id = fields.Many2one("res.users", string="Who", required=True, index=True, ondelete="restrict")
    date = fields.Datetime(string="When", required=True, default=fields.Datetime.now, index=True)
    kind = fields.Selection(
        [("spreadsheet", "Spreadsheet"), ("pivot", "Pivot table"), ("print", "Print"), ("card", "Contact card")],
        string="How",
        required=True,
    )
    model = fields.Char(string="Technical Name", required=True)
    model_name = fields.Char(string="What", compute="_compute_model_name", search="_search_model_name")
    content = fields.Text(string="Fields or Document", help="The exported fields, or the printed document.")
    description = fields.Text(string="Taken Out", compute="_compute_description")
    record_count = fields.Integer(string="Records", aggregator="sum")
    client_count = fields.Integer(
        string="Clients", aggregator="sum", help="Not known of a pivot table, whose rows are added up."
    )

    @api.depends("model")
    def _compute_model_name(self):
        for export in self:
            # sudo: names of models are no secret
            export.model_name = self.env["ir.model"].sudo()._get(export.model).name or export.model

    @api.depends("kind", "model", "content")
    @api.depends_context("lang")
    def _compute_description(self):
        """Call exported fields what the reader calls them; ``content`` keeps their technical names."""
        for export in self:
            names = (export.content or "").split(", ")
            export.description = ", ".join(map(export._get_field_label, names))

    def _get_field_label(self, path):
        """Return the label of ``path``, written like "parent_id/name", or itself where it is no field's."""
        model, labels = self.model, []
        for name in path.split("/") if self.kind == "spreadsheet" else ():
            field = self.env[model]._fields.get(name) if model in self.env else None
            if not field:
                return path
            labels.append(self.env["ir.model.fields"].get_field_string(model).get(name, field.string))
            model = field.comodel_name
        return "/".join(labels) or path

    @api.model
    def _search_model_name(self, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        # sudo: names of models are no secret
        named = self.env["ir.model"].sudo().search([("name", operator, value)])
        return Domain("model", "in", named.mapped("model")) | Domain("model", operator, value)

    @api.model
    def _record(self, kind, records, content):
        """Note that the current user takes ``records`` out, where they are about clients."""
        if records and self._is_noted(records._name):
            # sudo: clients are only counted, of records that the user has just read
            clients = self._get_clients(records.sudo())
            self._note(kind, records._name, content, len(records), len(clients))

    @api.model
    def _record_table(self, model, row_count, content):
        """Note that the current user takes out a table of so many rows, added up from records of ``model``."""
        if row_count and self._is_noted(model):
            self._note("pivot", model, content, row_count, 0)

    @api.model
    def _is_noted(self, model):
        return not self.env.su and (model in TELLING or model in self.env["ir.rule"]._get_client_models())

    @api.model
    def _note(self, kind, model, content, record_count, client_count):
        # sudo: the journal is written for the user, not by the user
        self.sudo().create(
            {
                "user_id": self.env.uid,
                "kind": kind,
                "model": model,
                "content": content,
                "record_count": record_count,
                "client_count": client_count,
            }
        )

    @api.model
    def _get_clients(self, records):
        """Return the clients that ``records`` are about, each once."""
        is_activity = "client_partner_id" in records._fields
        partners = records.client_partner_id if is_activity else records._get_client_partners()
        return partners.commercial_partner_id
