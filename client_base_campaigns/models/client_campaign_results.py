from collections import Counter

from odoo import api, fields, models
from odoo.tools import SQL

from .client_campaign import RUNNING
from .client_campaign_recipient import NOT_WRITTEN_TO

AGGREGATES = ["__count", "receipt_date:count", "order_count:sum", "turnover:sum"]


class ClientCampaign(models.Model):
    """What came of it: counted over the recipients that the user may see."""

    _inherit = "client.campaign"

    count_orders = fields.Selection(
        [
            ("window", "All purchases of the recipients in the campaign's days"),
            ("marked", "Only purchases that carry its UTM campaign"),
        ],
        string="Counts as a Result",
        required=True,
        default="window",
        help="What carries the UTM campaign counts in either case, whenever it comes: so you add one by hand. "
        "A purchase is a confirmed order or a posted invoice, as the settings say; credit notes are not taken off.",
    )
    recipient_count = fields.Integer(string="In the Group", compute="_compute_progress")
    excluded_count = fields.Integer(string="Left Out", compute="_compute_progress")
    control_count = fields.Integer(string="In the Control Group", compute="_compute_progress")
    sent_count = fields.Integer(string="Sent", compute="_compute_progress")
    todo_count = fields.Integer(string="To Do by Hand", compute="_compute_progress")
    failed_count = fields.Integer(string="Failed or Uncertain", compute="_compute_progress")
    receipt_count = fields.Integer(string="Receipt Confirmed", compute="_compute_progress")
    participant_count = fields.Integer(string="Take Part", compute="_compute_progress")
    declined_count = fields.Integer(string="Do Not Take Part", compute="_compute_progress")
    call_count = fields.Integer(string="Ask for a Call", compute="_compute_progress")
    sent_percent = fields.Float(compute="_compute_progress")
    receipt_percent = fields.Float(compute="_compute_progress")
    participant_percent = fields.Float(compute="_compute_progress")
    order_count = fields.Integer(string="Orders", compute="_compute_progress")
    turnover = fields.Monetary(compute="_compute_progress", currency_field="currency_id")
    return_percent = fields.Float(
        string="Return on Cost (%)",
        compute="_compute_return_percent",
        groups="client_base.group_client_all",
        help="Turnover above the cost, in percent of the cost. Turnover, not margin: what was sold had its own cost.",
    )

    @api.depends(
        "recipient_ids.delivery",
        "recipient_ids.receipt_date",
        "recipient_ids.answer",
        "recipient_ids.turnover",
        "recipient_ids.delivery_ids.state",
    )
    @api.depends_context("uid")
    def _compute_progress(self):
        kept = self._get_kept()
        others = [number for number in self._origin.ids if number not in kept]
        rows = self.env["client.campaign.recipient"]._read_group(
            [("campaign_id", "in", others)], ["campaign_id", "delivery", "answer"], AGGREGATES
        )
        todo = self._count_todo()
        for campaign in self:
            counts = kept.get(campaign._origin.id)
            own = counts["rows"] if counts else [row[1:] for row in rows if row[0] == campaign._origin]
            campaign.update({**campaign._get_figures(own), "todo_count": todo.get(campaign._origin, 0)})

    def _count_todo(self):
        """Return ``{campaign: recipients that somebody has something to do for}``; some of them got it already."""
        todo = [("campaign_id", "in", self._origin.ids), ("state", "=", "todo")]
        return dict(
            self.env["client.campaign.delivery"]._read_group(todo, ["campaign_id"], ["recipient_id:count_distinct"])
        )

    def _count(self):
        """Return the counts that the figures and the summary are made of, over the recipients that the user sees."""
        self.ensure_one()
        recipients, own = self.env["client.campaign.recipient"], [("campaign_id", "=", self._origin.id)]
        rows = recipients._read_group(own, ["delivery", "answer"], AGGREGATES)
        return {
            "rows": rows,
            "channels": self._count_channels(),
            "exclusions": recipients._read_group([*own, ("exclusion", "!=", False)], ["exclusion"], ["__count"]),
            "buyers": self._get_buyers() if any(row[0] == "control" for row in rows) else [],
        }

    def _count_channels(self):
        """Return ``[(channel, how many got the message by it, how many of these confirmed)]``.

        Who got it by two channels counts with both: the first one planned may be none that reached anybody.
        """
        deliveries = self.env["client.campaign.delivery"]
        sent = [
            *(("campaign_id", "=", self._origin.id), ("purpose", "=", "offer"), ("state", "=", "sent")),
            ("sent_date", "!=", False),  # all have one; by it there is an index
        ]
        confirmed = [*sent, ("recipient_id.receipt_date", "!=", False)]
        counts, receipts = (
            dict(deliveries._read_group(domain, ["channel"], ["__count"])) for domain in (sent, confirmed)
        )
        return [(channel, count, receipts.get(channel, 0)) for channel, count in counts.items()]

    @api.model
    def _get_figures(self, rows):
        """Return the figures of one campaign from its ``(delivery, answer, count, receipts, orders, turnover)``."""
        deliveries, answers = Counter(), Counter()
        receipts, orders, turnover = 0, 0, 0.0
        for delivery, answer, count, confirmed, bought, amount in rows:
            deliveries[delivery] += count
            if delivery in NOT_WRITTEN_TO:
                continue
            answers[answer] += count
            receipts, orders, turnover = receipts + confirmed, orders + bought, turnover + amount
        total = sum(count for delivery, count in deliveries.items() if delivery not in NOT_WRITTEN_TO)
        figures = {
            "recipient_count": total,
            "excluded_count": deliveries["excluded"],
            "control_count": deliveries["control"],
            "sent_count": deliveries["sent"],
            "failed_count": deliveries["failed"] + deliveries["uncertain"],
            "receipt_count": receipts,
            "participant_count": answers["yes"],
            "declined_count": answers["no"],
            "call_count": answers["call"],
            "order_count": orders,
            "turnover": turnover,
        }
        for name in ("sent", "receipt", "participant"):
            figures[f"{name}_percent"] = 100 * figures[f"{name}_count"] / total if total else 0
        return figures

    @api.depends("cost", "turnover")
    @api.depends_context("uid")
    def _compute_return_percent(self):
        for campaign in self:
            gained = campaign.turnover - campaign.cost
            campaign.return_percent = 100 * gained / campaign.cost if campaign.cost else 0

    def action_refresh_results(self):
        """Count what the recipients bought within the campaign's days, or what carries its UTM campaign.

        These are purchases from the campaign's company, in its currency.
        """
        self.check_access("write")
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH bought AS (
                    SELECT campaign.id AS campaign_id, purchase.partner_id, count(*) AS orders,
                           sum(purchase.amount) AS turnover
                      FROM client_campaign AS campaign
                CROSS JOIN LATERAL (%(purchases)s) AS purchase
                     WHERE campaign.id = ANY(%(ids)s) AND purchase.counts
                  GROUP BY 1, 2
                )
                UPDATE client_campaign_recipient AS recipient
                   SET order_count = COALESCE(bought.orders, 0), turnover = COALESCE(bought.turnover, 0),
                       write_date = now() AT TIME ZONE 'UTC'
                  FROM client_campaign_recipient AS own
             LEFT JOIN bought ON bought.campaign_id = own.campaign_id AND bought.partner_id = own.partner_id
                                 AND own.delivery <> 'excluded'
                 WHERE recipient.id = own.id AND own.campaign_id = ANY(%(ids)s)
                   AND (own.order_count, own.turnover)
                       IS DISTINCT FROM (COALESCE(bought.orders, 0), COALESCE(bought.turnover, 0))
                """,
                purchases=self._select_purchases(),
                ids=self.ids,
            )
        )
        self.env["client.campaign.recipient"].invalidate_model(["order_count", "turnover"], flush=False)
        self.invalidate_recordset(flush=False)

    def _select_purchases(self):
        """Return the query of the purchases that count for the row ``campaign``, one of these."""
        lifecycle = self.env["client.lifecycle"]

        def counts_for(purchase, moment):
            return SQL(
                """%(purchase)s.company_id = campaign.company_id
                   AND (%(purchase)s.campaign_id = campaign.utm_campaign_id
                        OR campaign.count_orders = 'window'
                           AND %(moment)s >= campaign.date_start AND %(moment)s < campaign.date_end + 1)""",
                purchase=SQL.identifier(purchase),
                moment=SQL.identifier(purchase, moment),
            )

        orders, invoices = counts_for("sale", "date_order"), counts_for("move", "invoice_date")
        # sudo: what a purchase is is no secret
        if set(self.sudo().company_id.mapped("client_purchase_source")) == {"order"}:
            return lifecycle._select_orders(orders)
        return lifecycle._select_purchases_where(orders, invoices)

    @api.model
    def _cron_refresh_results(self):
        """Keep the results of running campaigns up to date."""
        self.search([("state", "in", RUNNING)]).action_refresh_results()
