from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date, plaintext2html

from odoo.addons.client_base.parameters import MOST_DAYS
from odoo.addons.client_base.tools.notification import make_notification

KINDS = [
    ("birthday", "Birthdays of persons"),
    ("holiday", "Holidays of countries and professions"),
    ("reorder", "Reminders to order, by the client's own rhythm"),
    ("revival", "Revival of the dead that may be revived"),
]
# These bring wishes and ask for nothing.
GREETINGS = ("birthday", "holiday")


class ClientProgramme(models.Model):
    """A campaign that comes back: each day that somebody is due a copy of its model campaign goes to these.

    Who is due says ``client.programme.due``; everything else, from the message to the quiet hours, the
    model campaign, which itself stays a plan.
    """

    _name = "client.programme"
    _description = "Recurring Programme"
    _inherit = ["mail.thread"]
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    kind = fields.Selection(KINDS, required=True, default="birthday", tracking=True)
    campaign_id = fields.Many2one(
        "client.campaign",
        string="Model Campaign",
        required=True,
        index=True,
        ondelete="restrict",
        domain=[("state", "in", ("draft", "group")), ("programme_id", "=", False)],
        help="A plan with message, channels and conditions. Its copies are sent.",
    )
    user_id = fields.Many2one(related="campaign_id.user_id")
    days_before = fields.Integer(help="So many days before the day; for revivals: days since the client died.")
    yearly_cap = fields.Integer(
        string="At Most a Year", required=True, default=1, help="So many messages of this programme to one client."
    )
    holiday_ids = fields.Many2many("client.holiday", string="Holidays")
    auto_send = fields.Boolean(
        string="Send by Itself",
        tracking=True,
        help="Otherwise, and wherever campaigns are to be approved, the responsible gets a task to look and send.",
    )
    run_ids = fields.One2many("client.campaign", "programme_id", string="Sent So Far")
    run_count = fields.Integer(string="Campaigns", compute="_compute_run_count")
    due_count = fields.Integer(
        string="Due Today", compute="_compute_due_count", help="Clients who are due today and can be reached."
    )

    _figures_positive = models.Constraint(
        "CHECK (yearly_cap > 0 AND days_before >= 0)",
        "At least one message a year; the number of days cannot be negative.",
    )
    _days_limited = models.Constraint(
        f"CHECK (days_before <= {MOST_DAYS})", "A term of a programme has at most 36500 days."
    )

    @api.model_create_multi
    def create(self, vals_list):
        programmes = super().create(vals_list)
        programmes.campaign_id._check_responsible()
        programmes._greet()
        return programmes

    def write(self, vals):
        result = super().write(vals)
        if "campaign_id" in vals:
            self.campaign_id._check_responsible()
        if {"kind", "campaign_id"} & vals.keys():
            self._greet()
        return result

    def _greet(self):
        """Have greetings ask for no receipt, unless somebody says so in the model campaign afterwards."""
        self.filtered(lambda programme: programme.kind in GREETINGS).campaign_id.with_receipt = False

    def _compute_run_count(self):
        counts = dict(
            self.env["client.campaign"]._read_group([("programme_id", "in", self.ids)], ["programme_id"], ["__count"])
        )
        for programme in self:
            programme.run_count = counts.get(programme._origin, 0)

    def _compute_due_count(self):
        for programme in self:
            programme.due_count = len(programme._get_due()) if programme._origin else 0

    def action_open_runs(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("client_base_campaigns.client_campaign_action")
        return {**action, "domain": [("programme_id", "=", self.id)], "context": {}}

    def action_run(self):
        """Do today's round now; a second time finds nobody due any more."""
        if self.env["client.campaign"].union(*(programme._run() for programme in self)):
            return None
        unreached = any(programme._get_fitting() for programme in self)
        words = self.env._("Nobody who is due can be reached.") if unreached else self.env._("Nobody is due today.")
        return make_notification(words, "warning")

    @api.model
    def _cron_run(self):
        """Do the day's round of all programmes, each in a transaction of its own: one that fails stops no other."""
        programmes = self.search([("user_id.active", "=", True)])
        job = self.env["ir.cron"]
        for done, programme in enumerate(programmes, 1):
            with job._apart(programme):
                programme._run()
            job._commit_progress(1, remaining=len(programmes) - done)

    def _get_due(self):
        """Return ``{client id: person id or None}`` of who is due today, fits the model campaign and can be reached.

        Whoever cannot be reached today may be so tomorrow, and is not kept as left out day by day.
        """
        due = self._get_fitting()
        if not due:
            return {}
        clients = self.env["res.partner"]._search([("id", "in", list(due))])
        persons = list(filter(None, due.values()))
        reached = self.env["client.campaign.selection"]._find_reached(self.campaign_id, clients, persons)
        return {client: due[client] for client in reached}

    def _get_fitting(self):
        """Return ``{client id: person id or None}`` of who is due today and fits the model campaign."""
        self.ensure_one()
        due = self.env["client.programme.due"]._get_due(self, fields.Date.context_today(self))
        if not due:
            return {}
        model = self.campaign_id._in_company()
        domain = model._get_candidates_domain() & Domain("id", "in", list(due))
        return {client: due[client] for client in model.env["res.partner"].search(domain).ids}

    def _run(self):
        """Make today's campaign of who is due, and send it where it goes by itself; return it.

        The responsible reads it in own language, whoever's job or button makes it.
        """
        self.ensure_one()
        due = self._get_due()
        if not due:
            return self.env["client.campaign"]
        # Of the job and the button at once the second cannot write this, and finds nobody due when it tries again.
        self.sudo().write({})  # sudo: whoever may do the round
        self.flush_recordset()
        campaign = self._make_campaign(due)._in_own_words()
        refusal = self._send(campaign) if self.auto_send and not campaign.needs_approval else ""
        if campaign.state == "offer":
            campaign.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=campaign.env._("Look and send"),
                note=plaintext2html(refusal) if refusal else False,
                user_id=campaign._get_responsible().id,
            )
        return campaign

    def _send(self, campaign):
        """Send ``campaign`` where it can be sent; return the words that say why it cannot."""
        try:
            with self.env.cr.savepoint():
                campaign.action_send()
        except UserError as error:
            return str(error)
        return ""

    def _make_campaign(self, due):
        today, model = fields.Date.context_today(self), self.campaign_id
        told = self._in_language_of(self.user_id)
        values = {
            # Clients see it: what the programme is called is ours.
            "name": f"{model.name}, {format_date(told.env, today)}",
            "programme_id": self.id,
            "date_start": today,
            "date_end": today + max(model.date_end - model.date_start, timedelta(days=1)),
            "attachment_ids": [(6, 0, model.attachment_ids.ids)],
        }
        # sudo: its responsible is the model's, whoever presses the button; the group is limited to what both see
        campaign = model.sudo().copy(values).sudo(self.env.su)
        clients = self.env["res.partner"]._search([("id", "in", list(due))])
        kinds = told._get_selection_words("kind")
        persons = list(filter(None, due.values()))
        reason = f"{told.name}: {kinds[self.kind]}"
        self.env["client.campaign.selection"]._freeze(campaign, clients, reason, persons=persons)
        campaign._take_step(state="offer")
        return campaign
