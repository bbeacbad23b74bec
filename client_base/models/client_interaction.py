from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_date

from .client_fact_day import ANSWER_DAYS
from .client_interaction_result import KINDS

# Which activity carries the next contact of a kind.
ACTIVITY_TYPES = {
    "call_out": "mail.mail_activity_data_call",
    "call_in": "mail.mail_activity_data_call",
    "meeting": "mail.mail_activity_data_meeting",
    "visit": "mail.mail_activity_data_meeting",
    "letter": "mail.mail_activity_data_email",
    "message": "mail.mail_activity_data_todo",
}
# What of a contact is counted as a fact.
COUNTED = {"user_id", "partner_id", "person_id", "kind", "direction", "date", "duration", "result_id"}


class ClientInteraction(models.Model):
    """A contact with a client: what was said, how it ended and what comes next.

    *Open* ones wait for whoever had the contact; *done* ones have a comment, a result, and a next
    date or a reason for none; *noted* ones came by themselves (letters) and ask for nothing.
    """

    _name = "client.interaction"
    _description = "Contact with a Client"
    _order = "date DESC, id DESC"
    _rec_name = "subject"

    partner_id = fields.Many2one(
        "res.partner",
        string="Client",
        required=True,
        ondelete="cascade",
        domain=lambda self: self.env["res.partner"]._get_client_domain(),
    )
    person_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        ondelete="set null",
        domain="[('commercial_partner_id', '=', partner_id), ('is_company', '=', False)]",
    )
    user_id = fields.Many2one(
        "res.users", string="Who", required=True, default=lambda self: self.env.user, ondelete="restrict"
    )
    kind = fields.Selection(KINDS, required=True, default="call_out")
    direction = fields.Selection(
        [("out", "From us"), ("in", "From the client")], compute="_compute_direction", store=True, readonly=False
    )
    date = fields.Datetime(string="When", required=True, default=fields.Datetime.now)
    duration = fields.Integer(string="Minutes", aggregator="sum")
    subject = fields.Char()
    comment = fields.Text(help="What was said and agreed.")
    result_id = fields.Many2one(
        "client.interaction.result",
        ondelete="restrict",
        index="btree_not_null",
        domain="['|', ('kind', '=', False), ('kind', '=', kind)]",
    )
    success = fields.Boolean(related="result_id.success", store=True)
    next_date = fields.Date(string="Next Contact", help="It becomes an activity of the client's manager.")
    next_kind = fields.Selection(KINDS, string="Next by", default="call_out")
    no_next_reason = fields.Char(string="No Next Contact, because", help="Say why where no next contact is planned.")
    state = fields.Selection(
        [("open", "To complete"), ("done", "Done"), ("noted", "Noted by itself")],
        string="Status",
        required=True,
        default="open",
    )
    order_id = fields.Many2one("sale.order", index="btree_not_null", ondelete="set null")
    event_id = fields.Many2one(
        "calendar.event", compute="_compute_event_id", store=True, index="btree_not_null", ondelete="set null"
    )
    message_id = fields.Many2one("mail.message", index="btree_not_null", readonly=True, ondelete="set null")
    activity_id = fields.Many2one("mail.activity", readonly=True, ondelete="set null", index="btree_not_null")
    next_activity_id = fields.Many2one("mail.activity", readonly=True, ondelete="set null", index="btree_not_null")

    _client_index = models.Index("(partner_id, date DESC, id DESC)")
    _user_index = models.Index("(user_id, date DESC)")
    _open_index = models.Index("(user_id, date) WHERE state = 'open'")
    _begun_index = models.Index("(activity_id) WHERE state = 'open' AND activity_id IS NOT NULL")
    _duration_positive = models.Constraint("CHECK (duration >= 0)", "A contact cannot last less than no time.")

    @api.depends("kind")
    def _compute_direction(self):
        for interaction in self:
            if interaction.kind in ("call_in", "call_out"):
                interaction.direction = interaction.kind.removeprefix("call_")
            else:
                interaction.direction = interaction.direction or "out"

    @api.depends("activity_id")
    def _compute_event_id(self):
        for interaction in self:
            interaction.event_id = interaction.event_id or interaction.activity_id.calendar_event_id

    @api.depends("kind", "date", "partner_id")
    @api.depends_context("lang", "tz", "uid")
    def _compute_display_name(self):
        kinds = self._get_selection_words("kind")
        for interaction in self:
            name = interaction.subject or kinds.get(interaction.kind)
            interaction.display_name = f"{name}, {interaction.partner_id.display_name or ''}"

    @api.onchange("person_id")
    def _onchange_person_id(self):
        if self.person_id and not self.partner_id:
            self.partner_id = self.person_id.commercial_partner_id

    @api.onchange("result_id")
    def _onchange_result_id(self):
        if self.result_id.next_days and not self.next_date:
            self.next_date = fields.Date.context_today(self) + timedelta(days=self.result_id.next_days)
        self.next_kind = self.result_id.next_kind or self.next_kind

    @api.constrains("state", "comment", "result_id", "next_date", "no_next_reason", "date")
    def _check_done(self):
        for interaction in self.filtered(lambda interaction: interaction.state == "done"):
            missing = interaction._get_missing()
            if missing:
                raise ValidationError(
                    self.env._(
                        "This contact with %(client)s is not finished yet. Missing: %(missing)s.",
                        client=interaction.partner_id.display_name,
                        missing=", ".join(missing),
                    )
                )
            if interaction.date > fields.Datetime.now() + timedelta(minutes=5):
                raise ValidationError(
                    self.env._("A contact that is still to come cannot be done: plan it as the next contact.")
                )

    @api.constrains("state", "next_date")
    def _check_next_date(self):
        # Only as it is entered: it passes, and what else was noted can still be corrected then.
        today = fields.Date.context_today(self)
        for interaction in self.filtered(lambda interaction: interaction.state == "done" and interaction.next_date):
            if interaction.next_date < today:
                raise ValidationError(
                    self.env._(
                        "The next contact with %(client)s cannot be on %(day)s, which is over: choose today or later.",
                        client=interaction.partner_id.display_name,
                        day=format_date(self.env, interaction.next_date),
                    )
                )

    def _get_missing(self):
        """Return what a contact lacks to be done, in the user's words."""
        self.ensure_one()
        return [
            words
            for known, words in (
                ((self.comment or "").strip(), self.env._("what was said and agreed")),
                (self.result_id, self.env._("the result")),
                (
                    self.next_date or (self.no_next_reason or "").strip(),
                    self.env._("the next contact, or why there is none"),
                ),
            )
            if not known
        ]

    @api.model_create_multi
    def create(self, vals_list):
        defaults = self.default_get(["partner_id"])
        vals_list = [self._prepare_client_values({**defaults, **self._without_success(vals)}) for vals in vals_list]
        interactions = super().create(vals_list)
        interactions._mark_days()
        interactions._follow_up()
        interactions.partner_id._refresh_contact_dates()
        return interactions

    @api.model
    def _prepare_client_values(self, vals):
        """Return ``vals`` with the client for a contact person, who is the one spoken to."""
        # sudo: whose contact it is, whoever may see it; the rules ask about the client itself
        partner = self.env["res.partner"].sudo().browse(vals.get("partner_id"))
        client = partner.commercial_partner_id
        if client == partner:
            return vals
        return {**vals, "partner_id": client.id, "person_id": vals.get("person_id") or partner.id}

    def write(self, vals):
        vals = self._prepare_client_values(vals)
        clients = self.partner_id
        moved = self.filtered(lambda contact: contact.partner_id.id != vals.get("partner_id", contact.partner_id.id))
        counted = COUNTED & vals.keys()
        if counted:
            self._mark_days()
        result = super().write(self._without_success(vals))
        if counted:
            self._mark_days()
        moved._cancel_next()
        if vals.keys() & {"state", "partner_id", "next_date", "next_kind"}:
            self._follow_up()
        if vals.keys() & {"state", "partner_id", "date", "result_id"}:
            (clients | self.partner_id).exists()._refresh_contact_dates()
        return result

    @api.model
    def _without_success(self, vals):
        """Return ``vals`` without what only the result says."""
        return {name: value for name, value in vals.items() if name != "success"}

    def unlink(self):
        clients = self.partner_id
        self._mark_days()
        result = super().unlink()
        clients._refresh_contact_dates()
        return result

    @api.model
    def _get_had_domain(self):
        """Return the domain of the contacts that were had: where the two missed each other it is none."""
        missed = self.env["client.interaction.result"].with_context(active_test=False).search([("missed", "=", True)])
        return [("result_id", "not in", missed.ids)]

    def _mark_days(self):
        """Have the days of these contacts counted anew, and those of the requests that they may answer."""
        self.flush_recordset(["date", "direction", "partner_id", "user_id"])
        marks = self.env["client.fact.mark"]
        marks._mark(SQL("contact.id = ANY(%s)", self.ids))
        answers = self.filtered(lambda interaction: interaction.direction == "out")
        if answers:
            marks._mark(
                SQL(
                    """
                    contact.partner_id = ANY(%s) AND contact.direction = 'in' AND EXISTS (
                        SELECT FROM client_interaction later
                         WHERE later.id = ANY(%s) AND later.partner_id = contact.partner_id
                           AND contact.date < later.date AND contact.date > later.date - make_interval(days => %s))
                    """,
                    answers.partner_id.ids,
                    answers.ids,
                    ANSWER_DAYS,
                )
            )

    def _follow_up(self):
        """Plan the next contacts of what is done, and end the activities that it came from."""
        for interaction in self.filtered(lambda interaction: interaction.state == "done"):
            interaction._plan_next()
            if interaction.activity_id.active:
                interaction.activity_id._action_done(feedback=interaction.comment)

    def _plan_next(self):
        """Make the next date an activity of the client's manager, or move the one that it is already."""
        planned = self.next_activity_id.filtered("active")
        kind = ACTIVITY_TYPES[self.next_kind or "call_out"]
        if not self.next_date:
            planned.unlink()
        elif planned:
            planned.write({"date_deadline": self.next_date, "activity_type_id": self.env.ref(kind).id})
        elif self.next_activity_id.date_deadline != self.next_date:
            owner = self.partner_id.client_owner_id.filtered("active") or self.user_id
            # sudo: the manager of a client may be another than who talked to it, a substitute for one; who
            # enters contacts need not be allowed to change them
            told = self.partner_id.sudo()._in_language_of(owner)
            self.sudo().next_activity_id = told.activity_schedule(
                kind,
                date_deadline=self.next_date,
                summary=self.subject or told.env._("Next contact"),
                user_id=owner.id,
            )

    @api.model
    def _return_to_owners(self):
        """Give what a substitute left to complete to the client's manager: the substitute sees it no more."""
        # sudo: they are no longer the substitute's to see, and whoever stood in is no secret
        substitutes = self.env["client.substitution"].sudo().search([("state", "!=", "requested")]).substitute_id
        begun = self.sudo().search([("state", "=", "open"), ("user_id", "in", substitutes.ids)])
        left = begun.filtered(lambda interaction: not interaction.partner_id._is_seen_by(interaction.user_id))
        for owner, interactions in left.grouped(lambda interaction: interaction.partner_id.client_owner_id).items():
            if owner.active:
                interactions.user_id = owner

    def _cancel_next(self):
        """Cancel what was planned with clients that these contacts were not with after all."""
        # sudo: the manager of such a client is another than who corrects the contact
        self.sudo().next_activity_id.filtered("active").unlink()

    def action_done(self):
        self.write({"state": "done"})
        return {"type": "ir.actions.act_window_close"}

    def action_reopen(self):
        self.write({"state": "open"})
