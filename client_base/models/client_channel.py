from odoo import api, fields, models

from ..parameters import MOST_DAYS


class ClientChannel(models.Model):
    """The format in which a client buys: from large wholesale to the end user."""

    _name = "client.channel"
    _inherit = ["client.used.mixin"]
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

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        words = self.env._("Clients have the channel format “%s”: archive it instead of deleting it.")
        self._refuse_where_used("res.partner", "client_channel_id", words)
        # A criterion whose formats are all gone would be for all clients.
        words = self.env._("A criterion is for clients of the channel format “%s”: archive it instead of deleting it.")
        self._refuse_where_used("client.criterion", "channel_ids", words)
