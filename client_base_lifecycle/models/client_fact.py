from odoo import api, models
from odoo.tools import SQL


class ClientFact(models.AbstractModel):
    """Purchases and turnover beside what the register counts, for plans and the department's page.

    They are of the current company, in its currency; whose they are the order or the invoice says.
    """

    _inherit = "client.fact"

    @api.model
    def _get_measures(self):
        invoiced = self.env.company.client_purchase_source == "invoice"
        orders = self.env._("Posted invoices") if invoiced else self.env._("Confirmed orders")
        return [*super()._get_measures(), ("orders", orders), ("turnover", self.env._("Turnover"))]

    @api.model
    def _format(self, measure, number):
        if measure == "turnover":
            return self.env["res.partner"]._format_amount(number)
        return super()._format(measure, number)

    @api.model
    def _get_facts(self, users, date_from, date_to):
        facts = super()._get_facts(users, date_from, date_to)
        self.env["client.lifecycle"]._flush_purchases()
        for row in self.env.execute_query_dict(self._select_sold(users, date_from, date_to)):
            facts[row.pop("user_id")].update(row)
        return facts

    @api.model
    def _select_sold(self, users, date_from, date_to):
        """Return the query of what ``users`` sold from ``date_from`` to ``date_to``: ``user_id, orders, turnover``."""
        return SQL(
            """
            SELECT COALESCE(sale.user_id, move.invoice_user_id) AS user_id,
                   count(*) FILTER (WHERE counts) AS orders, round(sum(amount), 2)::float AS turnover
              FROM (%s) purchase
         LEFT JOIN sale_order sale ON sale.id = purchase.order_id
         LEFT JOIN account_move move ON move.id = purchase.move_id
          GROUP BY 1
            """,
            self._select_purchases_of(users, date_from, date_to),
        )

    @api.model
    def _select_purchases_of(self, users, date_from, date_to):
        start, end = self._get_bounds(date_from, date_to)
        ours = SQL("company.id = %s", self.env.company.id)
        ordered = SQL(
            "sale.user_id = ANY(%s) AND sale.date_order >= %s AND sale.date_order < %s", users.ids, start, end
        )
        # An invoice has a day, and no time of day.
        invoiced = SQL(
            "move.invoice_user_id = ANY(%s) AND move.invoice_date BETWEEN %s AND %s", users.ids, date_from, date_to
        )
        return self.env["client.lifecycle"]._select_purchases_where(
            SQL("%s AND %s", ours, ordered), SQL("%s AND %s", ours, invoiced)
        )
