from odoo import models


class MailActivity(models.Model):
    """Calls, faxes and the like of a campaign: done, they are deliveries of its message and contacts of it."""

    _inherit = "mail.activity"

    def _prepare_interactions(self, feedback):
        entries = super()._prepare_interactions(feedback)
        # sudo: whose client it is was checked when the activity was read
        recipients = self.sudo()._get_campaign_recipients()
        by_client = {recipient.partner_id.id: recipient for recipient in recipients}
        for entry in entries:
            if recipient := by_client.get(entry["partner_id"]):
                entry |= {"campaign_id": recipient.campaign_id.id, "person_id": recipient.person_id.id}
        return entries

    def _get_campaign_recipients(self):
        ids = [activity.res_id for activity in self if activity.res_model == "client.campaign.recipient"]
        return self.env["client.campaign.recipient"].browse(ids).exists()

    def _action_done(self, feedback=False, attachment_ids=None):
        # sudo: managers do this part of the sending themselves, of clients that they work with
        deliveries = self.env["client.campaign.delivery"].sudo()
        done = deliveries.search([("activity_id", "in", self.ids), ("state", "=", "todo")]) if self.ids else deliveries
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        if done:
            done._settle("sent")
            done._register_contacts()
        return result
