from odoo import api, fields, models
from odoo.tools import SQL

from .client_campaign import ASKING, CHANNELS

PURPOSES = [("offer", "Offer"), ("reminder", "Reminder"), ("report", "Report back")]
STATES = [
    ("queued", "Queued"),
    ("sending", "Being sent"),
    ("todo", "To do by hand"),
    ("sent", "Sent"),
    ("failed", "Failed"),
    ("uncertain", "Uncertain"),
    ("cancelled", "Not sent"),
]


class ClientCampaignDelivery(models.Model):
    """One message or call to one recipient: each purpose goes by each channel once.

    *Queued* ones are the mailer's; *to do* ones wait for a person; *uncertain* ones for a person's decision.
    """

    _name = "client.campaign.delivery"
    _description = "Message or Call of a Campaign"
    _order = "id"

    recipient_id = fields.Many2one("client.campaign.recipient", required=True, ondelete="cascade")
    campaign_id = fields.Many2one("client.campaign", required=True, ondelete="cascade")
    purpose = fields.Selection(PURPOSES, required=True, default="offer")
    channel = fields.Selection(CHANNELS, required=True)
    address = fields.Char(help="Where it goes: e-mail address or number, as it was when it was queued.")
    state = fields.Selection(STATES, string="Status", required=True, default="queued")
    not_before = fields.Datetime(help="Quiet hours, or the wait after the server asked for one.")
    attempts = fields.Integer(default=0)
    note = fields.Char(string="Delivery Note")
    message_id = fields.Char(string="Message-ID", index="btree_not_null")
    sent_date = fields.Datetime(string="Sent on")
    activity_id = fields.Many2one("mail.activity", index="btree_not_null", ondelete="set null")

    _once = models.Constraint(
        "UNIQUE (recipient_id, purpose, channel)", "This has gone to the client by this channel: nobody gets it twice."
    )
    _queue_index = models.Index("(campaign_id, id) WHERE state = 'queued'")
    _sending_index = models.Index("(id) WHERE state = 'sending'")
    _rate_index = models.Index("(campaign_id, sent_date) WHERE sent_date IS NOT NULL")
    _todo_index = models.Index("(campaign_id, channel) WHERE state = 'todo'")

    @api.depends("purpose", "channel", "state")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for delivery in self:
            words = (
                delivery._get_selection_words(name).get(delivery[name]) for name in ("purpose", "channel", "state")
            )
            delivery.display_name = ", ".join(word for word in words if word)

    def _settle(self, state, note=None, not_before=None):
        """Write the fate of these, and what it means for their recipients."""
        recipients = self.env["client.campaign.recipient"]
        # All of them, as all are read anew: others may have been written just before.
        self.flush_model()
        recipients.flush_model(["delivery", "delivery_note", "sent_date"])
        self.env.cr.execute(self._get_settlement(self.ids, state, note, not_before))
        self.invalidate_model(flush=False)
        recipients.invalidate_model(["delivery", "delivery_note", "sent_date"], flush=False)
        self._end_letters()

    def _end_letters(self):
        letters = self.filtered(lambda delivery: delivery.channel == "letter")
        if letters:
            self.env["client.campaign.outbox"]._end_letters(letters.campaign_id)

    @api.model
    def _get_settlement(self, ids, state, note=None, not_before=None):
        """Return the statement that settles these deliveries: who got it by any channel has got it."""
        return SQL(
            """
            WITH fate AS (
                UPDATE client_campaign_delivery
                   SET state = %(state)s, note = %(note)s, not_before = %(not_before)s,
                       sent_date = CASE WHEN %(state)s = 'sent' THEN %(now)s ELSE sent_date END
                 WHERE id = ANY(%(ids)s)
             RETURNING recipient_id, purpose, sent_date
            )
            UPDATE client_campaign_recipient AS recipient
               SET delivery = %(shown)s, delivery_note = %(note)s,
                   sent_date = COALESCE(recipient.sent_date, fate.sent_date), write_date = %(now)s
              FROM fate
             WHERE recipient.id = fate.recipient_id AND fate.purpose = 'offer'
               AND (recipient.delivery <> 'sent' OR %(state)s = 'sent')
            """,
            state=state,
            shown="failed" if state == "cancelled" else state,
            note=note or None,
            not_before=not_before,
            now=fields.Datetime.now(),
            ids=list(ids),
        )

    def _settle_unwilling(self):
        """Do not send those whose clients are to get nothing any more, and return them.

        Who got nothing yet is left out for good.
        """
        exclusions = self.recipient_id._get_late_exclusions()
        unwilling = self.filtered(lambda delivery: delivery.recipient_id in exclusions)
        # sudo: the managers' tasks end with what they were for
        unwilling.activity_id.sudo().unlink()
        for exclusion, group in unwilling.grouped(lambda delivery: exclusions[delivery.recipient_id]).items():
            group._leave_out(exclusion)
        return unwilling

    def _leave_out(self, exclusion):
        for campaign, group in self.grouped("campaign_id").items():
            reasons = campaign._in_own_words().env["client.campaign.recipient"]._get_selection_words("exclusion")
            group.write({"state": "cancelled", "note": reasons[exclusion]})
        self._end_letters()
        recipients = self.filtered(lambda delivery: delivery.purpose == "offer").recipient_id
        recipients.filtered(lambda recipient: recipient.delivery != "sent").write(
            {"delivery": "excluded", "exclusion": exclusion}
        )

    def _settle_unmade(self):
        """Give these up: their texts cannot be made, which is to hold nobody else up."""
        self._settle("failed", self.env._("The message cannot be made for this client: see its preview."))

    def _record_bounce(self, words):
        """Note that what the server took came back."""
        for delivery in self.filtered(lambda delivery: delivery.state in ("sent", "uncertain")):
            told = delivery.campaign_id._in_own_words()
            words = " ".join(words.split())[:500] or told.env._("It came back.")
            delivery.write({"state": "failed", "note": words})
            recipient = delivery.recipient_id
            others = recipient.delivery_ids.filtered(lambda one: one.purpose == "offer" and one.state == "sent")
            if delivery.purpose == "offer":
                # Written in either case, even with nothing new: what was counted of it holds no more.
                recipient.write({} if others else {"delivery": "failed", "delivery_note": words})

    def action_mark_done(self):
        """Note that what is to do by hand was done: posted, faxed, called."""
        chosen = self.filtered(lambda delivery: delivery.state == "todo")
        chosen.recipient_id.check_access("write")
        # sudo: managers do this part of the sending themselves
        chosen = chosen.sudo()
        chosen.activity_id._action_done()
        chosen.filtered(lambda delivery: delivery.state == "todo")._settle_by_hand()

    def _settle_by_hand(self):
        """Take these as sent, as somebody found out; a task to do so is needed no more."""
        if self:
            # sudo: the managers' tasks end with what they were for
            self.activity_id.sudo().unlink()
            self._settle("sent")
            self._register_contacts()

    def _take_back(self, note):
        """Do not send these after all."""
        if self:
            # sudo: as in _settle_by_hand
            self.activity_id.sudo().unlink()
            self._settle("cancelled", note)

    def _may_go_again(self):
        """Tell whether this one, which did not go for sure, has a purpose still: a report has it for ever."""
        recipient, broken = self.recipient_id, self.state in ("failed", "uncertain")
        if self.purpose == "report":
            return broken
        if self.purpose == "reminder":
            running = recipient.campaign_state in ASKING
            return broken and running and not recipient.receipt_date and not recipient.answer
        settled = recipient.delivery not in ("failed", "uncertain") or recipient.campaign_state == "closed"
        return not settled and (broken or self.state == "cancelled")

    def _asks_again(self):
        """Tell whether this one goes to who was sent the message already, and did not answer."""
        return self.purpose == "reminder" or (self.purpose == "offer" and bool(self.recipient_id.sent_date))

    def _register_contacts(self):
        """Enter what was sent in the contact register, each once; calls enter it by their activity."""
        self.env["client.campaign.register"]._register_sent(self)
