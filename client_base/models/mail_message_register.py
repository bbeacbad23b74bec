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
        """Note the letters that clients wrote; ours are noted when they go out (mail_notification_register.py)."""
        # sudo: what is noted is the fact, for those who see the client
        letters = self.sudo().filtered(lambda message: message._is_letter() and message._is_from_client())
        if letters:
            self.env["client.interaction"].sudo().create(  # sudo: as above
                [
                    letter._prepare_interaction(letter.author_id.commercial_partner_id, letter.author_id, True)
                    for letter in letters
                ]
            )

    def _is_letter(self):
        return self.message_type in LETTERS and self.model in self.env

    def _is_from_client(self):
        return bool(self.author_id) and not self.author_id.client_open

    def _is_letter_to_clients(self):
        internal = self.is_internal or self.subtype_id.internal
        return self._is_letter() and not internal and not self._is_from_client()

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
