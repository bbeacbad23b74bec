from odoo import fields, models


class ResPartner(models.Model):
    """What a client needs of what we sell, and how much of it we have."""

    _inherit = "res.partner"

    client_market_ids = fields.One2many("client.market", "partner_id", string="Demand")

    def _get_latest_demand(self):
        """Return ``(demand, ours)`` over the latest known year of each category, in the company's currency."""
        markets = self._get_latest_markets()._get_wholes()
        return sum(markets.mapped("capacity")), sum(markets.mapped("own_amount"))

    def _get_latest_markets(self):
        """Return the rows of the latest known year, up to this one, of each category."""
        this_year = fields.Date.context_today(self).year
        known = self.client_market_ids.filtered(
            lambda market: market.company_id == self.env.company and market.year <= this_year
        )
        latest = {}
        # Where a merge brought two rows of a year together, the one found out later counts.
        for market in known.sorted(lambda market: (market.year, market.date, market.id)):
            latest[market.category_id] = market
        return known.browse([market.id for market in latest.values()])

    def _get_panel_market(self):
        return {"markets": self._get_latest_markets(), "earlier": self.client_market_ids - self._get_latest_markets()}

    def action_open_markets(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("client_base.client_market_action")
        return {**action, "domain": [("partner_id", "=", self.id)], "context": {"default_partner_id": self.id}}
