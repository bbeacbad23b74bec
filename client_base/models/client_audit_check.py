from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..search import find_fault, parse_domain

WEEKS = 26


class ClientAuditCheck(models.Model):
    """One line of the base's scorecard: what is counted, how much of it is bearable, and who must act."""

    _name = "client.audit.check"
    _description = "Check of the Client Base"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    description = fields.Char(translate=True, string="Why It Matters")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    model = fields.Selection(
        [
            ("res.partner", "Clients"),
            ("client.duplicate", "Pairs of possible duplicates"),
            ("client.interaction", "Contacts"),
            ("mail.activity", "Activities"),
            ("client.intake", "Raw cards"),
        ],
        string="What Is Counted",
        required=True,
        default="res.partner",
    )
    domain = fields.Char(string="Which Ones", required=True, default="[]")
    measure = fields.Selection(
        [("count", "How Many"), ("share", "Percent of all clients")],
        required=True,
        default="share",
        help="Only clients have a percentage: of all of them.",
    )
    target = fields.Float(string="At Most", help="More than this is red.")
    user_id = fields.Many2one("res.users", string="Who Must Act", domain=[("share", "=", False)])
    actor = fields.Char(string="Acts, in General", translate=True, help="Who acts where nobody is named.")
    usable = fields.Boolean(
        string="Can Be Used",
        compute="_compute_usable",
        help="Not where the filter names a field whose addon was uninstalled: nothing is counted by it then.",
    )
    figure_ids = fields.One2many("client.audit.figure", "check_id")

    @api.depends("model", "domain")
    def _compute_usable(self):
        for check in self:
            check.usable = not check._find_fault()

    @api.constrains("model", "domain", "measure")
    def _check_domain(self):
        for check in self:
            if fault := check._find_fault():
                raise ValidationError(
                    self.env._(
                        "“%(check)s”: the filter cannot be used. Choose it again. (%(error)s)",
                        check=check.name,
                        error=fault,
                    )
                )
            if check.measure != "count" and check.model != "res.partner":
                raise ValidationError(self.env._("“%s”: only clients are counted in percent.", check.name))

    def _get_domain(self):
        """Return the domain of what is counted.

        :raise ValueError: when the stored text is no domain
        """
        domain = parse_domain(self.domain)
        return domain & Domain(self._get_all_domain()) if self.model == "res.partner" else domain

    def _find_fault(self):
        """Return why the filter cannot be used, ``None`` where it can."""
        return find_fault(self.domain, self.env[self.model or "res.partner"])

    @api.model
    def _get_all_domain(self):
        return self.env["res.partner"]._get_client_domain()

    def _get_figures(self):
        """Return ``{check: (count, figure)}`` as the current user sees the base now."""
        clients = self._count_clients()
        return {check: check._get_figure(clients) for check in self}

    @api.model
    def _count_clients(self):
        return self.env["res.partner"].search_count(self._get_all_domain())

    def _get_figure(self, clients):
        """Return ``(count, figure)`` of this check, where there are so many clients in all."""
        count = self._count()
        return count, 100 * count / clients if self.measure == "share" and clients else count

    def _get_unit(self):
        return " %" if self.measure == "share" else ""

    def _count(self):
        return self.env[self.model].search_count(self._get_domain())

    @api.model
    def _cron_measure(self):
        """Keep today's figures of the whole base, for each company: the trend is made of them."""
        for company in self.env["res.company"].search([]):  # pylint: disable=no-search-all
            self.with_company(company)._get_usable()._measure()

    def _measure(self):
        """Keep the company's figures of today; a check that cannot be counted keeps the last that it has."""
        today = fields.Date.today()  # one day for all, wherever they are
        clients = self._count_clients()
        kept = self.env["client.audit.figure"]
        company = self.env.company
        today_here = [("day", "=", today), ("company_id", "=", company.id)]
        known = kept.search([*today_here, ("check_id", "in", self.ids)]).grouped("check_id")
        for check in self:
            with self.env["ir.cron"]._apart(check):
                count, figure = check._get_figure(clients)
                known.get(check, kept).unlink()
                kept.create(
                    {
                        "check_id": check.id,
                        "company_id": company.id,
                        "day": today,
                        "count": count,
                        "figure": figure,
                    }
                )

    @api.model
    def _get_usable(self):
        return self.search([]).filtered("usable")  # pylint: disable=no-search-all

    @api.model
    def _get_page(self):
        """Return ``{"rows", "day", "red", "whole"}``, with the formats that the page needs.

        A row is ``{"check", "count", "figure", "red", "trend", "actor", "unit"}``; ``red`` of the page is how many
        rows are, ``whole`` whether all clients are counted.
        Who sees all clients reads the figures of the last measurement, the first of which is made here;
        others have the clients counted that they see.
        """
        checks = self._get_usable()
        whole = self._is_whole_base_seen()
        trends = checks._get_measured_trends() if whole else {}
        figures = {check: trend[-1][1:] for check, trend in trends.items()} if whole else checks._get_figures()
        rows = [
            {
                "check": check,
                "count": count,
                "figure": figure,
                "red": figure > check.target,
                "trend": [value for _day, _count, value in trends.get(check, ())],
                "actor": check.user_id.sudo().name or check.actor or "",  # sudo: a colleague's name
                "unit": check._get_unit(),
            }
            for check, (count, figure) in figures.items()
        ]
        day = max((trend[-1][0] for trend in trends.values()), default=fields.Date.today())
        page = {"rows": rows, "day": day, "red": sum(row["red"] for row in rows), "whole": whole}
        return {**page, **self.env["res.partner"]._get_formats()}

    @api.model
    def _is_whole_base_seen(self):
        """Tell whether the user sees all clients, those of companies that he does not work in now among them."""
        if self.env.user._client_scope() is not None:
            return False
        # sudo: whether there are any, not whose
        others = self.env["res.company"].sudo().search([]) - self.env.companies  # pylint: disable=no-search-all
        return not self.env["res.partner"].sudo().search_count([("company_id", "in", others.ids)], limit=1)

    def _get_measured_trends(self):
        """Return the trends of all these checks: what was never measured, or not for long, is measured now."""
        trends = self._get_trends()
        new = self.filtered(lambda check: check not in trends)
        if not new:
            return trends
        new.sudo()._measure()  # sudo: figures of the whole base, for who sees the whole base
        return self._get_trends()

    def _get_trends(self):
        """Return the company's figures of the last weeks: ``{check: [(day, count, figure)]}``, the oldest first."""
        since = fields.Date.subtract(fields.Date.today(), weeks=WEEKS)
        here = [("company_id", "=", self.env.company.id), ("check_id", "in", self.ids)]
        found = self.env["client.audit.figure"].search([*here, ("day", ">", since)], order="day")
        grouped = found.grouped("check_id")
        return {
            check: [(row.day, row.count, row.figure) for row in grouped[check]] for check in self if check in grouped
        }

    @api.model
    def get_page(self, again=False):
        """Return the HTML of the scorecard.

        :param bool again: measure the whole base anew for the current company, for who sees it
        """
        self.check_access("read")
        if again and self._is_whole_base_seen():
            self.sudo()._get_usable()._measure()  # sudo: figures of the whole base, for who sees the whole base
        return self.env["ir.qweb"]._render("client_base.audit", {**self._get_page(), "interactive": True})

    def action_open_rows(self):
        """Open what the figure counts."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": self.model,
            "views": [(False, "list"), (False, "form")],
            "domain": list(self._get_domain()),
        }
