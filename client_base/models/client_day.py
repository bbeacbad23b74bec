import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_date

from ..tools.priority import get_priority

# So many of each section are shown; a day has no time for more, and the page says how many there are.
ROWS = 20
DUE_ROWS = 40
# In which section an activity stands, by the sign of how many days it is away.
WHEN = {-1: "overdue", 0: "today", 1: "tomorrow"}
# What the rows show; more is not read.
ACTIVITY_FIELDS = ("activity_type_id", "client_for_id", "client_partner_id", "date_deadline", "summary", "user_id")
CONTACT_FIELDS = ("comment", "next_date", "no_next_reason", "partner_id", "result_id", "subject")
CLIENT_FIELDS = ("name", "phone", "client_score", "client_coverage")


class ClientDay(models.AbstractModel):
    """What a manager has to do today: the page "My Day", first what was promised."""

    _name = "client.day"
    _description = "My Day"

    @api.model
    @api.readonly
    def get_page(self):
        """Return the HTML of what the current user has promised: what a manager looks at first."""
        return self.env["ir.qweb"]._render("client_base.day", self._get_day())

    @api.model
    def _get_day(self):
        """Return ``{"today", "sections": [{"name", "title", "hint", "rows", "count"}], "holidays", "events"}``.

        A row is ``{"client", "text", "detail", "points", "why"}``, of an activity with ``{"activity", "kind",
        "absent"}``, of a contact with ``{"interaction"}``; the first come first.  Holidays come with the rest.
        """
        today = self._get_today()
        due = self._find_due(Domain("date_deadline", "<=", today), today)
        lent = self._find_lent(today)
        begun, begun_count = self._find_begun()
        # All that the rows show is read at once, for all sections.
        rank = self._get_ranking(self._get_clients(due | lent) | begun.partner_id)
        sections = [
            self._make_section_due("overdue", self.env._("Overdue"), due, rank, today),
            self._make_section_begun(begun, begun_count, rank),
            self._make_section_due("today", self.env._("Today"), due, rank, today),
            self._make_section_due("lent", self.env._("For Colleagues Who Are Away"), lent, rank, today),
        ]
        return {
            "today": today,
            "sections": sections,
            "holidays": [],
            "events": self._get_events(today),
            "json": json,
        }

    @api.model
    def _get_today(self):
        """Return the user's day, in the user's time zone."""
        return fields.Date.context_today(self.with_context(tz=self.env.user.tz or "UTC"))

    def _make_section(self, name, title, hint, rows, count):
        rows.sort(key=lambda row: -row["points"])
        return {"name": name, "title": title, "hint": hint, "rows": rows, "count": count}

    def _find_due(self, domain, today, users=None):
        """Return the first of the user's activities about clients, and how many: ``{section: (activities, count)}``.

        Those of ``users`` (ids), where other than the user are named.
        Where there are more than are shown, the count may hold some about clients that the user sees no more.
        """
        # sudo: one's own activities, of which those are shown whose clients one sees; Odoo would ask for
        # the document of each besides
        activities = self.env["mail.activity"].sudo()
        query = activities._search(domain & self._get_due_domain(users or [self.env.uid]))
        day, key = (SQL.identifier(activities._table, name) for name in ("date_deadline", "id"))
        query.groupby = SQL("1")
        # Of one day the newest first: a call that was missed just now is not to be cut off.
        first = SQL("(array_agg(%s ORDER BY %s, %s DESC))[:%s]", key, day, key, DUE_ROWS)
        rows = self.env.execute_query(query.select(SQL("sign(%s - %s::date)::int", day, today), SQL("count(*)"), first))
        found = {WHEN[order]: (activities.browse(ids), count) for order, count, ids in rows}
        activities.union(*(part for part, _count in found.values())).fetch(ACTIVITY_FIELDS)
        return found

    def _find_lent(self, today):
        """Return what those planned for whom the user stands in now, about their clients, as :meth:`_find_due` does."""
        absent = self.env.user._client_stood_in_for()
        if not absent:
            return {}
        domain = Domain("date_deadline", "<=", today) & Domain("client_partner_id.client_owner_id", "in", absent)
        found = self._find_due(domain, today, absent)
        activities = self.env["mail.activity"].sudo()  # sudo: as they were found
        late, late_count = found.get("overdue", (activities, 0))
        due, due_count = found.get("today", (activities, 0))
        return {"lent": ((late | due)[:DUE_ROWS], late_count + due_count)}

    def _get_due_domain(self, users):
        # What was begun to be registered stands among those to complete.
        # sudo: no more is said of it than that it is begun
        begun = self.env["client.interaction"].sudo()._search([("state", "=", "open"), ("activity_id", "!=", False)])
        domain = Domain("user_id", "in", users) & Domain("client_partner_id", "!=", False)
        return domain & Domain("id", "not in", begun.subselect("activity_id"))

    def _get_clients(self, due):
        """Return the clients of what was found that the user may see."""
        ids = [client_id for found, _count in due.values() for client_id in found.client_partner_id.ids]
        partners = self.env["res.partner"].with_context(active_test=False)
        return partners.search_fetch([("id", "in", ids)], CLIENT_FIELDS)

    def _make_section_due(self, name, title, due, rank, today):
        found, count = due.get(name, ((), 0))
        rows = list(filter(None, (self._make_row_due(activity, rank, today) for activity in found)))
        return self._make_section(name, title, "", rows, count if count > DUE_ROWS else len(rows))

    def _make_row_due(self, activity, rank, today):
        return rank(
            activity.client_partner_id,
            late_days=(today - activity.date_deadline).days,
            text=activity.summary or activity.activity_type_id.name,
            detail=self._format_day(activity.date_deadline),
            activity=activity.sudo(False),
            kind=activity.activity_type_id.client_kind,
            absent=(activity.client_for_id or activity.user_id - self.env.user).name,
        )

    def _find_begun(self):
        interactions = self.env["client.interaction"]
        domain = [("user_id", "=", self.env.uid), ("state", "=", "open")]
        found = interactions.search_fetch(domain, CONTACT_FIELDS, order="date, id", limit=ROWS)
        return found, len(found) if len(found) < ROWS else interactions.search_count(domain)

    def _make_section_begun(self, begun, count, rank):
        rows = [
            rank(
                interaction.partner_id,
                text=interaction.subject or "",
                detail=", ".join(interaction._get_missing()),
                interaction=interaction,
            )
            for interaction in begun
        ]
        hint = self.env._("These contacts were had and wait for a result and the next step.")
        return self._make_section("open", self.env._("To Complete"), hint, rows, count)

    def _format_day(self, day):
        """Return a day in the user's words, each worked out once: that takes long."""
        known = self.env.cr.cache.setdefault(("client_day", self.env.lang), {})
        if day not in known:
            known[day] = format_date(self.env, day)
        return known[day]

    def _get_ranking(self, clients):
        """Return a function that makes a row of the page, with its points among ``clients``; none for other clients."""
        clients.fetch(CLIENT_FIELDS)
        turnovers = clients._get_turnovers()
        largest = max(turnovers.values(), default=0)
        known = set(clients.ids)

        def rank(client, late_days=0, **row):
            if client.id not in known:
                return None
            client = client.sudo(False)
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
        """Return the meetings of the user's day and of the next, in order."""
        tomorrow = today + timedelta(days=1)
        start, end = self.env["client.fact"]._get_bounds(today, tomorrow)
        timed = Domain("allday", "=", False) & Domain("start", "<", end) & Domain("stop", ">", start)
        whole = Domain("allday", "=", True) & Domain("start_date", "<=", tomorrow) & Domain("stop_date", ">=", today)
        mine = Domain("partner_ids", "in", self.env.user.partner_id.ids)
        return self.env["calendar.event"].search(mine & (timed | whole), order="start, id", limit=ROWS)
