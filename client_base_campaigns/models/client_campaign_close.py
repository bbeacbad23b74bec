from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, is_html_empty


class ClientCampaign(models.Model):
    """How it ends: the summary against the goal, and the report back to those who took part."""

    _inherit = "client.campaign"

    report_back = fields.Boolean(help="Those who take part hear once how the programme ended, when it is closed.")
    report_subject = fields.Char(string="Subject of the Report", translate=True)
    report_body = fields.Html(
        string="Report",
        translate=True,
        render_engine="qweb",
        render_options={"post_process": True},
        sanitize="email_outgoing",
    )
    summary = fields.Html(compute="_compute_summary", sanitize=False)

    @api.depends("state")
    @api.depends_context("lang", "uid")
    def _compute_summary(self):
        for campaign in self:
            # Before there is something to sum up, it would only take its time.
            campaign.summary = campaign._get_summary() if campaign.state in ("results", "closed") else False

    def action_to_results(self):
        """Stop waiting for receipts: what came is the result."""
        self.ensure_one()
        self._check_state("receipts")
        self._go_to_results()

    def _go_to_results(self):
        """Leave off what was not sent or done yet, and count."""
        left = self.env["client.campaign.delivery"].search(
            [("campaign_id", "in", self.ids), ("state", "in", ("queued", "todo")), ("purpose", "!=", "report")]
        )
        # sudo: the managers' tasks end with the campaign that they were for
        left.activity_id.sudo().unlink()
        for campaign, group in left.grouped("campaign_id").items():
            group._settle("cancelled", campaign._in_own_words().env._("The campaign went on to its results first."))
        self.action_refresh_results()
        self._take_step(state="results")

    def action_close(self):
        """Count once more and close; the results go into the contact register.

        The chatter is read by managers who see some of the clients only: what all brought is none of theirs.
        """
        self.ensure_one()
        self._check_state("results")
        if self.report_back and (not self.report_subject or is_html_empty(self.report_body)):
            raise UserError(self.env._("You promised to report back: write the report to those who took part first."))
        self.action_refresh_results()
        self._take_step(state="closed", closed_on=fields.Date.context_today(self))
        self.env["client.campaign.register"]._register_results(self)
        if self.report_back:
            # Once: no other message of this purpose can go to the same recipient.
            self._queue_where(
                "report", SQL("CASE WHEN email <> '' THEN 'email' END"), SQL("answer = 'yes' AND delivery = 'sent'")
            )
            self._run_now()

    def _get_summary(self):
        """Return the summary as HTML: figures and charts against the goal."""
        self.ensure_one()
        # sudo: our own template, which shows nothing but the figures of this campaign
        return self.env["ir.qweb"].sudo()._render("client_base_campaigns.summary", self._get_summary_values())

    def _get_summary_values(self):
        """Return what the summary shows, on the screen and in print."""
        self.ensure_one()
        bars = [
            (self.env._("In the group"), self.recipient_count),
            (self.env._("Sent"), self.sent_count),
            (self.env._("Receipt confirmed"), self.receipt_count),
            (self.env._("Take part"), self.participant_count),
        ]
        total = max(self.recipient_count, 1)
        counts = self._get_kept().get(self.id) or self._count()
        return {
            "campaign": self,
            "bars": [{"name": name, "count": count, "percent": round(100 * count / total)} for name, count in bars],
            "channels": self._get_channel_rows(counts["channels"]),
            "exclusions": self._get_exclusion_rows(counts["exclusions"]),
            "turnover": self.currency_id.format(self.turnover),
            "cost": self.currency_id.format(self.cost),
            "budget": self.currency_id.format(self.budget),
        }

    @api.model
    def _get_names(self, field):
        return self.env["client.campaign.recipient"]._get_selection_words(field)

    def _get_channel_rows(self, counts):
        """Return of each channel how many it reached and how many confirmed: ``[{"name", "count", "receipts"}]``."""
        names = self._get_names("channel")
        return [{"name": names.get(channel, "–"), "count": count, "receipts": done} for channel, count, done in counts]

    def _get_exclusion_rows(self, counts):
        names = self._get_names("exclusion")
        return [{"name": names[exclusion], "count": count} for exclusion, count in counts]
