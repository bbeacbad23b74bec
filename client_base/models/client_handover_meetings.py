from odoo import fields, models
from odoo.tools import SQL


class ClientHandover(models.Model):
    """Meetings still to come go with the client: the receiver organises and attends them in the giver's place.

    Past ones stay as they were.  So does a meeting with another client who stays with the giver.
    """

    _inherit = "client.handover"

    def _move_meetings(self, moving, among=None):
        """Move the meetings of the clients of the query ``moving``, which are the givers' no more; return their ids.

        :param among: the ids of those that may move, where not all
        """
        meetings = self._get_meetings(moving, among)
        if meetings:
            self._move_organisers(meetings)
            self._move_attendees(meetings)
            self.env.invalidate_all(flush=False)
            events = self.env["calendar.event"].browse(event_id for event_id, _giver, _receiver in meetings)
            self._settle(events, ["user_id", "partner_ids"])
            self._settle(events.attendee_ids, ["partner_id"])
        return [event_id for event_id, _giver, _receiver in meetings]

    def _get_meetings(self, moving, among=None):
        """Return the meetings to come of the clients that moved: ``[(event id, giver id, receiver id), …]``."""
        return self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (event.id) event.id, moving.giver_id, moving.receiver_id
                  FROM (%(moving)s) AS moving
                  JOIN calendar_event_res_partner_rel place ON place.res_partner_id = moving.part_id
                  JOIN calendar_event event ON event.id = place.calendar_event_id
                 WHERE event.stop > %(now)s AND event.active AND %(among)s
                   AND NOT EXISTS (
                       SELECT 1
                         FROM calendar_event_res_partner_rel other
                         JOIN res_partner staying ON staying.id = other.res_partner_id
                        WHERE other.calendar_event_id = event.id AND staying.client_open IS NOT TRUE
                          AND staying.client_owner_id = moving.giver_id
                       )
              ORDER BY event.id, moving.client_id
                """,
                moving=moving,
                now=fields.Datetime.now(),
                among=self._is_among("event", "id", among),
            )
        )

    def _get_places(self, meetings):
        """Return the query of who takes whose place: ``event_id`` with user and partner of both."""
        events, givers, receivers = (list(column) for column in zip(*meetings, strict=True))
        return SQL(
            """
            SELECT meeting.event_id, giver.id AS giver_id, receiver.id AS receiver_id,
                   giver.partner_id AS giver_partner_id, receiver.partner_id AS receiver_partner_id
              FROM unnest(%(events)s::int[], %(givers)s::int[], %(receivers)s::int[])
                   AS meeting (event_id, giver_id, receiver_id)
              JOIN res_users giver ON giver.id = meeting.giver_id
              JOIN res_users receiver ON receiver.id = meeting.receiver_id
            """,
            events=events,
            givers=givers,
            receivers=receivers,
        )

    def _move_organisers(self, meetings):
        self.env.execute_query(
            SQL(
                """
                UPDATE calendar_event event
                   SET user_id = place.receiver_id, write_uid = %(uid)s, write_date = %(now)s
                  FROM (%(places)s) AS place
                 WHERE event.id = place.event_id AND event.user_id = place.giver_id
             RETURNING event.id
                """,
                places=self._get_places(meetings),
                **self._get_sql_values(),
            )
        )

    def _move_attendees(self, meetings):
        """Give the givers' places to the receivers, with an answer and a key to the invitation of their own."""
        self.env.execute_query(
            SQL(
                """
                WITH place AS (%(places)s),
                freed AS (
                    DELETE FROM calendar_event_res_partner_rel link
                          USING place
                          WHERE link.calendar_event_id = place.event_id
                            AND link.res_partner_id = place.giver_partner_id
                      RETURNING place.event_id, place.receiver_partner_id
                ),
                taken AS (
                    INSERT INTO calendar_event_res_partner_rel (calendar_event_id, res_partner_id)
                    SELECT event_id, receiver_partner_id FROM freed
                        ON CONFLICT DO NOTHING
                ),
                doubled AS (
                    DELETE FROM calendar_attendee attendee
                          USING place
                          JOIN calendar_attendee there ON there.event_id = place.event_id
                                                      AND there.partner_id = place.receiver_partner_id
                          WHERE attendee.event_id = place.event_id AND attendee.partner_id = place.giver_partner_id
                      RETURNING attendee.id
                )
                UPDATE calendar_attendee attendee
                   SET partner_id = place.receiver_partner_id, state = 'needsAction',
                       access_token = replace(gen_random_uuid()::text, '-', ''),
                       write_uid = %(uid)s, write_date = %(now)s
                  FROM place
                 WHERE attendee.event_id = place.event_id AND attendee.partner_id = place.giver_partner_id
                   AND attendee.id NOT IN (SELECT id FROM doubled)
             RETURNING attendee.id
                """,
                places=self._get_places(meetings),
                **self._get_sql_values(),
            )
        )
