from odoo import api, fields, models
from odoo.tools import SQL


class ClientMarketReport(models.Model):
    """Demand that others meet: what clients need, what they buy from us, what is left to win.

    Nothing counts twice: of two rows that a merge brought together the one found out later stands here,
    and no products that are a part of others known for that client and year.
    """

    _name = "client.market.report"
    _description = "Untapped Demand"
    _auto = False
    _order = "untapped DESC, id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", string="Client", readonly=True)
    owner_id = fields.Many2one("res.users", string="Client's Manager", readonly=True)
    region_id = fields.Many2one("client.region", readonly=True)
    channel_id = fields.Many2one("client.channel", string="Channel Format", readonly=True)
    category_id = fields.Many2one("product.category", string="Products", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    year = fields.Integer(readonly=True, aggregator=None)
    capacity = fields.Monetary(string="Yearly Demand", readonly=True)
    own_amount = fields.Monetary(string="From Us", readonly=True)
    competitor_amount = fields.Monetary(string="From Competitors", readonly=True)
    untapped = fields.Monetary(readonly=True, help="What the client needs and does not buy from us.")
    share = fields.Float(
        string="Our Share", readonly=True, aggregator="avg", help="Of the client's demand, in percent."
    )
    latest = fields.Boolean(
        string="Latest Known Year",
        readonly=True,
        help="Of the years up to this one; and no part of other products whose demand is known.",
    )

    _depends = {
        "client.market": ["partner_id", "category_id", "year", "company_id", "capacity", "competitor_amount", "date"],
        "res.partner": ["active", "client_owner_id", "client_region_id", "client_channel_id", "commercial_partner_id"],
        "sale.order": ["state", "date_order", "currency_rate", "company_id"],
        "sale.order.line": ["order_id", "product_id", "price_subtotal", "order_partner_id"],
        "product.category": ["parent_path"],
    }

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT market.id, market.partner_id, partner.client_owner_id AS owner_id,
                   partner.client_region_id AS region_id, partner.client_channel_id AS channel_id,
                   market.category_id, market.company_id, market.year, market.capacity, market.competitor_amount,
                   own.amount AS own_amount,
                   GREATEST(market.capacity - own.amount, 0) AS untapped,
                   100 * own.amount / NULLIF(market.capacity, 0) AS share,
                   market.year <= %(this_year)s AND NOT EXISTS (
                       SELECT FROM client_market other
                         JOIN product_category whole ON whole.id = other.category_id
                        WHERE other.partner_id = market.partner_id AND other.company_id = market.company_id
                          AND other.year <= %(this_year)s AND category.parent_path LIKE whole.parent_path || '%%'
                          AND (whole.id <> category.id OR other.year > market.year)) AS latest
              FROM client_market market
              JOIN res_partner partner ON partner.id = market.partner_id AND partner.active
              JOIN product_category category ON category.id = market.category_id
        CROSS JOIN LATERAL (SELECT %(own)s AS amount) own
             WHERE NOT EXISTS (
                   SELECT FROM client_market other
                     JOIN product_category whole ON whole.id = other.category_id
                    WHERE other.partner_id = market.partner_id AND other.year = market.year
                      AND other.company_id = market.company_id
                      AND CASE WHEN whole.id = category.id THEN (other.date, other.id) > (market.date, market.id)
                               ELSE category.parent_path LIKE whole.parent_path || '%%' END)
            """,
            own=self._get_own_amount(),
            this_year=fields.Date.context_today(self).year,
        )

    def _read_group_select(self, aggregate_spec, query):
        """Take the share of the whole demand: a small client's weighs as much as it buys."""
        if aggregate_spec != "share:avg":
            return super()._read_group_select(aggregate_spec, query)
        own = super()._read_group_select("own_amount:sum", query)
        return SQL("100 * %s / NULLIF(%s, 0)", own, super()._read_group_select("capacity:sum", query))

    @api.model
    def _flush_orders(self):
        for name in ("sale.order", "sale.order.line", "res.partner"):
            self.env[name].flush_model(self._depends[name])

    @api.model
    def _get_own_amount(self):
        """Return the SQL of what a row ``market`` of ``client_market`` comes to in our orders.

        Confirmed orders of the client, its contacts and addresses in that year and company, without
        taxes, in the company's currency; products of the category and those below it.
        """
        return SQL(
            """
            COALESCE((
                SELECT sum(line.price_subtotal / COALESCE(NULLIF(sale.currency_rate, 0), 1))
                  FROM res_partner buyer
                  JOIN sale_order_line line ON line.order_partner_id = buyer.id
                  JOIN sale_order sale ON sale.id = line.order_id
                  JOIN product_product product ON product.id = line.product_id
                  JOIN product_template template ON template.id = product.product_tmpl_id
                  JOIN product_category category ON category.id = template.categ_id
                  JOIN product_category wanted ON wanted.id = market.category_id
                 WHERE buyer.commercial_partner_id = market.partner_id
                   AND sale.state = 'sale'
                   AND sale.company_id = market.company_id
                   AND sale.date_order >= make_date(market.year, 1, 1)
                   AND sale.date_order < make_date(market.year + 1, 1, 1)
                   AND category.parent_path LIKE wanted.parent_path || '%%'
            ), 0)
            """
        )

    def action_open_client(self):
        return self.partner_id.get_formview_action()
