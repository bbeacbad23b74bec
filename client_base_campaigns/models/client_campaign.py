from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

STATES = [
    ("draft", "Plan"),
    ("group", "Group"),
    ("offer", "Offer"),
    ("sending", "Sending"),
    ("receipts", "Receipts"),
    ("results", "Results"),
    ("closed", "Closed"),
]
CHANNELS = [
    ("email", "E-mail"),
    ("sms", "SMS"),
    ("call", "Call"),
    ("letter", "Letter"),
    ("fax", "Fax"),
    ("messenger", "Messenger"),
]
# What the buttons write, and nobody by hand.
STEPPED = {"state", "approval", "approved_on", "closed_on"}
# What follows from others: whose sales count is not whoever knows to write it.
GIVEN = {"company_id"}
# Until its results a campaign sends of itself; later only what a person has sent again, and the reports.
ASKING = ("sending", "receipts")
# Whoever was written to is still to be heard, and what was queued on the way is still to be sent.
RUNNING = (*ASKING, "results")


class ClientCampaign(models.Model):
    """A programme of work with a group of clients, from the choice of the group to its summary.

    It goes one way, by the marketer's buttons, and each step has what it needs:

    * plan → group: a name and days (required fields);
    * group → offer: criteria that somebody fits; the group is frozen;
    * offer → sending: a message, an address to send from, the approval where the settings ask for it;
    * sending → receipts: by itself, when nothing is left to send;
    * receipts → results: by the marketer, or by itself when the campaign's last day is over;
    * results → closed: the figures are counted once more and the summary is written.
    """

    _name = "client.campaign"
    _description = "Campaign"
    _inherit = ["mail.render.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date_start desc, id desc"

    name = fields.Char(required=True, tracking=True, help="Clients see it on their personal page.")
    goal = fields.Text(help="What the campaign is to bring; the summary is read against it.", tracking=True)
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        required=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        tracking=True,
        index=True,
        help="Only clients that the responsible may see come into the group.",
    )
    state = fields.Selection(
        STATES,
        string="Status",
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
        group_expand=True,
    )
    date_start = fields.Date(string="Begins", required=True, default=fields.Date.context_today, tracking=True)
    date_end = fields.Date(
        string="Ends",
        required=True,
        default=lambda self: fields.Date.context_today(self) + timedelta(days=30),
        tracking=True,
        help="What its recipients buy from the first to the last day counts as results.",
    )
    budget = fields.Float(digits=(16, 2), tracking=True, help="What the campaign may cost.")
    cost = fields.Float(digits=(16, 2), help="What it did cost; the return is counted against it.", copy=False)
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        precompute=True,
        required=True,
        help="Its sales are the results. It is the one that the responsible works for when the group is frozen.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    utm_campaign_id = fields.Many2one(
        "utm.campaign",
        string="UTM Campaign",
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        help="Made when the campaign is sent. Orders that carry it count as results whenever they come.",
    )
    programme_id = fields.Many2one(
        "client.programme", copy=False, readonly=True, index="btree_not_null", ondelete="set null"
    )
    model_of_ids = fields.One2many("client.programme", "campaign_id", string="Model for")
    recipient_ids = fields.One2many("client.campaign.recipient", "campaign_id", string="Recipients")
    change_ids = fields.One2many("client.campaign.change", "campaign_id", string="Changes on the Way")
    closed_on = fields.Date(readonly=True, copy=False)
    conclusion = fields.Text(help="What was learnt; it stands in the summary.", copy=False)

    _dates_in_order = models.Constraint(
        "CHECK (date_start <= date_end)", "The campaign ends before it begins: change one of the dates."
    )

    @api.depends("user_id.company_id")
    def _compute_company_id(self):
        """Follow the responsible until the group is frozen; after that the figures stay those of one company."""
        for campaign in self:
            if not campaign.company_id or campaign.state in ("draft", "group"):
                campaign._follow_responsible()

    def _follow_responsible(self):
        # sudo: which one a colleague works for
        self.company_id = self.user_id.sudo().company_id or self.env.company

    def copy_data(self, default=None):
        """Plan a past campaign anew: as long as it was, from today on."""
        today = fields.Date.context_today(self)
        return [
            {
                **values,
                "name": self.env._("%s (copy)", campaign.name),
                "date_start": today,
                "date_end": today + (campaign.date_end - campaign.date_start),
                **(default or {}),
            }
            for campaign, values in zip(self, super().copy_data(default), strict=True)
        ]

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            begun = self._get_plain_defaults(STEPPED)
            if any((vals[name] or False) != begun[name] for vals in vals_list for name in STEPPED & vals.keys()):
                self._refuse_by_hand()
            vals_list = [{**vals, **begun} for vals in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and (STEPPED | GIVEN) & vals.keys():
            self._refuse_by_hand()
        return super().write(vals)

    def _refuse_by_hand(self):
        raise AccessError(
            self.env._("Status and approval of a campaign are changed by its buttons only, which check each step.")
        )

    def _get_today(self):
        """Return the day that it is where the responsible is."""
        return fields.Date.context_today(self.with_context(tz=self.user_id.tz))

    def _is_over(self):
        return self.date_end < self._get_today()

    def _check_not_over(self):
        if self._is_over():
            raise UserError(self.env._("The campaign's last day is over: move it first."))

    def _in_own_words(self):
        """Return the campaign in the language of its responsible, who reads what jobs note, whoever's job it is."""
        return self._in_language_of(self.user_id)

    def _get_responsible(self):
        """Return who looks after the campaign: an administrator where its responsible has left, and its programme's."""
        if known := self.user_id.filtered("active") or self.programme_id.user_id.filtered("active"):
            return known
        administrators = [("all_group_ids", "in", self.env.ref("client_base.group_client_admin").ids)]
        # sudo: who is in which group
        return self.env["res.users"].sudo().search(administrators, order="id", limit=1) or self.user_id

    def _in_company(self):
        """Return the campaign in its company, where the current user works for that one."""
        return self.with_company(self.company_id) if self.company_id in self.env.user.company_ids else self

    def _take_step(self, **values):
        """Write what only the buttons write, for whoever may change the campaign."""
        self.check_access("write")
        self.sudo().write(values)  # sudo: nobody writes these by hand

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        if self.filtered(lambda campaign: campaign.state not in ("draft", "group", "offer")):
            raise UserError(self.env._("A campaign that was sent stays: its results belong to the clients' history."))

    def _check_state(self, *states):
        if self.state not in states:
            names = self._get_selection_words("state")
            raise UserError(
                self.env._(
                    "“%(campaign)s” is at “%(now)s”; this can be done at “%(needed)s” only.",
                    campaign=self.name,
                    now=names[self.state],
                    needed=", ".join(names[state] for state in states),
                )
            )

    def action_choose_group(self):
        """Leave the plan: the group is next."""
        self.ensure_one()
        self._check_state("draft")
        self._take_step(state="group")

    def action_back_to_plan(self):
        """Go back to goal, days and responsible; a frozen group is dissolved."""
        self.ensure_one()
        self._check_state("group", "offer")
        self._dissolve_group()
        self._take_step(state="draft")

    def action_back_to_group(self):
        """Dissolve the group, so that its criteria can be changed."""
        self.ensure_one()
        self._check_state("offer")
        self._dissolve_group()
        self._take_step(state="group")

    def _dissolve_group(self):
        # sudo: those go, too, whom whoever chooses anew does not see
        self.sudo().recipient_ids.unlink()
        self.sudo()._follow_responsible()  # sudo: nobody writes the company by hand
        self._forget_approval()

    def action_open_recipients(self):
        """Open the recipients that the pressed figure counts."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("client_base_campaigns.client_campaign_recipient_action")
        chosen = self.env.context.get("recipient_filter") or "filter_group"
        context = {f"search_default_{chosen}": 1}
        return {**action, "domain": [("campaign_id", "=", self.id)], "context": context}

    @api.model
    def _run_now(self):
        """Have the job that sends start at once."""
        # sudo: whoever may send may have the job start now
        self.env.ref("client_base_campaigns.ir_cron_send").sudo()._trigger()
