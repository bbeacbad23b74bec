from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, html2plaintext, plaintext2html
from odoo.tools.mail import email_split_tuples

from ..tools.likeness import get_keys

# What of a raw card is a field of the client.
CARD_FIELDS = ("phone", "email", "website", "vat", "city", "country_id")
# Averages, and the moments between which the hours went by: a card without them has no hours yet.
AVERAGES = {"wait_hours:avg": ("taken_on",), "work_hours:avg": ("taken_on", "closed_on")}


class ClientIntake(models.Model):
    """A raw card on its way to become a client: entered by anybody, worked by one operator at a time.

    New ones wait for whoever takes the next; a question goes back to who brought the card; a done one
    is a client, whose manager is asked to plan the contact.
    """

    _name = "client.intake"
    _description = "Raw Card"
    _inherit = ["mail.thread"]
    _order = "urgent DESC, id"

    name = fields.Char(
        string="Company", required=True, tracking=True, help="Or the person, where it is no company's card."
    )
    is_company = fields.Boolean(string="Is a Company", default=True)
    person = fields.Char(string="Contact Person")
    function = fields.Char(string="Job Position")
    phone = fields.Char()
    email = fields.Char(string="E-mail")
    website = fields.Char()
    vat = fields.Char(string="Tax ID")
    city = fields.Char()
    country_id = fields.Many2one("res.country")
    text = fields.Text(string="What Is Known", help="All that is on the card or in the letter, as it came.")
    photo = fields.Image(string="Photo of the Card", max_width=1920, max_height=1920)
    source = fields.Selection(
        [
            ("typed", "Typed in"),
            ("card", "Business card"),
            ("fair", "Fair, exhibition"),
            ("email", "E-mail"),
            ("web", "Web form"),
        ],
        required=True,
        default="typed",
    )
    urgent = fields.Boolean(default=False)  # never NULL, which would come before the urgent ones
    owner_id = fields.Many2one(
        "res.users",
        string="For the Manager",
        domain=[("share", "=", False)],
        default=lambda self: self._get_default_owner(),
        help="Whose client it becomes. Empty: it goes into the free pool.",
    )
    state = fields.Selection(
        [
            ("new", "New"),
            ("work", "In work"),
            ("question", "Question"),
            ("done", "Done"),
            ("rejected", "Rejected"),
        ],
        string="Status",
        required=True,
        default="new",
        readonly=True,
        tracking=True,
        group_expand=True,
        copy=False,
    )
    operator_id = fields.Many2one("res.users", readonly=True, tracking=True, copy=False)
    question = fields.Char(tracking=True, copy=False, help="What is to be cleared up, by who brought the card.")
    reason = fields.Char(string="Why Rejected", tracking=True, copy=False)
    partner_id = fields.Many2one(
        "res.partner", string="Client Card", copy=False, ondelete="set null", index="btree_not_null"
    )
    known = fields.Char(string="Perhaps Known", compute="_compute_known")
    taken_on = fields.Datetime(readonly=True, copy=False)
    closed_on = fields.Datetime(readonly=True, copy=False)
    wait_hours = fields.Float(string="Hours Waited", compute="_compute_hours", store=True, aggregator="avg")
    work_hours = fields.Float(string="Hours in Work", compute="_compute_hours", store=True, aggregator="avg")

    _waiting_index = models.Index("(urgent DESC, id) WHERE state = 'new'")

    @api.model
    def _get_default_owner(self):
        """A manager's own finds become the manager's clients."""
        return self.env.user if self.env.user.has_group("client_base.group_client_own") else False

    @api.depends("taken_on", "closed_on")
    def _compute_hours(self):
        for card in self:
            taken, closed = card.taken_on, card.closed_on
            card.wait_hours = (taken - card.create_date).total_seconds() / 3600 if taken and card.create_date else 0
            card.work_hours = (closed - taken).total_seconds() / 3600 if closed and taken else 0

    def _read_group_select(self, aggregate_spec, query):
        average = super()._read_group_select(aggregate_spec, query)
        if aggregate_spec not in AVERAGES:
            return average
        moments = (self._field_to_sql(self._table, name, query) for name in AVERAGES[aggregate_spec])
        known = SQL(" AND ").join(SQL("%s IS NOT NULL", moment) for moment in moments)
        return SQL("%s FILTER (WHERE %s)", average, known)

    @api.depends("name", "phone", "email", "website", "vat")
    @api.depends_context("uid")
    def _compute_known(self):
        for card in self:
            card.known = card._describe_known(card._find_known())

    def _find_known(self):
        """Return the ids of the clients that this may be, over the whole base."""
        keys = self.env["client.key"]
        wanted = get_keys({name: self[name] for name in ("name", "phone", "email", "website", "vat")})
        return list(keys._find_cards(list(wanted.items())))

    def _describe_known(self, ids):
        """Name the clients that the user may see; of the others only that there are such."""
        if not ids:
            return False
        seen = self.env["res.partner"].with_context(active_test=False).search([("id", "in", ids)])
        names = [
            client.display_name if client.active else self.env._("%s (archived)", client.display_name)
            for client in seen
        ]
        if len(seen) < len(ids):
            names.append(self.env._("already in the base with another manager: ask your lead"))
        return "; ".join(names)

    # --- the queue ---

    def action_take_next(self):
        """Take the card that waits longest, urgent ones first, and open it; two operators never get the same."""
        self.flush_model(["state", "urgent"])
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM client_intake WHERE state = 'new'"
                " ORDER BY urgent DESC, id LIMIT 1 FOR UPDATE SKIP LOCKED"
            )
        )
        if not rows:
            raise UserError(self.env._("No card is waiting: all are taken or done."))
        card = self.browse(rows[0])
        card.action_take()
        return card._get_form_action()

    def action_take(self):
        """Take these cards into work."""
        self.env["client.key"]._refresh()
        for card in self.try_lock_for_update():
            if card.state not in ("new", "question"):
                raise UserError(
                    self.env._(
                        "“%(card)s” is with %(operator)s already.", card=card.name, operator=card.operator_id.name
                    )
                )
            card.write(
                {"state": "work", "operator_id": self.env.uid, "taken_on": card.taken_on or fields.Datetime.now()}
            )

    def action_give_back(self):
        """Put cards back into the queue: somebody else goes on."""
        self._check_state("work", "question")
        self.write({"state": "new", "operator_id": False})

    def action_ask(self):
        """Send the question to who brought the card."""
        self._check_state("work")
        for card in self:
            if not card.question:
                raise UserError(self.env._("Write under “Question” what is to be cleared up."))
            card.state = "question"
            asked = (card.owner_id or card.create_uid).filtered(lambda user: user.active and not user.share)
            if not asked:
                raise UserError(
                    self.env._(
                        "Nobody of ours brought “%s”: ask those who left it, or say for which manager it is.", card.name
                    )
                )
            card.message_notify(partner_ids=asked.partner_id.ids, subject=card.name, body=card.question)

    def action_reject(self):
        self._check_state("new", "work", "question")
        for card in self:
            if not card.reason:
                raise UserError(self.env._("Write under “Why Rejected” why this becomes no client."))
        self.write({"state": "rejected", "closed_on": fields.Datetime.now()})

    def action_reopen(self):
        self._check_state("rejected")
        self.write({"state": "new", "operator_id": False, "closed_on": False, "reason": False})

    def action_done(self):
        """Make the card a client, or fill the gaps of the client chosen, and ask its manager to plan the contact."""
        self._check_state("work")
        for card in self:
            known = card.partner_id.commercial_partner_id
            known.check_access("write")
            # sudo: operators enter clients for managers, and do not see them afterwards
            card, known = card.sudo(), known.sudo()
            client = known or known.create(card._prepare_client_values())
            if known:
                known.write(card._prepare_known_values(known))
            card._add_person(client)
            card.write({"state": "done", "closed_on": fields.Datetime.now(), "partner_id": client.id})
            card._ask_to_plan(client)

    def _check_state(self, *states):
        for card in self:
            if card.state not in states:
                label = self._get_selection_words("state")[card.state]
                raise UserError(self.env._("“%(card)s” is %(state)s: reload the page.", card=card.name, state=label))

    def _get_card_values(self):
        return {name: self[name].id if name == "country_id" else self[name] for name in CARD_FIELDS}

    def _prepare_client_values(self):
        return {
            "name": self.name,
            "is_company": self.is_company,
            # Who has left since gets no clients: nobody would see them.
            "user_id": self.owner_id.filtered("active").id,
            "comment": self.text and plaintext2html(self.text),
            **self._get_card_values(),
        }

    def _prepare_known_values(self, client):
        """Return what the card says more of a known client: its gaps, and in the notes all else.

        Who was archived is a client again.
        """
        said = {name: value for name, value in self._get_card_values().items() if value}
        gaps = {name: value for name, value in said.items() if not client[name]}
        others = [name for name in said if name not in gaps and self[name] != client[name]]
        lines = [f"{self._fields[name]._description_string(self.env)}: {self._show(name)}" for name in others]
        notes = plaintext2html("\n".join(filter(None, (self.text, *lines))))
        if notes and notes not in (client.comment or ""):
            gaps["comment"] = (client.comment or Markup()) + notes
        if not client.active:
            gaps["active"] = True
        return gaps

    def _show(self, name):
        return self[name].display_name if self._fields[name].relational else self[name]

    def _add_person(self, client):
        """Make the person on the card one of the client's, with the phone and the address that are not the client's."""
        known = {partner.name.casefold() for partner in client | client.child_ids if partner.name}
        if self.person and self.person.casefold() not in known:
            own = {name: self[name] for name in ("phone", "email") if self[name] != client[name]}
            client.create(
                {"name": self.person, "function": self.function, "parent_id": client.id, "type": "contact", **own}
            )

    def _ask_to_plan(self, client):
        owner = client.client_owner_id
        if owner.active:
            told = client._in_language_of(owner)
            told.activity_schedule(
                "mail.mail_activity_data_call", summary=told.env._("New client: plan the contact"), user_id=owner.id
            )

    def _get_form_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Raw Card"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    # --- letters ---

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Make a card of a letter to the queue's address."""
        (name, address), *_more = email_split_tuples(msg_dict.get("from") or "") or [("", "")]
        values = {
            "name": name or address or self.env._("Unknown sender"),
            "person": name,
            "email": address,
            "text": html2plaintext(msg_dict.get("body") or ""),
            "source": "email",
            "owner_id": False,
            **(custom_values or {}),
        }
        card = super().message_new(msg_dict, values)
        # Odoo writes the sender there as it stands in the letter, with the name.
        card.email = address
        return card
