from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.classes import parse_cuts
from ..tools.ladder import Terms

ALARMS = ("client_alarm_overdue", "client_alarm_fall", "client_alarm_dependence")
COSTS = ("client_hour_cost", "client_credit_percent")
CUTS = ("client_rfm_recency", "client_rfm_frequency", "client_rfm_money")
SHARES = ("client_abc_a", "client_abc_b", "client_xyz_x", "client_xyz_y")
MOST_MONTHS = 600
TERMS = ("client_regular_orders", "client_partner_orders", "client_partner_months", "client_dead_months")
# By these clients are placed, and by those their forecast is made.
PLACING = {"client_purchase_source", *TERMS}
FORECASTING = {"client_forecast_months", "client_purchase_source"}


class ResCompany(models.Model):
    """What a company takes for a purchase, and its thresholds of the segments.

    What each order asks for is fetched with the company's name and currency; the rest, which hardly
    a page reads, is not.
    """

    _inherit = "res.company"

    client_purchase_source = fields.Selection(
        [("order", "Confirmed orders"), ("invoice", "Posted invoices")],
        string="A Purchase Is",
        default="order",
        required=True,
        help="Posted credit notes are taken off the turnover either way.",
    )
    client_regular_orders = fields.Integer(
        string="Orders of a Regular Client", default=Terms.regular_orders, required=True
    )
    client_partner_orders = fields.Integer(
        string="Orders of a Time-Tested Partner", default=Terms.partner_orders, required=True
    )
    client_partner_months = fields.Integer(
        string="Months of a Time-Tested Partner", default=Terms.partner_months, required=True
    )
    client_dead_months = fields.Integer(string="Months of Silence", default=Terms.dead_months, required=True)

    client_abc_a = fields.Float(
        string="Share of Turnover of A Clients",
        default=80,
        required=True,
        help="Percent of the turnover of the last 12 months.",
        prefetch="client",
    )
    client_abc_b = fields.Float(
        string="Share of Turnover of A and B Clients", default=95, required=True, prefetch="client"
    )
    client_xyz_x = fields.Float(
        string="X: Monthly Turnover Varies by up to",
        default=50,
        required=True,
        help="Percent: the coefficient of variation of the monthly turnover.",
        prefetch="client",
    )
    client_xyz_y = fields.Float(
        string="Y: Monthly Turnover Varies by up to", default=100, required=True, prefetch="client"
    )
    client_rfm_recency = fields.Char(
        string="Recency",
        default="30, 90, 180, 365",
        help="Days since the last purchase; empty: fifths of the base.",
        prefetch="client",
    )
    client_rfm_frequency = fields.Char(
        string="Frequency",
        default="2, 4, 7, 13",
        help="Purchases in 12 months; empty: fifths of the base.",
        prefetch="client",
    )
    client_rfm_money = fields.Char(
        string="Money", help="Turnover of 12 months; empty: fifths of the base.", prefetch="client"
    )
    client_forecast_months = fields.Integer(
        string="Months of the Forecast", default=3, required=True, prefetch="client"
    )

    client_forecast_on = fields.Date(readonly=True, help="When the last forecast was made.", prefetch="client")

    client_alarm_overdue = fields.Float(
        string="Overdue Alarm",
        default=1.5,
        required=True,
        help="A decision point opens when so many typical intervals have passed since the last purchase.",
        prefetch="client",
    )
    client_alarm_fall = fields.Float(
        string="Falling Volume Alarm",
        default=40,
        required=True,
        help="Percent less than in the 12 months before.",
        prefetch="client",
    )
    client_alarm_dependence = fields.Float(
        string="Dependence Alarm",
        default=20,
        required=True,
        help="Percent of our turnover that one client brings.",
        prefetch="client",
    )
    client_hour_cost = fields.Float(
        string="An Hour of a Manager",
        default=30,
        help="What an hour with a client costs us, for its balance.",
        prefetch="client",
    )

    client_credit_percent = fields.Float(
        string="A Year's Credit Costs",
        default=12,
        help="Percent of what a client owes us, for its balance.",
        prefetch="client",
    )

    @api.constrains(*SHARES)
    def _check_client_shares(self):
        for company in self:
            if not 0 < company.client_abc_a < company.client_abc_b <= 100:
                raise ValidationError(
                    self.env._("A clients bring more than 0 %, and A and B together more, up to 100 %.")
                )
            if not 0 < company.client_xyz_x < company.client_xyz_y:
                raise ValidationError(self.env._("X clients vary by more than 0 %, and Y clients by more than these."))

    @api.constrains("client_forecast_months")
    def _check_client_forecast_months(self):
        if any(not 1 <= company.client_forecast_months <= 12 for company in self):
            raise ValidationError(self.env._("A forecast looks ahead for 1 to 12 months."))

    @api.constrains(*CUTS)
    def _check_client_cuts(self):
        for company in self:
            for name in CUTS:
                try:
                    parse_cuts(company[name])
                except ValueError as error:
                    label = company._fields[name]._description_string(self.env)
                    words = self.env._("%s: give four rising numbers with commas between, or nothing.", label)
                    raise ValidationError(words) from error

    @api.constrains(*TERMS)
    def _check_client_terms(self):
        if any(company[name] < 1 for company in self for name in TERMS):
            raise ValidationError(self.env._("The thresholds of the lifecycle segments are whole numbers from 1 on."))
        if any(company[name] > MOST_MONTHS for company in self for name in TERMS if name.endswith("_months")):
            raise ValidationError(self.env._("A term of the lifecycle segments has at most %s months.", MOST_MONTHS))
        if any(company.client_partner_orders < company.client_regular_orders for company in self):
            raise ValidationError(
                self.env._("A time-tested partner has at least as many orders as a regular client has.")
            )

    @api.constrains(*ALARMS)
    def _check_client_alarms(self):
        for company in self:
            if company.client_alarm_overdue < 1:
                raise ValidationError(self.env._("An order is overdue after one typical interval or more."))
            if not (0 < company.client_alarm_fall <= 100 and company.client_alarm_dependence > 0):
                raise ValidationError(
                    self.env._("The alarm of falling volume is above 0 and up to 100 %, that of dependence above 0 %.")
                )

    @api.constrains(*COSTS)
    def _check_client_costs(self):
        for company in self:
            if not (company.client_hour_cost >= 0 and 0 <= company.client_credit_percent <= 100):
                raise ValidationError(self.env._("An hour costs 0 or more, and a year's credit from 0 to 100 %."))

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        self.env["client.lifecycle"]._refresh_soon(companies)
        return companies

    def write(self, vals):
        names = vals.keys() & (PLACING | FORECASTING)
        before = {company: {name: company[name] for name in names} for company in self}
        result = super().write(vals)
        if moving := self._filter_changed(before, PLACING):
            self.env["client.lifecycle"]._refresh_soon(moving)
        if outdated := self._filter_changed(before, FORECASTING):
            # No card shows what was expected by other settings; the next night makes the forecast anew.
            outdated.client_forecast_on = False
        return result

    def _filter_changed(self, before, names):
        """Return the companies of whose settings ``names`` one is not what it was ``before``."""
        return self.filtered(
            lambda company: any(company[name] != value for name, value in before[company].items() if name in names)
        )

    def _get_client_terms(self):
        """Return the :class:`Terms` of this company."""
        self.ensure_one()
        return Terms(**{name.removeprefix("client_"): self[name] for name in TERMS})
