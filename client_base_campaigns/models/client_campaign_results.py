from collections import Counter
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.uplift import get_mean_difference, get_uplift
from .client_campaign import RUNNING

# Longer than any transaction that writes recipients takes.
SETTLED = timedelta(minutes=1)
NOT_WRITTEN_TO = ("excluded", "control")
AGGREGATES = ["__count", "receipt_date:count", "order_count:sum", "turnover:sum"]


class ClientCampaign(models.Model):
    """What came of it: counted over the recipients that the user may see."""

    _inherit = "client.campaign"

    count_orders = fields.Selection(
        [
            ("window", "All orders of the recipients in the campaign's days"),
            ("marked", "Only orders that carry its UTM campaign"),
        ],
        string="Counts as a Result",
        required=True,
        default="window",
        help="Orders that carry the UTM campaign count in either case, whenever they come: so you add one by hand.",
    )
    kept_counts = fields.Json(readonly=True, copy=False, groups="client_base.group_client_all")
    kept_on = fields.Datetime(readonly=True, copy=False, groups="client_base.group_client_all")
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
        help="Turnover above the cost, in percent of the cost. Turnover, not margin: what was sold had its own cost.",
    )
    uplift_text = fields.Text(string="Against the Control Group", compute="_compute_uplift_text")

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

    def _get_kept(self):
        """Return ``{id: counts}`` of the campaigns whose kept counts are as one would count now.

        They are over all clients, so they are for those only who see all; and they hold as long as no recipient
        was written since, nor shortly before, by a transaction that could not be seen then.
        """
        if self.env.user._client_scope() is not None or not self._origin:
            return {}
        last = self._get_last_changes()
        return {
            campaign.id: campaign.kept_counts
            for campaign in self._origin.sudo()  # sudo: who may see it was asked above
            if campaign.kept_counts and last.get(campaign.id) and last[campaign.id] + SETTLED <= campaign.kept_on
        }

    def _get_last_changes(self):
        """Return ``{id: when a recipient was written last}`` of these campaigns; None where there are none."""
        self.env["client.campaign.recipient"].flush_model(["write_date"])
        return dict(
            self.env.execute_query(
                SQL(
                    """SELECT id, (SELECT max(write_date) FROM client_campaign_recipient AS recipient
                                    WHERE recipient.campaign_id = campaign.id)
                         FROM client_campaign AS campaign WHERE id = ANY(%s)""",
                    self._origin.ids,
                )
            )
        )

    def _keep_counts(self):
        """Keep the counts of these campaigns over all their recipients, whoever asks for it."""
        # sudo: they are shown to those only who see all clients
        for campaign in self.sudo():
            campaign.write({"kept_counts": campaign._count(), "kept_on": fields.Datetime.now()})

    def _forget_counts(self):
        """Have the counts of these campaigns made anew: recipients that were counted are gone."""
        # sudo: they are nobody's to write
        self.sudo().filtered("kept_counts").write({"kept_counts": False, "kept_on": False})

    @api.model
    def _cron_keep_counts(self):
        """Keep the counts of campaigns that have come to rest, so that large ones open as fast as small ones."""
        campaigns = self.search([("state", "not in", ("draft", "group"))])
        kept, last = campaigns._get_kept(), campaigns._get_last_changes()
        # Where there are no recipients there is nothing to keep.
        campaigns.filtered(lambda campaign: campaign.id not in kept and last.get(campaign.id))._keep_counts()

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

    @api.depends("control_count", "order_count", "count_orders")
    @api.depends_context("lang", "uid")
    def _compute_uplift_text(self):
        for campaign in self:
            campaign.uplift_text = campaign._get_uplift_text() if campaign.control_count else False

    def _get_uplift_text(self):
        """Return in words how the written to differ from the control group, and how sure that is."""
        if self.count_orders == "marked":
            return self.env._(
                "Only orders that carry the UTM campaign count, and the control group has none. Count all orders of "
                "the campaign's days to compare the two."
            )
        kept = self._get_kept().get(self.id)
        groups = {False: (0, 0, 0.0, 0.0), True: (0, 0, 0.0, 0.0)}
        groups |= {control: values for control, *values in (kept["buyers"] if kept else self._get_buyers())}
        (total, bought, *turnover), (control_total, control_bought, *control_turnover) = groups[False], groups[True]
        uplift = get_uplift(bought, total, control_bought, control_total)
        if not uplift:
            return self.env._("The groups are too small to compare.")
        mean = get_mean_difference((total, *turnover), (control_total, *control_turnover))
        write = self.env["res.partner"]._format_number
        percent = [write(100 * part, 1) for part in uplift]
        amounts = [write(amount, 2, signed=True) for amount in mean]
        lines = [
            self.env._(
                "%(treated)s %% ordered, of the control group %(control)s %%: a difference of %(difference)s points, "
                "with 95 %% certainty between %(low)s and %(high)s.",
                **dict(zip(("treated", "control", "difference", "low", "high"), percent, strict=True)),
            ),
            self.env._(
                "Turnover per client: %(difference)s against the control group, with 95 %% certainty between "
                "%(low)s and %(high)s.",
                **dict(zip(("difference", "low", "high"), amounts, strict=True)),
            ),
        ]
        if not uplift.is_certain:
            lines.append(self.env._("The difference in orders may be chance."))
        return "\n".join(lines)

    def _get_buyers(self):
        """Return ``[is control, clients, buyers, mean turnover, its variance]`` of those that the user sees."""
        seen = self.env["client.campaign.recipient"]._search(
            [("campaign_id", "=", self._origin.id), ("delivery", "!=", "excluded")]
        )
        return self.env.execute_query(
            SQL(
                """SELECT delivery = 'control', count(*), count(*) FILTER (WHERE order_count > 0),
                          COALESCE(avg(turnover), 0)::float, COALESCE(var_samp(turnover), 0)::float
                     FROM client_campaign_recipient WHERE id IN %s GROUP BY 1""",
                seen.subselect(),
            )
        )

    def action_refresh_results(self):
        """Count the orders that the recipients confirmed within the campaign's days, or that carry its UTM campaign.

        These are orders of the company that the responsible works for, in its currency.
        """
        self.check_access("write")
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH bought AS (
                    SELECT campaign.id AS campaign_id, client.commercial_partner_id AS partner_id, count(*) AS orders,
                           sum(sale.amount_untaxed / COALESCE(NULLIF(sale.currency_rate, 0), 1)) AS turnover
                      FROM client_campaign AS campaign
                      JOIN res_users AS responsible ON responsible.id = campaign.user_id
                      JOIN sale_order AS sale
                        ON sale.state = 'sale' AND sale.company_id = responsible.company_id
                       AND (sale.campaign_id = campaign.utm_campaign_id
                            OR campaign.count_orders = 'window'
                               AND sale.date_order >= campaign.date_start AND sale.date_order < campaign.date_end + 1)
                      JOIN res_partner AS client ON client.id = sale.partner_id
                     WHERE campaign.id = ANY(%(ids)s)
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
                ids=self.ids,
            )
        )
        self.env["client.campaign.recipient"].invalidate_model(["order_count", "turnover"], flush=False)
        self.invalidate_recordset(flush=False)

    @api.model
    def _cron_refresh_results(self):
        """Keep the results of running campaigns up to date."""
        self.search([("state", "in", RUNNING)]).action_refresh_results()
