from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, is_html_empty

from odoo.addons.client_base.tools.notification import make_warning

from .client_campaign_results import NOT_WRITTEN_TO


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
        """Stop waiting for receipts: what came is the result. What was paused need not be sent first."""
        self.ensure_one()
        if not (self.paused and self.state == "sending"):
            self._check_state("receipts")
        self._go_to_results()

    def _go_to_results(self):
        """Leave off what was not sent or done yet, and count."""
        for campaign in self:
            campaign._leave_off(campaign._in_own_words().env._("The campaign went on to its results first."))
        self.action_refresh_results()
        # A pause ends with what it held up.
        self._take_step(state="results", paused=False)

    def _leave_off(self, note):
        """Take back what was not sent or done yet, to whomever it was to go."""
        self.check_access("write")
        left = [("campaign_id", "in", self.ids), ("state", "in", ("queued", "todo")), ("purpose", "!=", "report")]
        # sudo: whoever ends the campaign ends it with the clients, too, that others see
        self.env["client.campaign.delivery"].sudo().search(left)._take_back(note)

    def action_close(self):
        """Count once more and close; the results go into the contact register.

        The chatter is read by managers who see some of the clients only: what all brought is none of theirs.
        """
        self.ensure_one()
        self._check_state("results")
        if self.report_back and (not self.report_subject or is_html_empty(self.report_body)):
            raise UserError(self.env._("You promised to report back: write the report to those who took part first."))
        self._leave_off(self._in_own_words().env._("The campaign was closed first."))
        self.action_refresh_results()
        self._take_step(state="closed", closed_on=fields.Date.context_today(self))
        self.env["client.campaign.register"]._register_results(self)
        return self._queue_reports() if self.report_back else None

    def _queue_reports(self):
        """Queue the report to who takes part, by e-mail or the way that reached it; tell how many there is none for.

        An e-mail that came back is no way. Once: no other message of this purpose can go to the same recipient.
        """
        took_part = SQL("answer = 'yes' AND delivery NOT IN %s", NOT_WRITTEN_TO)
        way = SQL(
            """
            (SELECT CASE WHEN email <> '' AND 'email' <> ALL(COALESCE(
                              array_agg(delivery.channel) FILTER (WHERE delivery.state = 'failed'), '{}'))
                         THEN 'email'
                         ELSE (array_agg(delivery.channel ORDER BY delivery.id)
                               FILTER (WHERE delivery.state = 'sent'))[1] END
               FROM client_campaign_delivery AS delivery
              WHERE delivery.recipient_id = client_campaign_recipient.id AND delivery.purpose = 'offer')
            """
        )
        told = self._queue_where("report", way, took_part)
        self._run_now()
        [(count,)] = self.env.execute_query(
            SQL("SELECT count(*) FROM client_campaign_recipient WHERE campaign_id = %s AND %s", self.id, took_part)
        )
        if told == count:
            return None
        return make_warning(
            self.env._(
                "Participants who cannot be told how it ended, as no way to reach them is known: %s", count - told
            )
        )

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
        # The cost is that of the whole campaign: beside the turnover of some clients it says nothing.
        sees_all = self.env.user.has_group("client_base.group_client_all")
        return {
            "campaign": self,
            "bars": [{"name": name, "count": count, "percent": round(100 * count / total)} for name, count in bars],
            "channels": self._get_channel_rows(counts["channels"]),
            "exclusions": self._get_exclusion_rows(counts["exclusions"]),
            "return_percent": self.return_percent if sees_all else None,
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
