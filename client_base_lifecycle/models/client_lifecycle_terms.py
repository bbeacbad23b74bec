from odoo import api, models
from odoo.tools import SQL

from ..tools.terms import LEAST_TURNS


class ClientLifecycle(models.AbstractModel):
    """The terms of the turns: what each brought, at which discount and margin, and whether they only worsen."""

    _inherit = "client.lifecycle"

    @api.model
    def _select_terms(self, clients, company):
        """Return the query of the turns of ``clients``, the latest being ``nth`` 1; discount and margin in percent.

        Amounts are in the currency of ``company``.  A credit note is taken off the turn of the invoice that
        it reverses, or the last one before.
        """
        ours = SQL("company.id = %s", company.id)
        return SQL(
            """
            WITH bought AS (%(purchases)s),
                 dated AS (
                     SELECT bought.*, COALESCE(reversed.invoice_date, bought.moment::date) AS day
                       FROM bought
                  LEFT JOIN account_move move ON move.id = bought.move_id
                  LEFT JOIN account_move reversed ON reversed.id = move.reversed_entry_id),
                 turned AS (
                     SELECT *, max(day) FILTER (WHERE counts) OVER (PARTITION BY partner_id ORDER BY day) AS turn
                       FROM dated),
                 purchase AS MATERIALIZED (
                     SELECT partner_id, company_id, turn AS moment, amount, order_id, move_id, rate, sign
                       FROM turned WHERE turn IS NOT NULL),
                 paid AS (SELECT partner_id, moment AS day, sum(amount) AS amount FROM purchase GROUP BY 1, 2),
                 term AS (
                     SELECT partner_id, moment AS day, sum(discount) AS discount, sum(gross) AS gross,
                            %(margin)s AS margin, sum(amount) FILTER (WHERE cost > 0) AS known
                       FROM (%(lines)s) line GROUP BY 1, 2)
            SELECT partner_id, day, paid.amount::float AS amount,
                   round(COALESCE(100 * term.discount / NULLIF(term.gross, 0), 0), 1)::float AS discount,
                   round(100 * term.margin / NULLIF(term.known, 0), 1)::float AS margin,
                   row_number() OVER (PARTITION BY partner_id ORDER BY day DESC) AS nth
              FROM paid JOIN term USING (partner_id, day)
            """,
            purchases=self._select_purchases_where(
                SQL("member.commercial_partner_id IN %s AND %s", clients, ours),
                SQL("move.commercial_partner_id IN %s AND %s", clients, ours),
            ),
            margin=self._sum_margins(),
            lines=self._select_lines(),
        )

    @api.model
    def _select_worsening(self, turns):
        """Return the query of the last of the ``turns`` of each client, and whether their terms :func:`worsen`.

        Said in SQL, as which points open first depends on it: what only looks like a cause would take their place.
        """
        return SQL(
            """
            SELECT partner_id, jsonb_agg(jsonb_build_array(discount, margin) ORDER BY day) AS rows,
                   count(*) = %(least)s
                   AND (bool_and(discount > discount_before)
                        OR count(margin) = %(least)s AND bool_and(margin < margin_before)) AS worsen
              FROM (SELECT partner_id, day, discount, margin,
                           lag(discount) OVER client AS discount_before, lag(margin) OVER client AS margin_before
                      FROM (%(turns)s) turn
                     WHERE nth <= %(least)s
                    WINDOW client AS (PARTITION BY partner_id ORDER BY day)) turn
          GROUP BY partner_id
            """,
            turns=turns,
            least=LEAST_TURNS,
        )
