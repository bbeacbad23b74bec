import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_date

from ..parameters import CONTACT_DAYS, DEFAULT_CONTACT_DAYS, get_days
from ..tools.calendar_days import get_days_of_year
from ..tools.holiday import get_holidays
from .client_day import CLIENT_FIELDS, ROWS

AHEAD_DAYS = 7


class ClientDay(models.AbstractModel):
    """What can wait: tomorrow, who was forgotten, and whose feast it is; the rest of the page "My Day"."""

    _inherit = "client.day"

    @api.model
    @api.readonly
    def get_rest(self):
        """Return the HTML of what can wait: it comes after the page is there."""
        return self.env["ir.qweb"]._render("client_base.day_sections", self._get_rest())

    @api.model
    def _get_rest(self):
        """Return ``{"sections", "holidays": [{"day", "country", "name"}]}``, sections as those of the day."""
        today = self._get_today()
        sections = [
            self._get_section_tomorrow(today),
            self._get_section_birthdays(today),
            self._get_section_silent(today),
            self._get_section_unplanned(),
        ]
        return {"sections": sections, "holidays": self._get_holidays(today), "json": json}

    def _get_section_tomorrow(self, today):
        due = self._find_due(Domain("date_deadline", "=", today + timedelta(days=1)), today)
        rank = self._get_ranking(self._get_clients(due))
        return self._make_section_due("tomorrow", self.env._("Tomorrow"), due, rank, today)

    def _get_section_birthdays(self, today):
        days = [today + timedelta(days=number) for number in range(AHEAD_DAYS)]
        ids, count = self._find_birthdays([number for day in days for number in get_days_of_year(day)])
        people = self.env["res.partner"].browse(ids)._filtered_access("read")
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
        return self._make_section(
            "birthdays", self.env._("Birthdays in the Next Days"), "", rows, count if count > ROWS else len(rows)
        )

    def _find_birthdays(self, days):
        """Return the first people of own clients who were born on these days, and how many there are.

        :param days: days of the year, as numbers, in the order in which they come
        :return: ``(ids, count)``
        """
        self.env["res.partner"].flush_model(["active", "client_birthday", "client_owner_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, count(*) OVER () FROM res_partner
                 WHERE client_owner_id = %(owner)s AND active
                   AND client_birthday IS NOT NULL AND %(born)s = ANY(%(days)s)
              ORDER BY array_position(%(days)s, (%(born)s)::int), id LIMIT %(most)s
                """,
                owner=self.env.uid,
                born=self.env["res.partner"]._get_birthday_number(),
                days=days,
                most=ROWS,
            )
        )
        return [row[0] for row in rows], rows[0][1] if rows else 0

    def _get_holidays(self, today):
        """Return the public holidays of the next days in the countries of the user's clients, in order."""
        days = [today + timedelta(days=number) for number in range(AHEAD_DAYS)]
        return [
            {"day": day, "country": country.name, "name": name}
            for country in self._get_client_countries()
            for day, name in get_holidays(country.code, days, self.env.lang).items()
        ]

    def _get_client_countries(self):
        self.env["res.partner"].flush_model(["active", "client_owner_id", "country_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT country_id FROM res_partner
                 WHERE client_owner_id = %s AND active AND country_id IS NOT NULL
                """,
                self.env.uid,
            )
        )
        return self.env["res.country"].browse(row[0] for row in rows).sorted("name")

    def _get_section_silent(self, today):
        domain = Domain("client_owner_id", "=", self.env.uid) & self._get_silent_domain(today)
        hint = self.env._("Nobody spoke to them for longer than their term, and nothing is planned.")
        return self._get_section_clients("silent", self.env._("Silent for Too Long"), hint, domain, today)

    @api.model
    def _get_silent_domain(self, today):
        """Return the domain of the clients to whom nobody spoke for longer than their term."""
        late = Domain.OR(
            Domain("client_channel_id", "=" if channel is None else "in", channel or False)
            & Domain("client_last_contact", "<", fields.Date.to_string(today - timedelta(days=term)))
            for channel, term in self._get_contact_days()
        )
        # A client with a next contact is not forgotten.
        return self._get_clients_domain() & late & Domain("client_next_contact", "=", False)

    def _get_contact_days(self):
        """Return after how many days without contact a client counts as silent: ``[(channel ids, days)]``."""
        default = self._get_default_term()
        # Clients keep a format that is archived.
        channels = self.env["client.channel"].with_context(active_test=False)
        channels = channels.search([])  # pylint: disable=no-search-all
        terms = channels.grouped(lambda channel: channel.contact_days or default)
        return [*((same.ids, days) for days, same in terms.items()), (None, default)]

    @api.model
    def _get_default_term(self):
        return get_days(self.env, CONTACT_DAYS, DEFAULT_CONTACT_DAYS)

    def _get_section_unplanned(self):
        domain = self._get_own_domain() & Domain("client_next_contact", "=", False)
        domain &= Domain("client_last_contact", "=", False)
        hint = self.env._("Never spoken to, and nothing is planned.")
        return self._get_section_clients("unplanned", self.env._("Not Begun Yet"), hint, domain, None)

    @api.model
    def _get_own_domain(self):
        return Domain("client_owner_id", "=", self.env.uid) & self._get_clients_domain()

    @api.model
    def _get_clients_domain(self):
        """Return the domain of clients by which the indexes on their contacts are made."""
        return Domain("parent_id", "=", False) | Domain("is_company", "=", True)

    def _get_section_clients(self, name, title, hint, domain, today):
        clients = self.env["res.partner"]
        found = clients.search_fetch(
            domain, [*CLIENT_FIELDS, "client_last_contact"], order="client_last_contact, id", limit=ROWS
        )
        rank = self._get_ranking(found)
        rows = []
        for client in found:
            last = client.client_last_contact
            text = self.env._("last contact %s", self._format_day(last)) if last else ""
            rows.append(rank(client, late_days=(today - last).days if today and last else 0, text=text))
        count = len(found) if len(found) < ROWS else clients.search_count(domain)
        return self._make_section(name, title, hint, rows, count)
