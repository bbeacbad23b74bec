from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.tools import SQL


class ClientFact(models.AbstractModel):
    """What managers did in a period, counted from the register: one query a source, whoever many."""

    _name = "client.fact"
    _description = "Facts of the Register"

    @api.model
    def _get_measures(self):
        """Return what is counted, ``[(name, words)]``; other addons add theirs here and to :meth:`_get_facts`."""
        words = {
            "contacts": self.env._("Contacts"),
            "calls": self.env._("Calls"),
            "meetings": self.env._("Meetings and visits"),
            "letters": self.env._("Letters and messages"),
            "successes": self.env._("Successes"),
            "decider_meetings": self.env._("Meetings with decision makers"),
            "hours": self.env._("Hours with clients"),
            "new_clients": self.env._("New clients"),
            "cards": self.env._("Cards filled completely"),
        }
        return list(words.items())

    @api.model
    def _get_facts(self, users, date_from, date_to):
        """Return ``{user id: {measure: number}}`` for the days from ``date_from`` to ``date_to``, both included.

        Days are those of the current user's time zone.  "Cards" is how many stand filled now.
        """
        facts = {user_id: dict.fromkeys((name for name, _words in self._get_measures()), 0) for user_id in users.ids}
        start, end = self._get_bounds(date_from, date_to)
        for query in (self._select_contacts(users, start, end), self._select_clients(users, start, end)):
            for row in self.env.execute_query_dict(query):
                facts[row.pop("user_id")].update({name: value or 0 for name, value in row.items()})
        return facts

    @api.model
    def _get_bounds(self, date_from, date_to):
        """Return the period in UTC, the end excluded."""
        zone = pytz.timezone(self.env.user.tz or "UTC")
        days = (date_from, date_to + timedelta(days=1))
        return tuple(
            zone.localize(datetime.combine(day, time.min)).astimezone(pytz.utc).replace(tzinfo=None) for day in days
        )

    @api.model
    def _select_contacts(self, users, start, end):
        self.env["client.interaction"].flush_model()
        self.env["client.dmu.member"].flush_model(["person_id", "partner_id", "role_id", "date_to"])
        return SQL(
            """
            SELECT contact.user_id,
                   count(*) AS contacts,
                   count(*) FILTER (WHERE contact.kind IN ('call_in', 'call_out')) AS calls,
                   count(*) FILTER (WHERE contact.kind IN ('meeting', 'visit')) AS meetings,
                   count(*) FILTER (WHERE contact.kind IN ('letter', 'message')) AS letters,
                   count(*) FILTER (WHERE contact.success) AS successes,
                   round(sum(contact.duration) / 60.0, 1)::float AS hours,
                   count(*) FILTER (WHERE contact.kind IN ('meeting', 'visit') AND EXISTS (
                       SELECT FROM client_dmu_member member
                         JOIN client_dmu_role role ON role.id = member.role_id
                        WHERE member.person_id = contact.person_id AND member.partner_id = contact.partner_id
                          AND role.decides)) AS decider_meetings
              FROM client_interaction contact
         LEFT JOIN client_interaction_result result ON result.id = contact.result_id
             WHERE contact.user_id = ANY(%(users)s) AND contact.date >= %(start)s AND contact.date < %(end)s
               AND result.missed IS NOT TRUE
          GROUP BY contact.user_id
            """,
            users=users.ids,
            start=start,
            end=end,
        )

    @api.model
    def _select_clients(self, users, start, end):
        self.env["res.partner"].flush_model(["client_owner_id", "parent_id", "client_completeness"])
        return SQL(
            """
            SELECT owner.id AS user_id,
                   (SELECT count(*) FROM res_partner client
                     WHERE client.client_owner_id = owner.id AND client.parent_id IS NULL AND client.active
                       AND client.create_date >= %(start)s AND client.create_date < %(end)s) AS new_clients,
                   (SELECT count(*) FROM res_partner client
                     WHERE client.client_owner_id = owner.id AND client.parent_id IS NULL AND client.active
                       AND client.client_completeness >= 100) AS cards
              FROM unnest(%(users)s) AS owner (id)
            """,
            users=users.ids,
            start=start,
            end=end,
        )

    @api.model
    def _get_discipline(self, users, date_from, date_to):
        """Return ``{user id: {"silent", "overdue", "open", "unanswered", "answer_hours"}}``.

        Clients silent for longer than the general term and without a next contact; promises overdue;
        contacts to complete; requests of the period without an answer, and the median hours to the
        first answer of the others.
        """
        start, end = self._get_bounds(date_from, date_to)
        self.env["client.interaction"].flush_model()
        self.env["mail.activity"].flush_model(["client_partner_id", "date_deadline", "active", "user_id"])
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT owner.id AS user_id,
                       (SELECT count(*) FROM res_partner client
                         WHERE client.client_owner_id = owner.id AND client.parent_id IS NULL AND client.active
                           AND client.client_last_contact < %(silent)s
                           AND client.client_next_contact IS NULL) AS silent,
                       (SELECT count(*) FROM mail_activity activity
                         WHERE activity.user_id = owner.id AND activity.active AND activity.date_deadline < %(today)s
                           AND activity.client_partner_id IS NOT NULL) AS overdue,
                       (SELECT count(*) FROM client_interaction contact
                         WHERE contact.user_id = owner.id AND contact.state = 'open') AS open,
                       answers.unanswered, answers.answer_hours
                  FROM unnest(%(users)s) AS owner (id)
            CROSS JOIN LATERAL (%(answers)s) answers
                """,
                users=users.ids,
                today=fields.Date.context_today(self),
                silent=fields.Date.context_today(self) - timedelta(days=self.env["client.day"]._get_default_term()),
                answers=self._select_answers(start, end),
            )
        )
        return {row.pop("user_id"): row for row in rows}

    @api.model
    def _select_answers(self, start, end):
        return SQL(
            """
            SELECT count(*) FILTER (WHERE answer.date IS NULL) AS unanswered,
                   (percentile_cont(0.5) WITHIN GROUP (ORDER BY EXTRACT(EPOCH FROM answer.date - request.date)) / 3600)
                   ::float AS answer_hours
              FROM client_interaction request
         LEFT JOIN LATERAL (
                   SELECT contact.date FROM client_interaction contact
                    WHERE contact.partner_id = request.partner_id AND contact.direction = 'out'
                      AND contact.date > request.date
                 ORDER BY contact.date LIMIT 1) answer ON TRUE
             WHERE request.user_id = owner.id AND request.direction = 'in'
               AND request.date >= %s AND request.date < %s
            """,
            start,
            end,
        )
