from odoo import api, fields, models

from .client_mass_change import BATCH


class ClientMassChange(models.TransientModel):
    """A long change is made client by client as they were shown; what is done stays, whatever comes later."""

    _inherit = "client.mass.change"
    # Hours. A change may wait for its job; Odoo would forget it after one.
    _transient_max_hours = 48.0

    job = fields.Selection([("change", "Being changed")], readonly=True)
    chosen_ids = fields.Json(
        string="Clients to Change",
        readonly=True,
        prefetch=False,
        help="The ids of the clients to be changed, in the order in which they are.",
    )
    reached = fields.Integer(readonly=True, help="How many of the clients the job has come to.")
    progress = fields.Float(
        compute="_compute_progress", help="How much of the work in the background is done, in percent."
    )

    @api.depends("chosen_ids", "reached")
    def _compute_progress(self):
        for wizard in self:
            wizard.progress = 100 * wizard.reached / len(wizard.chosen_ids) if wizard.chosen_ids else 0

    def _begin(self, clients):
        self._note_beginner()
        self.write({"job": "change", "chosen_ids": clients.ids, "reached": 0, "changed_count": 0, "job_error": False})
        self.env.ref("client_base.ir_cron_mass_change")._trigger()

    def _work_change(self):
        """Change the clients from where the last portion ended, as far as it is still to be done and allowed."""
        chosen_ids = self.chosen_ids  # read once: there may be very many of them
        while portion := chosen_ids[self.reached : self.reached + BATCH]:
            changed, _same, _refused = self._sort(self.env["res.partner"].browse(portion).exists())
            self._write_on(changed)
            self.write({"reached": self.reached + len(portion), "changed_count": self.changed_count + len(changed)})
            if not self._commit_portion(len(portion)):
                return
        self.state = "done"
        self._end_job()
        self._tell(self.env._("Changed: %s clients.", self.changed_count))

    def _give_up(self, words):
        super()._give_up(words)
        self._tell(
            self.env._("%(error)s Changed before that: %(count)s clients.", count=self.changed_count, error=words)
        )

    def _tell(self, words):
        """Say it on the screen and by a letter to who began it, whose window may be closed long since."""
        self.env.user._bus_send("simple_notification", {"type": "info", "message": words, "sticky": True})
        robot = self.env.ref("base.partner_root")
        self.env["mail.thread"].message_notify(
            partner_ids=self.env.user.partner_id.ids,
            author_id=robot.id,
            subject=self.env._("Change of Many Clients"),
            body=words,
        )
