import base64
import binascii
import io
import zipfile
import zlib
from contextlib import suppress

from babel import Locale

from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.base_import.models.base_import import ImportValidationError

from ..tools.address import Gazetteer
from ..tools.row_reader import RowReader, map_headers

# What the readers of the formats say of a broken file.
UNREADABLE = (
    *(ImportValidationError, AttributeError, EOFError, IndexError, KeyError, LookupError, NotImplementedError),
    *(OSError, OverflowError, RuntimeError, SyntaxError, TypeError, ValueError, zipfile.BadZipFile, zlib.error),
)
# What Russian and Ukrainian tables are written in, where they say nothing of it.
ENCODINGS = ("utf-8", "windows-1251", "cp866")
# What countries are called in lists, whatever languages are installed: not "Russian Federation".
COUNTRY_LANGS = ("en", "ru", "uk")
# So many bytes of text are read at once: about a million rows.
LARGEST = 256 << 20
# Entities are declared at the beginning of a document.
ENTITIES_WITHIN = 4096


class ClientImport(models.Model):
    """How the file of an import is read: into rows of cells, and these into what they say of a client."""

    _inherit = "client.import"

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
        self._check_size(content)
        reader = self.env["base_import.import"].create(
            {"res_model": "res.partner", "file": content, "file_name": self.filename}
        )
        try:
            rows = self._read_cells(reader)
        except (UserError, *UNREADABLE) as error:
            raise UserError(
                self.env._(
                    "“%(file)s” cannot be read: it is damaged, encrypted, or no spreadsheet. Open it in your office "
                    "program and save it anew as XLSX or CSV. (%(error)s)",
                    file=self.name,
                    error=error,
                )
            ) from error
        if (self.filename or "").lower().endswith(".ods"):
            # Its reader leaves out the empty cells at the end of a row.
            rows = [[*row, *[""] * (len(rows[0]) - len(row))] for row in rows]
        if len(rows) < 2:
            raise UserError(
                self.env._("“%s” has no rows under its header. Choose a spreadsheet with your clients.", self.name)
            )
        return rows

    def _check_size(self, content):
        """Refuse what would fill the memory: a workbook is an archive, and a small one can hold anything."""
        size = len(content)
        if zipfile.is_zipfile(io.BytesIO(content)):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                size = sum(part.file_size for part in archive.infolist())
                # A list needs no entities; unpacked, they fill the memory, or read other files.
                if any(self._has_entities(archive, part) for part in archive.infolist()):
                    raise UserError(
                        self.env._("“%s” is no plain spreadsheet. Save it anew from your office program.", self.name)
                    )
        if size > LARGEST:
            raise UserError(
                self.env._(
                    "“%(file)s” would unpack to %(size)s MB; at most %(most)s MB are read at once. "
                    "Split it into several files.",
                    file=self.name,
                    size=size >> 20,
                    most=LARGEST >> 20,
                )
            )

    @api.model
    def _has_entities(self, archive, part):
        if not part.filename.endswith((".xml", ".rels")):
            return False
        try:
            with archive.open(part) as file:
                return b"<!ENTITY" in file.read(ENTITIES_WITHIN)
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError):
            return False  # what cannot be read at all is told by who reads it

    @api.model
    def _read_cells(self, reader):
        best = self._read_as(reader, "")
        if best and not all(str(cell).isascii() for cell in best[0]):
            # Odoo guesses the letters by all of the file, of which the headers may be the only ones to tell.
            for encoding in ENCODINGS:
                with suppress(UserError, *UNREADABLE):
                    rows = self._read_as(reader, encoding)
                    if rows and len(map_headers(rows[0])) > len(map_headers(best[0])):
                        best = rows
        return best

    @api.model
    def _read_as(self, reader, encoding):
        options = {"quoting": '"', "separator": "", "encoding": encoding}
        _length, rows = reader._read_file(options)
        # One row of another length hides the separator from Odoo; the header shows it.
        header = rows[0] if rows else ()
        separator = next((sign for sign in ";\t|" if len(header) == 1 and sign in str(header[0])), "")
        return reader._read_file({**options, "separator": separator})[1] if separator else rows

    def _get_reader(self, header):
        columns = {column.number: column.field for column in self.column_ids if column.field}
        return RowReader(header, self._get_gazetteer(), self._get_industries(), self._get_managers(), columns)

    def _get_gazetteer(self):
        world = Gazetteer(self._get_country_names())
        for state in self.env["res.country.state"].search([]):  # pylint: disable=no-search-all
            country = state.country_id.code
            # Only these countries' addresses name the state in place of the country.
            add = world.add_state if country in ("US", "CA") else world.add_division
            for text in {state.name, state.code, state.code.removeprefix(f"{country}-")}:
                add(text, country, state.code)
        return world

    def _get_country_names(self):
        """Return ``{name: code}``: as people call countries, and as Odoo does."""
        countries = self.env["res.country"].search([])  # pylint: disable=no-search-all
        codes = set(countries.mapped("code"))
        common = {
            name: code for lang in COUNTRY_LANGS for code, name in Locale(lang).territories.items() if code in codes
        }
        official = {
            country.with_context(lang=lang).name: country.code for lang in self._get_langs() for country in countries
        }
        return {**common, **official}

    def _get_langs(self):
        return [code for code, _name in self.env["res.lang"].get_installed()]

    def _get_industries(self):
        return {industry.name.casefold(): industry for industry in self.env["res.partner.industry"].search([])}

    def _get_managers(self):
        """Return ``{login, e-mail or name without case: user}``, without what several have."""
        users = self.env["res.users"].search([("share", "=", False)])
        managers = {}
        for name in ("name", "email", "login"):  # the surest last
            called = users.filtered(name).grouped(lambda user, name=name: user[name].casefold())
            managers |= {text: found for text, found in called.items() if len(found) == 1}
        return managers
