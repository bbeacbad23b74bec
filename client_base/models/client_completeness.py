import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ..tools.heat import get_heat
from .client_requirement import SEVERITIES

# So few clients are counted anew whenever the page is opened; more are as of the last count.
COUNTED_AT_ONCE = 2000
WEEKS = 12


class ClientCompleteness(models.AbstractModel):
    """The page "Completeness": who lacks what on the cards of whose clients, and how that goes."""

    _name = "client.completeness"
    _description = "Completeness"

    @api.model
    def get_page(self, by="owner", again=False):
        """Return the HTML of the matrix of what is missing.

        :param str by: "owner", "team", or a field that ``client.gap.count._get_dimensions`` names
        :param bool again: count anew, however many clients there are
        """
        # The counts ask nobody: without a level of the client base one has none made.
        self.env["client.gap.report"].check_access("read")
        owners = self._get_owners()
        if again or self._count_clients(owners) <= COUNTED_AT_ONCE:
            self._count_anew(owners)
        values = {**self._get_matrix(by), "interactive": True, "json": json, "heat": get_heat}
        return self.env["ir.qweb"]._render("client_base.completeness", values)

    @api.model
    def _count_anew(self, owners):
        # sudo: counts are kept for all; of whom they are shown is asked below
        self.env["client.gap.count"].sudo()._refresh(owners)
        self.env["client.gap.task"].sudo()._close_filled()

    @api.model
    def _get_owners(self):
        """Return the ids of whose clients the user sees, False for the pool; None: everybody's."""
        scope = self.env.user._client_scope()
        if scope is not None and not scope:
            raise AccessError(self.env._("No client is yours to see, so there is nothing to report on."))
        return None if scope is None else list(scope)

    @api.model
    def _get_count_domain(self, owners):
        companies = Domain("company_id", "in", [False, *self.env.companies.ids])
        return companies if owners is None else companies & Domain("owner_id", "in", owners)

    @api.model
    def _count_clients(self, owners):
        """Return how many clients there were at the last count; 0 where there was none."""
        return sum(count for _key, requirement, count, *_sums in self._get_counts(owners, "owner") if not requirement)

    @api.model
    def _get_counts(self, owners, dimension):
        """Return the last counts, added up: ``[(key, requirement, count, complete, percent)]``.

        The key is the manager's id, or what the dimension names.
        """
        # sudo: counts, of own clients only
        counts = self.env["client.gap.count"].sudo()
        domain = Domain("day", "=", counts._get_last_day()) & Domain("dimension", "=", dimension)
        groups = counts._read_group(
            domain & self._get_count_domain(owners),
            ["owner_id" if dimension == "owner" else "key", "requirement_id"],
            ["count:sum", "complete:sum", "percent:sum"],
        )
        return [(key.id if dimension == "owner" else key, *rest) for key, *rest in groups]

    @api.model
    def _get_matrix(self, by):
        """Return ``{"by", "choices", "requirements", "rows", "total", "day", "lead"}``.

        ``total`` is a row of all, without what names one; ``lead`` tells whether the user may ask managers.

        A row is ``{"name", "domain", "clients", "average", "complete", "missing": {requirement id: count}, "trend",
        "owner", "led", "asked"}``: the manager, whether the user may ask that one, and for how much is asked; the
        worst comes first.
        """
        dimensions = self.env["client.gap.count"]._get_dimensions()
        by = by if by in ("owner", "team", *dimensions) else "owner"
        owners = self._get_owners()
        counts = self._get_counts(owners, "owner" if by == "team" else by)
        teams = self._get_teams([key for key, *_sums in counts]) if by == "team" else {}
        rows = self._add_up(counts, (lambda key: teams.get(key, False)) if by == "team" else (lambda key: key))
        trends = self._get_trends(owners) if by == "owner" else {}
        asked = self._get_asked() if by == "owner" else {}
        led = set(self.env["client.gap.task"]._get_owners_to_ask().ids) if by == "owner" else ()
        names = self._get_names(by, rows)
        for key, row in rows.items():
            row.update(
                name=names.get(key) or self._get_nobody(by),
                domain=json.dumps(self._get_row_domain(by, key, teams)),
                trend=trends.get(key, []),
                owner=key if by == "owner" else False,
                led=key in led,
                asked=asked.get(key, 0),
            )
        ordered = sorted(rows.values(), key=lambda row: (row["average"], row["name"]))
        return {
            "by": by,
            "choices": [("owner", self.env._("Manager")), ("team", self.env._("Team")), *dimensions.items()],
            "requirements": self._get_requirements(),
            "rows": ordered,
            "total": self._add_up(counts, lambda _key: 0).get(0),
            "day": counts and self.env["client.gap.count"].sudo()._get_last_day(),  # sudo: a day
            "lead": self.env.user.has_group("client_base.group_client_team"),
        }

    @api.model
    def _get_asked(self):
        """Return ``{user id: number of open tasks}`` of those that the user sees."""
        groups = self.env["client.gap.task"]._read_group([("state", "=", "open")], ["owner_id"], ["__count"])
        return {owner.id: count for owner, count in groups}

    @api.model
    def _get_requirements(self):
        standards = self.env["client.standard"].search([])  # pylint: disable=no-search-all
        return standards.requirement_ids.sorted(lambda one: (SEVERITIES.index(one.severity), one.sequence, one.id))

    @api.model
    def _add_up(self, counts, get_key):
        rows = {}
        for key, requirement, count, complete, percent in counts:
            row = rows.setdefault(get_key(key), {"clients": 0, "complete": 0, "percent": 0.0, "missing": {}})
            if requirement:
                row["missing"][requirement.id] = row["missing"].get(requirement.id, 0) + count
            else:
                row["clients"] += count
                row["complete"] += complete
                row["percent"] += percent
        for row in rows.values():
            row["average"] = row["percent"] / row["clients"] if row["clients"] else 100.0
        return rows

    @api.model
    def _get_teams(self, user_ids):
        """Return ``{user id: team id}``, for several teams the first."""
        # sudo: of which team a colleague is is no secret
        members = self.env["crm.team.member"].sudo().search([("user_id", "in", user_ids)], order="id DESC")
        return {member.user_id.id: member.crm_team_id.id for member in members}

    @api.model
    def _get_names(self, by, rows):
        models_by = {"owner": "res.users", "team": "crm.team"}
        model = models_by.get(by) or self.env["res.partner"]._fields[by].comodel_name
        # sudo: names of colleagues, teams, regions
        records = self.env[model].sudo().browse(key for key in rows if key)
        return {record.id: record.display_name for record in records}

    @api.model
    def _get_nobody(self, by):
        return self.env._("Without a manager") if by == "owner" else self.env._("None")

    @api.model
    def _get_row_domain(self, by, key, teams):
        domain = [*self.env["res.partner"]._get_client_domain()]
        if by == "team" and not key:
            return [*domain, ("client_owner_id", "not in", list(teams))]
        if by == "team":
            return [*domain, ("client_owner_id", "in", [user for user, team in teams.items() if team == key])]
        return [*domain, ("client_owner_id" if by == "owner" else by, "=", key or False)]

    @api.model
    def _get_trends(self, owners):
        """Return the managers' average completeness of the last weeks: ``{user id: [percent]}``, the oldest first."""
        since = fields.Date.today() - timedelta(days=7 * WEEKS)
        domain = Domain("day", ">", since) & Domain("dimension", "=", "owner") & Domain("requirement_id", "=", False)
        # sudo: counts, of own clients only
        groups = (
            self.env["client.gap.count"]
            .sudo()
            ._read_group(
                domain & self._get_count_domain(owners),
                ["owner_id", "day:week"],
                ["percent:sum", "count:sum"],
                order="day:week",
            )
        )
        trends = {}
        for owner, _week, percent, count in groups:
            trends.setdefault(owner.id, []).append(percent / count if count else 100.0)
        return trends

    @api.model
    def _cron_send(self):
        """Send the matrix to every lead who wants it."""
        leads = self.env.ref("client_base.group_client_team").all_user_ids
        for user in leads.filtered(lambda user: user.active and user.client_weekly_gaps and user.email):
            with self.env["ir.cron"]._apart(user):
                self.with_user(user)._in_language_of(user)._send()

    @api.model
    def _send(self):
        values = {**self._get_matrix("owner"), "interactive": False, "heat": get_heat, "json": json}
        if not values["rows"]:
            return
        body = self.env["ir.qweb"]._render("client_base.completeness_mail", values)
        # sudo: letters are the system's to send
        self.env["mail.mail"].sudo().create(
            {
                "subject": self.env._("What is missing on the clients' cards"),
                "body_html": body,
                "email_to": self.env.user.email_formatted,
                "email_from": self.env.company.email_formatted or self.env.user.email_formatted,
                "auto_delete": True,
            }
        )
