from odoo import api, models


class MailNotification(models.Model):
    """Letters of ours are noted in the register with each client that they go to, once each.

    A notification is made for whomever a letter goes to: who is addressed, who follows the document, and
    who gets it as one of a list.
    """

    _inherit = "mail.notification"

    @api.model_create_multi
    def create(self, vals_list):
        notifications = super().create(vals_list)
        # sudo: what is noted is the fact, for those who see the client
        notifications.sudo()._note_letters()
        return notifications

    def _note_letters(self):
        letters = self.filtered(
            lambda sent: (
                sent.res_partner_id
                and not sent.res_partner_id.client_open
                and sent.mail_message_id._is_letter_to_clients()
            )
        )
        contacts = self.env["client.interaction"].search([("message_id", "in", letters.mail_message_id.ids)])
        known = {(contact.message_id, contact.partner_id) for contact in contacts}
        entries = []
        for message, sent in letters.grouped("mail_message_id").items():
            for client, persons in sent.res_partner_id.grouped("commercial_partner_id").items():
                if (message, client) not in known:
                    entries.append(message._prepare_interaction(client, persons, from_client=False))
        if entries:
            contacts.create(entries)
