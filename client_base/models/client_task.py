from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, plaintext2html


class ClientTask(models.Model):
    """A lead's task over a selection of clients: each manager gets an activity for each own client.

    How far it is carried out is read from those activities.
    """

    _name = "client.task"
    _description = "Task over Clients"
    _order = "id DESC"

    name = fields.Char(required=True, string="What to Do")
    activity_type_id = fields.Many2one(
        "mail.activity.type",
        string="How",
        required=True,
        default=lambda self: self.env.ref("mail.mail_activity_data_call"),
        domain="[('res_model', 'in', (False, 'res.partner'))]",
    )
    date_deadline = fields.Date(string="Until", required=True, default=fields.Date.context_today)
    note = fields.Text(string="Details")
    user_id = fields.Many2one("res.users", string="Asked by", readonly=True, default=lambda self: self.env.user)
    state = fields.Selection(
        [("draft", "Draft"), ("given", "Given")],
        string="Status",
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    client_count = fields.Integer(string="Clients", readonly=True, copy=False)
    activity_ids = fields.One2many("mail.activity", "client_task_id", string="Activities")
    open_count = fields.Integer(string="Still Open", compute="_compute_progress")
    late_count = fields.Integer(string="Overdue", compute="_compute_progress")
    percent = fields.Float(string="Done, %", compute="_compute_progress")

    @api.depends("activity_ids.active", "activity_ids.date_deadline", "client_count")
    def _compute_progress(self):
        today = fields.Date.context_today(self)
        # sudo: how far the task is, over the activities of all who got it; Odoo archives those that are done
        groups = (
            self.env["mail.activity"]
            .sudo()
            .with_context(active_test=False)
            ._read_group(
                [("client_task_id", "in", self.ids)], ["client_task_id", "active", "date_deadline:day"], ["__count"]
            )
        )
        for task in self:
            counts = [(is_open, day, count) for found, is_open, day, count in groups if found == task]
            task.open_count = sum(count for is_open, _day, count in counts if is_open)
            task.late_count = sum(count for is_open, day, count in counts if is_open and day < today)
            done = sum(count for is_open, _day, count in counts if not is_open)
            task.percent = 100 * done / task.client_count if task.client_count else 0

    @api.ondelete(at_uninstall=False)
    def _unlink_except_given(self):
        if self.filtered(lambda task: task.state == "given"):
            raise UserError(self.env._("A task that was given stays: it shows how far the managers are."))

    def action_give(self):
        """Give each manager the activities for own clients among those chosen; clients of nobody are refused."""
        self.ensure_one()
        self.lock_for_update()
        if self.state != "draft":
            raise UserError(self.env._("“%s” was given already.", self.name))
        clients = self.env["res.partner"].browse(self.env.context.get("client_ids", []))
        clients = clients.exists().filtered(lambda client: client.client_owner_id and not client.client_open)
        if not clients:
            raise UserError(
                self.env._("None of the chosen clients has a manager: choose others, or give them out first.")
            )
        # Odoo would tell of each activity by a message of its own.
        activities = self.env["mail.activity"].with_context(mail_activity_quick_update=True)
        activities = activities.create(
            [
                {
                    "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                    "res_id": client.id,
                    "activity_type_id": self.activity_type_id.id,
                    "summary": self.name,
                    "note": self.note and plaintext2html(self.note),
                    "date_deadline": self.date_deadline,
                    "user_id": client.client_owner_id.id,
                    "client_task_id": self.id,
                }
                for client in clients
            ]
        )
        self.write({"state": "given", "client_count": len(clients)})
        self._tell_managers(activities)
        return {"type": "ir.actions.act_window_close"}

    def _tell_managers(self, activities):
        """Tell each manager of the task once, however many of the clients are theirs."""
        others = activities.filtered(lambda activity: activity.user_id != self.env.user)
        for user, theirs in others.grouped("user_id").items():
            # sudo: where colleagues get their messages, and in which language, is all that is read of them
            person = user.sudo().partner_id
            task = self._in_language_of(person)
            task.env["mail.thread"].message_notify(
                partner_ids=person.ids,
                subject=task.name,
                body=task.env._(
                    "%(user)s gives you a task over %(count)s of your clients: “%(task)s”, until %(date)s. "
                    "You find it among your activities.",
                    user=self.env.user.name,
                    count=len(theirs),
                    task=task.name,
                    date=format_date(task.env, task.date_deadline),
                ),
            )

    def action_open_activities(self):
        """Open what is still to be done."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "mail.activity",
            "views": [(False, "list"), (False, "form")],
            "domain": [("client_task_id", "=", self.id)],
        }
