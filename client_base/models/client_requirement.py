from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

# Fields whose content is checked (res_partner_validity.py).
CHECKED_FIELDS = ("email", "phone", "vat")
# The worst first.
SEVERITIES = ("must", "should", "may")


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
            ("decider", "A decision maker is confirmed in person"),
            ("next_contact", "The next contact is planned"),
        ],
        required=True,
        default="field",
    )
    severity = fields.Selection(
        [("must", "Must"), ("should", "Should"), ("may", "May")],
        string="How Bad",
        required=True,
        default="should",
        help="What a client must have stands first in reports and on the card.",
    )
    field_id = fields.Many2one(
        "ir.model.fields",
        ondelete="cascade",
        domain=lambda self: [
            ("model", "=", "res.partner"),
            ("name", "in", self.env["res.partner"]._get_client_checkable_fields()),
        ],
    )
    valid = fields.Boolean(
        string="Must Be Right",
        help="Phones that can be dialled, well-formed e-mail addresses that do not bounce, tax numbers that pass "
        "their country's check; otherwise it is enough that something is entered.",
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

    @api.constrains("valid", "field_id")
    def _check_valid(self):
        for requirement in self.filtered("valid"):
            # sudo: the editor of a standard need not read the technical fields
            if requirement.kind != "field" or requirement.field_id.sudo().name not in CHECKED_FIELDS:
                raise ValidationError(
                    self.env._("“%s”: only phone, e-mail and tax number are checked for being right.", requirement.name)
                )

    @api.onchange("field_id")
    def _onchange_field_id(self):
        self.name = self.field_id.field_description or self.name
        self.valid = self.field_id.name in CHECKED_FIELDS

    @api.model_create_multi
    def create(self, vals_list):
        requirements = super().create(vals_list)
        # An addon's data judge by themselves, once for all of their requirements.
        if not self.env.context.get("install_mode"):
            self.env["client.standard"]._refresh_soon()
        return requirements

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() - {"name", "sequence"}:
            self.env["client.standard"]._refresh_soon()
        return result

    def unlink(self):
        result = super().unlink()
        self.env["client.standard"]._refresh_soon()
        return result

    def _get_unmet(self, client):
        """Return those of the requirements that ``client`` does not meet."""
        return self.filtered(lambda requirement: not requirement._is_met(client))

    def _is_met(self, client):
        """Tell whether ``client`` has what is required."""
        self.ensure_one()
        if self.kind == "field":
            name = self.field_id.sudo().name  # sudo: the editor of a standard need not read the technical fields
            # As SQL does it: an archived tag is still entered.
            said = client.with_context(active_test=False)[name]
            return bool(said) and not (self.valid and name in (client.client_invalid or "").split(","))
        if self.kind == "next_contact":
            return bool(client.client_next_contact)
        if self.kind == "decider":
            return bool(client.client_member_ids.filtered_domain(self._get_decider_domain()))
        persons = client.child_ids.filtered(lambda child: child.type == "contact" and not child.is_company)
        return any(person.phone or self.kind == "person" for person in persons)

    @api.model
    def _get_decider_domain(self):
        """Return the domain of the members whose last word at the client was found in person."""
        members = self.env["client.dmu.member"]
        return (
            members._get_current_domain() & Domain("role_id.decides", "=", True) & Domain("confirmed_on", "!=", False)
        )

    def _get_place(self):
        """Return where on the card it is entered: ``{"field"}``, a ``{"tab"}`` or a method to ``{"call"}``."""
        self.ensure_one()
        if self.kind == "field":
            return {"field": self.field_id.sudo().name}  # sudo: what a standard asks for is no secret
        return {
            "decider": {"tab": "client_people"},
            "next_contact": {"call": "action_register_contact"},
        }.get(self.kind, {"tab": "contact_addresses"})

    def _get_judgement(self, partners, domain):
        """Return a query that judges the clients in ``domain`` by these requirements.

        Its columns are ``partner_id``, the weight that is ``required``, the weight that is
        ``lacking``, and the ids of the ``missing`` requirements.
        """
        clients = partners._search(Domain(partners._get_client_domain()) & domain)
        names = {requirement: SQL.identifier(f"unmet_{requirement.id}") for requirement in self}
        return SQL(
            """
            SELECT partner_id,
                   %(required)s::float8 AS required,
                   (%(lacking)s)::float8 AS lacking,
                   array_remove(ARRAY[%(missing)s]::int[], NULL) AS missing
              FROM (
                   SELECT partner.id AS partner_id, %(unmet)s
                     FROM res_partner partner
                    WHERE partner.id IN %(clients)s
                    -- Or PostgreSQL would look for each thing in both places that name it.
                   OFFSET 0) found
            """,
            required=sum(self.mapped("weight")),
            lacking=SQL(" + ").join(
                SQL("CASE WHEN %s THEN %s ELSE 0 END", name, requirement.weight) for requirement, name in names.items()
            ),
            missing=SQL(", ").join(
                SQL("CASE WHEN %s THEN %s END", name, requirement.id) for requirement, name in names.items()
            ),
            unmet=SQL(", ").join(
                SQL("NOT (%s) AS %s", requirement._get_condition(partners), name) for requirement, name in names.items()
            ),
            clients=clients.subselect(),
        )

    def _get_condition(self, partners):
        """Return the SQL condition, on the table alias ``partner``, that :meth:`_is_met` tests."""
        self.ensure_one()
        conditions = {
            "field": self._get_field_condition,
            "next_contact": lambda partners: SQL("partner.client_next_contact IS NOT NULL"),
            "decider": self._get_decider_condition,
        }
        return conditions.get(self.kind, self._get_person_condition)(partners)

    def _get_field_condition(self, partners):
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
            filled = SQL("COALESCE(%s, '') <> ''", column)
        elif field.type in ("integer", "float"):
            filled = SQL("COALESCE(%s, 0) <> 0", column)
        else:
            filled = SQL("%s IS NOT NULL", column)
        if not self.valid:
            return filled
        return SQL("(%s AND NOT %s = ANY(string_to_array(COALESCE(client_invalid, ''), ',')))", filled, field.name)

    def _get_decider_condition(self, partners):
        # sudo: a standard holds for the whole base
        members = self.env["client.dmu.member"].sudo()._search(self._get_decider_domain())
        members.add_where(SQL("%s = partner.id", SQL.identifier(members.table, "partner_id")))
        return SQL("EXISTS (%s)", members.select(SQL("1")))

    def _get_person_condition(self, partners):
        return SQL(
            """EXISTS (
               SELECT FROM res_partner person
                WHERE person.parent_id = partner.id AND person.active
                  AND person.type = 'contact' AND person.is_company IS NOT TRUE
                  AND (%(any)s OR COALESCE(person.phone, '') <> ''))""",
            any=self.kind == "person",
        )
