from collections import defaultdict
from itertools import cycle, islice

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import split_every

from ..tools.client_index import ClientIndex
from ..tools.likeness import get_keys
from ..tools.row_reader import SEVERITIES

BATCH = 1000
# More rows than these are worked on in the background.
AT_ONCE = 2000


class ClientImport(models.Model):
    """A client list from a spreadsheet: staged whole, checked row by row, then all or nothing."""

    _name = "client.import"
    _inherit = ["client.background.mixin"]
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
    column_ids = fields.One2many("client.import.column", "import_id", string="Columns")
    unread_columns = fields.Char(readonly=True, copy=False)
    job = fields.Selection(
        [("check", "Being checked"), ("import", "Being imported"), ("undo", "Being taken back")],
        readonly=True,
        copy=False,
        help="What goes on in the background.",
    )
    job_began = fields.Datetime(readonly=True, copy=False)
    job_total = fields.Integer(readonly=True, copy=False)
    progress = fields.Float(
        compute="_compute_progress", help="How much of the work in the background is done, in percent."
    )
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
                [("import_id", "in", self.ids), ("decision", "!=", "skip")],
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

    def action_choose_columns(self):
        """Show which column of the file is read into what, to be changed before the file is checked."""
        self.ensure_one()
        self._check_not_done()
        self._guess_columns(*self._read_table())

    def action_check(self):
        """Read the file into rows and say what was found in each; nothing else changes.

        Of a long file this goes on in the background.
        """
        self.ensure_one()
        self._check_not_done()
        header, rows = self._read_table()
        if not self.column_ids:
            self._guess_columns(header, rows)
        if "name" not in self.column_ids.mapped("field"):
            raise UserError(
                self.env._(
                    "“%(file)s” has no column with the clients' names. Its first row must be the headers, one of "
                    "them “Name”; found there: %(headers)s. Press “Choose the Columns” to say which one it is.",
                    file=self.name,
                    headers=", ".join(str(cell) for cell in header)[:200],
                )
            )
        self._check_columns()
        self.row_ids.unlink()
        if len(rows) > AT_ONCE:
            self._begin("check", len(rows))
            return
        self._check_rows(self._get_reader(header), rows)
        self._end_check()

    def _guess_columns(self, header, rows):
        self.column_ids.unlink()
        guessed = self.env["client.import.column"]._guess(header, [*rows.values()])
        self.column_ids.create([{**values, "import_id": self.id} for values in guessed])

    def _check_rows(self, reader, rows):
        """Stage ``rows``: ``{number in the file: cells}``."""
        readings = {number: reader.read(number, cells) for number, cells in rows.items()}
        self._find_known_clients([*readings.values()])
        self.env["client.import.row"].create(self._prepare_row_values(readings))

    def _end_check(self):
        unread = self.column_ids.filtered(lambda column: column.header and not column.field)
        self.write({"state": "checked", "unread_columns": ", ".join(unread.mapped("header"))})

    def action_import(self):
        """Make clients of all rows that are to come in and are not yet there, or of none.

        Of many rows this goes on in the background.
        """
        self.ensure_one()
        if self.state == "draft":
            self.action_check()
            if self.job:
                return
        self._check_idle()
        rows = self.env["client.import.row"].search(self._get_pending_domain())
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
        if len(rows) > AT_ONCE:
            self._begin("import", len(rows))
            return
        rows._import()
        self._end_import()

    @api.constrains("column_ids")
    def _check_columns(self):
        for batch in self:
            read = batch.column_ids.filtered("field").mapped("field")
            if twice := next((field for field in read if read.count(field) > 1), None):
                label = batch.column_ids._get_selection_words("field")[twice]
                raise ValidationError(self.env._("Two columns are read into “%s”: choose one of them.", label))

    def _end_import(self):
        self.column_ids._remember()
        self.state = "done"

    def action_open_rows(self):
        """Open the rows in the state that the pressed figure counts."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("client_base.client_import_row_action")
        state = self.env.context.get("row_state")
        context = {f"search_default_filter_{state}": 1} if state else {}
        return {**action, "domain": [("import_id", "=", self.id)], "context": context}

    def _check_idle(self):
        if self.job:
            raise UserError(self.env._("“%s” is being worked on: wait until it is through.", self.name))

    def _check_not_done(self):
        self._check_idle()
        if self.state == "done":
            raise UserError(
                self.env._("“%s” has been imported already. Make a new import for another file.", self.name)
            )

    def _find_known_clients(self, readings):
        """Add a finding to each reading whose client is already in the base.

        Who may not see that client learns only that it exists.
        """
        # A reading keeps its client as "known" where it may be seen: its gaps can be filled from the row.
        known = self._get_known_clients(readings)
        partners = self.env["res.partner"]
        visible = partners.with_context(active_test=False).search([("id", "in", [*known.values()])])
        for number, partner_id in known.items():
            partner = partners.browse(partner_id)
            if partner in visible:
                code = "duplicate_in_base" if partner.active else "duplicate_archived"
                readings[number].find(code, client=partner.display_name)
                readings[number].values["known"] = partner.id
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

    @api.onchange("file")
    def _onchange_file(self):
        self.column_ids = False

    def write(self, vals):
        if "file" in vals and "column_ids" not in vals:
            vals = {**vals, "column_ids": [Command.clear()]}
        result = super().write(vals)
        if {"file", "owner_ids"} & vals.keys():
            self._have_checked_again()
        return result

    def _have_checked_again(self):
        """Take back what was checked: it was read in another way than it is to be read now."""
        for batch in self:
            batch._check_idle()
        self.filtered(lambda batch: batch.state == "checked").state = "draft"

    def _prepare_row_values(self, readings):
        countries = {country.code: country for country in self.env["res.country"].search([])}
        within = {reading.values["country"] for reading in readings.values() if reading.values.get("state")}
        states = {
            (state.country_id.code, state.code): state
            for state in self.env["res.country.state"].search([("country_id.code", "in", within)])
        }
        industries, managers = self._get_industries(), self._get_managers()
        turns = self._get_turns()
        values_list = []
        for number, reading in readings.items():
            values = reading.values
            said = {name: values.get(name) or False for name in ("name", "city", "street", "zip", "phone", "email")}
            said |= {name: values.get(name) or False for name in ("website", "vat", "ref", "employees")}
            decision = self.row_ids._get_default_decision(reading.state)
            owner = managers.get(values.get("manager", "").casefold()) or next(turns[decision], None)
            values_list.append(
                {
                    **said,
                    "import_id": self.id,
                    "number": number,
                    "state": reading.state,
                    "decision": decision,
                    "findings": reading.findings,
                    "rest": reading.rest,
                    "country_id": countries[values["country"]].id if values.get("country") else False,
                    "state_id": states[values["country"], values["state"]].id if values.get("state") else False,
                    "industry_id": industries[values["industry"]].id if values.get("industry") else False,
                    "owner_id": owner.id if owner else False,
                    "known_id": values.get("known"),
                }
            )
        return values_list

    def _get_turns(self):
        """Return whose turn it is, apart for rows that come in and others: ``{decision: owners without end}``."""
        counts = dict(
            self.env["client.import.row"]._read_group([("import_id", "=", self.id)], ["decision"], ["__count"])
        )
        return {
            decision: islice(cycle(self.owner_ids), counts.get(decision, 0) % (len(self.owner_ids) or 1), None)
            for decision in ("import", "skip")
        }
