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

from ..tools.address import Gazetteer, tidy
from ..tools.row_numbers import number_csv, number_xlsx
from ..tools.row_reader import HEADER_WITHIN, MAX_LENGTH, RowReader, find_header, map_headers

# What the readers of the formats say of a broken file.
UNREADABLE = (
    *(ImportValidationError, AttributeError, EOFError, IndexError, KeyError, LookupError, NotImplementedError),
    *(OSError, OverflowError, RuntimeError, SyntaxError, TypeError, ValueError, zipfile.BadZipFile, zlib.error),
)
# What Russian and Ukrainian tables are written in, where they say nothing of it.
ENCODINGS = ("utf-8", "windows-1251", "cp866")
SEPARATORS = ";\t|"
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
        """Return the header of the file, and the rows under it by their numbers: ``(header, {number: cells})``.

        :raise UserError: when it is no readable spreadsheet with at least one row under a header
        """
        rows, numbers = self._read_rows()
        place = self._find_header(rows)
        if len(rows) < place + 2:
            raise UserError(
                self.env._("“%s” has no rows under its header. Choose a spreadsheet with your clients.", self.name)
            )
        header, *rows = rows[place:]
        if (self.filename or "").lower().endswith(".ods"):
            # Its reader leaves out the empty cells at the end of a row.
            rows = [[*row, *[""] * (len(header) - len(row))] for row in rows]
        return header, dict(zip(numbers[place + 1 :], rows, strict=True))

    @api.model
    def _find_header(self, rows):
        """Return the place of the header among ``rows``; what stands above it is a title."""
        texts = {tidy(str(cell))[:MAX_LENGTH] for row in rows[:HEADER_WITHIN] for cell in row}
        taught = self.env["client.import.header"]._recall(texts)
        return find_header(rows, {text for text, field in taught.items() if field})

    def _read_rows(self):
        """Return the rows of the file that hold something, as lists of cells, and their numbers in it.

        :raise UserError: when it is no readable spreadsheet
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
            return self._read_cells(reader)
        except (UserError, *UNREADABLE) as error:
            raise UserError(
                self.env._(
                    "“%(file)s” cannot be read: it is damaged, encrypted, or no spreadsheet. Open it in your office "
                    "program and save it anew as XLSX or CSV. (%(error)s)",
                    file=self.name,
                    error=error,
                )
            ) from error

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
        best, rows, length = self._read_as(reader, "")
        # Odoo guesses the letters of a text by all of it, of which the headers may be the only ones to tell.
        if best["encoding"] and not all(str(cell).isascii() for cell in self._get_telling_cells(rows)):
            for encoding in ENCODINGS:
                with suppress(UserError, *UNREADABLE):
                    options, others, _length = self._read_as(reader, encoding)
                    if self._count_headers(others) > self._count_headers(rows):
                        best, rows = options, others
        return rows, self._number_rows(reader, best, rows, length)

    @api.model
    def _get_telling_cells(self, rows):
        """Return the cells that tell how a text is written: those of the header, where it is known."""
        if self._count_headers(rows) > 1:
            return rows[find_header(rows)]
        return [cell for row in rows[:HEADER_WITHIN] for cell in row]

    @api.model
    def _count_headers(self, rows):
        return len(map_headers(rows[find_header(rows)])) if rows else 0

    @api.model
    def _read_as(self, reader, encoding):
        """Return how the file was read, its rows, and how many there are with those that are empty."""
        options = {"quoting": '"', "separator": "", "encoding": encoding}
        length, rows = reader._read_file(options)
        separator = self._find_separator(rows)
        if separator:
            options["separator"] = separator
            length, rows = reader._read_file(options)
        return options, rows, length

    @api.model
    def _find_separator(self, rows):
        """Return the separator that Odoo did not find, as one row of another length hides it; the header shows it."""
        whole = [str(row[0]) for row in rows[:HEADER_WITHIN] if len(row) == 1]
        if rows and len(rows[0]) == 1 and (sign := next((sign for sign in SEPARATORS if sign in whole[0]), "")):
            return sign
        under_title = [(sign, text) for text in whole for sign in SEPARATORS]
        return next((sign for sign, text in under_title if len(map_headers(text.split(sign))) > 1), "")

    @api.model
    def _number_rows(self, reader, options, rows, length):
        """Return the number in the file of each of its ``rows``: Odoo does not count those that are empty."""
        numbers = ()
        with suppress(*UNREADABLE):
            if options["encoding"]:
                numbers = number_csv(reader.file.decode(options["encoding"]), options["separator"] or ",")
            elif length > len(rows):
                numbers = number_xlsx(reader.file)
        return numbers if len(numbers) == len(rows) else range(1, len(rows) + 1)

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
