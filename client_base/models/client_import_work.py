from odoo import api, models
from odoo.fields import Domain
from odoo.tools import split_every

from .client_import import BATCH


class ClientImport(models.Model):
    """Long files are worked on in the background.

    Still all come in or none: when one cannot, those that did are taken back the same way.
    """

    _inherit = "client.import"

    def _begin(self, job, total):
        self._note_beginner()
        self.write({"job": job, "job_total": total, "job_error": False, "job_began": self.env.cr.now()})
        self.env.ref("client_base.ir_cron_import")._trigger()

    @api.depends("job", "job_total")
    def _compute_progress(self):
        for batch in self:
            done = batch._count_done() if batch.job else 0
            batch.progress = 100 * done / batch.job_total if batch.job_total else 0

    def _count_done(self):
        rows = self.env["client.import.row"]
        if self.job == "check":
            return rows.search_count([("import_id", "=", self.id)])
        pending = rows.search_count(self._get_pending_domain())
        return pending if self.job == "undo" else self.job_total - pending

    def _get_pending_domain(self):
        return Domain("import_id", "=", self.id) & Domain("decision", "!=", "skip") & Domain("partner_id", "=", False)

    def _get_failed_values(self, words):
        """Have what came in before taken back."""
        return {**super()._get_failed_values(words), "job": "undo" if self.job == "import" else False}

    def _work_check(self):
        """Stage the rows that are not yet."""
        header, rows = self._read_table()
        numbers = [*rows]
        reader = self._get_reader(header)
        done = self.env["client.import.row"].search_count([("import_id", "=", self.id)])
        for number in numbers[:done]:
            # Read again for what the reader remembers: which clients stood in the file before.
            reader.read(number, rows[number])
        for chunk in split_every(BATCH, numbers[done:], list):
            self._check_rows(reader, {number: rows[number] for number in chunk})
            self._commit_portion(len(chunk))
        self._end_check()
        self._end_job()

    def _work_import(self):
        """Make clients of the new rows; those that change known clients come last and at once, to be all or none."""
        rows, pending = self.env["client.import.row"], self._get_pending_domain()
        new = pending & Domain("decision", "=", "import")
        while portion := rows.search(new, order="number", limit=BATCH):
            portion._import()
            if not self._commit_portion(len(portion)):
                return
        rows.search(pending, order="number")._import()
        self._end_import()
        self._end_job()

    def _work_undo(self):
        """Take back the clients that came in since the import began; nobody works with most of them yet."""
        # sudo: as they were made, see _import
        rows = self.env["client.import.row"].sudo()
        made = Domain("import_id", "=", self.id) & Domain("decision", "=", "import")
        made &= Domain("partner_id.create_date", ">=", self.job_began)
        for ids in split_every(BATCH, rows.search(made, order="number").ids, list):
            rows.browse(ids)._take_back()
            if not self._commit_portion(len(ids)):
                return
        self._end_job()
