from odoo import api, fields, models
from odoo.tools import SQL

from ..parameters import MOST_DAYS

KINDS = [
    ("call_out", "Outgoing call"),
    ("call_in", "Incoming call"),
    ("meeting", "Meeting"),
    ("visit", "Visit"),
    ("letter", "Letter"),
    ("message", "Message"),
]


class ClientInteractionResult(models.Model):
    """How a contact with a client can end, whether that is a success, and what usually comes next."""

    _name = "client.interaction.result"
    _inherit = ["client.used.mixin"]
    _description = "Result of a Contact"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(KINDS, help="Offered for contacts of this kind only. Empty: for all.")
    success = fields.Boolean(help="Counts as a success in reports.")
    missed = fields.Boolean(help="The two did not reach each other: it counts as no contact.")
    next_days = fields.Integer(
        string="Next Contact in", help="After how many days the next contact usually comes. 0: no suggestion."
    )
    next_kind = fields.Selection(KINDS, string="Usually Comes Next")

    _next_days_limited = models.Constraint(
        f"CHECK (next_days >= 0 AND next_days <= {MOST_DAYS})",
        "The next contact comes after 1 to 36500 days; 0: no suggestion.",
    )

    def write(self, vals):
        result = super().write(vals)
        if {"missed", "success"} & vals.keys():
            self.env.flush_all()
            self.env["client.fact.mark"]._mark(SQL("contact.result_id = ANY(%s)", self.ids))
        if "missed" in vals:
            self._get_clients()._refresh_contact_dates()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        words = self.env._("Contacts have the result “%s”: archive it instead of deleting it.")
        self._refuse_where_used("client.interaction", "result_id", words)

    def _get_clients(self):
        """Return the clients that had a contact with one of these results."""
        # sudo: when they were spoken to follows from the results, whosever clients they are
        clients = self.env["res.partner"].sudo().with_context(active_test=False)
        return clients.search([("client_interaction_ids.result_id", "in", self.ids)])
