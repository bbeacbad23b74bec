from odoo import api, models

# What is said to a client or by one; notes between colleagues and the system's own words are neither.
LETTERS = ("comment", "email", "email_outgoing")


class MailMessage(models.Model):
    """Letters to and from clients are noted in the register by themselves, once each."""

    _inherit = "mail.message"

    @api.model_create_multi
    def create(self, vals_list):
        messages = super().create(vals_list)
        messages._note_letters()
        return messages

    def _note_letters(self):
        entries = []
        for message in self.filtered(lambda message: message.message_type in LETTERS and message.model in self.env):
            # sudo: what is noted is the fact, for those who see the client
            message = message.sudo()
            from_client = not message.author_id.client_open and message.author_id
            for client, persons in (from_client or message._get_addressed()).grouped("commercial_partner_id").items():
                entries.append(message._prepare_interaction(client, persons, bool(from_client)))
        if entries:
            # sudo: as above
            self.env["client.interaction"].sudo().create(entries)

    def _get_addressed(self):
        """Return the clients that a message of ours goes to."""
        if self.is_internal or self.subtype_id.internal:
            return self.env["res.partner"]
        return self.partner_ids.filtered(lambda partner: not partner.client_open)

    def _prepare_interaction(self, client, persons, from_client):
        author = self.author_id.user_ids[:1]
        return {
            "partner_id": client.id,
            "person_id": (persons - client)[:1].id,
            "user_id": (client.client_owner_id if from_client else author).id or self.env.uid,
            "kind": "letter",
            "direction": "in" if from_client else "out",
            "date": self.date,
            "subject": self.subject or self.record_name,
            "state": "noted",
            "message_id": self.id,
        }
