import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_date

from ..parameters import CONTACT_DAYS, DEFAULT_CONTACT_DAYS
from ..tools.priority import get_priority

# So many of each section are shown; a day has no time for more, and the page says how many there are.
ROWS = 20
DUE_ROWS = 40
BIRTHDAY_DAYS = 7


class ClientDay(models.AbstractModel):
    """What a manager has to do today: the page "My Day"."""

    _name = "client.day"
    _description = "My Day"

    @api.model
    @api.readonly
    def get_page(self):
        """Return the HTML of the current user's day."""
        return self.env["ir.qweb"]._render("client_base.day", self._get_day())

    @api.model
    def _get_day(self):
        """Return ``{"today", "sections": [{"name", "title", "hint", "rows", "count"}], "events"}``.

        A row is ``{"client", "text", "detail", "points", "why", "activity", "interaction", "absent"}``;
        the first come first.  Today is the user's day, in the user's time zone.
        """
        today = fields.Date.context_today(self.with_context(tz=self.env.user.tz or "UTC"))
        due = self._get_sections_due(today)
        sections = [
            due["overdue"],
            self._get_section_open(),
            due["today"],
            self._get_section_birthdays(today),
            self._get_section_silent(today),
            self._get_section_unplanned(),
            due["tomorrow"],
        ]
        return {"today": today, "sections": sections, "events": self._get_events(today), "json": json}

    def _make_section(self, name, title, hint, rows, count):
        rows.sort(key=lambda row: -row["points"])
        return {"name": name, "title": title, "hint": hint, "rows": rows, "count": count}

    def _get_sections_due(self, today):
        """Return the sections of activities, by their names; what they show is read at once for all."""
        titles = {"overdue": self.env._("Overdue"), "today": self.env._("Today"), "tomorrow": self.env._("Tomorrow")}
        found = {
            "overdue": self._find_due(Domain("date_deadline", "<", today)),
            "today": self._find_due(Domain("date_deadline", "=", today)),
            "tomorrow": self._find_due(Domain("date_deadline", "=", today + timedelta(days=1))),
        }
        activities = self.env["mail.activity"].union(*(part for part, _count in found.values()))
        clients = activities.client_partner_id._filtered_access("read")
        rows = self._make_due_rows(activities.filtered(lambda one: one.client_partner_id in clients), today)
        return {
            name: self._make_section(name, titles[name], "", [rows[one] for one in due if one in rows], count)
            for name, (due, count) in found.items()
        }

    def _find_due(self, domain):
        """Return the first of the user's activities about clients in a period, and how many there are."""
        activities = self.env["mail.activity"]
        domain &= Domain("user_id", "=", self.env.uid) & Domain("client_partner_id", "!=", False)
        # What was begun to be registered stands among those to complete.
        # sudo: no more is said of it than that it is begun
        begun = self.env["client.interaction"].sudo()._search([("state", "=", "open"), ("activity_id", "!=", False)])
        domain &= Domain("id", "not in", begun.subselect("activity_id"))
        # Of one day the newest first: a call that was missed just now is not to be cut off.
        found = activities.search(domain, order="date_deadline, id DESC", limit=DUE_ROWS)
        return found, len(found) if len(found) < DUE_ROWS else activities.search_count(domain)

    def _make_due_rows(self, activities, today):
        rank = self._get_ranking(activities.client_partner_id)
        days = self._format_days(activities.mapped("date_deadline"))
        return {
            activity: rank(
                activity.client_partner_id,
                late_days=(today - activity.date_deadline).days,
                text=activity.summary or activity.activity_type_id.name,
                detail=days[activity.date_deadline],
                activity=activity,
                kind=activity.activity_type_id.client_kind,
                absent=activity.client_for_id.sudo().name,  # sudo: a colleague's name
            )
            for activity in activities
        }

    def _get_section_open(self):
        interactions = self.env["client.interaction"]
        domain = [("user_id", "=", self.env.uid), ("state", "=", "open")]
        found = interactions.search(domain, order="date, id", limit=ROWS)
        rank = self._get_ranking(found.partner_id)
        rows = [
            rank(
                interaction.partner_id,
                text=interaction.subject or "",
                detail=", ".join(interaction._get_missing()),
                interaction=interaction,
            )
            for interaction in found
        ]
        count = len(found) if len(found) < ROWS else interactions.search_count(domain)
        hint = self.env._("These contacts were had and wait for a result and the next step.")
        return self._make_section("open", self.env._("To Complete"), hint, rows, count)

    def _get_section_birthdays(self, today):
        people = self.env["res.partner"].browse()
        days = [today + timedelta(days=number) for number in range(BIRTHDAY_DAYS)]
        ids = self._find_birthdays([day.month * 100 + day.day for day in days])
        people = people.browse(ids)._filtered_access("read").filtered("active")
        rank = self._get_ranking(people.commercial_partner_id)
        rows = [
            rank(
                person.commercial_partner_id,
                text=person.name,
                detail=format_date(self.env, person.client_birthday, date_format="d MMMM"),
                person=person,
            )
            for person in people
        ]
        return self._make_section("birthdays", self.env._("Birthdays in the Next Days"), "", rows, len(rows))

    def _find_birthdays(self, days):
        """Return the ids of the people of own clients who were born on these days, ``month * 100 + day``."""
        self.env["res.partner"].flush_model(["client_birthday", "client_owner_id"])
        self.env.cr.execute(
            """
            SELECT id FROM res_partner
             WHERE client_owner_id = %s AND client_birthday IS NOT NULL
               AND EXTRACT(MONTH FROM client_birthday) * 100 + EXTRACT(DAY FROM client_birthday) = ANY(%s)
          ORDER BY id LIMIT %s
            """,
            [self.env.uid, days, ROWS],
        )
        return [row[0] for row in self.env.cr.fetchall()]

    def _get_section_silent(self, today):
        days = self._get_contact_days()
        domain = self._get_own_domain() & Domain.OR(
            Domain("client_channel_id", "=" if channel is None else "in", channel or False)
            & Domain("client_last_contact", "<", today - timedelta(days=term))
            for channel, term in days
        )
        # A client with a next contact is not forgotten.
        domain &= Domain("client_next_contact", "=", False)
        hint = self.env._("Nobody spoke to them for longer than their term, and nothing is planned.")
        return self._get_section_clients("silent", self.env._("Silent for Too Long"), hint, domain, today)

    def _get_contact_days(self):
        """Return after how many days without contact a client counts as silent: ``[(channel ids, days)]``."""
        default = self._get_default_term()
        channels = self.env["client.channel"].search([])  # pylint: disable=no-search-all
        terms = channels.grouped(lambda channel: channel.contact_days or default)
        return [*((same.ids, days) for days, same in terms.items()), (None, default)]

    @api.model
    def _get_default_term(self):
        # sudo: the term is no secret
        return int(self.env["ir.config_parameter"].sudo().get_param(CONTACT_DAYS, DEFAULT_CONTACT_DAYS))

    def _get_section_unplanned(self):
        domain = self._get_own_domain() & Domain("client_next_contact", "=", False)
        domain &= Domain("client_last_contact", "=", False)
        hint = self.env._("Never spoken to, and nothing is planned.")
        return self._get_section_clients("unplanned", self.env._("Not Begun Yet"), hint, domain, None)

    @api.model
    def _get_own_domain(self):
        return Domain("client_owner_id", "=", self.env.uid) & Domain("parent_id", "=", False)

    def _get_section_clients(self, name, title, hint, domain, today):
        clients = self.env["res.partner"]
        found = clients.search(domain, order="client_last_contact, id", limit=ROWS)
        rank = self._get_ranking(found)
        days = self._format_days(found.mapped("client_last_contact"))
        rows = []
        for client in found:
            last = client.client_last_contact
            text = self.env._("last contact %s", days[last]) if last else ""
            rows.append(rank(client, late_days=(today - last).days if today and last else 0, text=text))
        count = len(found) if len(found) < ROWS else clients.search_count(domain)
        return self._make_section(name, title, hint, rows, count)

    def _format_days(self, days):
        """Return these days in the user's words, each worked out once: that takes long."""
        return {day: format_date(self.env, day) for day in set(days)}

    def _get_ranking(self, clients):
        """Return a function that makes a row of the page, with its points among ``clients``."""
        turnovers = clients._get_turnovers()
        largest = max(turnovers.values(), default=0)

        def rank(client, late_days=0, **row):
            fit = client.client_score if client.client_coverage else None
            turnover = turnovers.get(client.id, 0)
            points = get_priority(late_days, fit, turnover, largest)
            return {"client": client, "points": points, "why": self._explain(late_days, fit, turnover), **row}

        return rank

    def _explain(self, late_days, fit, turnover):
        reasons = [
            self.env._("days late: %s", late_days) if late_days > 0 else "",
            self.env._("fit: %s %%", round(fit)) if fit is not None else self.env._("fit: not scored"),
            self.env._("turnover: %s", self.env["res.partner"]._format_amount(turnover)) if turnover else "",
        ]
        return ", ".join(filter(None, reasons))

    def _get_events(self, today):
        """Return the meetings of the user's day, in order."""
        return self.env["calendar.event"].search(
            [
                ("partner_ids", "in", self.env.user.partner_id.ids),
                ("start", "<", fields.Datetime.to_datetime(today + timedelta(days=2))),
                ("stop", ">=", fields.Datetime.now() - timedelta(hours=12)),
            ],
            order="start, id",
            limit=ROWS,
        )
