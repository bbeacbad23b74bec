import logging

from psycopg2 import OperationalError

from odoo import api, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import split_every

from .client_import import BATCH

_logger = logging.getLogger(__name__)


class ClientImport(models.Model):
    """Long files are worked on in the background, a portion and a commit at a time.

    No step takes long, as Odoo ends jobs that do, and whoever comes next goes on behind the last portion.
    Still all come in or none: when one cannot, those that did are taken back the same way.
    """

    _inherit = "client.import"

    def _begin(self, job, total):
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

    @api.model
    def _cron_work(self):
        """Go on with the imports that wait."""
        for batch in self.search([("job", "!=", False)], order="id"):
            batch = batch.try_lock_for_update()
            if batch:
                batch._work()
        self.env["ir.cron"]._commit_progress(1, remaining=self.search_count([("job", "!=", False)]))

    def _work(self):
        owner = self.with_user(self.create_uid)
        try:
            getattr(owner, f"_work_{self.job}")()
        except OperationalError:
            raise  # two writers in each other's way, or no database: the next run goes on
        except (UserError, ValidationError) as error:
            self._give_up(str(error))
        except Exception as error:
            _logger.exception("client import %s", self.id)
            self._give_up(self.env._("Nothing was imported: %s", error))

    def _give_up(self, words):
        """Drop what was not committed, say what went wrong, and have what came in before taken back."""
        self.env.cr.rollback()
        self.write({"job": "undo" if self.job == "import" else False, "job_error": words})
        self.env["ir.cron"]._commit_progress(0)

    def _end_job(self):
        self.sudo().job = False  # sudo: the job's own field

    def _work_check(self):
        """Stage the rows that are not yet."""
        header, *rows = self._read_table()
        reader = self._get_reader(header)
        done = self.env["client.import.row"].search_count([("import_id", "=", self.id)])
        for number, cells in enumerate(rows[:done], 2):
            # Read again for what the reader remembers: which clients stood in the file before.
            reader.read(number, cells)
        for chunk in split_every(BATCH, range(done, len(rows)), list):
            self._check_rows(reader, [rows[number] for number in chunk], chunk[0] + 2)
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

    def _commit_portion(self, count):
        """Keep what was done, and return whether there is time for more."""
        left = self.env["ir.cron"]._commit_progress(count, remaining=1)
        self.env.invalidate_all()
        return left
