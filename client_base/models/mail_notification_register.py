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
        contacts = self.env["client.interaction"]
        known = contacts.search([("message_id", "in", self.mail_message_id.ids)])
        known = {(contact.message_id, contact.partner_id) for contact in known}
        entries = []
        for message, notifications in self.grouped("mail_message_id").items():
            persons = notifications.res_partner_id.filtered(lambda partner: not partner.client_open)
            if persons and message._is_letter_to_clients():
                for client, addressed in persons.grouped("commercial_partner_id").items():
                    if (message, client) not in known:
                        entries.append(message._prepare_interaction(client, addressed, from_client=False))
        if entries:
            contacts.create(entries)
