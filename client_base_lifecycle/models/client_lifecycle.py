import json

from odoo import api, fields, models
from odoo.tools import SQL, format_date, split_every

from ..tools.ladder import Decision, Facts, Terms, place

BATCH = 5000


class ClientLifecycle(models.AbstractModel):
    """The engine that counts purchases and places clients on segments.

    It reads orders and writes clients in sets; only what changed is written, and each change of
    segment leaves a ``client.segment.move``.
    """

    _name = "client.lifecycle"
    _description = "Client Lifecycle Engine"

    @api.model
    def _refresh_all(self):
        """Place every client anew, in batches, and commit each when run as a job."""
        # sudo: the rules of life hold for the whole base, whoever starts the job
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        ids = partners.search(partners._get_client_domain(), order="id").ids
        remaining = len(ids)
        for batch in split_every(BATCH, ids):
            self._refresh(partners.browse(batch))
            remaining -= len(batch)
            if self.env.context.get("cron_id") and not self.env["ir.cron"]._commit_progress(
                len(batch), remaining=remaining
            ):
                break

    @api.model
    def _refresh(self, partners):
        """Place the clients that ``partners`` belong to, from their orders as they are now."""
        # sudo: an order moves its client also when who confirmed it may not edit the client
        clients = partners.sudo().commercial_partner_id.filtered(lambda partner: not partner.client_open)
        if not clients:
            return
        terms, today = self._get_terms(), fields.Date.context_today(self)
        segments = self.env["client.segment"].sudo()._get_by_code()
        purchases = self._get_purchases(clients)
        changes = []
        for client in clients:
            bought = purchases.get(client.id, {"orders": 0, "turnover": 0.0, "first": None, "last": None})
            verdict = place(self._get_facts(client, bought), terms, today)
            change = {
                "client_segment_id": segments[verdict.segment].id,
                "client_segment_rule": verdict.rule,
                "client_segment_evidence": verdict.evidence,
                "client_order_count": bought["orders"],
                "client_turnover": bought["turnover"],
                "client_first_order": bought["first"],
                "client_last_order": bought["last"],
            }
            if self._differs(client, change):
                changes.append((client, change))
        self._record_moves(changes)
        self._write_clients(changes)

    @api.model
    def _get_terms(self):
        parameters = self.env["ir.config_parameter"].sudo()  # sudo: thresholds are no secret
        return Terms(
            **{
                name: int(parameters.get_param(f"client_base_lifecycle.{name}", default))
                for name, default in vars(Terms()).items()
            }
        )

    @api.model
    def _get_facts(self, client, bought):
        decision = None
        if client.client_grade:
            decision = Decision(client.client_grade, client.client_grade_date, client.client_grade_until or None)
        return Facts(bought["orders"], bought["first"], bought["last"], client.client_agreed_on or None, decision)

    @api.model
    def _get_purchases(self, clients):
        """Return ``{client id: {"orders", "turnover", "first", "last"}}`` over confirmed orders.

        Orders of contacts and addresses count for their company; turnover is in the currency of
        the order's company, without taxes; dates are of the order, in UTC.
        """
        self.env["sale.order"].flush_model(["amount_untaxed", "currency_rate", "date_order", "partner_id", "state"])
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT partner.commercial_partner_id AS id,
                       count(*) AS orders,
                       sum(sale.amount_untaxed / COALESCE(NULLIF(sale.currency_rate, 0), 1))::float AS turnover,
                       min(sale.date_order)::date AS first,
                       max(sale.date_order)::date AS last
                  FROM sale_order sale
                  JOIN res_partner partner ON partner.id = sale.partner_id
                 WHERE sale.state = 'sale' AND partner.commercial_partner_id = ANY(%(ids)s)
              GROUP BY partner.commercial_partner_id
                """,
                ids=clients.ids,
            )
        )
        return {row.pop("id"): row for row in rows}

    @api.model
    def _differs(self, client, change):
        """Tell whether ``change`` says anything new about ``client``."""
        for name, value in change.items():
            known = client[name]
            if name == "client_segment_id":
                known = known.id
            elif name == "client_turnover":
                known, value = round(known, 2), round(value, 2)
            if (known or None) != (value or None):
                return True
        return False

    @api.model
    def _record_moves(self, changes):
        by_person = self.env.context.get("client_decided_by")
        moves = [
            {
                "partner_id": client.id,
                "from_id": client.client_segment_id.id,
                "to_id": change["client_segment_id"],
                "rule": change["client_segment_rule"],
                "evidence": change["client_segment_evidence"],
                "user_id": by_person,
                "comment": client.client_grade_reason if by_person else False,
            }
            for client, change in changes
            if client.client_segment_id.id != change["client_segment_id"]
        ]
        # sudo: history is written by the engine only
        self.env["client.segment.move"].sudo().create(moves)

    @api.model
    def _write_clients(self, changes):
        if not changes:
            return
        today = fields.Date.context_today(self)
        rows = [
            {
                "id": client.id,
                **change,
                "client_segment_since": today
                if client.client_segment_id.id != change["client_segment_id"]
                else client.client_segment_since,
            }
            for client, change in changes
        ]
        names = [name for name in rows[0] if name != "id"]
        self.env["res.partner"].flush_model(names)
        self.env.cr.execute(
            SQL(
                """
                UPDATE res_partner
                   SET (%(columns)s) = ROW(%(values)s)
                  FROM jsonb_to_recordset(%(rows)s::jsonb) AS new (
                       id int, client_segment_id int, client_segment_rule varchar, client_segment_evidence jsonb,
                       client_order_count int, client_turnover numeric, client_first_order date,
                       client_last_order date, client_segment_since date)
                 WHERE res_partner.id = new.id
                """,
                columns=SQL(", ").join(SQL.identifier(name) for name in names),
                values=SQL(", ").join(SQL.identifier("new", name) for name in names),
                rows=json.dumps(rows, default=str),
            )
        )
        written = self.env["res.partner"].browse([row["id"] for row in rows])
        written.invalidate_recordset(names, flush=False)
        written.modified(names)

    @api.model
    def _get_reason(self, rule, evidence, comment=None):
        """Return why a client is where it is, as a sentence in the user's language."""
        _ = self.env._
        sentences = {
            "agreed": _("Agreed to cooperate on %(on)s, no order yet."),
            "chosen_key": _("Chosen as a key account on %(on)s."),
            "declared_dead": _("Declared dead on %(on)s."),
            "first_orders": _("Confirmed orders: %(orders)s, the last on %(last)s."),
            "many_orders": _("Confirmed orders: %(orders)s over %(months)s months, since %(first)s."),
            "named_vip": _("Named a VIP on %(on)s, to be reviewed by %(until)s."),
            "never_ordered": _("Agreed to cooperate on %(on)s, but ordered nothing in %(months)s months."),
            "no_agreement": _("In the base, no agreement and no order yet."),
            "several_orders": _("Confirmed orders: %(orders)s, the last on %(last)s."),
            "silent": _("No order since %(last)s: longer than the term of %(months)s months."),
            "vip_review_due": _("Named a VIP on %(on)s; the review was due by %(until)s."),
        }
        if rule not in sentences:
            return False
        shown = {
            name: format_date(self.env, value) if name in ("on", "until", "first", "last") else value
            for name, value in (evidence or {}).items()
        }
        return "\n".join(filter(None, [sentences[rule] % shown, comment]))
