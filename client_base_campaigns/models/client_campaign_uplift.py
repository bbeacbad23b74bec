from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.uplift import get_mean_difference, get_uplift


class ClientCampaign(models.Model):
    """What the message changed: those written to beside the control group, over the recipients that the user sees."""

    _inherit = "client.campaign"

    uplift_text = fields.Text(string="Against the Control Group", compute="_compute_uplift_text")

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
