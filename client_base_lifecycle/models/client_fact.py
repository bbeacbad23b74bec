from odoo import api, models
from odoo.tools import SQL


class ClientFact(models.AbstractModel):
    """Orders and turnover beside what the register counts, for plans and the department's page."""

    _inherit = "client.fact"

    @api.model
    def _get_measures(self):
        more = {"orders": self.env._("Confirmed orders"), "turnover": self.env._("Turnover")}
        return [*super()._get_measures(), *more.items()]

    @api.model
    def _get_facts(self, users, date_from, date_to):
        facts = super()._get_facts(users, date_from, date_to)
        start, end = self._get_bounds(date_from, date_to)
        self.env["sale.order"].flush_model(["amount_untaxed", "currency_rate", "date_order", "state", "user_id"])
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT user_id, count(*) AS orders,
                       round(sum(amount_untaxed / COALESCE(NULLIF(currency_rate, 0), 1)))::float AS turnover
                  FROM sale_order
                 WHERE user_id = ANY(%s) AND state = 'sale' AND date_order >= %s AND date_order < %s
              GROUP BY user_id
                """,
                users.ids,
                start,
                end,
            )
        )
        for row in rows:
            facts[row.pop("user_id")].update(row)
        return facts
