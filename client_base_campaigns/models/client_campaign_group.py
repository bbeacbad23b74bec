from secrets import randbelow

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.client_base.search import check_domains, find_fault, parse_domain

from .client_campaign import CHANNELS

CRITERIA = ("segment_ids", "country_ids", "region_ids", "domain", "user_id")
TERMS = (
    "channel",
    "fallback_channel",
    "dmu_role_id",
    "quiet_days",
    "without_running",
    "cap",
    "cap_by",
    "control_percent",
    "draw",
)


class ClientCampaign(models.Model):
    """Who is in: criteria, who of those is left out and why, and the freezing of the rest."""

    _inherit = "client.campaign"

    segment_ids = fields.Many2many("client.segment", string="Segments")
    country_ids = fields.Many2many("res.country", string="Countries")
    region_ids = fields.Many2many(
        "client.region",
        string="Regions",
        context={"active_test": False},  # a group of archived regions is not one of all
    )
    filter_id = fields.Many2one(
        "mailing.filter",
        string="Saved Conditions",
        domain="[('mailing_model_name', '=', 'res.partner')]",
        help="Conditions that were saved before; they replace the further conditions below.",
    )
    domain = fields.Char(string="Further Conditions", default="[]", help="Anything else that stands on the card.")
    channel = fields.Selection(CHANNELS, string="Main Channel", required=True, default="email")
    fallback_channel = fields.Selection(
        CHANNELS,
        help="For clients that the first channel does not reach, and for those who do not confirm the receipt.",
    )
    dmu_role_id = fields.Many2one(
        "client.dmu.role", string="Addressed To", help="The person with this part in decisions; otherwise the client."
    )
    quiet_days = fields.Integer(
        string="Minimum Days Since Last Campaign",
        help="Leave out who got a message of another campaign within so many days. 0: nobody.",
    )
    without_running = fields.Boolean(
        string="Not in Other Campaigns", help="Leave out who is in another campaign that still runs."
    )
    cap = fields.Integer(string="At Most", help="So many clients each, those with most turnover first. 0: all.")
    cap_by = fields.Selection([("owner", "per manager"), ("region", "per region")], default="owner", required=True)
    control_percent = fields.Float(
        string="Control Group (%)",
        help="So many of a hundred are drawn by lot and get nothing, so that one sees what would have come anyway.",
    )
    draw = fields.Integer(
        string="Number of the Draw",
        default=lambda self: randbelow(1_000_000),
        required=True,
        copy=False,  # or the same clients would be the control group of each campaign
        help="The same number draws the same clients.",
    )
    candidate_count = fields.Integer(string="Clients That Fit", compute="_compute_candidate_count")
    reachable_count = fields.Integer(string="Will Be Reached", compute="_compute_forecast")
    forecast = fields.Json(string="Who Would Be Left Out", compute="_compute_forecast")
    overlap_count = fields.Integer(string="In Another Running Campaign", compute="_compute_forecast")

    _figures_positive = models.Constraint(
        "CHECK (quiet_days >= 0 AND cap >= 0 AND control_percent >= 0 AND control_percent <= 90)",
        "The days since the last campaign and the most clients cannot be negative; the control group is 90 % at most.",
    )

    @api.depends(*CRITERIA, "state")
    def _compute_candidate_count(self):
        for campaign in self:
            domain = campaign._get_candidates_domain() if campaign._is_choosing() else Domain.FALSE
            campaign.candidate_count = self.env["res.partner"].search_count(domain)

    @api.depends(*CRITERIA, *TERMS, "state")
    @api.depends_context("lang")
    def _compute_forecast(self):
        """Count what freezing would bring, as long as the group is being chosen."""
        for campaign in self:
            forecast = campaign._get_forecast() if campaign._is_choosing() else {}
            names = self.env["client.campaign.recipient"]._get_selection_words("exclusion")
            campaign.reachable_count = forecast.pop("reached", 0)
            campaign.overlap_count = forecast.pop("overlap", 0)
            campaign.forecast = [
                {"reason": names[reason], "count": count} for reason, count in forecast.items() if count
            ]

    def _is_choosing(self):
        """Tell whether the group is being chosen, by conditions that can be used: they may just be typed."""
        return self.state in ("draft", "group") and not find_fault(self.domain, self.env["res.partner"])

    @api.constrains("domain")
    def _check_domain(self):
        check_domains(self, self.env._("The further conditions cannot be used. Choose them again. (%s)"))

    @api.model_create_multi
    def create(self, vals_list):
        campaigns = super().create(vals_list)
        campaigns._check_responsible()
        return campaigns

    def write(self, vals):
        result = super().write(vals)
        if "user_id" in vals:
            self._check_responsible()
        return result

    def _check_responsible(self):
        """Let nobody reach more clients through a colleague: what jobs send is limited to the responsible's alone."""
        for user in self.user_id:
            if not self._may_name(user):
                raise ValidationError(
                    self.env._(
                        "%s sees clients that you do not see. The responsible can be you, or a colleague whose clients "
                        "you see.",
                        user.name,
                    )
                )

    @api.model
    def _may_name(self, user):
        """Tell whether the clients of ``user`` lie within those of who asks, as levels and teams give them."""
        own, theirs = self.env.user._client_standing_scope(), user._client_standing_scope()
        return self.env.su or own is None or (theirs is not None and set(theirs) <= set(own))

    def copy_data(self, default=None):
        """Make whoever copies the responsible, where the one there was may not be named."""
        return [
            vals if self._may_name(self.user_id.browse(vals["user_id"])) else {**vals, "user_id": self.env.uid}
            for vals in super().copy_data(default)
        ]

    @api.onchange("filter_id")
    def _onchange_filter_id(self):
        if self.filter_id:
            self.domain = self.filter_id.mailing_domain

    def action_save_filter(self):
        """Keep the further conditions as a saved audience, for the next campaign and for mass mailings."""
        self.ensure_one()
        # Who was picked goes along as he is: others may be picked for this campaign later.
        picked = self.env["client.campaign.pick"].search([("campaign_id", "=", self.id)]).partner_id
        self.filter_id = self.env["mailing.filter"].create(
            {
                "name": self.name,
                "mailing_domain": self._replace_picked(("id", "in", picked.ids)),
                # sudo: what models there are is no secret
                "mailing_model_id": self.env["ir.model"].sudo()._get("res.partner").id,
            }
        )

    def _get_candidates_domain(self):
        """Return the domain of the clients that fit and that the responsible sees.

        Whoever searches by it sees no more than usual: nobody reaches others through a campaign.
        """
        self.ensure_one()
        return self._limit_to_responsible(self._get_group_domain())

    def _search_candidates(self):
        """Return the query of the clients that fit and that the responsible sees, in the responsible's company."""
        campaign = self._in_company()
        return campaign.env["res.partner"]._search(campaign._get_candidates_domain())

    def _limit_to_responsible(self, domain):
        return domain & Domain("id", "in", self._get_clients_of_responsible()._search(domain))

    def _get_clients_of_responsible(self):
        """Return the model of clients as the responsible has it, in the companies that both work for."""
        # sudo: which companies a colleague works for limits what is found
        user = self.user_id.sudo()
        companies = (self.env.companies & user.company_ids) or user.company_id
        companies = (user.company_id & companies) | companies
        theirs = self.env["res.partner"].with_user(self.user_id).sudo(False)
        return theirs.with_context(allowed_company_ids=companies.ids)

    def _get_group_domain(self):
        """Return the domain of the clients that the criteria choose."""
        self.ensure_one()
        return self._get_frame_domain() & parse_domain(self.domain)

    def _get_frame_domain(self):
        """Return the domain of the clients of the chosen segments, countries and regions."""
        domain = Domain(self.env["res.partner"]._get_client_domain())
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
        if not parse_domain(self.domain).is_true():
            parts.append(self.filter_id.name or self.env._("further conditions"))
        return "; ".join(parts) or self.env._("all clients")

    def _get_forecast(self):
        """Return ``{"reached": …, "overlap": …, exclusion: …}`` as freezing now would have it."""
        self.env.flush_all()
        clients = self._search_candidates()
        rows = self.env.execute_query(
            SQL(
                """SELECT COALESCE(exclusion, 'reached'), count(*), count(*) FILTER (WHERE runs)
                     FROM (%s) AS judged GROUP BY 1""",
                self.env["client.campaign.selection"]._select(self, clients),
            )
        )
        return {reason: count for reason, count, _runs in rows} | {"overlap": sum(runs for *_reason, runs in rows)}

    def action_freeze_group(self):
        """Turn the clients that fit now into recipients; later changes of clients change nothing."""
        self.ensure_one()
        self._check_state("draft", "group")
        self._check_domain()  # the addon of a field may be gone since
        self._dissolve_group()
        clients = self._search_candidates()
        if not self.env["client.campaign.selection"]._freeze(self, clients, self._get_group_reason()):
            raise UserError(self.env._("No client fits these criteria. Widen them first."))
        self._take_step(state="offer")

    def _join(self, clients, reason):
        """Add ``clients`` by hand, after the group was frozen; return those of them who are in now for the first time.

        They are judged as all others are, but neither capped nor drawn into the control group.
        """
        self.ensure_one()
        self._check_state("offer", "sending", "receipts")
        if self.state != "offer":
            self._check_not_over()
        domain = Domain(self.env["res.partner"]._get_client_domain()) & Domain("id", "in", clients.ids)
        theirs = self._get_clients_of_responsible()._search(domain)
        chosen = self.env["res.partner"]._search(domain & Domain("id", "in", theirs))
        joined = self.env["client.campaign.selection"]._freeze(self, chosen, reason, by_hand=True)
        if joined:
            self._forget_approval()
        recipients = self.recipient_ids.browse(joined)
        if self.state != "offer":
            self._queue(recipients)
        return recipients
