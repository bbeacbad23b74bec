import base64
import io

import xlsxwriter

from odoo import models

from ..tools.row_reader import OUR_HEADER

REST = "The rest of an import"


class ClientImport(models.Model):
    """The rows that did not come in, as a file to correct and to load again."""

    _inherit = "client.import"

    def action_download_rest(self):
        """Return the rows that are no clients yet as a workbook: as they were in the file, and what was found."""
        self.ensure_one()
        self.env["client.export"]._record("spreadsheet", self._get_rest(), self.name)
        former = [("res_model", "=", self._name), ("res_id", "=", self.id), ("description", "=", REST)]
        self.env["ir.attachment"].search(former).unlink()
        content = base64.b64encode(self._get_rest_workbook())
        attachment = self.env["ir.attachment"].create(
            {
                "name": self.env._("%s - not imported.xlsx", self.name),
                "datas": content,
                "res_model": self._name,
                "res_id": self.id,
                "description": REST,
            }
        )
        return {"type": "ir.actions.act_url", "url": f"/web/content/{attachment.id}?download=true", "target": "self"}

    def _get_rest(self):
        return self.row_ids.filtered(lambda row: not row.partner_id)

    def _get_rest_workbook(self):
        header, rows = self._read_table()
        width = max(map(len, [header, *rows.values()]))
        file = io.BytesIO()
        # Texts stay texts, whatever sign they begin with: what came from outside is not to compute anything.
        options = {"in_memory": True, "constant_memory": False, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(file, options) as book:
            sheet = book.add_worksheet()
            said = [OUR_HEADER + self.env._("row"), OUR_HEADER + self.env._("what was found")]
            self._write_row(sheet, 0, header, said, width)
            for place, row in enumerate(self._get_rest(), 1):
                self._write_row(sheet, place, rows.get(row.number, []), [row.number, row.note or ""], width)
        return file.getvalue()

    def _write_row(self, sheet, place, cells, said, width):
        """Write a row of the file and what is ``said`` of it, which stands behind the longest row."""
        for number, cell in enumerate([*cells, *[""] * (width - len(cells)), *said]):
            sheet.write_string(place, number, str(cell if cell is not None else ""))
