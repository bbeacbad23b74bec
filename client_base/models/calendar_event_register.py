from datetime import timedelta

from odoo import api, fields, models

# A meeting that was forgotten in the calendar for longer is history, not something to complete.
LOOK_BACK = timedelta(days=30)
BATCH = 500


class CalendarEvent(models.Model):
    """Meetings with clients enter the register by themselves when they are over, once each."""

    _inherit = "calendar.event"

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        """Ask nothing of hidden meetings: Odoo reads whether they are private, and a search of messages would fail."""
        seen = self._filtered_access("read")
        operations = super(CalendarEvent, seen)._mail_get_operation_for_mail_message_operation(message_operation)
        return operations | dict.fromkeys(self - seen, "read")

    @api.model
    def _cron_register_meetings(self):
        """Enter the meetings that ended since the last time, in batches."""
        now = fields.Datetime.now()
        over = [("stop", "<", now), ("stop", ">", now - LOOK_BACK), ("partner_ids.client_open", "=", False)]
        known = self.env["client.interaction"].sudo()._search([("event_id", "!=", False)])  # sudo: each meeting once
        events = self.search([*over, ("id", "not in", known.subselect("event_id"))], order="id", limit=BATCH)
        job = self.env["ir.cron"]
        for event in events:
            with job._apart(event):
                event._register_meetings()
        job._commit_progress(len(events), remaining=len(events) == BATCH)

    def _register_meetings(self):
        """Enter each meeting with those of its clients with whom it is not yet, to be completed by who had invited."""
        # sudo: for everybody who was there, whoever enters
        events = self.sudo()
        contacts = events.env["client.interaction"]
        known = {(contact.event_id, contact.partner_id) for contact in contacts.search([("event_id", "in", self.ids)])}
        entries = []
        for event in events:
            guests = event.partner_ids.filtered(lambda partner: not partner.client_open)
            for client, persons in guests.grouped("commercial_partner_id").items():
                if (event, client) not in known:
                    entries.append(event._prepare_interaction(client, persons))
        contacts.create(entries)

    def _prepare_interaction(self, client, persons):
        start = (self.start_date and fields.Datetime.to_datetime(self.start_date)) or self.start
        # Who arranged it as a substitute may not see the client any more, and could not complete it.
        organiser = self.user_id.filtered(client._is_seen_by)
        user = organiser or client.client_owner_id or self.user_id or self.env.user
        planned = self.activity_ids.filtered(
            lambda activity: activity.client_partner_id == client and activity.user_id == user
        )
        return {
            "partner_id": client.id,
            "person_id": (persons - client)[:1].id,
            "user_id": user.id,
            "kind": "meeting",
            "date": min(start, fields.Datetime.now()),
            "duration": 0 if self.allday else round(60 * self.duration),
            # Of a private meeting only its guests know what it is about; the register is read by many.
            "subject": False if self.effective_privacy == "private" else self.name,
            "event_id": self.id,
            # What was planned is done when the contact is.
            "activity_id": planned[:1].id,
        }
