from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ClientRequirement(models.Model):
    """One thing that must be known about a client."""

    _name = "client.requirement"
    _description = "Required Data"
    _order = "standard_id, sequence, id"

    name = fields.Char(required=True, translate=True)
    standard_id = fields.Many2one("client.standard", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("field", "A field of the card is filled"),
            ("person", "A contact person is known"),
            ("person_phone", "A contact person with a phone is known"),
        ],
        required=True,
        default="field",
    )
    field_id = fields.Many2one(
        "ir.model.fields",
        string="Field",
        ondelete="cascade",
        domain=lambda self: [
            ("model", "=", "res.partner"),
            ("name", "in", self.env["res.partner"]._get_client_checkable_fields()),
        ],
    )
    weight = fields.Float(
        default=1.0, required=True, help="How much this counts in the percentage, beside the others of the standard."
    )

    _weight_positive = models.Constraint("CHECK (weight > 0)", "A weight must be above zero.")

    @api.constrains("kind", "field_id")
    def _check_field_id(self):
        checkable = self.env["res.partner"]._get_client_checkable_fields()
        for requirement in self.filtered(lambda requirement: requirement.kind == "field"):
            # sudo: the editor of a standard need not read the technical fields
            if requirement.field_id.sudo().name not in checkable:
                raise ValidationError(
                    self.env._("“%s”: choose the field that must be filled.", requirement.name or requirement.kind)
                )

    @api.onchange("field_id")
    def _onchange_field_id(self):
        self.name = self.field_id.field_description or self.name

    @api.model_create_multi
    def create(self, vals_list):
        requirements = super().create(vals_list)
        self.env["client.standard"]._refresh_clients()
        return requirements

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() - {"name", "sequence"}:
            self.env["client.standard"]._refresh_clients()
        return result

    def unlink(self):
        result = super().unlink()
        self.env["client.standard"]._refresh_clients()
        return result

    def _get_unmet(self, client):
        """Return those of the requirements that ``client`` does not meet."""
        return self.filtered(lambda requirement: not requirement._is_met(client))

    def _is_met(self, client):
        """Tell whether ``client`` has what is required."""
        self.ensure_one()
        persons = client.child_ids.filtered(lambda child: child.type == "contact" and not child.is_company)
        if self.kind == "person":
            return bool(persons)
        if self.kind == "person_phone":
            return any(person.phone for person in persons)
        return bool(client[self.field_id.name])
