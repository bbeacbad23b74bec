from odoo import models


class IrActionsReport(models.Model):
    """Printed documents of clients stand in the export journal."""

    _inherit = "ir.actions.report"

    def _render_qweb_html(self, report_ref, docids, data=None):
        # A PDF is made through HTML, with a note of it in the data.
        if (data or {}).get("report_type") != "pdf":
            self._record_print(report_ref, docids)
        return super()._render_qweb_html(report_ref, docids, data=data)

    def _render_qweb_pdf(self, report_ref, res_ids=None, data=None):
        self._record_print(report_ref, res_ids)
        return super()._render_qweb_pdf(report_ref, res_ids=res_ids, data=data)

    def _record_print(self, report_ref, res_ids):
        report = self._get_report(report_ref)
        if report.model in self.env and res_ids:
            ids = [res_ids] if isinstance(res_ids, int) else [int(res_id) for res_id in res_ids]
            self.env["client.export"]._record("print", self.env[report.model].browse(ids), report.name)
