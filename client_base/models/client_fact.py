from datetime import date, datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# Those before and after are no days in some time zone.
FIRST_DAY, LAST_DAY = date.min + timedelta(days=1), date.max - timedelta(days=2)


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
    def _format(self, measure, number):
        """Return the number of a measure as the reader writes it."""
        return self.env["res.partner"]._format_number(number)

    @api.model
    def _get_facts(self, users, date_from, date_to):
        """Return ``{user id: {measure: number}}`` for the days from ``date_from`` to ``date_to``, both included.

        Days are those of the current user's time zone.  "Cards" is how many stand filled now.  Beside the
        measures: ``unanswered`` requests, and in ``answered_percent`` how many were answered within a day,
        None where there were none.
        """
        nothing = dict.fromkeys([*(name for name, _words in self._get_measures()), "unanswered"], 0)
        facts = {user_id: {**nothing, "answered_percent": None} for user_id in users.ids}
        start, end = self._get_bounds(date_from, date_to)
        for query in (self._select_contacts(users, start, end), self._select_clients(users, start, end)):
            for row in self.env.execute_query_dict(query):
                facts[row.pop("user_id")].update({name: value for name, value in row.items() if value})
        return facts

    @api.model
    def _get_bounds(self, date_from, date_to):
        """Return the period in UTC, the end excluded."""
        zone = pytz.timezone(self.env.user.tz or "UTC")
        first, last = (min(max(day, FIRST_DAY), LAST_DAY) for day in (date_from, date_to))
        days = (first, last + timedelta(days=1))
        return tuple(
            zone.localize(datetime.combine(day, time.min)).astimezone(pytz.utc).replace(tzinfo=None) for day in days
        )

    @api.model
    def _select_contacts(self, users, start, end):
        return SQL(
            """
            SELECT user_id, sum(contacts) AS contacts, sum(calls) AS calls, sum(meetings) AS meetings,
                   sum(letters) AS letters, sum(successes) AS successes, sum(decider_meetings) AS decider_meetings,
                   round(sum(minutes) / 60.0, 1)::float AS hours,
                   sum(unanswered) AS unanswered,
                   (100.0 * sum(answered) / NULLIF(sum(requests), 0))::float AS answered_percent
              FROM (%s) counted
          GROUP BY user_id
            """,
            self.env["client.fact.day"]._select(users, start, end),
        )

    @api.model
    def _get_trends(self, users, weeks):
        """Return how many contacts each had in each of the last weeks: ``{user id: {weeks ago: count}}``."""
        today = fields.Date.context_today(self)
        start, end = self._get_bounds(today - timedelta(days=7 * weeks - 1), today)
        rows = self.env.execute_query(
            SQL(
                "SELECT user_id, GREATEST(%s::date - day, 0) / 7, sum(contacts)::int FROM (%s) counted GROUP BY 1, 2",
                today,
                self.env["client.fact.day"]._select(users, start, end),
            )
        )
        trends = {}
        for user_id, ago, count in rows:
            trends.setdefault(user_id, {})[ago] = count
        return trends

    @api.model
    def _select_clients(self, users, start, end):
        self.env["res.partner"].flush_model(
            ["active", "client_owner_id", "client_completeness", "is_company", "parent_id"]
        )
        return SQL(
            """
            SELECT owner.id AS user_id,
                   (SELECT count(*) FROM res_partner client
                     WHERE client.client_owner_id = owner.id AND %(is_client)s
                       AND client.create_date >= %(start)s AND client.create_date < %(end)s) AS new_clients,
                   (SELECT count(*) FROM res_partner client
                     WHERE client.client_owner_id = owner.id AND %(is_client)s
                       AND client.client_completeness >= 100) AS cards
              FROM unnest(%(users)s::int[]) AS owner (id)
            """,
            # A company within a company is a client of its own.
            is_client=SQL("(client.parent_id IS NULL OR client.is_company IS TRUE) AND client.active IS TRUE"),
            users=users.ids,
            start=start,
            end=end,
        )

    @api.model
    def _get_discipline(self, users):
        """Return ``{user id: {"silent", "overdue", "open"}}``.

        Clients silent for longer than their term and without a next contact, as "My Day" shows them; promises
        overdue; contacts to complete.
        """
        today = fields.Date.context_today(self)
        self.env["client.interaction"].flush_model()
        self.env["mail.activity"].flush_model(["client_partner_id", "date_deadline", "active", "user_id"])
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT owner.id AS user_id, 0 AS silent,
                       (SELECT count(*) FROM mail_activity activity
                         WHERE activity.user_id = owner.id AND activity.active AND activity.date_deadline < %(today)s
                           AND activity.client_partner_id IS NOT NULL) AS overdue,
                       (SELECT count(*) FROM client_interaction contact
                         WHERE contact.user_id = owner.id AND contact.state = 'open') AS open
                  FROM unnest(%(users)s::int[]) AS owner (id)
                """,
                users=users.ids,
                today=today,
            )
        )
        discipline = {row.pop("user_id"): row for row in rows}
        silent = self.env["client.day"]._get_silent_domain(today) & Domain("client_owner_id", "in", users.ids)
        # sudo: how many there are, of managers whose work the user may see
        partners = self.env["res.partner"].sudo()
        for owner, count in partners._read_group(silent, ["client_owner_id"], ["__count"]):
            discipline[owner.id]["silent"] = count
        return discipline
