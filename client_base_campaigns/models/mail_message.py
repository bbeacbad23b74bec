from odoo import models


class MailMessage(models.Model):
    """Replies to a campaign are contacts of that campaign; what a program wrote is no contact."""

    _inherit = "mail.message"

    def _note_letters(self):
        if not self.env.context.get("client_automatic_letter"):
            super()._note_letters()

    def _prepare_interaction(self, client, persons, from_client):
        values = super()._prepare_interaction(client, persons, from_client)
        if self.model == "client.campaign.recipient":
            recipient = self.env[self.model].browse(self.res_id)
            values["campaign_id"] = recipient.campaign_id.id
        return values
