from datetime import date

from odoo import api, fields, models
from odoo.exceptions import ValidationError

# It has every day that there is.
LEAP_YEAR = 2024


class ClientHoliday(models.Model):
    """A day on which clients are greeted: of a country, of a profession, or of all."""

    _name = "client.holiday"
    _description = "Holiday of Clients"
    _order = "month_number, day, id"

    name = fields.Char(required=True, translate=True)
    month_number = fields.Integer(string="Month", required=True)
    day = fields.Integer(required=True)
    country_ids = fields.Many2many("res.country", string="Countries", help="Empty: in all countries.")
    industry_ids = fields.Many2many(
        "res.partner.industry",
        string="Industries",
        help="A holiday of these professions. Empty: of all.",
        context={"active_test": False},  # a holiday of archived professions is not one of all
    )
    active = fields.Boolean(default=True)

    @api.constrains("month_number", "day")
    def _check_day(self):
        for holiday in self:
            try:
                date(LEAP_YEAR, holiday.month_number, holiday.day)
            except ValueError as error:
                raise ValidationError(self.env._("There is no such day in the year.")) from error

    def _get_day_of_year(self):
        return self.month_number * 100 + self.day
