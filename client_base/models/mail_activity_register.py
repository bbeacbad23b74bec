from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

# Who sends what was planned ticks it off on the same day.
SENT_LATELY = timedelta(days=1)


class MailActivity(models.Model):
    """Activities about clients: each knows its client, and one that is done enters the register."""

    _inherit = "mail.activity"

    client_partner_id = fields.Many2one(
        "res.partner",
        string="Client",
        compute="_compute_client_partner_id",
        compute_sudo=True,
        store=True,
        index="btree_not_null",
        ondelete="set null",
        help="The client that the activity's document is about.",
    )

    # A manager's activities by their dates (client_day.py).
    _client_due_index = models.Index(
        "(user_id, date_deadline, id) WHERE client_partner_id IS NOT NULL AND active IS TRUE"
    )

    @api.depends("res_model", "res_id")
    def _compute_client_partner_id(self):
        clients = self.env["res.partner"]
        for model, activities in self.grouped("res_model").items():
            found = {}
            if model in self.env:
                # sudo: whose client it is, whoever looks
                found = self.env[model].sudo().browse(activities.mapped("res_id")).exists()._get_client_of_each()
            for activity in activities:
                activity.client_partner_id = found.get(activity.res_id, clients)

    def _follow_document(self):
        """Be about the client that the document is about by now."""
        clients = self._get_clients()
        self.env.add_to_compute(self._fields["client_partner_id"], self)
        (clients | self._get_clients())._refresh_contact_dates()

    @api.model_create_multi
    def create(self, vals_list):
        activities = super().create(vals_list)
        activities._get_clients()._refresh_contact_dates()
        return activities

    def write(self, vals):
        clients = self._get_clients()
        result = super().write(vals)
        if vals.keys() & {"active", "activity_type_id", "date_deadline", "res_id", "res_model", "res_model_id"}:
            (clients | self._get_clients()).exists()._refresh_contact_dates()
        return result

    def unlink(self):
        clients = self._get_clients()
        result = super().unlink()
        clients.exists()._refresh_contact_dates()
        return result

    def _get_clients(self):
        # sudo: figures of the card follow from the activities, whoever plans them
        return self.sudo().client_partner_id

    def _action_done(self, feedback=False, attachment_ids=None):
        had = self.filtered(lambda activity: activity.activity_type_id.client_kind and activity._get_clients())
        entries = had.filtered(lambda activity: not activity._note_feedback(feedback))._prepare_interactions(feedback)
        events = had.calendar_event_id
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        # sudo: the contact is entered for who had it, of clients that he works with
        self.env["client.interaction"].sudo().create(entries)
        # A meeting with several clients is had with all of them.
        events._register_meetings()
        return result

    def _note_feedback(self, feedback):
        """Note ``feedback`` in the register, where this contact was begun there; return what was found."""
        meeting = Domain("event_id", "in", self.calendar_event_id.ids)
        meeting &= Domain("partner_id", "=", self._get_clients().id)
        # sudo: the activity is done, whoever began to register it
        contacts = self.env["client.interaction"].sudo().search(Domain("activity_id", "=", self.id) | meeting)
        contacts = contacts or self._take_letter()
        if feedback:
            contacts.filtered(lambda contact: contact.state == "open" and not contact.comment).comment = feedback
        return contacts

    def _take_letter(self):
        """Have the letter that was planned completed, where the user sent it lately, which was noted by itself."""
        # sudo: as in _note_feedback
        contacts = self.env["client.interaction"].sudo()
        if self.activity_type_id.client_kind != "letter":
            return contacts.browse()
        sent = [
            *(("partner_id", "=", self._get_clients().id), ("user_id", "=", self.env.uid), ("kind", "=", "letter")),
            *(("direction", "=", "out"), ("state", "=", "noted"), ("message_id", "!=", False)),
            *(("activity_id", "=", False), ("date", ">", fields.Datetime.now() - SENT_LATELY)),
        ]
        letter = contacts.search(sent, order="date DESC, id DESC", limit=1)
        letter.write({"activity_id": self.id, "state": "open"})
        return letter

    def _prepare_interactions(self, feedback):
        """Return the contacts that these activities were, to be completed by who had them."""
        return [
            {
                "partner_id": activity._get_clients().id,
                "person_id": activity._get_person().id,
                "kind": activity.activity_type_id.client_kind,
                "user_id": self.env.uid,
                "subject": activity.summary or activity.activity_type_id.name,
                "comment": feedback,
                "event_id": activity.calendar_event_id.id,
            }
            for activity in self
        ]

    def _get_person(self):
        # sudo: who did an activity need not see the person any more
        person = self.env["res.partner"].sudo()
        if self.res_model == "res.partner":
            person = person.browse(self.res_id)
        return person if not person.is_company and person != self._get_clients() else person.browse()
