from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL


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
        # An addon's data judge by themselves, once for all of their requirements.
        if not self.env.context.get("install_mode"):
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

    def _get_judgement(self, partners, domain):
        """Return a query that judges the clients in ``domain`` by these requirements.

        Its columns are ``partner_id``, the weight that is ``required``, the weight that is
        ``lacking``, and the ids of the ``missing`` requirements.
        """
        clients = partners._search(Domain(partners._get_client_domain()) & domain)
        unmet = [SQL("NOT (%s)", requirement._get_condition(partners)) for requirement in self]
        weights = [
            SQL("CASE WHEN %s THEN %s ELSE 0 END", condition, requirement.weight)
            for condition, requirement in zip(unmet, self, strict=True)
        ]
        missing = [
            SQL("CASE WHEN %s THEN %s END", condition, requirement.id)
            for condition, requirement in zip(unmet, self, strict=True)
        ]
        return SQL(
            """
            SELECT partner.id AS partner_id,
                   %(required)s::float8 AS required,
                   (%(lacking)s)::float8 AS lacking,
                   array_remove(ARRAY[%(missing)s]::int[], NULL) AS missing
              FROM res_partner partner
             WHERE partner.id IN %(clients)s
            """,
            required=sum(self.mapped("weight")),
            lacking=SQL(" + ").join(weights),
            missing=SQL(", ").join(missing),
            clients=clients.subselect(),
        )

    def _get_condition(self, partners):
        """Return the SQL condition, on the table alias ``partner``, that :meth:`_is_met` tests."""
        self.ensure_one()
        if self.kind != "field":
            return self._get_person_condition()
        # sudo: the editor of a standard need not read the technical fields
        field = partners._fields[self.field_id.sudo().name]
        if field.type == "many2many":
            return SQL(
                "EXISTS (SELECT FROM %s rel WHERE rel.%s = partner.id)",
                SQL.identifier(field.relation),
                SQL.identifier(field.column1),
            )
        column = SQL.identifier("partner", field.name)
        if field.type == "char":
            return SQL("COALESCE(%s, '') <> ''", column)
        if field.type in ("integer", "float"):
            return SQL("COALESCE(%s, 0) <> 0", column)
        return SQL("%s IS NOT NULL", column)

    def _get_person_condition(self):
        return SQL(
            """EXISTS (
               SELECT FROM res_partner person
                WHERE person.parent_id = partner.id AND person.active
                  AND person.type = 'contact' AND person.is_company IS NOT TRUE
                  AND (%(any)s OR COALESCE(person.phone, '') <> ''))""",
            any=self.kind == "person",
        )
