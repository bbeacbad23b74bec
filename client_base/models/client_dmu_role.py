from odoo import api, fields, models


class ClientDmuRole(models.Model):
    """A part that a person plays when a client decides to buy."""

    _name = "client.dmu.role"
    _inherit = ["client.used.mixin"]
    _description = "Role in the Decision"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    decides = fields.Boolean(
        help="Whoever has this role has the last word: a client without one lacks a decision maker."
    )
    shape = fields.Selection(
        [
            ("circle", "Circle"),
            ("square", "Square"),
            ("diamond", "Diamond"),
            ("hexagon", "Hexagon"),
            ("pentagon", "Pentagon"),
            ("triangle", "Triangle"),
        ],
        required=True,
        default="circle",
        help="How the influence map draws a person with this role.",
    )
    description = fields.Text(translate=True, help="What such a person does, and how to recognise one.")

    _name_unique = models.UniqueIndex(
        "((name->>'en_US'))",
        "There is a role of this name already. If you do not see it, filter by “Archived” and unarchive it.",
    )

    def write(self, vals):
        result = super().write(vals)
        if "decides" in vals:
            self.flush_recordset(["decides"])
            # sudo: at whichever client they are
            self.env["client.dmu.member"].sudo().search([("role_id", "in", self.ids)])._mark_meetings()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        words = self.env._("People have the role “%s”: archive it instead of deleting it.")
        self._refuse_where_used("client.dmu.member", "role_id", words)
