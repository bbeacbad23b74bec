import json
from datetime import timedelta

from odoo import api, fields, models

WEEKS = 12
SPARK_WIDTH, SPARK_HEIGHT = 110, 24


class ClientDepartment(models.AbstractModel):
    """Who keeps the base alive: plan and fact of each manager, and what is neglected."""

    _name = "client.department"
    _description = "Department"

    @api.model
    @api.readonly
    def get_page(self, period="month", user_id=None):
        """Return the HTML of the page for the current week, month, quarter or year.

        :param user_id: show this manager only, with more of what he or she did
        """
        # The facts are added up by SQL, which asks nobody: without a level of the client base one sees none.
        self.env["client.plan"].check_access("read")
        known = dict(self._get_period_names())
        values = self._get_department(period if period in known else "month", user_id)
        return self.env["ir.qweb"]._render("client_base.department", {**values, **self._get_formats(), "json": json})

    @api.model
    def _get_formats(self):
        formats = self.env["res.partner"]._get_formats()
        return {**formats, "figure": self.env["client.fact"]._format}

    @api.model
    def _get_department(self, period, user_id=None):
        """Return what the page shows: ``{"period", "date_from", "date_to", "measures", "rows", "had", "silent", …}``.

        A row for each manager in sight; ``had`` is the domain of what counts as a contact, ``silent`` that of
        the clients that are counted as silent; ``person`` is the one whose ``weeks`` are shown, ``alone``
        whether nobody else is in sight.
        """
        date_from, date_to = self._get_period(period)
        everybody = self._get_managers()
        # Who sees only the own work sees all of it at once.
        person = everybody if len(everybody) == 1 else everybody.filtered(lambda user: user.id == user_id)
        users = person or everybody
        facts = self.env["client.fact"]._get_facts(users, date_from, date_to)
        discipline = self.env["client.fact"]._get_discipline(users)
        targets = self._get_targets(users, date_from, date_to)
        trends = self.env["client.fact"]._get_trends(users, WEEKS)
        rows = [
            {
                "user": user,
                "facts": facts[user.id],
                "targets": targets.get(user.id, {}),
                "spark": self._draw_spark(trends.get(user.id, {})),
                **discipline[user.id],
            }
            for user in users
        ]
        rows.sort(key=lambda row: -row["facts"]["contacts"])
        return {
            "period": period,
            "periods": self._get_period_names(),
            "date_from": date_from,
            "date_to": date_to,
            "measures": self.env["client.fact"]._get_measures(),
            "kinds": self.env["client.interaction"]._get_selection_words("kind"),
            "rows": rows,
            "had": self.env["client.interaction"]._get_had_domain(),
            "silent": list(self.env["client.day"]._get_silent_domain(fields.Date.context_today(self))),
            "person": person,
            "alone": len(everybody) == 1,
            "weeks": self._get_weeks(person) if person else [],
        }

    @api.model
    def _get_period_names(self):
        names = {
            "week": self.env._("Week"),
            "month": self.env._("Month"),
            "quarter": self.env._("Quarter"),
            "year": self.env._("Year"),
        }
        return list(names.items())

    @api.model
    def _get_period(self, period):
        """Return the first and the last day of the current week, month, quarter or year."""
        today = fields.Date.context_today(self)
        return fields.Date.start_of(today, period), fields.Date.end_of(today, period)

    @api.model
    def _get_managers(self):
        """Return the managers whose work the current user may see, in the order of their names.

        Who stands in for a manager works the clients, and does not supervise that manager.
        """
        scope = self.env.user._client_standing_scope()
        domain = self.env["res.users"]._get_client_owners_domain()
        if scope is not None:
            domain.append(("id", "in", [user_id for user_id in scope if user_id]))
        # sudo: colleagues' names; whose work is shown is limited above
        return self.env["res.users"].sudo().search(domain, order="name, id").sudo(False)

    @api.model
    def _get_targets(self, users, date_from, date_to):
        """Return the company's plans that lie within the period, added up: ``{user id: {measure: target}}``.

        Of plans for the same days the longest counts: months are parts of a quarter that has a plan of its own.
        """
        plans = self.env["client.plan"].search(
            [
                ("company_id", "=", self.env.company.id),
                ("user_id", "in", users.ids),
                ("date_from", ">=", date_from),
                ("date_to", "<=", date_to),
            ]
        )
        targets, taken = {}, {}
        for plan in plans.sorted(lambda plan: plan.date_to - plan.date_from, reverse=True):
            days = taken.setdefault((plan.user_id, plan.measure), [])
            if all(plan.date_to < begin or plan.date_from > end for begin, end in days):
                days.append((plan.date_from, plan.date_to))
                known = targets.setdefault(plan.user_id.id, {})
                known[plan.measure] = known.get(plan.measure, 0) + plan.target
        return targets

    @api.model
    def _get_weeks(self, person):
        """Return what a person did in each of the last weeks: ``[{"from", "kinds": {kind: count}, "count"}]``."""
        monday = fields.Date.start_of(fields.Date.context_today(self), "week") - timedelta(days=7 * (WEEKS - 1))
        contacts = self.env["client.interaction"]
        groups = contacts._read_group(
            # By days: whether a week begins on Sunday is a matter of the user's language, and not of what was done.
            [("user_id", "=", person.id), ("date", ">=", monday), *contacts._get_had_domain()],
            ["date:day", "kind"],
            ["__count"],
        )
        weeks = [{"from": monday + timedelta(days=7 * number), "kinds": {}, "count": 0} for number in range(WEEKS)]
        for day, kind, count in groups:
            number = (day.date() - monday).days // 7
            if 0 <= number < WEEKS:
                weeks[number]["kinds"][kind] = weeks[number]["kinds"].get(kind, 0) + count
                weeks[number]["count"] += count
        return weeks

    @api.model
    def _draw_spark(self, trend):
        """Return the bars of a trend, the oldest first: ``[{"x", "y", "width", "height", "count"}]`` in pixels."""
        most = max(trend.values(), default=0) or 1
        width = SPARK_WIDTH / WEEKS
        counts = [trend.get(ago, 0) for ago in reversed(range(WEEKS))]
        return [
            {
                "x": round(number * width, 1),
                "y": round(SPARK_HEIGHT * (1 - count / most), 1),
                "width": round(width - 2, 1),
                "height": round(SPARK_HEIGHT * count / most, 1),
                "count": count,
            }
            for number, count in enumerate(counts)
        ]
