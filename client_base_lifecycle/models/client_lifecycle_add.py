from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.ladder import DECIDED, LASTING, Facts, place
from ..tools.rhythm import LAST_INTERVALS, expect
from .client_lifecycle_place import MEASURES

WRITTEN = ("since", *MEASURES)
COLUMNS = {name: SQL.identifier(name) for name in WRITTEN}


class ClientLifecycle(models.AbstractModel):
    """An order confirmed today is added to what is known of its client, instead of counting all purchases anew.

    To plan the statement that counts takes PostgreSQL several times as long as these small ones, and
    that in every request, as Odoo has it forget its plans in between; who confirms an order waits.
    Other than counting, adding twice is wrong: so it is done only where one order came and nothing
    else changed, and where what is known can be relied on.  All else is counted anew, as is an order
    that is changed later.  The margin is that of the costs on the day; the night counts it anew.
    """

    _inherit = "client.lifecycle"

    @api.model
    def _place_waiting(self, partners, orders):
        added = not partners and len(orders) == 1 and self._add_order(orders)
        super()._place_waiting(partners, orders.browse() if added else orders)

    @api.model
    def _add_order(self, order):
        """Add ``order`` to the standing of its client; return whether that was possible."""
        # Who waited is placed right now: _flush_purchases would look for them again.
        self.env.flush_all()
        today = fields.Date.today()
        known = self._is_simple(order, today) and self._read_known(order)
        if not known or not self._is_reliable(known, today):
            return False
        row = self._get_row(order, known, today)
        if row["segment_id"] != known["segment_id"] and self._record_move(row):
            row["since"] = today
        self._write_standing(known, row)
        return True

    @api.model
    def _is_simple(self, order, today):
        """Return whether ``order`` is one of today, in the company's currency, of two decimals as the sums have."""
        return (
            order.state == "sale"
            and order.company_id.client_purchase_source == "order"
            and order.currency_rate == 1
            and order.currency_id.decimal_places <= 2
            and order.date_order.date() == today
        )

    @api.model
    def _read_known(self, order):
        """Return what is known of the client of ``order``, with the costs of what is ordered; None of a new client.

        Mostly the client itself is who ordered: only for others PostgreSQL plans for the wide table of partners.
        """
        client = SQL("(SELECT commercial_partner_id FROM res_partner WHERE id = %s)", order.partner_id.id)
        return self._read_standing(order, SQL("%s", order.partner_id.id)) or self._read_standing(order, client)

    @api.model
    def _read_standing(self, order, client):
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT id, partner_id, company_id, %(names)s, %(costs)s AS costs
                  FROM client_standing
                 WHERE partner_id = %(client)s AND company_id = %(company)s
                """,
                names=SQL(", ").join(COLUMNS.values()),
                costs=self._select_costs(order),
                client=client,
                company=order.company_id.id,
            )
        )
        return rows[0] if rows else None

    @api.model
    def _select_costs(self, order):
        """Return the query of the costs of what is ordered, as ``{product: cost}``, where the lines keep none."""
        if "purchase_price" in order.order_line._fields:
            return SQL("NULL")
        return SQL(
            "(SELECT jsonb_object_agg(id, standard_price -> %s::text) FROM product_product WHERE id = ANY(%s))",
            order.company_id.id,
            order.order_line.product_id.ids,
        )

    @api.model
    def _is_reliable(self, known, today):
        """Return whether one of ``today`` comes after all purchases ``known``, and nothing is to be counted anew."""
        if known["due"] is not None and known["due"] <= today:
            return False
        if known["last_on"] is not None and known["last_on"] > today:
            return False
        # Intervals are missing where nobody counted the client since they are kept.
        if len(known["intervals"] or ()) != min(max(known["turns"] - 1, 0), LAST_INTERVALS):
            return False
        return known["rule"] in LASTING or known["rule"] not in DECIDED

    @api.model
    def _get_row(self, order, known, today):
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
            **self._get_place(order, known, facts, today),
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
    def _get_place(self, order, known, facts, today):
        """Return where the client stands, and why, with these ``facts`` of its orders; a decision that lasts stays."""
        if known["rule"] in LASTING:
            return {}
        verdict = place(facts, order.company_id._get_client_terms(), today)
        return {
            "segment_id": self.env["client.segment"]._get_ids()[verdict.segment],
            "rule": verdict.rule,
            "evidence": verdict.evidence,
            "due": verdict.due,
        }

    @api.model
    def _get_margin(self, order, costs):
        """Return the margin of the lines whose cost is known, None where it is of none."""
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
        if product and "purchase_price" in line._fields:
            return line.purchase_price
        if not (cost := costs.get(str(product.id))):
            return 0
        return product.product_tmpl_id.uom_id._compute_price(cost, line.product_uom_id)

    @api.model
    def _write_standing(self, known, row):
        """Write what differs; the segment and its rule mostly stay."""
        values = {name: row[name] for name in WRITTEN if row[name] != known[name]}
        if "evidence" in values:
            values["evidence"] = Json(values["evidence"])
        self.env.cr.execute(
            SQL(
                "UPDATE client_standing SET %s WHERE id = %s",
                SQL(", ").join(SQL("%s = %s", COLUMNS[name], value) for name, value in values.items()),
                known["id"],
            )
        )

    @api.model
    def _record_move(self, row):
        """Record that the client came to the segment of ``row``; return whether it was not there by its history."""
        now = fields.Datetime.now()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO client_segment_move
                       (partner_id, company_id, date, from_id, to_id, rule, evidence, create_date)
                SELECT %(client)s, %(company)s, %(now)s, latest.to_id, %(segment)s, %(rule)s, %(evidence)s, %(now)s
                  FROM (SELECT) one
             LEFT JOIN (SELECT to_id FROM client_segment_move
                         WHERE partner_id = %(client)s AND company_id = %(company)s
                      ORDER BY date DESC, id DESC
                         LIMIT 1) latest ON TRUE
                 WHERE latest.to_id IS DISTINCT FROM %(segment)s
                """,
                client=row["partner_id"],
                company=row["company_id"],
                segment=row["segment_id"],
                rule=row["rule"],
                evidence=Json(row["evidence"]),
                now=now,
            )
        )
        return bool(self.env.cr.rowcount)
