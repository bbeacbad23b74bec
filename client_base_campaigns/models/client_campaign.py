from ast import literal_eval
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, is_html_empty

STATES = [
    ("draft", "Plan"),
    ("group", "Group"),
    ("sending", "Sending"),
    ("results", "Results"),
    ("closed", "Closed"),
]


class ClientCampaign(models.Model):
    """A programme of work with a group of clients, from the choice of the group to its summary."""

    _name = "client.campaign"
    _description = "Campaign"
    _inherit = ["mail.render.mixin", "mail.thread"]
    _order = "date_start desc, id desc"

    name = fields.Char(required=True, tracking=True)
    goal = fields.Text(help="What the campaign is to bring; the summary is read against it.")
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
        STATES, string="Status", required=True, default="draft", readonly=True, copy=False, tracking=True
    )
    date_start = fields.Date(string="Begins", required=True, default=fields.Date.context_today)
    date_end = fields.Date(
        string="Ends",
        required=True,
        default=lambda self: fields.Date.context_today(self) + timedelta(days=30),
        help="Orders of the participants from the first to the last day count as results.",
    )
    segment_ids = fields.Many2many("client.segment", string="Segments")
    country_ids = fields.Many2many("res.country", string="Countries")
    region_ids = fields.Many2many("client.region", string="Regions")
    domain = fields.Char(string="Further Conditions", default="[]", help="Anything else that stands on the card.")
    candidate_count = fields.Integer(string="Clients That Fit", compute="_compute_candidate_count")

    subject = fields.Char(help="{{ object.partner_id.name }} stands for the client's name.")
    body = fields.Html(
        string="Message",
        render_engine="qweb",
        render_options={"post_process": True},
        sanitize="email_outgoing",
        help="Type / to insert what differs from client to client.",
    )
    recipient_ids = fields.One2many("client.campaign.recipient", "campaign_id", string="Recipients")
    recipient_count = fields.Integer(string="In the Group", compute="_compute_progress")
    excluded_count = fields.Integer(string="Left Out", compute="_compute_progress")
    sent_count = fields.Integer(string="Sent", compute="_compute_progress")
    failed_count = fields.Integer(string="Failed or Uncertain", compute="_compute_progress")
    receipt_count = fields.Integer(string="Receipt Confirmed", compute="_compute_progress")
    participant_count = fields.Integer(string="Take Part", compute="_compute_progress")
    sent_percent = fields.Float(compute="_compute_progress")
    receipt_percent = fields.Float(compute="_compute_progress")
    participant_percent = fields.Float(compute="_compute_progress")
    order_count = fields.Integer(string="Orders", compute="_compute_progress")
    turnover = fields.Monetary(compute="_compute_progress", currency_field="currency_id")
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    closed_on = fields.Date(readonly=True, copy=False)
    conclusion = fields.Text(help="What was learnt; it stands in the summary.", copy=False)

    _dates_in_order = models.Constraint(
        "CHECK (date_start <= date_end)", "The campaign ends before it begins: change one of the dates."
    )

    def _compute_render_model(self):
        self.render_model = "client.campaign.recipient"

    @api.depends("segment_ids", "country_ids", "region_ids", "domain", "user_id")
    def _compute_candidate_count(self):
        for campaign in self:
            campaign.candidate_count = self.env["res.partner"].search_count(campaign._get_candidates_domain())

    @api.depends(
        "recipient_ids.delivery", "recipient_ids.receipt_date", "recipient_ids.answer", "recipient_ids.turnover"
    )
    def _compute_progress(self):
        recipients = self.env["client.campaign.recipient"]
        deliveries = recipients._read_group(
            [("campaign_id", "in", self.ids)],
            ["campaign_id", "delivery"],
            ["__count", "order_count:sum", "turnover:sum"],
        )
        receipts = dict(
            recipients._read_group(
                [("campaign_id", "in", self.ids), ("receipt_date", "!=", False)], ["campaign_id"], ["__count"]
            )
        )
        participants = dict(
            recipients._read_group(
                [("campaign_id", "in", self.ids), ("answer", "=", "yes")], ["campaign_id"], ["__count"]
            )
        )
        for campaign in self:
            own = {delivery: rest for batch, delivery, *rest in deliveries if batch == campaign._origin}
            count = {delivery: figures[0] for delivery, figures in own.items()}
            total = sum(count.values()) - count.get("excluded", 0)
            campaign.recipient_count = total
            campaign.excluded_count = count.get("excluded", 0)
            campaign.sent_count = count.get("sent", 0)
            campaign.failed_count = count.get("failed", 0) + count.get("uncertain", 0)
            campaign.receipt_count = receipts.get(campaign._origin, 0)
            campaign.participant_count = participants.get(campaign._origin, 0)
            campaign.order_count = sum(figures[1] for figures in own.values())
            campaign.turnover = sum(figures[2] for figures in own.values())
            for name in ("sent", "receipt", "participant"):
                campaign[f"{name}_percent"] = 100 * campaign[f"{name}_count"] / total if total else 0

    @api.depends_context("company")
    def _compute_currency_id(self):
        self.currency_id = self.env.company.currency_id

    @api.constrains("domain")
    def _check_domain(self):
        for campaign in self:
            try:
                Domain(literal_eval(campaign.domain or "[]")).validate(self.env["res.partner"])
            except (ValueError, SyntaxError, TypeError, KeyError) as error:
                raise ValidationError(
                    self.env._("The further conditions cannot be used. Choose them again. (%s)", error)
                ) from error

    @api.constrains("subject", "body")
    def _check_message(self):
        """Let marketers name the client and the like, and nobody but template editors compute.

        Messages are made by the superuser, for whom nothing is forbidden any more.
        """
        if self.env.user.has_group("mail.group_mail_template_editor"):
            return
        for campaign in self:
            if campaign._has_unsafe_expression_template_inline_template(
                campaign.subject, campaign.render_model
            ) or campaign._has_unsafe_expression_template_qweb(campaign.body, campaign.render_model):
                raise AccessError(
                    self.env._("The message may hold only what the menu under / offers; the rest is for its editors.")
                )

    # --- the group ---

    def _get_candidates_domain(self):
        """Return the domain of the clients that fit and that the responsible sees.

        Whoever searches by it sees no more than usual: nobody reaches others through a campaign.
        """
        self.ensure_one()
        domain = self._get_group_domain()
        theirs = self.env["res.partner"].with_user(self.user_id).sudo(False)
        return domain & Domain("id", "in", theirs._search(domain))

    def _get_group_domain(self):
        """Return the domain of the clients that the criteria choose."""
        self.ensure_one()
        domain = Domain(self.env["res.partner"]._get_client_domain()) & Domain(literal_eval(self.domain or "[]"))
        if self.segment_ids:
            domain &= Domain("client_segment_id", "in", self.segment_ids.ids)
        if self.country_ids:
            domain &= Domain("country_id", "in", self.country_ids.ids)
        if self.region_ids:
            domain &= Domain("client_region_id", "child_of", self.region_ids.ids)
        return domain

    def _get_group_reason(self):
        """Return why the clients are in the group: the criteria, in words."""
        self.ensure_one()
        parts = [
            ", ".join(records.mapped("display_name"))
            for records in (self.segment_ids, self.country_ids, self.region_ids)
            if records
        ]
        if literal_eval(self.domain or "[]"):
            parts.append(self.env._("further conditions"))
        return "; ".join(parts) or self.env._("all clients")

    def action_freeze_group(self):
        """Turn the clients that fit now into recipients; later changes of clients change nothing."""
        self.ensure_one()
        self._check_state("draft")
        clients = self.env["res.partner"].search(self._get_candidates_domain())
        if not clients:
            raise UserError(self.env._("No client fits these criteria. Widen them first."))
        self.recipient_ids.unlink()
        self.recipient_ids.create(self.recipient_ids._prepare_group(self, clients))
        self.state = "group"

    def action_back_to_plan(self):
        """Dissolve the group, so that its criteria can be changed."""
        self.ensure_one()
        self._check_state("group")
        self.recipient_ids.unlink()
        self.state = "draft"

    # --- sending ---

    def action_send(self):
        """Queue the message for every recipient; the mailer takes it from there."""
        self.ensure_one()
        self._check_state("group")
        if not self.subject or is_html_empty(self.body):
            raise UserError(self.env._("Write the subject and the message first."))
        if not self.user_id.email_formatted:
            raise UserError(
                self.env._("%s has no e-mail address to send from. Enter one under Preferences.", self.user_id.name)
            )
        self.recipient_ids.filtered(lambda recipient: recipient.delivery == "waiting").delivery = "queued"
        self.state = "sending"
        # sudo: whoever may send may have the job start now
        self.env.ref("client_base_campaigns.ir_cron_send").sudo()._trigger()

    def _finish_sending(self):
        """Go on to the results where nothing is left to send."""
        unfinished = self.env["client.campaign.recipient"]._read_group(
            [("campaign_id", "in", self.ids), ("delivery", "in", ("queued", "sending"))], ["campaign_id"]
        )
        finished = self.filtered(lambda campaign: campaign.state == "sending") - self.browse(
            [campaign.id for (campaign,) in unfinished]
        )
        finished.state = "results"

    # --- results ---

    def action_refresh_results(self):
        """Count the orders that the recipients confirmed within the campaign's days."""
        self.env["sale.order"].flush_model(["amount_untaxed", "currency_rate", "date_order", "partner_id", "state"])
        self.recipient_ids.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
                UPDATE client_campaign_recipient recipient
                   SET order_count = COALESCE(bought.orders, 0), turnover = COALESCE(bought.turnover, 0)
                  FROM client_campaign_recipient own
                  JOIN client_campaign campaign ON campaign.id = own.campaign_id
             LEFT JOIN LATERAL (
                       SELECT count(*) AS orders,
                              sum(sale.amount_untaxed / COALESCE(NULLIF(sale.currency_rate, 0), 1)) AS turnover
                         FROM sale_order sale
                         JOIN res_partner partner ON partner.id = sale.partner_id
                        WHERE sale.state = 'sale'
                          AND own.delivery <> 'excluded'
                          AND partner.commercial_partner_id = own.partner_id
                          AND sale.date_order::date BETWEEN campaign.date_start AND campaign.date_end
                       ) bought ON TRUE
                 WHERE recipient.id = own.id AND campaign.id = ANY(%(ids)s)
                """,
                ids=self.ids,
            )
        )
        self.recipient_ids.invalidate_recordset(["order_count", "turnover"], flush=False)
        self.invalidate_recordset(["order_count", "turnover"], flush=False)

    @api.model
    def _cron_refresh_results(self):
        """Keep the results of running campaigns up to date."""
        self.search([("state", "in", ("sending", "results"))]).action_refresh_results()

    def action_close(self):
        """Count once more and close; the summary goes into the chatter."""
        self.ensure_one()
        self._check_state("results")
        self.action_refresh_results()
        self.write({"state": "closed", "closed_on": fields.Date.context_today(self)})
        self.message_post(body=self._get_summary())

    def _get_summary(self):
        """Return the summary as HTML: figures against the goal."""
        self.ensure_one()
        figures = [
            (self.env._("Goal"), self.goal or "–"),
            (self.env._("In the group"), self.recipient_count),
            (self.env._("Sent"), self.sent_count),
            (self.env._("Receipt confirmed"), f"{self.receipt_count} ({self.receipt_percent:.0f} %)"),
            (self.env._("Take part"), f"{self.participant_count} ({self.participant_percent:.0f} %)"),
            (self.env._("Orders"), self.order_count),
            (self.env._("Turnover"), self.currency_id.format(self.turnover)),
            (self.env._("Conclusion"), self.conclusion or "–"),
        ]
        rows = (Markup("<tr><td>%s</td><td><b>%s</b></td></tr>") % figure for figure in figures)
        return Markup("<table>%s</table>") % Markup().join(rows)

    def action_open_recipients(self):
        """Open the recipients that the pressed figure counts."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("client_base_campaigns.client_campaign_recipient_action")
        chosen = self.env.context.get("recipient_filter")
        context = {f"search_default_{chosen}": 1} if chosen else {}
        return {**action, "domain": [("campaign_id", "=", self.id)], "context": context}

    def _check_state(self, state):
        if self.state != state:
            names = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "“%(campaign)s” is at “%(now)s”; this can be done at “%(needed)s” only.",
                    campaign=self.name,
                    now=names[self.state],
                    needed=names[state],
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        if self.filtered(lambda campaign: campaign.state not in ("draft", "group")):
            raise UserError(self.env._("A campaign that was sent stays: its results belong to the clients' history."))
