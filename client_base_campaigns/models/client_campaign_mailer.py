import logging
import smtplib
from contextlib import contextmanager

from psycopg2 import OperationalError
from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.base.models.ir_mail_server import MailDeliveryException

from ..tools.waiting import get_end_of_quiet, get_timezone
from .client_campaign import RUNNING
from .client_campaign_sending import RATED
from .client_campaign_session import Session, collecting_later

_logger = logging.getLogger(__name__)

BATCH = 100
# So often a write is tried again that met another one of the same row: what was sent has to be written down.
MAX_CONFLICTS = 1000
# Any number of ours: who holds this lock of the database is the only sender.
SENDER_LOCK = 7_301_190_419
# Before any conversation, or in its place: nothing was taken, and all can wait.
UNREACHABLE = (OSError, smtplib.SMTPException, MailDeliveryException)
SENDING_STATES = (*RUNNING, "closed")


class ClientCampaignMailer(models.AbstractModel):
    """Sends the queued messages of campaigns, each at most once, whatever crashes.

    Before the conversation with the mail server "being sent" is committed, with the Message-ID, after
    it the outcome. Whatever is still "being sent" when no sender lives had a sender that died in
    between: nobody can know whether the server took it, so it becomes "uncertain" and is left to a
    person. The row itself is the claim: whoever turns it from "queued" to "being sent" sends it.
    """

    _name = "client.campaign.mailer"
    _description = "Campaign Mailer"

    @api.model
    def _cron_send(self):
        """Send what is queued, until nothing is left or the job's time is over."""
        with self._sole_sender() as alone:
            if not alone:
                return
            queue, time_left = self._surely(self._begin)
            for campaign, _count in queue:
                if not time_left:
                    break
                time_left = self._send_apart(campaign)
            self._surely(lambda: self._finish(plan=bool(time_left)))

    def _begin(self):
        """Settle what a sender left that died; return the queue, and the time there is for it."""
        self._mark_uncertain()
        queue = self._get_queue()
        return queue, self.env["ir.cron"]._commit_progress(remaining=sum(count for _campaign, count in queue))

    def _finish(self, *, plan):
        """Close the sending of the campaigns of which nothing is left, and say when to go on with the others."""
        self.env["client.campaign"].search([("state", "=", "sending")])._finish_sending()
        if plan:
            self._plan_next_run()
        self.env["ir.cron"]._commit_progress(remaining=0 if plan else None)

    def _surely(self, work):
        """Do ``work``, which ends with a commit, again where another transaction came between; return what it does."""
        for conflict in range(MAX_CONFLICTS):
            try:
                return work()
            except TransactionRollbackError:  # it could not be serialized, or each waited for the other
                self.env.cr.rollback()
                self.env.invalidate_all(flush=False)
                if conflict == MAX_CONFLICTS - 1:
                    raise
        return None

    def _commit(self, session, statement=None):
        """Commit the noted fate and ``statement``, again where another transaction came between; return its rows."""
        statements = [part for part in (session.fate, statement) if part]

        def work():
            if statements:
                self.env.cr.execute(SQL("; ").join(statements), log_exceptions=False)
            rows = self.env.cr.fetchall() if statement else []
            session.time_left = self.env["ir.cron"]._commit_progress(session.done)
            return rows

        rows = self._surely(work)
        session.fate, session.done = None, 0
        return rows

    @contextmanager
    def _sole_sender(self):
        """Yield whether no other worker is sending; nobody else begins while this one does."""
        # A transaction of its own holds the lock over our commits, and its end, or death, frees it.
        with self.env.registry.cursor() as cr:
            cr.execute("SELECT pg_try_advisory_xact_lock(%s)", [SENDER_LOCK])
            yield cr.fetchone()[0]

    @api.model
    def _get_waiting_domain(self):
        """Return the domain of what is queued, be it that it may not go yet."""
        open_campaign = [("campaign_id.state", "in", SENDING_STATES), ("campaign_id.paused", "=", False)]
        return [("state", "=", "queued"), *open_campaign]

    @api.model
    def _get_queue_domain(self):
        """Return the domain of what can be sent now."""
        due = ["|", ("not_before", "=", False), ("not_before", "<=", fields.Datetime.now())]
        return [*self._get_waiting_domain(), *due]

    @api.model
    def _get_queue(self):
        """Return ``[(campaign, count)]`` of what can be sent now."""
        return self.env["client.campaign.delivery"]._read_group(
            self._get_queue_domain(), ["campaign_id"], ["__count"], order="campaign_id"
        )

    @api.model
    def _mark_uncertain(self):
        orphans = self.env["client.campaign.delivery"].search([("state", "=", "sending")])
        for campaign, group in orphans.grouped("campaign_id").items():
            words = campaign._in_own_words().env._(
                "The sending was interrupted: the server may have taken the message."
            )
            group._settle("uncertain", words)
        # The sender that died had no time to register what it sent before.
        self.env["client.campaign.register"]._register_missed(orphans.campaign_id)

    def _send_apart(self, campaign):
        """Send the queue of ``campaign``; the unforeseen ends that, and holds up no other one; return the time left."""
        try:
            told = campaign._in_own_words()
            return self.with_env(told.env)._send_campaign(told)
        except OperationalError:
            raise  # two writers in each other's way, or no database: the next run goes on
        except Exception:
            self.env.cr.rollback()
            self.env.invalidate_all(flush=False)
            _logger.exception("%s %s", campaign._name, campaign.id)
            return self.env["ir.cron"]._commit_progress()

    def _send_campaign(self, campaign):
        """Send the queue of ``campaign`` as far as time, rate and server allow; return the time left."""
        session, last_id = Session(self.env, campaign.user_id, campaign.company_id), 0
        try:
            while session.time_left and (deliveries := self._next_deliveries(campaign, last_id)):
                last_id = deliveries[-1].id
                with collecting_later():
                    self._send_batch(campaign, deliveries, session)
        except UNREACHABLE as error:
            self._commit(session)
            self._note_server_away(campaign.user_id, error)
            self._commit(session)
        finally:
            if session.fate:  # something unforeseen happened; what was sent is kept all the same
                self.env.cr.rollback()
                self._commit(session)
            session.close()
        return session.time_left

    @api.model
    def _next_deliveries(self, campaign, last_id):
        allowed = campaign._get_allowance()
        domain = [*self._get_queue_domain(), ("campaign_id", "=", campaign.id), ("id", ">", last_id)]
        if not allowed:
            domain.append(("channel", "not in", RATED))
        if self._is_server_away(campaign.user_id):
            domain.append(("channel", "!=", "email"))
        return self.env["client.campaign.delivery"].search(domain, order="id", limit=min(BATCH, allowed or BATCH))

    def _send_batch(self, campaign, deliveries, session):
        """Send these by their channels and commit the fate of each."""
        messages = self._surely(lambda: self._begin_batch(campaign, deliveries, session))
        letters = deliveries.browse(messages)
        try:
            for delivery_id, message in messages.items():
                self._send(delivery_id, message, session)
                if not session.time_left:
                    break
        except UNREACHABLE:
            self._end_batch(letters, session)
            raise
        self._end_batch(letters, session)

    def _end_batch(self, letters, session):
        """Commit the fate of the last message, and enter in the register what was sent of these ``letters``."""
        self._commit(session)
        self.env.invalidate_all()
        self._surely(lambda: self._register_letters(letters, session))

    def _begin_batch(self, campaign, deliveries, session):
        """Commit what is settled without a conversation; return the messages that are left, as they are built."""
        campaign._leave_off_late(deliveries)
        # Who answered while the reminders were being queued is not reminded.
        reminders = deliveries.filtered(lambda delivery: delivery.purpose == "reminder")
        reminders.recipient_id.filtered(lambda one: one.answer or one.receipt_date)._stop_asking()
        awake = self._put_off_quiet(campaign, deliveries.filtered(lambda delivery: delivery.state == "queued"))
        letters = awake.filtered(lambda delivery: delivery.channel == "email")
        self.env["client.campaign.outbox"]._hand_over(awake - letters)
        # Whether they opted out is asked again when it is each letter's turn.
        letters -= letters._settle_unwilling()
        messages = self._build_messages(campaign, letters)
        session.time_left = self.env["ir.cron"]._commit_progress(len(deliveries) - len(messages))
        return messages

    def _register_letters(self, deliveries, session):
        """Commit what was sent of these to the contact register."""
        deliveries._register_contacts()
        session.time_left = self.env["ir.cron"]._commit_progress()

    @api.model
    def _put_off_quiet(self, campaign, deliveries):
        """Return those of ``deliveries`` whose recipients are not in their quiet hours; the others wait for the end."""
        if campaign.quiet_from == campaign.quiet_to:
            return deliveries
        now, awake = fields.Datetime.now(), deliveries.browse()
        for delivery in deliveries:
            recipient = delivery.recipient_id
            zones = [recipient.person_id.tz, recipient.partner_id.tz]
            zone = get_timezone(zones, [recipient.partner_id.country_id.code, campaign.company_id.country_id.code])
            end = get_end_of_quiet(now, zone, campaign.quiet_from, campaign.quiet_to)
            if end:
                delivery.not_before = end
            else:
                awake |= delivery
        return awake
