from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..search import search_flag


class ClientDmuMember(models.Model):
    """A person's part in what a client decides, from a day on and perhaps to a day.

    Rows are the memory of who decided at a client: when a person leaves, the row ends and stays.
    Nothing in the database forbids a person twice, because a merge of partners brings that about
    and must lose nothing; only who enters a second open row of the same role is told.
    """

    _name = "client.dmu.member"
    _description = "Decision-Making Unit Member"
    _order = "date_to DESC, authority DESC, involvement DESC, id"

    partner_id = fields.Many2one(
        "res.partner",
        string="Client",
        required=True,
        index=True,
        ondelete="cascade",
        domain=lambda self: self.env["res.partner"]._get_client_domain(),
    )
    # Emptied when a person is erased from the base: that there was one with this role stays known.
    person_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        ondelete="set null",
        domain="[('is_company', '=', False), ('client_open', '=', False)]",
    )
    person_name = fields.Char(compute="_compute_person_name")
    role_id = fields.Many2one("client.dmu.role", required=True, index=True, ondelete="restrict")
    function = fields.Char(string="Job Position", compute="_compute_reach")
    phone = fields.Char(compute="_compute_reach")
    email = fields.Char(compute="_compute_reach")
    involvement = fields.Integer(
        default=3, aggregator="avg", help="0: takes no part, 5: nothing is decided without this person."
    )
    interest = fields.Integer(aggregator="avg", help="−5: works against us, 0: indifferent, +5: works for us.")
    formal_authority = fields.Integer(aggregator="avg", help="What the position says. 0: none, 5: the last word.")
    real_authority = fields.Integer(
        aggregator=None,  # of most nobody found it out yet
        help="What you found out in person. 0: none, 5: the last word. It counts once it is confirmed.",
    )
    confirmed_on = fields.Date(string="Confirmed", help="When the real authority was found out in person.")
    confirmed_by_id = fields.Many2one("res.users", string="Confirmed by", ondelete="restrict")
    authority = fields.Integer(
        compute="_compute_authority",
        store=True,
        aggregator="avg",
        help="The real authority once confirmed, else the formal one.",
    )
    date_from = fields.Date(string="Since", default=fields.Date.context_today, required=True)
    date_to = fields.Date(string="Until", help="Filled when the person leaves or loses the role. The row stays.")
    current = fields.Boolean(compute="_compute_current", search="_search_current")
    note = fields.Text(string="What to Know", help="How to approach this person, what matters to him or her.")
    influence_ids = fields.One2many("client.dmu.influence", "influencer_id", string="Influences")
    influenced_ids = fields.One2many("client.dmu.influence", "influenced_id", string="Is Influenced by")

    _client_index = models.Index("(partner_id, role_id) WHERE date_to IS NULL")
    _involvement_range = models.Constraint(
        "CHECK (involvement BETWEEN 0 AND 5)", "Involvement goes from 0 (takes no part) to 5."
    )
    _interest_range = models.Constraint(
        "CHECK (interest BETWEEN -5 AND 5)", "Interest goes from −5 (against us) to +5 (for us)."
    )
    _authority_range = models.Constraint(
        "CHECK (formal_authority BETWEEN 0 AND 5 AND real_authority BETWEEN 0 AND 5)",
        "Authority goes from 0 (none) to 5 (the last word).",
    )
    _dates_order = models.Constraint(
        "CHECK (date_to >= date_from)", "The end lies before the beginning: correct one of the two dates."
    )

    @api.depends("person_id", "person_id.name")
    @api.depends_context("uid", "lang")
    def _compute_person_name(self):
        hidden = self.person_id - self.person_id._filtered_access("read")
        for member in self:
            # A person's own name, without the company's, which is the client's anyway.
            name = member.person_id.display_name if member.person_id in hidden else member.person_id.name
            member.person_name = name or self.env._("Erased person")

    @api.depends("person_id.function", "person_id.phone", "person_id.email")
    @api.depends_context("uid")
    def _compute_reach(self):
        """Tell how to reach the person, as long as the person is at a client that the user sees."""
        seen = self.person_id._filtered_access("read")
        for member in self:
            person = member.person_id & seen
            member.function, member.phone, member.email = person.function, person.phone, person.email

    @api.depends("person_name", "role_id")
    @api.depends_context("uid", "lang")
    def _compute_display_name(self):
        for member in self:
            member.display_name = (
                f"{member.person_name} ({member.role_id.name})" if member.role_id else member.person_name
            )

    @api.depends("formal_authority", "real_authority", "confirmed_on")
    def _compute_authority(self):
        for member in self:
            member.authority = member.real_authority if member.confirmed_on else member.formal_authority

    @api.depends("date_to", "date_from")
    @api.depends_context("tz")
    def _compute_current(self):
        today = fields.Date.context_today(self)
        for member in self:
            begun = not member.date_from or member.date_from <= today
            member.current = begun and (not member.date_to or member.date_to > today)

    def _search_current(self, operator, value):
        return search_flag(self._get_current_domain(), operator, value)

    @api.model
    def _get_current_domain(self):
        """Return the domain of the rows that hold today."""
        today = fields.Date.context_today(self)
        ended = Domain("date_to", "!=", False) & Domain("date_to", "<=", today)
        return Domain("date_from", "<=", today) & ~ended

    @api.constrains("partner_id", "person_id")
    def _check_person(self):
        # Checked when they are chosen: what becomes of client and person later ends no row less.
        self.partner_id._check_are_clients()
        for member in self.filtered("person_id"):
            if member.person_id.sudo().client_open:  # sudo: a colleague's card may be closed to the user
                raise ValidationError(
                    self.env._("%s is one of us: choose those who decide at the client.", member.person_id.sudo().name)
                )
            # A private person who is the client decides for himself.
            if member.person_id.is_company:
                raise ValidationError(
                    self.env._("A company decides through its people: choose a person, or enter a new one.")
                )

    @api.constrains("partner_id", "person_id", "role_id", "date_to")
    def _check_double(self):
        # One row each time: rows are entered by hand, a few at once.
        for member in self.filtered(lambda member: member.person_id and not member.date_to):
            doubles = self.search_count(
                [
                    ("id", "!=", member.id),
                    ("partner_id", "=", member.partner_id.id),
                    ("person_id", "=", member.person_id.id),
                    ("role_id", "=", member.role_id.id),
                    ("date_to", "=", False),
                ],
                limit=1,
            )
            if doubles:
                raise ValidationError(
                    self.env._(
                        "%(person)s is a %(role)s of this client already: open that row instead.",
                        person=member.person_id.name,
                        role=member.role_id.name,
                    )
                )

    @api.constrains("partner_id", "person_id")
    def _check_influences(self):
        (self.influence_ids | self.influenced_ids)._check_members()

    @api.constrains("confirmed_on")
    def _check_confirmed_on(self):
        today = fields.Date.context_today(self)
        if self.filtered(lambda member: member.confirmed_on and member.confirmed_on > today):
            raise ValidationError(self.env._("A real authority is confirmed when you met: the day cannot lie ahead."))

    @api.onchange("real_authority")
    def _onchange_real_authority(self):
        if self.real_authority and not self.confirmed_on:
            self.confirmed_on = fields.Date.context_today(self)

    @api.model_create_multi
    def create(self, vals_list):
        if any(not vals.get("person_id") for vals in vals_list):
            raise ValidationError(self.env._("Choose the person."))
        members = super().create([self._with_confirming_user({"confirmed_on": False, **vals}) for vals in vals_list])
        members._mark_meetings()
        return members

    def write(self, vals):
        if "person_id" in vals and not vals["person_id"]:
            raise ValidationError(self.env._("Choose the person."))
        met = self.person_id
        same = self.filtered(lambda member: member._is_confirmed_so(vals))
        super(ClientDmuMember, self - same).write(self._with_confirming_user(vals))
        super(ClientDmuMember, same).write({name: vals[name] for name in vals.keys() - {"confirmed_by_id"}})
        if {"partner_id", "person_id", "role_id"} & vals.keys():
            self._mark_meetings(met)
        return True

    def _is_confirmed_so(self, vals):
        """Tell whether ``vals`` say what was confirmed already: an export that comes back confirms nothing anew."""
        if "confirmed_on" not in vals or (self.env.su and "confirmed_by_id" in vals):
            return False
        on = fields.Date.to_date(vals["confirmed_on"]) or False
        return (on, vals.get("real_authority", self.real_authority)) == (self.confirmed_on, self.real_authority)

    def unlink(self):
        self._mark_meetings()
        return super().unlink()

    def _mark_meetings(self, others=None):
        """Have the days counted anew on which somebody met these persons, or ``others``: do they decide?"""
        # sudo: whoever met them
        persons = self.sudo().person_id | (others or self.env["res.partner"]).sudo()
        if persons:
            self.flush_model(["partner_id", "person_id", "role_id"])
            self.env["client.fact.mark"]._mark(
                SQL("contact.person_id = ANY(%s) AND contact.kind IN ('meeting', 'visit')", persons.ids)
            )

    @api.model
    def _with_confirming_user(self, vals):
        """Return ``vals`` with who confirmed the real authority: nobody does so in another's name."""
        if not self.env.su:
            vals = {name: value for name, value in vals.items() if name != "confirmed_by_id"}
        if "confirmed_on" not in vals or vals.get("confirmed_by_id"):
            return vals
        return {**vals, "confirmed_by_id": self.env.uid if vals["confirmed_on"] else False}

    def _end(self):
        """End the open rows as of today: the person is gone from the client."""
        today = fields.Date.context_today(self)
        for member in self.filtered(lambda member: not member.date_to):
            member.date_to = max(today, member.date_from)

    def action_end(self):
        self._end()

    def action_confirm_authority(self):
        """Note that the authority as entered was found true in person, today, by the current user."""
        for member in self:
            member.write(
                {
                    # Where no real one is entered, the formal one, unless it was found that there is none.
                    "real_authority": member.real_authority or member.authority,
                    "confirmed_on": fields.Date.context_today(self),
                }
            )
