from odoo import fields, models

from ..parameters import MOST_DAYS


class ClientChannel(models.Model):
    """The format in which a client buys: from large wholesale to the end user."""

    _name = "client.channel"
    _description = "Channel Format"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    contact_days = fields.Integer(
        string="Silent after",
        help="After how many days without contact a client counts as silent. 0: the term in the settings.",
    )

    _contact_days_limited = models.Constraint(
        f"CHECK (contact_days >= 0 AND contact_days <= {MOST_DAYS})",
        "A client counts as silent after 1 to 36500 days; 0: after the term in the settings.",
    )
    _name_unique = models.UniqueIndex(
        "((name->>'en_US'))",
        "There is a channel format of this name already. If you do not see it, filter by “Archived” and unarchive it.",
    )
