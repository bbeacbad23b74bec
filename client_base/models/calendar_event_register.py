from datetime import timedelta

from odoo import api, fields, models

# A meeting that was forgotten in the calendar for longer is history, not something to complete.
LOOK_BACK = timedelta(days=30)
BATCH = 500


class CalendarEvent(models.Model):
    """Meetings with clients enter the register by themselves when they are over, once each."""

    _inherit = "calendar.event"

    @api.model
    def _cron_register_meetings(self):
        """Enter the meetings that ended since the last time, in batches."""
        now = fields.Datetime.now()
        over = [("stop", "<", now), ("stop", ">", now - LOOK_BACK), ("partner_ids.client_open", "=", False)]
        known = self.env["client.interaction"].sudo()._search([("event_id", "!=", False)])  # sudo: each meeting once
        events = self.search([*over, ("id", "not in", known.subselect("event_id"))], order="id", limit=BATCH)
        events._register_meetings()
        self.env["ir.cron"]._commit_progress(len(events), remaining=len(events) == BATCH)

    def _register_meetings(self):
        """Enter each meeting with each of its clients, to be completed by who had invited to it."""
        entries = []
        for event in self:
            guests = event.partner_ids.filtered(lambda partner: not partner.client_open)
            for client, persons in guests.grouped("commercial_partner_id").items():
                entries.append(event._prepare_interaction(client, persons))
        # sudo: the job enters for everybody
        self.env["client.interaction"].sudo().create(entries)

    def _prepare_interaction(self, client, persons):
        start = (self.start_date and fields.Datetime.to_datetime(self.start_date)) or self.start
        return {
            "partner_id": client.id,
            "person_id": (persons - client)[:1].id,
            "user_id": (self.user_id or client.client_owner_id or self.env.user).id,
            "kind": "meeting",
            "date": min(start, fields.Datetime.now()),
            "duration": 0 if self.allday else round(60 * self.duration),
            "subject": self.name,
            "event_id": self.id,
        }
