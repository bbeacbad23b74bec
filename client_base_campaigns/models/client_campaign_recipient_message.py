from datetime import date, datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import hash_sign, html2plaintext, plaintext2html, verify_hash_signed

TOKEN_SCOPE = "client.campaign.receipt"
UNSUBSCRIBE_SCOPE = "client.campaign.unsubscribe"
# The personal page outlives the campaign: a letter may lie unread over a holiday.
TOKEN_EXTRA_DAYS = 60
# Of each purpose the fields that hold its text.
TEXTS = {"offer": ("subject", "body"), "reminder": ("subject", "body"), "report": ("report_subject", "report_body")}


class ClientCampaignRecipient(models.Model):
    """The recipient's own message, in its language, and the key of its personal page."""

    _inherit = "client.campaign.recipient"

    preview = fields.Html(string="The Message", compute="_compute_preview", sanitize=False)

    @api.depends("campaign_id.body", "campaign_id.subject", "person_id")
    def _compute_preview(self):
        for recipient in self:
            # In a form that is being changed it is the message as it was saved.
            saved = recipient._origin
            try:
                recipient.preview = saved._render_messages(live=False)[saved.id][1] if saved else False
            except UserError as error:
                recipient.preview = plaintext2html(str(error))

    @api.model
    def mail_allowed_qweb_expressions(self):
        return (
            *super().mail_allowed_qweb_expressions(),
            "object.partner_id.city",
            "object.partner_id.country_id.name",
            "object.person_id.name",
            "object.campaign_id.name",
            "object.campaign_id.date_end",
            "object.owner_id.name",
            "object.owner_id.phone",
            "object.owner_id.email",
        )

    def _get_lang(self):
        """Return the language that the recipient is written to in: its own where that one is installed."""
        self.ensure_one()
        # sudo: of whom one sees the message one may know its language
        recipient = self.sudo()
        wanted = (recipient.person_id.lang, recipient.partner_id.lang, recipient.campaign_id.user_id.lang)
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        return next((code for code in wanted if code in installed), "en_US")

    def _render_messages(self, purpose="offer", live=True):
        """Return ``{id: (subject, HTML)}`` of the messages to these recipients of one campaign.

        :param bool live: with the keys that let whoever has them answer; to be looked at, messages need none
        """
        # sudo: a manager sees the message to own client; the text is the marketer's
        campaign = self.campaign_id.sudo()
        campaign.ensure_one()
        languages = {recipient.id: recipient._get_lang() for recipient in self}
        subjects, bodies = (campaign._render_field(name, self.ids, res_ids_lang=languages) for name in TEXTS[purpose])
        return {
            recipient.id: (
                subjects[recipient.id],
                recipient._render_page(campaign, bodies[recipient.id], languages[recipient.id], purpose, live),
            )
            for recipient in self
        }

    def _render_page(self, campaign, body, lang, purpose, live):
        """Return the whole message around ``body``: the reminder's words, the button, who writes, the way out."""
        campaign = campaign.with_context(lang=lang)
        answerable, receipt_url = purpose != "report", self._get_receipt_url() if live else "#"
        values = {
            "body": body,
            "reminder": campaign.reminder_text if purpose == "reminder" else False,
            "receipt_url": receipt_url if campaign.with_receipt and answerable else False,
            "unsubscribe_url": self._get_unsubscribe_url() if live else "#",
            "pixel_url": f"{receipt_url}/seen.gif" if live and campaign.with_hints and answerable else False,
            "sender": campaign.user_id,
            "company": campaign.company_id,
        }
        # sudo: our own template, which shows nothing but what is given here
        qweb = self.env["ir.qweb"].sudo().with_context(lang=lang)
        return qweb._render("client_base_campaigns.message", values)

    def _render_plain(self, purpose="offer"):
        """Return the message as plain text, for what is read out or typed by hand."""
        self.ensure_one()
        return html2plaintext(self._render_letter(purpose)).strip()

    def _render_letter(self, purpose="offer"):
        """Return the message as it stands on paper: without buttons."""
        self.ensure_one()
        campaign, lang = self.campaign_id.sudo(), self._get_lang()  # sudo: as in _render_messages
        return campaign._render_field(TEXTS[purpose][1], self.ids, res_ids_lang={self.id: lang})[self.id]

    def _get_letter_purpose(self):
        """Return what the last letter to the client is for."""
        return self.delivery_ids.filtered(lambda one: one.channel == "letter")[-1:].purpose or "offer"

    def _render_sms(self, purpose="offer"):
        """Return the text message, with the address of the personal page where a receipt is asked for."""
        self.ensure_one()
        campaign, lang = self.campaign_id.sudo(), self._get_lang()  # sudo: as in _render_messages
        if purpose == "report" or not campaign.sms_text:
            text = self._render_plain(purpose)
        else:
            text = campaign._render_field("sms_text", self.ids, res_ids_lang={self.id: lang})[self.id]
        asks = campaign.with_receipt and purpose != "report"
        return f"{text}\n{self._get_receipt_url()}" if asks else text

    # --- keys ---

    def _get_receipt_url(self):
        """Return the address of the recipient's personal page; whoever has it answers for the client."""
        return f"{self.get_base_url()}/client/offer/{self._sign(TOKEN_SCOPE)}"

    def _get_unsubscribe_url(self):
        return f"{self.get_base_url()}/client/unsubscribe/{self._sign(UNSUBSCRIBE_SCOPE)}"

    def _sign(self, scope):
        self.ensure_one()
        extra = timedelta(days=TOKEN_EXTRA_DAYS)
        last_day = min(self.campaign_id.date_end, date.max - extra) + extra
        # sudo: signs with the database's secret
        return hash_sign(
            self.sudo().env,
            scope,
            [self.id, self.revision],
            expiration=datetime.combine(last_day, time.max.replace(microsecond=0)),
        )

    @api.model
    def _get_by_token(self, token, scope=TOKEN_SCOPE):
        """Return the recipient that ``token`` was signed for; empty for anything else."""
        try:
            # sudo: checks with the database's secret
            payload = verify_hash_signed(self.sudo().env, scope, token)
        except (ValueError, IndexError, UnicodeError):
            return self.browse()
        if isinstance(payload, int):  # from before links could be revoked
            payload = [payload, 0]
        if not isinstance(payload, list) or len(payload) != 2 or not all(isinstance(part, int) for part in payload):
            return self.browse()
        recipient = self.browse(payload[0]).exists()
        if not recipient:
            # It may have become a part of another since.
            return self._find_by_former("keys", [payload])
        return recipient if recipient.revision == payload[1] else self.browse()

    def action_revoke_links(self):
        """Make the links that went out to these clients void: a forwarded one, say."""
        for recipient in self:
            recipient.revision += 1
            if recipient.former:
                recipient.former = {**recipient.former, "keys": []}
