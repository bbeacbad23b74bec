from odoo import api, fields, models
from odoo.tools import html_escape


class ClientCampaignRecipient(models.Model):
    """How the receipt is confirmed, and what follows from the answer."""

    _inherit = "client.campaign.recipient"

    def _confirm_receipt(self, how, answer=None, comment=None, note=None):
        """Note that the client got the message; the first confirmation is the one that counts.

        It is noted in the manager's language, not in that of the client who answers.
        """
        for confirmed in self:
            recipient = confirmed.with_context(lang=confirmed._get_manager().lang)
            values = {"answer": answer} if answer else {}
            if comment:
                values["client_comment"] = comment
            if not recipient.receipt_date:
                values |= {"receipt_date": fields.Datetime.now(), "receipt_how": how, "receipt_note": note}
            asks = answer == "call" and recipient.answer != "call"
            recipient.write(values)
            if how == "page":
                recipient._register_answer()
            if asks:
                recipient._plan_call(recipient.env._("The client asks for a call"))

    def _register_answer(self):
        """Note in the contact register what the client answered on the page."""
        answers = self._get_selection_words("answer")
        # sudo: the client itself answers, without a login
        self.env["client.interaction"].sudo().create(
            {
                "partner_id": self.partner_id.id,
                "person_id": self.person_id.id,
                "user_id": self._get_manager().id,
                "kind": "message",
                "direction": "in",
                "state": "noted",
                "subject": self.campaign_id.name,
                "comment": "\n".join(filter(None, (answers.get(self.answer), self.client_comment))),
                "campaign_id": self.campaign_id.id,
            }
        )

    def _plan_call(self, summary):
        """Make a call the next task of the client's manager, or of the responsible where there is none."""
        calls = self.activity_ids.filtered(lambda task: task.activity_type_id.client_kind == "call_out")
        if not calls:
            # sudo: the client's answer makes the task, or a colleague's
            self.sudo().activity_schedule(
                "mail.mail_activity_data_call",
                summary=f"{summary}: {self.campaign_id.name}",
                note=html_escape(self.client_comment or ""),
                user_id=self._get_manager().id,
            )

    def action_note_receipt(self):
        """Ask how the receipt was confirmed and what the client answered."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Note a Receipt"),
            "res_model": "client.campaign.receipt",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_recipient_ids": self.ids},
        }

    def _note_seen(self):
        """Keep the hint that the message was seen, once, where it is asked for; it is no receipt and moves nothing."""
        if not self.campaign_id.with_hints:
            return
        self.env.cr.execute(
            """UPDATE client_campaign_recipient SET seen_date = now() AT TIME ZONE 'UTC'
                WHERE id = %s AND seen_date IS NULL""",
            [self.id],
        )

    def _unsubscribe(self):
        """Put the client's addresses on the lists of those who want no mailings: by one way means by all."""
        # sudo: the client itself says so, by the key that only its message holds
        recipient = self.sudo()
        campaign = recipient.campaign_id._in_own_words()
        words = campaign.env._("From the message of the campaign “%s”.", campaign.name)
        if recipient.email:
            recipient.env["mail.blacklist"]._add(recipient.email, message=words)
        if number := recipient._get_sanitized_phone():
            recipient.env["phone.blacklist"]._add([number], message=words)
        recipient._drop_tasks()

    def _get_sanitized_phone(self):
        """Return the number as the lists have it; False for one that cannot be read, and that they cannot hold."""
        country = self.person_id.country_id or self.partner_id.country_id
        return self._phone_format(number=self.phone, country=country) if self.phone else False

    def _drop_tasks(self):
        """Take back the calls and letters that wait on somebody's desk for a client that wants no mailings."""
        waiting = [("recipient_id.partner_id", "=", self.partner_id.id), ("state", "=", "todo")]
        self.env["client.campaign.delivery"].search(waiting)._settle_unwilling()

    # --- replies ---

    def message_update(self, msg_dict, update_vals=None):
        """Take a client's reply as a receipt, and have its manager hear of it; what programs wrote is neither."""
        if not self.env.context.get("client_automatic_letter"):
            recipient = self.sudo()  # sudo: it comes from the mail gateway
            recipient._confirm_receipt("reply")
            recipient.message_subscribe(recipient._get_manager().partner_id.ids)
        return super().message_update(msg_dict, update_vals)

    @api.model
    def _find_by_references(self, references):
        """Return the recipient whose message one of the Message-IDs in ``references`` is."""
        # sudo: the mail gateway looks for whose letter it is
        delivery = self.env["client.campaign.delivery"].sudo()
        found = delivery.search([("message_id", "in", references)], order="id desc", limit=1).recipient_id
        return found or self.sudo()._find_by_former("messages", references)  # sudo: as above
