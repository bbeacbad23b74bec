import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

_logger = logging.getLogger(__name__)


class ClientBackgroundMixin(models.AbstractModel):
    """Long work goes on in the background, a portion and a commit at a time, as the user who began it.

    No step takes long, as Odoo ends jobs that do, and whoever comes next goes on behind the last portion.
    A model says in its selection ``job`` what goes on, nothing where nothing does; it has a method
    ``_work_<job>`` for each, and a scheduled job that calls :meth:`_cron_work`.
    """

    _name = "client.background.mixin"
    _description = "Work in the Background"

    job_user_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="set null")
    job_error = fields.Text(string="What Went Wrong", readonly=True, copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([{**vals, "job_user_id": False} for vals in vals_list])

    def write(self, vals):
        if "job_user_id" in vals and not self.env.su:
            raise AccessError(self.env._("As whom the work goes on is noted by itself: as who begins it."))
        return super().write(vals)

    def _note_beginner(self):
        self.sudo().job_user_id = self.env.uid  # sudo: nobody names another

    @api.model
    def _cron_work(self):
        """Go on with what waits."""
        waiting = Domain("job", "!=", False)
        for record in self.search(waiting, order="id"):
            record = record.try_lock_for_update()
            if record:
                record._work()
        self.env["ir.cron"]._commit_progress(1, remaining=self.search_count(waiting))

    def _work(self):
        owner = self.with_user(self.job_user_id or self.create_uid)
        # What is said of the work is for whoever began it to read.
        owner = owner.with_context(**owner.env["res.users"].context_get())
        try:
            getattr(owner, f"_work_{self.job}")()
        except OperationalError:
            raise  # two writers in each other's way, or no database: the next run goes on
        except UserError as error:
            owner._give_up(str(error))
        except Exception as error:
            _logger.exception("%s %s", self._name, self.id)
            owner._give_up(owner.env._("This could not be finished: %s", error))

    def _give_up(self, words):
        """Drop what was not committed, and say what went wrong."""
        self.env.cr.rollback()
        self.sudo().write(self._get_failed_values(words))  # sudo: the job's own fields
        self.env["ir.cron"]._commit_progress(0)

    def _get_failed_values(self, words):
        return {"job": False, "job_error": words}

    def _end_job(self):
        self.sudo().job = False  # sudo: the job's own field

    def _commit_portion(self, count):
        """Keep what was done, and return whether there is time for more."""
        left = self.env["ir.cron"]._commit_progress(count, remaining=1)
        self.env.invalidate_all()
        return left
