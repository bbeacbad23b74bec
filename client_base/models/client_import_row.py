from markupsafe import Markup
from psycopg2 import IntegrityError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import mute_logger

from ..tools.notification import make_warning
from ..tools.row_reader import FINDINGS, MAX_LENGTH, SEVERITIES, Reading

# So many reasons why rows cannot come in are told at once.
REASONS = 5


class ClientImportRow(models.Model):
    """One row of an imported client list: what it said, what was read, what is to be done."""

    _name = "client.import.row"
    _description = "Client Import Row"
    _order = "import_id, number"
    _rec_name = "name"

    import_id = fields.Many2one("client.import", required=True, index=True, ondelete="cascade")
    number = fields.Integer(
        string="Row", readonly=True, help="Its number in the file, as your spreadsheet program counts."
    )
    state = fields.Selection(
        [
            ("clean", "Clean"),
            ("mended", "Mended"),
            ("question", "Question"),
            ("duplicate", "Duplicate"),
            ("error", "Error"),
        ],
        string="Found",
        required=True,
        readonly=True,
        index=True,
    )
    decision = fields.Selection(
        [
            ("import", "Import"),
            ("fill", "Fill the gaps of the known client"),
            ("overwrite", "Overwrite the known client"),
            ("skip", "Skip"),
        ],
        required=True,
        default="import",
        help="Duplicates and questions are skipped unless you decide otherwise.",
    )
    known_id = fields.Many2one("res.partner", string="Known Client", readonly=True, ondelete="set null")
    findings = fields.Json(readonly=True, help="What was odd about the row: codes with arguments.")
    note = fields.Text(string="What Was Found", compute="_compute_note")
    rest = fields.Json(readonly=True, help="Cells that no field takes; they go into the client's notes.")
    name = fields.Char(string="Client")
    country_id = fields.Many2one("res.country")
    state_id = fields.Many2one("res.country.state", domain="[('country_id', '=?', country_id)]")
    city = fields.Char()
    street = fields.Char()
    zip = fields.Char(string="ZIP")
    phone = fields.Char()
    email = fields.Char(string="E-mail")
    website = fields.Char()
    vat = fields.Char(string="Tax ID")
    ref = fields.Char(string="Reference")
    employees = fields.Integer()
    industry_id = fields.Many2one("res.partner.industry")
    owner_id = fields.Many2one("res.users", string="Client's Manager", domain=[("share", "=", False)])
    partner_id = fields.Many2one("res.partner", string="Client Card", readonly=True, index="btree_not_null")

    @api.depends("findings")
    @api.depends_context("lang")
    def _compute_note(self):
        sentences = self._get_finding_sentences()
        for row in self:
            row.note = "\n".join(sentences[code] % arguments for code, arguments in row.findings or ())

    @api.model
    def _get_finding_sentences(self):
        """Return ``{finding code: sentence with named arguments}`` in the user's language."""
        _ = self.env._
        return {
            "address_cleaned": _("The address was cleaned: “%(text)s”"),
            "city_from_address": _("“%(text)s” is not a city: the city was taken from the address."),
            "country_disputed": _("The country is “%(country)s”, the address is elsewhere: “%(text)s”. Choose one."),
            "country_from_address": _("No country: taken from the address “%(text)s”."),
            "country_is_place": _("“%(text)s” is not a country: the country was found by it."),
            "country_unknown": _("“%(text)s” is not a country that can be recognised: choose one, or skip the row."),
            "duplicate_archived": _("Already in the base, but archived: %(client)s. Filling its gaps brings it back."),
            "duplicate_hidden": _("Already in the base: ask your lead."),
            "duplicate_in_base": _("Already in the base: %(client)s"),
            "duplicate_in_file": _("The same client stands in row %(row)s."),
            "email_unreadable": _("“%(text)s” is not an e-mail address: correct it, or import the client without."),
            "employees_read": _("Employees “%(text)s”: read as %(count)s."),
            "employees_unreadable": _("Employees “%(text)s” is not a number: it goes into the notes."),
            "manager_unknown": _("No colleague, or more than one, is called “%(text)s”: choose the client's manager."),
            "name_missing": _("No name: enter one, or skip the row."),
            "name_too_long": _("“%(text)s…” is too long for a name: shorten it, or skip the row."),
            "row_length": _(
                "%(cells)s cells under %(headers)s headers: the file may be cut off here. Mend it, or skip the row."
            ),
            "state_unknown": _("“%(text)s” is no known state of the row's country: it goes into the notes."),
            "text_too_long": _("“%(text)s…” is too long for its field: it goes into the notes."),
            "vat_wrong": _("“%(text)s” is no tax number of that country: correct it, or import the client without."),
            "website_unreadable": _("“%(text)s” is not a web address: it goes into the notes."),
        }

    @api.model
    def _get_default_decision(self, state):
        return "import" if SEVERITIES.index(state) < SEVERITIES.index("question") else "skip"

    def action_import_anyway(self):
        """Have these rows imported; whoever decides so hears at once which of them cannot be as they are."""
        self._decide("import")
        stuck = self.filtered(lambda row: not row.partner_id).grouped(lambda row: row._get_obstacle())
        stuck.pop("", None)
        if not stuck:
            return None
        reasons = [f"{len(rows)} × {obstacle}" for obstacle, rows in stuck.items()]
        return make_warning(
            self.env._(
                "Rows that cannot come in as they are: %(count)s. %(reasons)s",
                count=sum(map(len, stuck.values())),
                reasons=" ".join(reasons[:REASONS] + ["…"] * (len(reasons) > REASONS)),
            )
        )

    def action_fill(self):
        known = self.filtered("known_id")
        if not known:
            raise UserError(self.env._("No client of yours is known for these rows: import or skip them."))
        known._decide("fill")
        left = len(self - known)
        if not left:
            return {"type": "ir.actions.act_window_close"}
        return make_warning(
            self.env._(
                "Rows for which no client of yours is known: %s. They stay as they were: import or skip them.", left
            )
        )

    def action_skip(self):
        self._decide("skip")

    def _decide(self, decision):
        """Write what is to be done with these rows, but for those with which it is done."""
        self.filtered(lambda row: not row.partner_id).decision = decision

    def action_open_client(self):
        return self.partner_id.get_formview_action()

    def _get_obstacle(self):
        """Return why the row cannot become a client as it is now, or an empty text."""
        self.ensure_one()
        if not self.name:
            return self._get_finding_sentences()["name_missing"]
        if self.decision in ("fill", "overwrite"):
            if not self.known_id:
                return self.env._("no client of yours is known for this row: import or skip it.")
            if not self.known_id.has_access("write"):
                return self.env._("%s is not yours to change.", self.known_id.display_name)
            owner = self.env["res.users"].browse(self._prepare_known_values().get("user_id"))
            if refusal := self.known_id._get_refusal_of_owner(owner):
                return refusal
        for code, arguments in self.findings or ():
            cut = code == "row_length" or (code == "name_too_long" and len(self.name) >= MAX_LENGTH)
            if cut or (code == "manager_unknown" and not self.owner_id):
                return self._get_finding_sentences()[code] % arguments
        return ""

    def _prepare_partner_values(self):
        """Return the values of the client that this row becomes."""
        self.ensure_one()
        return {
            "name": self.name,
            "is_company": True,
            "country_id": self.country_id.id,
            "state_id": self.state_id.id,
            "city": self.city,
            "street": self.street,
            "zip": self.zip,
            "phone": self.phone,
            "email": self.email,
            "website": self.website,
            "vat": self.vat,
            "ref": self.ref,
            "client_employees": self.employees,
            "industry_id": self.industry_id.id,
            # Who has left since the check gets no clients: nobody would see them.
            "user_id": self.owner_id.filtered("active").id,
            "comment": Markup("<br/>").join(self._get_notes()) or False,
        }

    def _get_notes(self):
        return [f"{header}: {text}" if header else text for header, text in (self.rest or {}).items()]

    def _import(self):
        """Make these rows clients, or write them on the clients that are known, as decided."""
        self.filtered(lambda row: row.decision == "import")._skip_known()
        new = self.filtered(lambda row: row.decision == "import")
        # sudo: who enters data creates clients for managers whose clients he does not see afterwards
        partners = self.env["res.partner"].sudo().with_context(tracking_disable=True)
        created = partners.create([row._prepare_partner_values() for row in new])
        for row, partner in zip(new.sudo(), created, strict=True):
            row.partner_id = partner
        for row in self.filtered(lambda row: row.decision in ("fill", "overwrite")):
            row.known_id.write(row._prepare_known_values())
            row.partner_id = row.known_id

    def _skip_known(self):
        """Skip the rows whose clients came into the base since they were checked, by another import, say."""
        # Who imports a duplicate that was told wants it.
        unknown = self.filtered(lambda row: "duplicate" not in {FINDINGS[code] for code, _said in row.findings or ()})
        readings = [Reading(row._get_identity()) for row in unknown]
        self.import_id._find_known_clients(readings)
        for row, reading in zip(unknown, readings, strict=True):
            if reading.findings:
                row.write(
                    {
                        "state": reading.state,
                        "decision": "skip",
                        "findings": [*(row.findings or ()), *reading.findings],
                        "known_id": reading.values.get("known"),
                    }
                )

    def _get_identity(self):
        """Return what the row's client is known by, as it is written there now."""
        texts = {name: self[name] or "" for name in ("name", "vat", "ref", "email", "phone")}
        return {**texts, "country": self.country_id.code or ""}

    def _take_back(self):
        """Delete the clients that these rows became, but for those that somebody works with already."""
        self.filtered(lambda row: not row._is_worked_with())._delete_clients()

    def _is_worked_with(self):
        client = self.partner_id.with_context(active_test=False)
        return bool(client.child_ids or client.client_interaction_ids or client.activity_ids)

    def _delete_clients(self):
        """Delete the clients that these rows became; those that are in use stay."""
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                self.partner_id.unlink()
        except (UserError, IntegrityError):
            # Together they go much faster than one by one, and few are in use.
            if len(self) > 1:
                half = len(self) // 2
                self[:half]._delete_clients()
                self[half:]._delete_clients()

    def _prepare_known_values(self):
        """Return what the row says of a known client: what is not there yet, or all of it.

        Notes are added to, and another manager comes by a handover. Who was archived is a client again.
        """
        known = self.known_id
        values = {name: value for name, value in self._prepare_partner_values().items() if value}
        del values["is_company"]
        kept = {"user_id"} if self.decision == "overwrite" else values.keys()
        values = {name: value for name, value in values.items() if name not in kept or not known[name]}
        country = values.get("country_id") or known.country_id.id
        if "state_id" in values and self.state_id.country_id.id != country:
            del values["state_id"]
        if "country_id" in values and known.state_id.country_id.id != country:
            values.setdefault("state_id", False)
        if values.get("comment") and known.comment:
            said = values["comment"] in known.comment
            values["comment"] = known.comment if said else known.comment + Markup("<br/>") + values["comment"]
        if not known.active:
            values["active"] = True
        return values
