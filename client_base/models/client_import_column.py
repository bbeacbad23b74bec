from odoo import api, fields, models

from ..tools.address import tidy
from ..tools.row_reader import map_headers

SAMPLES = 3
SAMPLE_LENGTH = 40


class ClientImportColumn(models.Model):
    """A column of an imported file, and which field of the client it is read into."""

    _name = "client.import.column"
    _description = "Column of a Client Import"
    _order = "import_id, number"

    import_id = fields.Many2one("client.import", required=True, index=True, ondelete="cascade")
    number = fields.Integer(readonly=True)
    header = fields.Char(readonly=True)
    sample = fields.Char(string="For Example", readonly=True)
    field = fields.Selection(
        [
            ("name", "Name"),
            ("country", "Country"),
            ("state", "State"),
            ("city", "City"),
            ("address", "Whole address"),
            ("street", "Street"),
            ("zip", "ZIP"),
            ("phone", "Phone"),
            ("email", "E-mail"),
            ("website", "Website"),
            ("vat", "Tax ID"),
            ("ref", "Reference"),
            ("industry", "Industry"),
            ("employees", "Employees"),
            ("manager", "Client's manager"),
        ],
        string="Read into",
        help="Empty: the text goes into the client's notes.",
    )

    def write(self, vals):
        result = super().write(vals)
        if "field" in vals:
            self.import_id._have_checked_again()
        return result

    @api.model
    def _guess(self, header, rows):
        """Return the values of the columns of a file: as such headers were read before, or as they are known."""
        headers = [tidy(str(cell if cell is not None else ""))[:200] for cell in header]
        known = map_headers(headers)
        taught = self.env["client.import.header"]._recall(headers)
        taken, values = set(), []
        for number, text in enumerate(headers):
            field = taught.get(text.casefold(), known.get(number)) or False
            field = field if field not in taken else False
            taken.add(field)
            samples = (
                tidy(str(row[number]))[:SAMPLE_LENGTH] for row in rows[:SAMPLES] if number < len(row) and row[number]
            )
            values.append({"number": number, "header": text, "field": field, "sample": "; ".join(samples)})
        return values

    def _remember(self):
        # Of several columns with one header the one that is read teaches.
        told = self.filtered("header").sorted(lambda column: bool(column.field))
        self.env["client.import.header"]._teach({column.header: column.field for column in told})
