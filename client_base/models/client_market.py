from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL


class ClientMarket(models.Model):
    """How much of a kind of products a client buys in a year, from all; ours is what it bought from us."""

    _name = "client.market"
    _description = "Client's Demand"
    _order = "year DESC, capacity DESC, id"

    partner_id = fields.Many2one("res.partner", string="Client", required=True, index=True, ondelete="cascade")
    category_id = fields.Many2one("product.category", string="Products", required=True, index=True, ondelete="restrict")
    year = fields.Integer(required=True, default=lambda self: fields.Date.context_today(self).year, aggregator=None)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    capacity = fields.Monetary(
        string="Yearly Demand", required=True, help="What the client buys in the year, from all."
    )
    competitor_amount = fields.Monetary(string="From Competitors", help="What of it is known to come from others.")
    competitors = fields.Char(help="Who they are.")
    source = fields.Char(required=True, help="Where the figure comes from: the client, a report, an estimate.")
    date = fields.Date(string="As of", required=True, default=fields.Date.context_today)
    user_id = fields.Many2one(
        "res.users", string="Author", required=True, default=lambda self: self.env.user, ondelete="restrict", index=True
    )
    own_amount = fields.Monetary(
        string="From Us", compute="_compute_own_amount", help="What it bought from us in that year, without taxes."
    )
    share = fields.Float(string="Our Share", compute="_compute_share", help="Of the client's demand, in percent.")
    untapped = fields.Monetary(compute="_compute_share", help="What the client needs and does not buy from us.")

    _capacity_positive = models.Constraint("CHECK (capacity > 0)", "Give a yearly demand above zero.")
    _competitors_within = models.Constraint(
        "CHECK (competitor_amount BETWEEN 0 AND capacity)",
        "What comes from competitors cannot be more than the whole demand: correct one of the two.",
    )

    @api.depends("category_id", "year")
    def _compute_display_name(self):
        for market in self:
            market.display_name = f"{market.category_id.display_name} {market.year}"

    @api.constrains("year")
    def _check_year(self):
        most = fields.Date.context_today(self).year + 20
        if self.filtered(lambda market: not 1990 <= market.year <= most):
            raise ValidationError(self.env._("Give the year in full, between 1990 and %s.", most))

    @api.constrains("date")
    def _check_date(self):
        today = fields.Date.context_today(self)
        if self.filtered(lambda market: market.date and market.date > today):
            raise ValidationError(self.env._("A figure says what is known: its date cannot lie ahead."))

    @api.constrains("partner_id", "category_id", "year", "company_id")
    def _check_once(self):
        """Nothing in the database forbids two rows, because a merge of clients brings them about and loses none."""
        self.partner_id._check_are_clients()
        for market in self:
            same = [
                ("id", "!=", market.id),
                ("partner_id", "=", market.partner_id.id),
                ("category_id", "=", market.category_id.id),
                ("year", "=", market.year),
                ("company_id", "=", market.company_id.id),
            ]
            if self.search_count(same, limit=1):
                raise ValidationError(
                    self.env._("The demand for %s is entered already: correct that row instead.", market.display_name)
                )

    @api.depends("partner_id", "category_id", "year", "company_id")
    def _compute_own_amount(self):
        amounts = self._get_own_amounts()
        for market in self:
            market.own_amount = amounts.get(market.id, 0)

    @api.depends("capacity", "own_amount")
    def _compute_share(self):
        for market in self:
            market.share = 100 * market.own_amount / market.capacity if market.capacity else 0
            market.untapped = max(market.capacity - market.own_amount, 0)

    def _get_wholes(self):
        """Return those of these whose products are no part of another's, which counts them already."""
        known = set(self.category_id.ids)
        return self.filtered(lambda market: known.isdisjoint(map(int, market.category_id.parent_path.split("/")[:-2])))

    def _get_own_amounts(self):
        """Return what each client bought from us, ``{id: amount}``, in the company's currency."""
        if not self.ids:
            return {}
        self.flush_recordset()
        self.env["client.market.report"]._flush_orders()
        rows = self.env.execute_query(
            SQL(
                "SELECT market.id, %s FROM client_market market WHERE market.id = ANY(%s)",
                self.env["client.market.report"]._get_own_amount(),
                self.ids,
            )
        )
        return dict(rows)
