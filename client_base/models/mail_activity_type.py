from odoo import fields, models

from .client_interaction_result import KINDS


class MailActivityType(models.Model):
    """Which activities are contacts with a client."""

    _inherit = "mail.activity.type"

    client_kind = fields.Selection(
        KINDS,
        string="Register as",
        help="Done activities of this type about a client enter the contact register. Empty: they do not.",
    )
