from markupsafe import Markup

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
            recipient = confirmed._in_language_of(confirmed._get_manager())
            values = {"answer": answer} if answer else {}
            if comment:
                values["client_comment"] = comment
            if not recipient.receipt_date:
                values |= {"receipt_date": fields.Datetime.now(), "receipt_how": how, "receipt_note": note}
            news = {name for name, value in values.items() if recipient[name] != value}
            recipient._settle_received(how)
            recipient.write(values)
            if how == "page" and news:
                recipient._register_answer()
            if answer == "call":
                recipient._plan_call(recipient.env._("The client asks for a call"), "client_comment" in news)

    def _settle_received(self, how):
        """Take the message as sent, as it came; who has answered is not asked again.

        Who notes what the client said has spoken with it, and a slip is that of a letter. An answer in writing came of
        a message, whatever the server said of that one.
        """
        offers, likely = self.delivery_ids.filtered(lambda one: one.purpose == "offer"), ["sent", "uncertain", "todo"]
        if how == "manager":
            offers.action_mark_done()
        elif how == "slip":
            offers.filtered(lambda one: one.channel == "letter").action_mark_done()
        else:
            offers = offers.filtered(lambda one: one.channel != "call") or offers
            likely += ["failed", "cancelled"]
        by_state = offers.grouped("state")
        came = next((by_state[state] for state in likely if state in by_state), offers.browse())
        came.filtered(lambda one: one.state != "sent")._settle_by_hand()
        left = self.delivery_ids.filtered(lambda one: one.purpose != "report" and one.state == "todo")
        left._take_back(self.env._("The client has answered."))

    def _stop_asking(self):
        """Take back what is queued to ask those again who have answered; a first message goes all the same."""
        # sudo: nobody writes messages, but whoever notes an answer stops them
        queued = self.sudo().delivery_ids.filtered(lambda one: one.state == "queued" and one._asks_again())
        for campaign, group in queued.grouped("campaign_id").items():
            group._take_back(campaign._in_own_words().env._("The client has answered."))

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

    def _plan_call(self, summary, commented):
        """Make a call the next task of the client's manager, or of the responsible where there is none.

        :param commented: whether the client's words are new, which whoever is to call already has to hear then
        """
        # sudo: the client's answer makes the task, or a colleague's
        recipient = self.sudo()
        words = html_escape(recipient.client_comment or "")
        calls = recipient.activity_ids.filtered(lambda task: task.activity_type_id.client_kind == "call_out")
        if not calls:
            recipient.activity_schedule(
                "mail.mail_activity_data_call",
                summary=f"{summary}: {recipient.campaign_id.name}",
                note=words,
                user_id=recipient._get_manager().id,
            )
        elif commented:
            calls[0].note = (calls[0].note or Markup("")) + Markup("<p>%s</p>") % words

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
        """Take a client's reply as a receipt, and have its manager hear of it; what programs wrote is neither.

        A campaign that is closed stays as it was summed up: its manager hears of it.
        """
        if not self.env.context.get("client_automatic_letter"):
            recipient = self.sudo()  # sudo: it comes from the mail gateway
            if recipient.campaign_state != "closed":
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
