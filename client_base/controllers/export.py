import json

from werkzeug.datastructures import FileStorage

from odoo.http import request, route

from odoo.addons.web.controllers.export import CSVExport, ExcelExport
from odoo.addons.web.controllers.pivot import TableExporter

from ..tools.formulas import quote_all, quote_text


class ClientCsvExport(CSVExport):
    """Lists as text files, without formulas: Odoo itself knows of three signs only, and of no headers."""

    def from_data(self, fields, columns_headers, rows):
        quoted = [[quote_text(cell) for cell in row] for row in rows]
        return super().from_data(fields, [quote_text(header) for header in columns_headers], quoted)


class ClientExcelExport(ExcelExport):
    """Lists as workbooks, without formulas: Odoo writes each text that begins with = as one."""

    def from_data(self, fields, columns_headers, rows):
        return super().from_data(fields, quote_all(list(columns_headers)), quote_all(list(rows)))

    def from_group_data(self, fields, columns_headers, groups):
        self._quote_groups(groups)
        return super().from_group_data(fields, quote_all(list(columns_headers)), groups)

    def _quote_groups(self, group):
        group.data = quote_all(list(group.data))
        children = list(group.children.items())
        group.children.clear()
        for key, child in children:
            self._quote_groups(child)
            group.children[quote_all(key)] = child


class ClientTableExporter(TableExporter):
    """Pivot tables as workbooks, without formulas, and noted in the journal."""

    @route(readonly=False)
    def export_xlsx(self, data, **kw):
        table = json.load(data) if isinstance(data, FileStorage) else json.loads(data)
        if table:
            self._empty_cells(table)
            measures = dict.fromkeys(header["title"] for header in table["measure_headers"])
            request.env["client.export"]._record_table(table["model"], len(table["rows"]), ", ".join(measures))
        return super().export_xlsx(json.dumps(quote_all(table)), **kw)

    def _empty_cells(self, table):
        """Leave a cell empty that has nothing to add up: the page shows nothing there, a workbook would say FALSE."""
        for row in table["rows"]:
            for cell in row["values"]:
                if cell["value"] is False:
                    cell["value"] = ""
