from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import email_normalize, hash_sign, plaintext2html, verify_hash_signed

TOKEN_SCOPE = "client.campaign.receipt"
# The personal page outlives the campaign: a letter may lie unread over a holiday.
TOKEN_EXTRA_DAYS = 60


class ClientCampaignRecipient(models.Model):
    """One client in a campaign: why it is in, whether it got the message, what came of it."""

    _name = "client.campaign.recipient"
    _description = "Campaign Recipient"
    _order = "campaign_id desc, id"
    _rec_name = "partner_id"

    campaign_id = fields.Many2one("client.campaign", required=True, index=True, ondelete="cascade")
    campaign_state = fields.Selection(related="campaign_id.state", string="Campaign State")
    partner_id = fields.Many2one("res.partner", string="Client", required=True, index=True, ondelete="cascade")
    owner_id = fields.Many2one(related="partner_id.client_owner_id", string="Client's Manager", store=True, index=True)
    reason = fields.Char(string="Why in the Group", readonly=True)
    email = fields.Char(string="E-mail", readonly=True, help="As it was when the group was frozen.")
    delivery = fields.Selection(
        [
            ("excluded", "Left out"),
            ("waiting", "Waiting"),
            ("queued", "Queued"),
            ("sending", "Being sent"),
            ("sent", "Sent"),
            ("failed", "Failed"),
            ("uncertain", "Uncertain"),
        ],
        required=True,
        default="waiting",
        readonly=True,
        index=True,
        help="Uncertain: the connection broke when the message may have been taken already. "
        "It is never sent again by itself.",
    )
    exclusion = fields.Selection(
        [
            ("no_address", "No e-mail address"),
            ("same_address", "Another recipient has this address"),
            ("opt_out", "Wants no mailings"),
            ("not_revivable", "Declared dead, not revivable"),
        ],
        string="Why Left Out",
        readonly=True,
    )
    delivery_note = fields.Char(string="Server's Answer", readonly=True)
    attempts = fields.Integer(readonly=True)
    message_id = fields.Char(string="Message-ID", readonly=True, copy=False)
    sent_date = fields.Datetime(string="Sent on", readonly=True)

    receipt_date = fields.Datetime(string="Receipt Confirmed on", readonly=True)
    receipt_how = fields.Selection(
        [("page", "By the client, on the personal page"), ("manager", "By the manager")],
        string="Confirmed How",
        readonly=True,
    )
    answer = fields.Selection([("yes", "Takes part"), ("no", "Does not take part"), ("call", "Asks for a call")])
    client_comment = fields.Text(string="The Client's Words", readonly=True)
    result = fields.Text(help="What came of it, in the manager's words.")
    order_count = fields.Integer(string="Orders", readonly=True)
    # No Monetary: the currency is computed, and Odoo sums up no amounts in such.
    turnover = fields.Float(digits=(16, 2), readonly=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    preview = fields.Html(string="The Message", compute="_compute_preview", sanitize=False)

    _partner_unique = models.Constraint(
        "UNIQUE (campaign_id, partner_id)", "This client is in the campaign already: nobody gets it twice."
    )

    @api.depends_context("company")
    def _compute_currency_id(self):
        self.currency_id = self.env.company.currency_id

    @api.depends("campaign_id.body", "campaign_id.subject")
    def _compute_preview(self):
        for recipient in self:
            try:
                recipient.preview = recipient._render_message()[1] if recipient._origin else False
            except UserError as error:
                recipient.preview = plaintext2html(str(error))

    @api.model
    def mail_allowed_qweb_expressions(self):
        return (
            *super().mail_allowed_qweb_expressions(),
            "object.partner_id.city",
            "object.partner_id.country_id.name",
            "object.campaign_id.name",
            "object.campaign_id.date_end",
            "object.owner_id.name",
            "object.owner_id.phone",
            "object.owner_id.email",
        )

    @api.model
    def _prepare_group(self, campaign, clients):
        """Return the values of the recipients that ``clients`` become, the left out included."""
        addresses = {client: email_normalize(client.email) for client in clients}
        # sudo: the list of those who want no mailings is kept for all, and read by few
        blocked = set(
            self.env["mail.blacklist"]
            .sudo()
            .search([("email", "in", [*filter(None, addresses.values())])])
            .mapped("email")
        )
        reason, seen, values_list = campaign._get_group_reason(), set(), []
        for client, address in addresses.items():
            exclusion = False
            if client.client_revivable == "no":
                exclusion = "not_revivable"
            elif not address:
                exclusion = "no_address"
            elif address in blocked:
                exclusion = "opt_out"
            elif address in seen:
                exclusion = "same_address"
            seen.add(address)
            values_list.append(
                {
                    "campaign_id": campaign.id,
                    "partner_id": client.id,
                    "reason": reason,
                    "email": address,
                    "exclusion": exclusion,
                    "delivery": "excluded" if exclusion else "waiting",
                }
            )
        return values_list

    def write(self, vals):
        """Let managers record results only: who got what is the marketer's and the mailer's to say."""
        marketer = self.env.su or self.env.user.has_group("client_base_campaigns.group_client_marketer")
        if not marketer and vals.keys() - {"answer", "result"}:
            raise AccessError(self.env._("You record answers and results here; everything else the campaign does."))
        return super().write(vals)

    # --- the message ---

    def _render_message(self):
        """Return subject and HTML body of the recipient's message, in the client's language."""
        self.ensure_one()
        # sudo: a manager sees the message to own client; the text is the marketer's
        campaign = self.campaign_id.sudo()
        lang = self.partner_id.lang or self.env.lang
        subject = campaign._render_field("subject", self.ids, res_ids_lang={self.id: lang})[self.id]
        body = campaign._render_field("body", self.ids, res_ids_lang={self.id: lang})[self.id]
        # sudo: our own template, which shows nothing but what is given here
        page = (
            self.env["ir.qweb"]
            .sudo()
            .with_context(lang=lang)
            ._render(
                "client_base_campaigns.message",
                {"body": body, "receipt_url": self._get_receipt_url(), "sender": campaign.user_id},
            )
        )
        return subject, page

    def _get_receipt_url(self):
        """Return the address of the recipient's personal page; whoever has it answers for the client."""
        self.ensure_one()
        last_day = self.campaign_id.date_end + timedelta(days=TOKEN_EXTRA_DAYS)
        # sudo: signs with the database's secret
        token = hash_sign(
            self.sudo().env,
            TOKEN_SCOPE,
            self.id,
            expiration=datetime.combine(last_day, time.max.replace(microsecond=0)),
        )
        return f"{self.get_base_url()}/client/offer/{token}"

    @api.model
    def _get_by_token(self, token):
        """Return the recipient that ``token`` was signed for; empty for anything else."""
        try:
            # sudo: checks with the database's secret
            recipient_id = verify_hash_signed(self.sudo().env, TOKEN_SCOPE, token)
        except (ValueError, IndexError, UnicodeError):
            return self.browse()
        return self.browse(recipient_id).exists() if isinstance(recipient_id, int) else self.browse()

    # --- receipt and result ---

    def _confirm_receipt(self, how, answer=None, comment=None):
        """Note that the client got the message; the first confirmation is the one that counts."""
        for recipient in self:
            values = {"answer": answer} if answer else {}
            if comment:
                values["client_comment"] = comment
            if not recipient.receipt_date:
                values |= {"receipt_date": fields.Datetime.now(), "receipt_how": how}
            recipient.write(values)

    def action_confirm_receipt(self):
        """Note the receipt on the manager's word, say after a call."""
        self.check_access("write")
        # sudo: managers may note a receipt, and nothing else of the delivery
        self.sudo()._confirm_receipt("manager")

    def action_open_client(self):
        return self.partner_id.get_formview_action()

    def action_send_again(self):
        """Queue again what failed or is uncertain: a person decided so."""
        chosen = self.filtered(
            lambda recipient: recipient.delivery in ("failed", "uncertain") and recipient.campaign_state != "closed"
        )
        chosen.write({"delivery": "queued", "attempts": 0, "delivery_note": False})
        chosen.campaign_id.filtered(lambda campaign: campaign.state == "results").state = "sending"
        # sudo: whoever may send may have the job start now
        self.env.ref("client_base_campaigns.ir_cron_send").sudo()._trigger()
