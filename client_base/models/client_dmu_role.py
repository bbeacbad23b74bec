from odoo import fields, models


class ClientDmuRole(models.Model):
    """A part that a person plays when a client decides to buy."""

    _name = "client.dmu.role"
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

    _name_unique = models.UniqueIndex("(name)", "There is a role of this name already.")
