import logging

from odoo import api, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import split_every

from .client_import import BATCH

_logger = logging.getLogger(__name__)


class ClientImport(models.Model):
    """Long files are worked on in the background: checked batch by batch, and imported in one go.

    A check that was broken off goes on where it was; an import that was broken off has made nothing,
    and starts anew.
    """

    _inherit = "client.import"

    def _begin(self, job, total):
        self.write({"job": job, "job_total": total, "job_error": False})
        self.env.ref("client_base.ir_cron_import")._trigger()

    @api.depends("job", "job_total")
    def _compute_progress(self):
        for batch in self:
            done = batch._count_done() if batch.job else 0
            batch.progress = 100 * done / batch.job_total if batch.job_total else 0

    def _count_done(self):
        if self.job == "check":
            return self.env["client.import.row"].search_count([("import_id", "=", self.id)])
        marks = self.env["client.import.progress"].sudo()  # sudo: a number, written by the job
        return marks.search([("import_id", "=", self.id)], order="done DESC", limit=1).done

    @api.model
    def _cron_work(self):
        """Go on with the imports that wait."""
        waiting = self.search([("job", "!=", False)], order="id")
        for batch in waiting:
            batch = batch.try_lock_for_update()
            if batch:
                batch._work()
        self.env["ir.cron"]._commit_progress(len(waiting), remaining=0)

    def _work(self):
        owner = self.with_user(self.create_uid)
        try:
            owner._work_check() if self.job == "check" else owner._work_import()
        except (UserError, ValidationError) as error:
            self._give_up(str(error))
        except Exception as error:
            _logger.exception("client import %s", self.id)
            self._give_up(self.env._("Nothing was imported: %s", error))

    def _give_up(self, words):
        """Take back what was not committed, and say what went wrong."""
        self.env.cr.rollback()
        self.write({"job": False, "job_error": words})
        self.env["client.import.progress"].search([("import_id", "=", self.id)]).unlink()
        self.env["ir.cron"]._commit_progress(0)

    def _work_check(self):
        """Stage the rows that are not yet, a batch and a commit at a time."""
        header, *rows = self._read_table()
        reader = self._get_reader(header)
        done = self.env["client.import.row"].search_count([("import_id", "=", self.id)])
        for number, cells in enumerate(rows[:done], 2):
            # Read again for what the reader remembers: which clients stood in the file before.
            reader.read(number, cells)
        for chunk in split_every(BATCH, range(done, len(rows)), list):
            self._check_rows(reader, [rows[number] for number in chunk], chunk[0] + 2)
            self.env["ir.cron"]._commit_progress(len(chunk), remaining=len(rows) - chunk[-1])
            self.env.invalidate_all()
        self._end_check()
        self.sudo().job = False  # sudo: the job's own field

    def _work_import(self):
        """Make all rows clients in one transaction, and tell how far it is from beside it."""
        ids = (
            self.env["client.import.row"]
            .search(
                [("import_id", "=", self.id), ("decision", "!=", "skip"), ("partner_id", "=", False)], order="number"
            )
            .ids
        )
        for count, chunk in enumerate(split_every(BATCH, ids, list)):
            self.env["client.import.row"].browse(chunk)._import()
            self.env.flush_all()
            self.env.invalidate_all()
            self._tell_progress(min((count + 1) * BATCH, len(ids)))
        self._end_import()
        self.sudo().job = False  # sudo: the job's own field
        # sudo: rows of the job
        self.env["client.import.progress"].sudo().search([("import_id", "=", self.id)]).unlink()

    def _tell_progress(self, done):
        """Write how far the import is where others see it before all is committed."""
        with self.env.registry.cursor() as cr:
            cr.execute("INSERT INTO client_import_progress (import_id, done) VALUES (%s, %s)", [self.id, done])
