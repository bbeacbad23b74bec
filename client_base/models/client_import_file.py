import base64
import binascii

from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.base_import.models.base_import import ImportValidationError

from ..tools.address import Gazetteer
from ..tools.row_reader import RowReader


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
        columns = {column.number: column.field for column in self.column_ids if column.field}
        return RowReader(header, self._get_gazetteer(), self._get_industries(), self._get_managers(), columns)

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
