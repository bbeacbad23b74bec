import base64
import binascii
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from odoo.addons.base_import.models.base_import import ImportValidationError

from ..tools.address import Gazetteer
from ..tools.client_index import ClientIndex
from ..tools.likeness import get_keys
from ..tools.row_reader import SEVERITIES, RowReader, map_headers

BATCH = 1000


class ClientImport(models.Model):
    """A client list from a spreadsheet: staged whole, checked row by row, then all or nothing."""

    _name = "client.import"
    _description = "Client Import"
    _order = "id desc"

    name = fields.Char(compute="_compute_name", store=True)
    file = fields.Binary(required=True, attachment=True, help="A spreadsheet (XLSX, ODS, CSV) with a header row.")
    filename = fields.Char()
    owner_ids = fields.Many2many(
        "res.users",
        string="Deal out to",
        domain=[("share", "=", False)],
        help="Rows that name no manager are dealt out to these in turn. "
        "Choose nobody, and they become clients without an owner.",
    )
    state = fields.Selection(
        [("draft", "File"), ("checked", "Checked"), ("done", "Imported")],
        string="Status",
        required=True,
        default="draft",
        readonly=True,
        copy=False,
    )
    row_ids = fields.One2many("client.import.row", "import_id", string="Rows")
    unread_columns = fields.Char(readonly=True, copy=False)
    row_count = fields.Integer(string="Rows in All", compute="_compute_row_counts")
    clean_count = fields.Integer(string="Clean", compute="_compute_row_counts")
    mended_count = fields.Integer(string="Mended", compute="_compute_row_counts")
    question_count = fields.Integer(string="Questions", compute="_compute_row_counts")
    duplicate_count = fields.Integer(string="Duplicates", compute="_compute_row_counts")
    error_count = fields.Integer(string="Errors", compute="_compute_row_counts")
    imported_count = fields.Integer(string="Imported Clients", compute="_compute_row_counts")
    pending_count = fields.Integer(string="To Be Imported", compute="_compute_row_counts")

    @api.depends("filename")
    def _compute_name(self):
        for record in self:
            record.name = record.filename or self.env._("Client list")

    @api.depends("row_ids.state", "row_ids.decision", "row_ids.partner_id")
    def _compute_row_counts(self):
        rows = self.env["client.import.row"]
        by_state = defaultdict(dict)
        for batch, state, count in rows._read_group(
            [("import_id", "in", self.ids)], ["import_id", "state"], ["__count"]
        ):
            by_state[batch][state] = count
        decided = {
            batch: (imported, chosen - imported)
            for batch, chosen, imported in rows._read_group(
                [("import_id", "in", self.ids), ("decision", "=", "import")],
                ["import_id"],
                ["__count", "partner_id:count"],
            )
        }
        for batch in self:
            counts = by_state[batch._origin]
            for state in SEVERITIES:
                batch[f"{state}_count"] = counts.get(state, 0)
            batch.row_count = sum(counts.values())
            batch.imported_count, batch.pending_count = decided.get(batch._origin, (0, 0))

    def action_check(self):
        """Read the file into rows and say what was found in each; nothing else changes."""
        self.ensure_one()
        self._check_not_done()
        header, *rows = self._read_table()
        if "name" not in map_headers(header).values():
            raise UserError(
                self.env._(
                    "“%(file)s” has no column with the clients' names. Its first row must be the headers, one of "
                    "them “Name”; found there: %(headers)s",
                    file=self.name,
                    headers=", ".join(str(cell) for cell in header)[:200],
                )
            )
        reader = self._get_reader(header)
        readings = [reader.read(number, cells) for number, cells in enumerate(rows, 2)]
        self._find_known_clients(readings)
        self.row_ids.unlink()
        self.row_ids.create(self._prepare_row_values(readings))
        self.unread_columns = ", ".join(
            name for number, name in enumerate(reader.headers) if name and number not in reader.columns
        )
        self.state = "checked"

    def action_import(self):
        """Create all clients that are to be imported and are not yet, or none."""
        self.ensure_one()
        if self.state == "draft":
            self.action_check()
        rows = self.row_ids.filtered(lambda row: row.decision == "import" and not row.partner_id)
        if not rows:
            raise UserError(self.env._("No row is to be imported: choose “Import” for those that are to come in."))
        obstacles = {row.number: obstacle for row in rows if (obstacle := row._get_obstacle())}
        if obstacles:
            raise UserError(
                self.env._(
                    "Nothing was imported: %(count)s rows cannot be as they are. Correct or skip them first.\n%(rows)s",
                    count=len(obstacles),
                    rows="\n".join(f"{number}: {obstacle}" for number, obstacle in list(obstacles.items())[:10]),
                )
            )
        # sudo: who enters data creates clients for managers whose clients he does not see afterwards
        partners = self.env["res.partner"].sudo().with_context(tracking_disable=True)
        created = partners.create([row._prepare_partner_values() for row in rows])
        for row, partner in zip(rows.sudo(), created, strict=True):
            row.partner_id = partner
        self.state = "done"

    def action_open_rows(self):
        """Open the rows in the state that the pressed figure counts."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("client_base.client_import_row_action")
        state = self.env.context.get("row_state")
        context = {f"search_default_filter_{state}": 1} if state else {}
        return {**action, "domain": [("import_id", "=", self.id)], "context": context}

    def _check_not_done(self):
        if self.state == "done":
            raise UserError(
                self.env._("“%s” has been imported already. Make a new import for another file.", self.name)
            )

    def _read_table(self):
        """Return the file's rows as lists of cells, the header first.

        :raise UserError: when it is no readable spreadsheet with at least one row under a header
        """
        try:
            content = base64.b64decode(self.with_context(bin_size=False).file or b"", validate=True)
        except binascii.Error:
            content = b""
        if not content.strip(b"\0 \r\n\t"):
            raise UserError(self.env._("“%s” is empty. Choose a spreadsheet with your clients.", self.name))
        reader = self.env["base_import.import"].create(
            {"res_model": "res.partner", "file": content, "file_name": self.filename}
        )
        try:
            rows = self._read_cells(reader)
        except (ImportValidationError, ValueError, AttributeError) as error:
            raise UserError(self.env._("“%(file)s” cannot be read: %(error)s", file=self.name, error=error)) from error
        if len(rows) < 2:
            raise UserError(
                self.env._("“%s” has no rows under its header. Choose a spreadsheet with your clients.", self.name)
            )
        return rows

    @api.model
    def _read_cells(self, reader):
        options = {"quoting": '"', "separator": "", "encoding": ""}
        _length, rows = reader._read_file(options)
        # One row of another length hides the separator from Odoo; the header shows it.
        header = rows[0] if rows else ()
        separator = next((sign for sign in ";\t|" if len(header) == 1 and sign in str(header[0])), "")
        return reader._read_file({**options, "separator": separator})[1] if separator else rows

    def _get_reader(self, header):
        return RowReader(header, self._get_gazetteer(), self._get_industries(), self._get_managers())

    def _get_gazetteer(self):
        countries = self.env["res.country"].search([])  # pylint: disable=no-search-all
        world = Gazetteer(
            {country.with_context(lang=lang).name: country.code for lang in self._get_langs() for country in countries}
        )
        # Only these countries' addresses name the state in place of the country.
        for state in self.env["res.country.state"].search([("country_id.code", "in", ("US", "CA"))]):
            for text in {state.name, state.code}:
                world.add_state(text, state.country_id.code, state.code)
        return world

    def _get_langs(self):
        return [code for code, _name in self.env["res.lang"].get_installed()]

    def _get_industries(self):
        return {industry.name.casefold(): industry for industry in self.env["res.partner.industry"].search([])}

    def _get_managers(self):
        users = self.env["res.users"].search([("share", "=", False)])
        return {text.casefold(): user for user in users for text in (user.login, user.email or user.login, user.name)}

    def _find_known_clients(self, readings):
        """Add a finding to each reading whose client is already in the base.

        Who may not see that client learns only that it exists.
        """
        known = self._get_known_clients(readings)
        partners = self.env["res.partner"]
        visible = partners.with_context(active_test=False).search([("id", "in", [*known.values()])])
        for number, partner_id in known.items():
            partner = partners.browse(partner_id)
            if partner in visible:
                readings[number].find("duplicate_in_base", client=partner.display_name)
            else:
                readings[number].find("duplicate_hidden")

    def _get_known_clients(self, readings):
        """Return ``{position in readings: partner id}`` of those that the whole base knows."""
        return {
            number: partner_id
            for numbers in split_every(BATCH, range(len(readings)), list)
            for number, partner_id in self._get_known_of([readings[number] for number in numbers], numbers)
            if partner_id
        }

    def _get_known_of(self, readings, numbers):
        keys = self.env["client.key"]
        keys._refresh()
        index = ClientIndex()
        wanted = [
            tuple(pair) for reading in readings for pair in get_keys(reading.values).items() if pair[0] != "website"
        ]
        for partner_id, card in sorted(keys._find_cards(wanted).items()):
            index.add(card, partner_id)
        return zip(numbers, (index.find(reading.values) for reading in readings), strict=True)

    def _prepare_row_values(self, readings):
        countries = {country.code: country for country in self.env["res.country"].search([])}
        states = {
            (state.country_id.code, state.code): state
            for state in self.env["res.country.state"].search([("country_id.code", "in", ("US", "CA"))])
        }
        industries, managers = self._get_industries(), self._get_managers()
        values_list = []
        for number, reading in enumerate(readings, 2):
            values = reading.values
            said = {name: values.get(name) or False for name in ("name", "city", "street", "zip", "phone", "email")}
            said |= {name: values.get(name) or False for name in ("website", "vat", "ref", "employees")}
            owner = managers.get(values.get("manager", "").casefold())
            if not owner and self.owner_ids:
                owner = self.owner_ids[(number - 2) % len(self.owner_ids)]
            values_list.append(
                {
                    **said,
                    "import_id": self.id,
                    "number": number,
                    "state": reading.state,
                    "decision": self.row_ids._get_default_decision(reading.state),
                    "findings": reading.findings,
                    "rest": reading.rest,
                    "country_id": countries[values["country"]].id if values.get("country") else False,
                    "state_id": states[values["country"], values["state"]].id if values.get("state") else False,
                    "industry_id": industries[values["industry"]].id if values.get("industry") else False,
                    "owner_id": owner.id if owner else False,
                }
            )
        return values_list
