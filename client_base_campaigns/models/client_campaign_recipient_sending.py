from odoo import models
from odoo.exceptions import AccessError


class ClientCampaignRecipient(models.Model):
    """What a person decides about messages that failed or whose fate nobody knows."""

    _inherit = "client.campaign.recipient"

    def action_send_again(self):
        """Queue again what failed, was left off or is uncertain: a person decided so.

        A campaign that is at its results stays there: what is queued goes out all the same, and nobody else is
        reminded or called any more.
        """
        if not self._is_marketer():
            raise AccessError(self.env._("What is sent again the marketer decides."))
        chosen = self.filtered(lambda one: one.delivery in ("failed", "uncertain") and one.campaign_state != "closed")
        deliveries = chosen.delivery_ids.filtered(
            lambda one: one.purpose == "offer" and one.state in ("failed", "uncertain", "cancelled")
        )
        # A new message of its own: with the old Message-ID a server would drop it as the same one.
        deliveries.write({"state": "queued", "attempts": 0, "note": False, "not_before": False, "message_id": False})
        chosen = deliveries.recipient_id
        chosen.write({"delivery": "queued", "delivery_note": False})
        chosen.campaign_id.filtered(lambda campaign: campaign.state == "receipts")._take_step(state="sending")
        self.env["client.campaign"]._run_now()

    def action_mark_done(self):
        """Note that what was to do by hand was done: posted, faxed, called."""
        self.delivery_ids.action_mark_done()

    def action_settle_sent(self):
        """Take uncertain messages as sent: a person found out."""
        if not self._is_marketer():
            raise AccessError(self.env._("What is sent again the marketer decides."))
        uncertain = self.delivery_ids.filtered(lambda one: one.state == "uncertain")
        uncertain._settle("sent")
        uncertain._register_contacts()
