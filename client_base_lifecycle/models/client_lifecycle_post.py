from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.ladder import Facts, place
from ..tools.rhythm import LAST_INTERVALS, expect
from .client_lifecycle_history import DECIDED, LASTING
from .client_lifecycle_place import MEASURES

WRITTEN = ("since", *MEASURES)
COLUMNS = SQL(", ").join(map(SQL.identifier, WRITTEN))


class ClientLifecycle(models.AbstractModel):
    """An order confirmed today is added to what is known of its client, instead of counting all purchases anew.

    To plan the statement that counts takes PostgreSQL several times as long as these two small ones,
    and that in every request, as Odoo has it forget its plans in between; who confirms an order waits.

    Whatever else happens is counted anew: several orders at once, an order of another day or in
    another currency, a change of an order that counts already, a client who was declared dead.
    """

    _inherit = "client.lifecycle"

    @api.model
    def _place_waiting(self, partners, orders):
        posted = len(orders) == 1 and self._post(orders)
        super()._place_waiting(partners, orders.browse() if posted else orders)

    @api.model
    def _post(self, order):
        """Add ``order`` to the standing of its client; return whether that was possible."""
        today = fields.Date.today()
        if order.state != "sale" or order.currency_rate != 1 or order.date_order.date() != today:
            return False
        self._flush_purchases()
        known = self._read_known(order)
        if not known or not self._is_simple(known, today):
            return False
        row = self._add(order, known, today)
        if row["segment_id"] != known["segment_id"]:
            row["since"] = today
            self._record_move(row, known["segment_id"])
        self._write_standing(row)
        return True

    @api.model
    def _read_known(self, order):
        """Return what is known of the client of ``order``, with the costs of what is ordered; None of a new client."""
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT *, (SELECT jsonb_object_agg(id, standard_price -> %(company)s::text)
                             FROM product_product WHERE id = ANY(%(products)s)) AS costs
                  FROM client_standing
                 WHERE partner_id = (SELECT commercial_partner_id FROM res_partner WHERE id = %(partner)s)
                   AND company_id = %(company)s
                """,
                products=order.order_line.product_id.ids,
                partner=order.partner_id.id,
                company=order.company_id.id,
            )
        )
        return rows[0] if rows else None

    @api.model
    def _is_simple(self, known, today):
        """Return whether a purchase of ``today`` only adds to what is ``known``: none is later, nothing is due."""
        latest = known["last_on"] is None or known["last_on"] <= today
        # Intervals are unknown where nobody counted the client since they are kept.
        rhythmic = known["turns"] < 2 or known["intervals"] is not None
        if known["rule"] in LASTING:
            return latest and rhythmic and (known["due"] is None or known["due"] > today)
        return latest and rhythmic and known["rule"] not in DECIDED

    @api.model
    def _add(self, order, known, today):
        """Return the row of the client with ``order``, as the statement of ``_get_placing`` counts it."""
        first = known["first_on"] or today
        facts = Facts(known["orders"] + 1, first, today)
        intervals = known["intervals"] or []
        if known["last_on"] and known["last_on"] < today:
            intervals = [*intervals, (today - known["last_on"]).days][-LAST_INTERVALS:]
        interval, next_from, next_on, next_to = expect(intervals, today)
        margin = self._get_margin(order, known["costs"] or {})
        return {
            **known,
            **self._get_place(order, known, facts),
            "orders": facts.orders,
            "turnover": round(known["turnover"] + order.amount_untaxed, 2),
            "margin": known["margin"] if margin is None else round((known["margin"] or 0) + margin, 2),
            "first_on": first,
            "last_on": today,
            "turns": known["turns"] + (known["last_on"] != today),
            "intervals": intervals or None,
            "interval": interval,
            "next_from": next_from,
            "next_on": next_on,
            "next_to": next_to,
        }

    @api.model
    def _get_place(self, order, known, facts):
        """Return where the client stands, and why, with these ``facts`` of its orders; a decision that lasts stays."""
        if known["rule"] in LASTING:
            return {"evidence": Json(known["evidence"])}
        verdict = place(facts, order.company_id._get_client_terms(), facts.last)
        return {
            "segment_id": self._get_segment_ids()[verdict.segment],
            "rule": verdict.rule,
            "evidence": Json(verdict.evidence),
            "due": verdict.due,
        }

    @api.model
    def _get_margin(self, order, costs):
        """Return the margin of the lines whose cost is known, None where it is of none; as ``_select_margins`` does."""
        margins = [
            line.price_subtotal - line.product_uom_qty * cost
            for line in order.order_line
            if (cost := self._get_line_cost(line, costs)) and cost > 0
        ]
        return sum(margins) if margins else None

    @api.model
    def _get_line_cost(self, line, costs):
        """Return what a unit of the ``line`` costs, as it was kept (sale_margin) or by the ``costs`` of products."""
        product = line.product_id
        if not product or "purchase_price" in line._fields:
            return product and line.purchase_price
        return product.uom_id._compute_price(costs.get(str(product.id)) or 0, line.product_uom_id)

    @api.model
    def _write_standing(self, row):
        self.env.cr.execute(
            SQL("UPDATE client_standing SET (%s) = %s WHERE id = %s", COLUMNS, tuple(map(row.get, WRITTEN)), row["id"])
        )

    @api.model
    def _record_move(self, row, origin):
        """Record that the client of ``row`` came from the segment ``origin`` to the one it is on now."""
        now = fields.Datetime.now()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO client_segment_move
                       (partner_id, company_id, date, from_id, to_id, rule, evidence, create_date)
                VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
                """,
                *(row["partner_id"], row["company_id"], now, origin, row["segment_id"]),
                *(row["rule"], row["evidence"], now),
            )
        )
