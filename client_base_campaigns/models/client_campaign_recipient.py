from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.client_base.tools.notification import make_warning

from .client_campaign import CHANNELS

DELIVERIES = [
    ("excluded", "Left out"),
    ("control", "Control group"),
    ("waiting", "Waiting"),
    ("queued", "Queued"),
    ("sending", "Being sent"),
    ("todo", "To do by hand"),
    ("sent", "Sent"),
    ("failed", "Failed"),
    ("uncertain", "Uncertain"),
]
# Left out, or kept back to compare with.
NOT_WRITTEN_TO = ("excluded", "control")
NOTHING_SENT = (*NOT_WRITTEN_TO, "waiting")
ANSWERS = [("yes", "Takes part"), ("no", "Does not take part"), ("call", "Asks for a call")]
# What managers record of their own clients; everything else is the marketer's and the mailer's to say.
MANAGERS_FIELDS = {"answer", "result", "no_reason"}
# More names than these nobody reads in a message.
NAMED = 20
# Whom a message goes to: whoever approved the campaign approved these.
APPROVED_FIELDS = {"campaign_id", "partner_id", "person_id", "email", "phone", "channel"}


class ClientCampaignRecipient(models.Model):
    """One client in a campaign: why it is in, how it was reached, whether it got the message, what came of it."""

    _name = "client.campaign.recipient"
    _description = "Campaign Recipient"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "campaign_id desc, id"
    _rec_name = "partner_id"

    campaign_id = fields.Many2one("client.campaign", required=True, ondelete="cascade")
    campaign_state = fields.Selection(related="campaign_id.state", string="Campaign State")
    partner_id = fields.Many2one("res.partner", string="Client", required=True, index=True, ondelete="cascade")
    owner_id = fields.Many2one(related="partner_id.client_owner_id", string="Client's Manager", store=True, index=True)
    person_id = fields.Many2one(
        "res.partner",
        string="Addressed To",
        index="btree_not_null",
        ondelete="set null",
        domain="[('commercial_partner_id', '=', partner_id), ('is_company', '=', False)]",
    )
    reason = fields.Char(string="Why in the Group", readonly=True)
    email = fields.Char(string="E-mail", readonly=True, help="As it was when the group was frozen.")
    phone = fields.Char(readonly=True, help="As it was when the group was frozen.")
    channel = fields.Selection(CHANNELS)
    fallback_channel = fields.Selection(CHANNELS)
    delivery = fields.Selection(
        DELIVERIES,
        required=True,
        default="waiting",
        readonly=True,
        help="Uncertain: the connection broke when the message may have been taken already. "
        "It is never sent again by itself.",
    )
    exclusion = fields.Selection(
        [
            ("no_address", "No address or number for these channels"),
            ("same_address", "Another recipient has this address"),
            ("opt_out", "Wants no mailings"),
            ("archived", "The card is archived"),
            ("person_left", "The person addressed is archived or elsewhere"),
            ("not_revivable", "Declared dead, not revivable"),
            ("running", "In another running campaign"),
            ("resting", "Got a message of another campaign lately"),
            ("cap", "Above the most clients of a manager or region"),
            ("control", "Drawn into the control group"),
            ("by_hand", "Left out by hand"),
        ],
        string="Why Left Out",
        readonly=True,
    )
    delivery_ids = fields.One2many("client.campaign.delivery", "recipient_id", string="Messages and Calls")
    has_todo = fields.Boolean(string="To Do by Hand", compute="_compute_has_todo")
    delivery_note = fields.Char(readonly=True)
    sent_date = fields.Datetime(string="Sent on", readonly=True)
    seen_date = fields.Datetime(
        string="Possibly Seen On",
        readonly=True,
        help="A hint only: automatic scanners open messages and follow links, too.",
    )

    receipt_date = fields.Datetime(string="Receipt Confirmed on", readonly=True)
    receipt_how = fields.Selection(
        [
            ("page", "By the client, on the personal page"),
            ("reply", "By the client's reply"),
            ("manager", "By the manager"),
            ("slip", "By a delivery slip"),
        ],
        string="Confirmed By",
        readonly=True,
    )
    receipt_note = fields.Char(string="Proof", readonly=True, help="The number of the slip, say.")
    answer = fields.Selection(ANSWERS, tracking=True)
    no_reason = fields.Char(string="Why Not")
    client_comment = fields.Text(string="The Client's Words", readonly=True)
    result = fields.Text(help="What came of it, in the manager's words.", tracking=True)
    order_count = fields.Integer(string="Orders", readonly=True)
    turnover = fields.Monetary(readonly=True)
    script = fields.Html(related="campaign_id.script")
    # Stored: Odoo adds up amounts in such currencies only. That of a campaign with recipients is settled: to relate it
    # would have all of them written where somebody else becomes responsible.
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id", store=True)
    # Part of the key of the personal page: one more, and the links that went out before are void.
    revision = fields.Integer(default=0, readonly=True)

    _partner_unique = models.Constraint(
        "UNIQUE (campaign_id, partner_id)", "This client is in the campaign already: nobody gets it twice."
    )
    # The figures of a campaign, read from the index alone; for a manager, of own clients.
    _figures_index = models.Index(
        "(campaign_id, owner_id) INCLUDE (delivery, answer, receipt_date, order_count, turnover)"
    )

    # The last change of a campaign's recipients.
    _changes_index = models.Index("(campaign_id, write_date)")

    @api.depends("campaign_id")
    def _compute_currency_id(self):
        for recipient in self:
            recipient.currency_id = recipient.campaign_id.currency_id

    @api.depends("delivery_ids.state")
    def _compute_has_todo(self):
        for recipient in self:
            recipient.has_todo = "todo" in recipient.delivery_ids.mapped("state")

    @api.constrains("channel", "fallback_channel")
    def _check_channels(self):
        for recipient in self.filtered("campaign_id"):
            for channel in filter(None, (recipient.channel, recipient.fallback_channel)):
                if channel != "letter" and not recipient._get_address(channel):
                    raise UserError(
                        self.env._("%s has no address or number for this channel.", recipient.partner_id.display_name)
                    )

    @api.model_create_multi
    def create(self, vals_list):
        recipients = super().create(vals_list)
        recipients.campaign_id._forget_approval()
        return recipients

    def unlink(self):
        self.campaign_id._forget_counts()
        return super().unlink()

    def write(self, vals):
        """Let managers record results only: who got what is the marketer's and the mailer's to say."""
        if vals.keys() - MANAGERS_FIELDS and not self._is_marketer():
            raise AccessError(self.env._("You record answers and results here; everything else the campaign does."))
        if "person_id" in vals:
            for recipient in self:
                super(ClientCampaignRecipient, recipient).write(recipient._address_anew(vals))
        else:
            super().write(vals)
        if APPROVED_FIELDS & vals.keys() or vals.get("delivery") == "waiting":
            self.campaign_id._forget_approval()
        if vals.get("answer") or vals.get("receipt_date"):
            self._stop_asking()
        return True

    def _address_anew(self, vals):
        """Return ``vals`` with what they mean for the addresses where they name another person.

        Whoever was written to already keeps the addresses that it was written to.
        """
        person = self.person_id.browse(vals["person_id"])
        if self.delivery != "waiting" or person == self.person_id:
            return vals
        channels = [vals.get(name, self[name]) for name in ("channel", "fallback_channel")]
        judged = self.env["client.campaign.selection"]._judge_person(self, person, channels)
        return {**judged, **vals, "person_id": judged["person_id"]}

    def _get_in_group(self):
        """Return those that get the message, in any way."""
        return self.filtered(lambda recipient: recipient.delivery not in NOT_WRITTEN_TO)

    def _is_marketer(self):
        return self.env.su or self.env.user.has_group("client_base_campaigns.group_client_marketer")

    def _get_address(self, channel):
        """Return where ``channel`` reaches the recipient."""
        self.ensure_one()
        if channel == "letter":
            return (self.person_id or self.partner_id)._display_address(without_company=True).strip()
        return self.email if channel == "email" else self.phone

    def _get_addressee(self):
        """Return the person that the message is for, or the client."""
        return self.person_id or self.partner_id

    def _get_manager(self):
        """Return the client's manager, as long as that one works with us; who looks after the campaign otherwise."""
        return self.owner_id.filtered("active") or self.campaign_id._get_responsible()

    def action_leave_out(self):
        """Take recipients out by hand, before anything was sent to them."""
        self.filtered(lambda recipient: recipient.delivery in ("waiting", "control")).write(
            {"delivery": "excluded", "exclusion": "by_hand"}
        )

    def action_take_in(self):
        """Undo what was left out by hand, or by rest, cap and draw: a person decided so; tell who stays out, and why.

        They are reached as they would have been, had they been in from the beginning.
        """
        undone = ("by_hand", "running", "resting", "cap", "control", "same_address")
        chosen = self.filtered(
            lambda one: one.exclusion in undone and one.campaign_state == "offer" and one.delivery in NOT_WRITTEN_TO
        )
        reasons, left_out = self._get_selection_words("exclusion"), {}
        for recipient, judged in self.env["client.campaign.selection"]._judge_again(chosen).items():
            if judged["exclusion"]:
                left_out[recipient.partner_id] = reasons[judged["exclusion"]]
            else:
                recipient.write({"delivery": "waiting", **judged})
        return self._warn_of_left_out(left_out, self.env._("Still left out")) if left_out else None

    @api.model
    def _warn_of_left_out(self, left_out, title):
        """Return the action that tells who is left out, and why; of many only the first are named.

        :param dict left_out: ``{client: why}``, not empty
        """
        words = [f"{client.display_name}: {why}" for client, why in left_out.items()]
        more = len(words) - NAMED
        if more > 0:
            words[NAMED:] = [self.env._("%s more", more)]
        return make_warning("; ".join(words), title=title)

    def action_open_client(self):
        return self.partner_id.get_formview_action()
