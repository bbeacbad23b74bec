import smtplib

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, is_html_empty

from odoo.addons.client_base.tools.notification import make_notification

from .client_campaign_recipient import NOT_WRITTEN_TO

# What is worked out for each recipient, by how it is written.
INLINE_TEXTS = ("subject", "sms_text", "report_subject")
PAGE_TEXTS = ("body", "report_body")
# What who has no text of the own language reads.
FALLBACK = "en_US"
# By these channels goes the whole message; an SMS and a call have texts of their own.
WHOLE = {"email", "letter", "fax", "messenger"}
RENDERED = {"render_engine": "qweb", "render_options": {"post_process": True}, "sanitize": "email_outgoing"}


class ClientCampaign(models.Model):
    """What is said: the texts in all languages, and a look at each message before it goes."""

    _inherit = "client.campaign"

    subject = fields.Char(translate=True, help="{{ object.partner_id.name }} stands for the client's name.")
    body = fields.Html(
        string="Message", translate=True, help="Type / to insert what differs from client to client.", **RENDERED
    )
    sms_text = fields.Text(
        string="Text of the SMS",
        translate=True,
        help="For clients that are reached by SMS, be it by their own wish. The address of the personal page is added.",
    )
    script = fields.Html(string="Script of the Call", translate=True, help="It stands in the task of who calls.")
    reminder_text = fields.Char(
        string="Words of the Reminder", translate=True, help="They stand above the message when it is sent again."
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Attachments", copy=False)
    with_receipt = fields.Boolean(
        string="Ask for a Receipt",
        default=True,
        help="The message asks whether it arrived and whether the client takes part. Without it, as in a greeting, "
        "nobody is reminded, and nobody is called for not answering.",
    )
    with_hints = fields.Boolean(
        string="Note When It Was Seen",
        help="A hidden picture and the personal page tell when it was opened. A hint, never a receipt.",
    )
    preview_id = fields.Many2one(
        "client.campaign.recipient", string="Preview for", domain="[('campaign_id', '=', id)]", copy=False
    )
    preview = fields.Html(string="The Message as Sent", compute="_compute_preview", sanitize=False)

    def _compute_render_model(self):
        self.render_model = "client.campaign.recipient"

    @api.depends("preview_id.preview")
    @api.depends_context("uid")
    def _compute_preview(self):
        """Show the message to a client to those who may see that client."""
        for campaign in self:
            shown = campaign.preview_id or campaign._get_first_recipient()
            campaign.preview = shown._filtered_access("read").preview

    @api.constrains(*INLINE_TEXTS, *PAGE_TEXTS)
    def _check_message(self):
        """Let marketers name the client and the like, and nobody but template editors compute.

        Messages are made by the superuser, for whom nothing is forbidden any more.
        """
        if self.env.user.has_group("mail.group_mail_template_editor"):
            return
        for campaign in self:
            unsafe_line = campaign._has_unsafe_expression_template_inline_template
            unsafe_page = campaign._has_unsafe_expression_template_qweb
            if any(unsafe_line(campaign[name], campaign.render_model) for name in INLINE_TEXTS) or any(
                unsafe_page(campaign[name], campaign.render_model) for name in PAGE_TEXTS
            ):
                raise AccessError(
                    self.env._("The message may hold only what the menu under / offers; the rest is for its editors.")
                )

    def _update_field_translations(self, field_name, translations, digest=None, source_lang=""):
        result = super()._update_field_translations(field_name, translations, digest, source_lang)
        for lang in translations:
            self.with_context(lang=lang)._check_message()
        return result

    @api.model_create_multi
    def create(self, vals_list):
        campaigns = super().create(vals_list)
        campaigns._own_attachments()
        return campaigns

    def write(self, vals):
        untranslated = self._get_untranslated(vals)
        result = super().write(vals)
        for name, campaigns in untranslated.items():
            campaigns._copy_to_fallback(name)
        if "attachment_ids" in vals:
            self._own_attachments()
        return result

    def _get_untranslated(self, vals):
        """Return ``{name: campaigns}`` of the texts among ``vals`` that nobody translated from the user's language.

        Odoo keeps the first words for all languages, and corrects them for the user's own only.
        """
        names = [name for name in vals if name in self._fields and self._fields[name].translate]
        lang = self.env.lang or FALLBACK
        if lang == FALLBACK:
            return {}

        def is_untranslated(campaign, name):
            stored = self._fields[name]._get_stored_translations(campaign) or {}
            return lang in stored and stored[lang] == stored.get(FALLBACK)

        return {name: self.filtered(lambda one: is_untranslated(one, name)) for name in names}  # noqa: B023

    def _copy_to_fallback(self, name):
        """Let clients of languages without a text of their own read what the user wrote last."""
        self.flush_recordset([name])
        self.env.cr.execute(
            SQL(
                "UPDATE client_campaign SET %(text)s = %(text)s || jsonb_build_object(%(all)s, %(text)s -> %(own)s)"
                " WHERE id = ANY(%(ids)s)",
                text=SQL.identifier(name),
                all=FALLBACK,
                own=self.env.lang,
                ids=self.ids,
            )
        )
        self.invalidate_recordset([name], flush=False)

    def _own_attachments(self):
        """Let whoever reads the campaign read what was just attached to it, and not its uploader only."""
        for campaign in self:
            new = campaign.attachment_ids.filtered(lambda file: not file.res_id)
            new.write({"res_model": self._name, "res_id": campaign.id})

    def _check_offer(self):
        """Raise UserError where the offer lacks what its channels need, or would be over before anybody answers."""
        self._check_not_over()
        waiting = [("campaign_id", "=", self.id), ("delivery", "=", "waiting")]
        pairs = self.recipient_ids._read_group(waiting, ["channel", "fallback_channel"])
        channels = {channel for pair in pairs for channel in pair}
        if not channels:
            raise UserError(self.env._("Nobody is left in the group to send to."))
        self._check_texts(channels)
        if "email" in channels and not self.user_id.email_formatted:
            raise UserError(
                self.env._("%s has no e-mail address to send from. Enter one under Preferences.", self.user_id.name)
            )

    def _check_texts(self, channels):
        """Raise UserError where a text that goes by one of ``channels`` is not written."""
        if (not self.subject and channels & {"email", "letter"}) or (is_html_empty(self.body) and channels & WHOLE):
            raise UserError(self.env._("Write the subject and the message first."))
        if "sms" in channels and not self.sms_text:
            raise UserError(
                self.env._("Some clients are reached by SMS: write the text of the SMS first, under “Offer”.")
            )
        if "call" in channels and is_html_empty(self.script):
            raise UserError(self.env._("Some clients are called: write the script of the call first, under “Offer”."))

    def _get_attachments(self, purpose):
        """Return the attachments of a message as ``[(name, bytes, MIME type)]``."""
        # sudo: what the marketer attached goes to the recipients, whoever's job sends it
        files = self.sudo().attachment_ids if purpose != "report" else self.attachment_ids.browse()
        return [(file.name, file.raw or b"", file.mimetype) for file in files]

    def action_send_test(self):
        """Send oneself the message as it goes to the chosen recipient, or to the first."""
        self.ensure_one()
        self._check_texts({"email"})
        recipient = self.preview_id or self._get_first_recipient()
        if not recipient or not self.env.user.email_normalized:
            raise UserError(self.env._("There is no recipient yet, or you have no e-mail address."))
        subject, body = recipient._render_messages(live=False)[recipient.id]
        values = {
            "subject": self.env._("Test: %s", subject),
            "body_html": body,
            "email_from": self.user_id.email_formatted or self.env.user.email_formatted,
            "email_to": self.env.user.email_formatted,
            "attachment_ids": [(6, 0, self.attachment_ids.ids)],
            "auto_delete": True,
        }
        # sudo: to oneself only
        self._send_at_once(self.env["mail.mail"].sudo().create(values))
        return make_notification(self.env._("The test is on its way to %s.", self.env.user.email))

    def _send_at_once(self, mail):
        """Send ``mail`` without waiting for the queue; whoever waits for it is told where that fails."""
        try:
            mail.send()
            refusal = mail.exists().filtered(lambda one: one.state == "exception").failure_reason
        except smtplib.SMTPServerDisconnected as error:
            refusal = str(error)
        if refusal:
            raise UserError(self.env._("The test could not be sent. What the mail server says: %s", refusal))

    def _get_first_recipient(self):
        """Return the first recipient of the message whom the current user sees."""
        reached = [("campaign_id", "=", self._origin.id), ("delivery", "not in", NOT_WRITTEN_TO)]
        # In the order of the index of who is in a campaign: a big one is not sorted to find its first.
        return self.env["client.campaign.recipient"].search(reached, order="partner_id.id", limit=1)
