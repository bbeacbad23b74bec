from odoo import models

# In the context: a PDF is made through HTML, which is one print. No request can name the object itself.
PRINTED = object()


class IrActionsReport(models.Model):
    """Printed documents of clients stand in the export journal."""

    _inherit = "ir.actions.report"

    def _render_qweb_html(self, report_ref, docids, data=None):
        if self.env.context.get("client_print") is not PRINTED:
            self._record_print(report_ref, docids)
        return super()._render_qweb_html(report_ref, docids, data=data)

    def _render_qweb_text(self, report_ref, docids, data=None):
        self._record_print(report_ref, docids)
        return super()._render_qweb_text(report_ref, docids, data=data)

    def _render_qweb_pdf(self, report_ref, res_ids=None, data=None):
        self._record_print(report_ref, res_ids)
        reports = self.with_context(client_print=PRINTED)
        return super(IrActionsReport, reports)._render_qweb_pdf(report_ref, res_ids=res_ids, data=data)

    def _record_print(self, report_ref, res_ids):
        report = self._get_report(report_ref)
        if report.model in self.env and res_ids:
            ids = [res_ids] if isinstance(res_ids, int) else [int(res_id) for res_id in res_ids]
            self.env["client.export"]._record("print", self.env[report.model].browse(ids), report.name)
