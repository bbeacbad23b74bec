from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ClientPlan(models.Model):
    """What a manager is to reach in a period, for a company; the fact comes from the register.

    Purchases and turnover are the company's, in its currency; contacts are with clients of all companies.
    """

    _name = "client.plan"
    _description = "Plan of Work with Clients"
    _order = "date_from DESC, user_id, measure"

    user_id = fields.Many2one(
        "res.users",
        string="Manager",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        index=True,
        ondelete="cascade",
    )
    date_from = fields.Date(
        string="Begins", required=True, default=lambda self: fields.Date.context_today(self).replace(day=1)
    )
    date_to = fields.Date(
        string="Ends",
        required=True,
        default=lambda self: fields.Date.context_today(self) + relativedelta(day=31),
    )
    measure = fields.Selection(lambda self: self.env["client.fact"]._get_measures(), required=True, default="contacts")
    target = fields.Float(string="Plan", required=True, aggregator=None)
    fact = fields.Float(compute="_compute_fact")
    percent = fields.Float(string="Reached", compute="_compute_fact", help="Of the plan, in percent.")

    _plan_unique = models.Constraint(
        "UNIQUE (user_id, company_id, measure, date_from, date_to)",
        "This manager has a plan of that for the period already.",
    )
    _target_positive = models.Constraint("CHECK (target > 0)", "A plan is above zero.")

    @api.depends("user_id")
    def _compute_company_id(self):
        """Plan for the company that one works for now, where the manager does so, too; otherwise for the manager's."""
        for plan in self:
            manager = plan.user_id.sudo()  # sudo: for which companies a colleague works
            ours = not manager or self.env.company in manager.company_ids
            plan.company_id = self.env.company if ours else manager.company_id

    @api.constrains("user_id", "company_id")
    def _check_manager_works_for_company(self):
        for plan in self:
            # sudo: for which companies a colleague works
            if plan.company_id not in plan.user_id.sudo().company_ids:
                raise ValidationError(
                    self.env._(
                        "%(manager)s does not work for %(company)s, and would not see the plan.",
                        manager=plan.user_id.name,
                        company=plan.company_id.name,
                    )
                )

    @api.depends("user_id", "measure")
    @api.depends_context("lang")
    def _compute_display_name(self):
        measures = dict(self.env["client.fact"]._get_measures())
        for plan in self:
            plan.display_name = f"{plan.user_id.name}: {measures.get(plan.measure, '')}"

    @api.depends("user_id", "company_id", "measure", "date_from", "date_to", "target")
    def _compute_fact(self):
        periods = self.grouped(lambda plan: (plan.company_id, plan.date_from, plan.date_to))
        for (company, date_from, date_to), plans in periods.items():
            facts = self.env["client.fact"].with_company(company)
            known = facts._get_facts(plans.user_id, date_from, date_to) if date_from and date_to else {}
            for plan in plans:
                plan.fact = known.get(plan.user_id.id, {}).get(plan.measure, 0)
                plan.percent = 100 * plan.fact / plan.target if plan.target else 0

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        # Without one of them it is refused as what it is: not filled in.
        complete = self.filtered(lambda plan: plan.date_from and plan.date_to)
        if complete.filtered(lambda plan: plan.date_to < plan.date_from):
            raise ValidationError(self.env._("The period ends before it begins: correct one of the two dates."))

    def action_copy_to_next(self):
        """Plan the same for the period that follows; what is planned there already stays."""
        values = []
        for plan in self:
            date_from, date_to = plan._get_next_period()
            same = [(name, "=", plan[name].id) for name in ("user_id", "company_id")]
            same += [("measure", "=", plan.measure), ("date_from", "=", date_from), ("date_to", "=", date_to)]
            if not self.search_count(same, limit=1):
                values += plan.copy_data({"date_from": date_from, "date_to": date_to})
        return self.create(values)

    def _get_next_period(self):
        """Return the period after this one: the next months where it is whole months, else as many days."""
        date_from = self.date_to + relativedelta(days=1)
        if self.date_from.day == date_from.day == 1:
            months = (date_from.year - self.date_from.year) * 12 + date_from.month - self.date_from.month
            return date_from, date_from + relativedelta(months=months, days=-1)
        return date_from, date_from + (self.date_to - self.date_from)
