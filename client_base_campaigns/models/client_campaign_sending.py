from datetime import timedelta
from math import ceil

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_datetime

from odoo.addons.client_base.parameters import MOST_DAYS

from .client_campaign import ASKING
from .client_campaign_approval import APPROVAL_TASK
from .client_programme import GREETINGS
from .client_programme_due import LATE

HOUR = timedelta(hours=1)
# The rate of an hour is spread evenly over windows of five minutes.
WINDOW = timedelta(minutes=5)
# Tasks for people know no rate.
RATED = ("email", "sms")


class ClientCampaign(models.Model):
    """How it is sent: the queue, its limits, pause and resumption, and what follows when nobody answers."""

    _inherit = "client.campaign"

    paused = fields.Boolean(readonly=True, copy=False, tracking=True)
    rate = fields.Integer(string="E-mails and SMS an Hour", help="At most so many. 0: as fast as it goes.")
    quiet_from = fields.Float(default=20, help="By the client's clock.")
    quiet_to = fields.Float(string="Quiet Until", default=8, help="The same as the beginning: never quiet.")
    fallback_days = fields.Integer(
        string="Unconfirmed After",
        default=7,
        help="Days without a receipt after which the other channel is used, or a call is planned. 0: never.",
    )
    reminder_days = fields.Integer(
        string="Remind After", help="Days without a receipt after which the message is sent again, once. 0: never."
    )
    sending_note = fields.Char(compute="_compute_sending_note")
    is_going_out = fields.Boolean(compute="_compute_is_going_out")

    _sending_terms = models.Constraint(
        "CHECK (rate >= 0 AND fallback_days >= 0 AND reminder_days >= 0"
        " AND quiet_from >= 0 AND quiet_from < 24 AND quiet_to >= 0 AND quiet_to < 24)",
        "Rates and days cannot be negative, and quiet hours lie within the day.",
    )
    _days_limited = models.Constraint(
        f"CHECK (quiet_days <= {MOST_DAYS} AND fallback_days <= {MOST_DAYS} AND reminder_days <= {MOST_DAYS})",
        "A term of a campaign has at most 36500 days.",
    )

    @api.depends_context("lang", "tz")
    def _compute_sending_note(self):
        for campaign in self:
            away, until = self.env["client.campaign.mailer"]._get_server_away(campaign.user_id)
            note = False
            if campaign.paused:
                note = self.env._("Paused: nothing is sent until you resume.")
            elif away and campaign.state in ASKING:
                note = self.env._(
                    "The mail server cannot be reached; the next try is at %s.", format_datetime(self.env, until)
                )
            elif waiting := campaign._get_waiting():
                first, count = waiting
                note = self.env._(
                    "Messages that wait for the end of quiet hours, or for the mail server: %(count)s. "
                    "The first may go at %(time)s.",
                    count=count,
                    time=format_datetime(self.env, first),
                )
            campaign.sending_note = note

    def _compute_is_going_out(self):
        """Tell whether there is something to pause: after the receipts that is a report, or what is sent again."""
        queued = dict(
            self.env["client.campaign.delivery"]._read_group(
                [("campaign_id", "in", self._origin.ids), ("state", "=", "queued")], ["campaign_id"], ["__count"]
            )
        )
        for campaign in self:
            campaign.is_going_out = campaign.state in ASKING or campaign._origin in queued

    def _get_waiting(self):
        """Return when the first of the queued messages that may not go yet may do so, and how many these are."""
        waiting = [("campaign_id", "=", self._origin.id), ("state", "=", "queued")]
        [(first, count)] = self.env["client.campaign.delivery"]._read_group(
            [*waiting, ("not_before", ">", fields.Datetime.now())], aggregates=["not_before:min", "__count"]
        )
        return (first, count) if count else None

    def write(self, vals):
        result = super().write(vals)
        if {"quiet_from", "quiet_to"} & vals.keys():
            self._wake()
        if "user_id" in vals:
            # sudo: made for the campaign, it goes with it, whoever keeps the list of them
            self.sudo().utm_campaign_id.user_id = vals["user_id"]
        return result

    def _wake(self):
        """Have what was put off by the quiet hours there were looked at anew."""
        put_off = [("campaign_id", "in", self.ids), ("state", "=", "queued"), ("not_before", "!=", False)]
        # sudo: nobody writes messages; those that were tried the server itself asked to wait, and they do
        woken = self.env["client.campaign.delivery"].sudo().search([*put_off, ("attempts", "=", 0)])
        if woken:
            woken.write({"not_before": False})
            self._run_now()

    def action_send(self):
        """Queue the message for every recipient; the mailer takes it from there."""
        self.ensure_one()
        self._check_state("offer")
        self._check_offer()
        if self.needs_approval and self.approval != "approved":
            raise UserError(self.env._("The campaign is to be approved first."))
        self._ensure_utm_campaign()
        self._queue()
        self._take_step(state="sending")
        # Until now there was nothing to do but to approve, to look and to send.
        self.activity_feedback(["mail.mail_activity_data_todo", APPROVAL_TASK])
        self._run_now()

    def _ensure_utm_campaign(self):
        if not self.utm_campaign_id:
            # sudo: made for the marketer, whoever keeps the list of them
            self.utm_campaign_id = (
                self.env["utm.campaign"].sudo().create({"title": self.name, "user_id": self.user_id.id})
            )

    def _queue(self, recipients=None):
        """Queue the offer for the recipients that wait for it, or for those of them in ``recipients``."""
        chosen = SQL("delivery = 'waiting'")
        if recipients is not None:
            chosen = SQL("%s AND id = ANY(%s)", chosen, recipients.ids)
        self._queue_where("offer", SQL("channel"), chosen)
        self.env.cr.execute(
            SQL(
                """UPDATE client_campaign_recipient SET delivery = 'queued', write_date = now() AT TIME ZONE 'UTC'
                    WHERE campaign_id = ANY(%s) AND %s""",
                self.ids,
                chosen,
            )
        )
        self.env["client.campaign.recipient"].invalidate_model()
        self.invalidate_recordset()

    def _queue_where(self, purpose, channel, chosen):
        """Queue one message to each recipient of these campaigns that ``chosen`` is true of; return how many.

        :param channel: the column or expression that says by which channel
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO client_campaign_delivery (
                       recipient_id, campaign_id, purpose, channel, address, state, attempts,
                       create_uid, write_uid, create_date, write_date)
                SELECT id, campaign_id, %(purpose)s, channel,
                       CASE WHEN channel = 'email' THEN email WHEN channel <> 'letter' THEN phone END, 'queued', 0,
                       %(uid)s, %(uid)s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                  FROM (SELECT id, campaign_id, email, phone, %(channel)s AS channel
                          FROM client_campaign_recipient
                         WHERE campaign_id = ANY(%(campaigns)s) AND %(chosen)s) AS chosen
                 WHERE channel IS NOT NULL
              ORDER BY id
                    ON CONFLICT (recipient_id, purpose, channel) DO NOTHING
                """,
                purpose=purpose,
                channel=channel,
                chosen=chosen,
                campaigns=self.ids,
                uid=self.env.uid,
            )
        )
        count = self.env.cr.rowcount
        self.env["client.campaign.delivery"].invalidate_model()
        return count

    def action_pause(self):
        self.ensure_one()
        self._check_state("sending", "receipts", "results", "closed")
        self.paused = True

    def action_resume(self):
        self.ensure_one()
        if self.state == "sending":
            self._check_not_over()
        self.paused = False
        self._run_now()

    def _leave_off_late(self, deliveries):
        """Take back those of ``deliveries`` for which it is too late now.

        What was on its way and had to wait, for the morning or the mail server, may go on the day after.
        """
        days = (self._get_today() - self._get_last_sending_day()).days
        if self.state in ASKING and days > 0:
            late = deliveries.filtered(lambda one: one.purpose != "report" and not (days == 1 and one.not_before))
            late._take_back(self._in_own_words().env._("The campaign's last day was over."))

    def _get_last_sending_day(self):
        """Return until when the message says something: a wish no longer than it would be made up for."""
        programme = self.programme_id
        if programme.kind not in GREETINGS:
            return self.date_end
        return min(self.date_end, self.date_start + timedelta(days=programme.days_before + LATE))

    def _get_allowance(self):
        """Return how many e-mails and SMS may be sent now."""
        self.ensure_one()
        if not self.rate:
            return 1_000_000
        even = ceil(self.rate * WINDOW / HOUR)
        return max(0, min(even - self._count_tried(WINDOW), self.rate - self._count_tried(HOUR)))

    def _count_tried(self, period):
        """Return how many e-mails and SMS were sent lately, or failed, or may have been sent: each was a try."""
        since = fields.Datetime.now() - period
        sent = Domain("sent_date", ">", since)
        tried = Domain([("sent_date", "=", False), ("attempts", ">", 0), ("write_date", ">", since)])
        own = Domain([("campaign_id", "=", self.id), ("channel", "in", RATED)])
        return self.env["client.campaign.delivery"].search_count(own & (sent | tried))

    def _finish_sending(self):
        """Go on to the receipts where nothing is left to send."""
        unfinished = self.env["client.campaign.delivery"]._read_group(
            [("campaign_id", "in", self.ids), ("state", "in", ("queued", "sending"))], ["campaign_id"]
        )
        finished = self.filtered(lambda campaign: campaign.state == "sending") - self.browse(
            [campaign.id for (campaign,) in unfinished]
        )
        finished._take_step(state="receipts")

    # --- when nobody answers ---

    @api.model
    def _cron_follow_up(self):
        """Use the other channel, remind, and go on to the results, as the days pass."""
        self._end_unsent()
        campaigns = self.search([("state", "in", ASKING)])
        over = campaigns.filtered(lambda one: one._is_over())
        lasting = campaigns - over
        queued = lasting._queue_reminders() + lasting._queue_fallbacks()
        ended = over.filtered(lambda one: one.state == "receipts")
        ended._go_to_results()
        # What comes back nobody closes one by one.
        for campaign in ended.filtered(lambda one: one.programme_id and not one.report_back):
            with self.env["ir.cron"]._apart(campaign):
                campaign._in_own_words().action_close()
        if queued:
            self._run_now()

    @api.model
    def _end_unsent(self):
        """Close what a programme made and nobody sent in time: its clients are free for other campaigns again."""
        waiting = self.search([("programme_id", "!=", False), ("state", "=", "offer")])
        for campaign in waiting.filtered(lambda one: one._get_last_sending_day() < one._get_today()):
            with self.env["ir.cron"]._apart(campaign):
                campaign.activity_unlink(["mail.mail_activity_data_todo", APPROVAL_TASK])
                campaign._take_step(state="closed", closed_on=fields.Date.context_today(self))
                campaign.message_post(body=campaign._in_own_words().env._("Nobody sent it in time, so it has ended."))

    def _queue_reminders(self):
        """Queue the reminder, once, to who got the message and did not answer for so many days.

        It goes by the way that the message went: the first channel may have failed.
        """
        went = SQL(
            """(SELECT delivery.channel FROM client_campaign_delivery AS delivery
                 WHERE delivery.recipient_id = client_campaign_recipient.id AND delivery.purpose = 'offer'
                   AND delivery.state = 'sent' AND delivery.channel IN ('email', 'sms')
              ORDER BY delivery.id LIMIT 1)"""
        )
        not_yet = SQL(
            """NOT EXISTS (SELECT FROM client_campaign_delivery AS delivery
                            WHERE delivery.recipient_id = client_campaign_recipient.id
                              AND delivery.purpose = 'reminder')"""
        )
        return self._queue_where("reminder", went, SQL("%s AND %s", self._get_unanswered("reminder_days"), not_yet))

    def _queue_fallbacks(self):
        """Queue the other channel, or a call, where the first failed or was not confirmed for so many days."""
        unreached = SQL(
            "delivery = 'failed' AND receipt_date IS NULL AND fallback_channel IS NOT NULL AND %s",
            self.env["client.campaign.recipient"]._get_willing("client_campaign_recipient"),
        )
        unanswered = SQL("%s AND NOT %s", self._get_unanswered("fallback_days"), self._get_just_reminded())
        due = SQL("((%s) OR (%s))", unanswered, unreached)
        other = SQL(
            "COALESCE(fallback_channel, CASE WHEN channel <> 'call' AND COALESCE(phone, '') <> '' THEN 'call' END)"
        )
        return self._queue_where("offer", other, due)

    def _get_unanswered(self, days):
        """Return what is true of the recipients that got it, and did not answer for the campaign's ``days``."""
        return SQL(
            """delivery = 'sent' AND receipt_date IS NULL AND answer IS NULL AND %(willing)s
               AND EXISTS (SELECT FROM client_campaign AS campaign
                            WHERE campaign.id = client_campaign_recipient.campaign_id AND campaign.with_receipt
                              AND campaign.%(days)s > 0
                              AND client_campaign_recipient.sent_date
                                  < now() AT TIME ZONE 'UTC' - campaign.%(days)s * interval '1 day')""",
            days=SQL.identifier(days),
            willing=self.env["client.campaign.recipient"]._get_willing("client_campaign_recipient"),
        )

    def _get_just_reminded(self):
        """Return what is true of the recipients whose reminder is still to have its effect.

        Both terms count from the message: where jobs stood still, both may be over at once.
        """
        return SQL(
            """EXISTS (SELECT FROM client_campaign_delivery AS reminder
                         JOIN client_campaign AS campaign ON campaign.id = reminder.campaign_id
                        WHERE reminder.recipient_id = client_campaign_recipient.id AND reminder.purpose = 'reminder'
                          AND (reminder.state IN ('queued', 'sending')
                               OR (reminder.state = 'sent' AND campaign.reminder_days > 0
                                   AND reminder.sent_date > now() AT TIME ZONE 'UTC'
                                       - (campaign.fallback_days - campaign.reminder_days) * interval '1 day')))"""
        )
