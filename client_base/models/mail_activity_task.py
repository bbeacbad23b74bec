from odoo import fields, models


class MailActivity(models.Model):
    """Activities that came from a lead's task over a selection of clients."""

    _inherit = "mail.activity"

    client_task_id = fields.Many2one(
        "client.task", string="Task", readonly=True, index="btree_not_null", ondelete="set null"
    )
