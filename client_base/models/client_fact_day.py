from datetime import time, timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# What is counted of each day, beside whose day it is.
COUNTS = (
    "contacts",
    "calls",
    "meetings",
    "letters",
    "successes",
    "minutes",
    "decider_meetings",
    "requests",
    "answered",
    "unanswered",
)
# A request that was not answered for so long was not answered; one that was within so many hours was at once.
ANSWER_DAYS, AT_ONCE_HOURS = 30, 24
# More marks than these are worth reading the whole register.
MANY = 20000


class ClientFactDay(models.Model):
    """What a manager did on a day (UTC), counted from the register so that years need not be read through.

    Whatever changes the register leaves a ``client.fact.mark`` on the days concerned, and nothing waits
    for another.  A marked day is counted from the register when it is asked for, until the job counts it
    here and takes the mark away; so the figures are always those of the register.
    """

    _name = "client.fact.day"
    _description = "Contacts of a Day"
    _log_access = False

    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    day = fields.Date(required=True)
    contacts = fields.Integer()
    calls = fields.Integer()
    meetings = fields.Integer()
    letters = fields.Integer()
    successes = fields.Integer()
    minutes = fields.Integer()
    decider_meetings = fields.Integer()
    requests = fields.Integer()
    answered = fields.Integer(string="Answered at Once")
    unanswered = fields.Integer()

    _day_unique = models.Constraint("UNIQUE (user_id, day)", "A manager's day is counted once.")

    @api.model
    def _cron_refresh(self):
        """Count the marked days, and take their marks away: those only that the same statement saw."""
        self.env["client.interaction"].flush_model()
        marks = self.env.execute_query(SQL("SELECT 1 FROM client_fact_mark LIMIT %s", MANY))
        few = len(marks) < MANY
        if not few:
            # PostgreSQL takes marks for few whatever there are, and would read a manager's register for each.
            self.env.cr.execute("SET LOCAL enable_nestloop = off")
        self.env.cr.execute(
            SQL(
                """
                WITH taken AS (DELETE FROM client_fact_mark RETURNING user_id, day),
                     asked AS (SELECT DISTINCT user_id, day::timestamp AS start, day + interval '1 day' AS stop
                                 FROM taken)
                INSERT INTO client_fact_day (user_id, day, %(counts)s)
                SELECT asked.user_id, asked.start::date, %(values)s
                  FROM asked LEFT JOIN (%(contacts)s) contact
                    ON contact.user_id = asked.user_id AND contact.start = asked.start
           ON CONFLICT (user_id, day) DO UPDATE SET (%(counts)s) = ROW (%(new)s)
                """,
                counts=self._name_columns(""),
                values=SQL(", ").join(SQL("COALESCE(%s, 0)", SQL.identifier("contact", name)) for name in COUNTS),
                contacts=self._count_contacts(SQL("SELECT * FROM asked"), few=few),
                new=self._name_columns("excluded"),
            )
        )
        self.env.cr.execute("SET LOCAL enable_nestloop = on")
        self.invalidate_model(flush=False)

    @api.model
    def _rebuild(self):
        """Count every day of the register anew, for a register that was filled by SQL."""
        self.env.cr.execute(
            """
            INSERT INTO client_fact_mark (user_id, day) SELECT DISTINCT user_id, date::date FROM client_interaction
            """
        )
        self._cron_refresh()

    @api.model
    def _select(self, users, start, end):
        """Return the query of the counts of ``users`` from ``start`` to before ``end``, both UTC.

        A row a manager and day, or part of a day: ``user_id, day, contacts, …``.
        """
        self.env["client.interaction"].flush_model()
        first = start.date() + timedelta(days=start.time() > time.min)
        return SQL(
            """
            -- Whole days as they were counted; marked ones, and the parts of days at both ends, from the register.
            WITH marked AS (
                SELECT DISTINCT user_id, day FROM client_fact_mark
                 WHERE user_id = ANY(%(users)s) AND day >= %(first)s AND day < %(last)s
            ), asked AS (
                SELECT user_id, day::timestamp AS start, day + interval '1 day' AS stop FROM marked
                 UNION ALL
                SELECT asking.user_id, edge.start, edge.stop
                  FROM unnest(%(users)s::int[]) AS asking (user_id)
            CROSS JOIN (VALUES (%(start)s::timestamp, LEAST(%(first)s::timestamp, %(end)s)),
                               (GREATEST(%(last)s::timestamp, LEAST(%(first)s::timestamp, %(end)s)), %(end)s)
                       ) AS edge (start, stop)
                 WHERE edge.start < edge.stop
            )
            SELECT user_id, day, %(counts)s FROM client_fact_day counted
             WHERE user_id = ANY(%(users)s) AND day >= %(first)s AND day < %(last)s
               AND NOT EXISTS (SELECT FROM marked WHERE marked.user_id = counted.user_id AND marked.day = counted.day)
             UNION ALL
            SELECT user_id, start::date, %(counts)s FROM (%(contacts)s) live
            """,
            users=users.ids,
            start=start,
            end=end,
            first=first,
            last=end.date(),
            counts=self._name_columns(""),
            contacts=self._count_contacts(SQL("SELECT * FROM asked")),
        )

    @api.model
    def _name_columns(self, table):
        return SQL(", ").join(SQL.identifier(table, name) if table else SQL.identifier(name) for name in COUNTS)

    @api.model
    def _count_contacts(self, asked, few=True):
        """Return the query of what the register says of the periods ``asked``: ``user_id, start, stop``.

        :param bool few: look each period up by the index; many whole days are counted by reading the register through
        """
        if few:
            # The offset keeps PostgreSQL from joining the two as a whole.
            within = SQL("contact.date >= period.start AND contact.date < period.stop OFFSET 0")
        else:
            within = SQL("contact.date::date = period.start::date")
        return SQL(
            """
            SELECT period.user_id, period.start,
                   count(*) FILTER (WHERE had)::int AS contacts,
                   count(*) FILTER (WHERE had AND kind IN ('call_in', 'call_out'))::int AS calls,
                   count(*) FILTER (WHERE had AND kind IN ('meeting', 'visit'))::int AS meetings,
                   count(*) FILTER (WHERE had AND kind IN ('letter', 'message'))::int AS letters,
                   count(*) FILTER (WHERE had AND success)::int AS successes,
                   COALESCE(sum(duration) FILTER (WHERE had), 0)::int AS minutes,
                   count(*) FILTER (WHERE had AND decides)::int AS decider_meetings,
                   count(*) FILTER (WHERE direction = 'in')::int AS requests,
                   count(*) FILTER (WHERE answer <= date + make_interval(hours => %(at_once)s))::int AS answered,
                   count(*) FILTER (WHERE direction = 'in' AND answer IS NULL)::int AS unanswered
              FROM (%(asked)s) period
        CROSS JOIN LATERAL (
                   SELECT contact.*, result.missed IS NOT TRUE AS had,
                          contact.kind IN ('meeting', 'visit') AND EXISTS (
                              SELECT FROM client_dmu_member member
                                JOIN client_dmu_role role ON role.id = member.role_id
                               WHERE member.person_id = contact.person_id AND member.partner_id = contact.partner_id
                                 AND role.decides) AS decides,
                          CASE WHEN contact.direction = 'in' THEN (
                              SELECT min(later.date) FROM client_interaction later
                               WHERE later.partner_id = contact.partner_id AND later.direction = 'out'
                                 AND later.date > contact.date
                                 AND later.date < contact.date + make_interval(days => %(answer_days)s)) END AS answer
                     FROM client_interaction contact
                LEFT JOIN client_interaction_result result ON result.id = contact.result_id
                    WHERE contact.user_id = period.user_id AND %(within)s) contact
          GROUP BY 1, 2
            """,
            within=within,
            asked=asked,
            at_once=AT_ONCE_HOURS,
            answer_days=ANSWER_DAYS,
        )
