import logging
import random
import time
from typing import NamedTuple

from psycopg2 import errors

from odoo import api, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

BATCH = 20_000
TRIES = 7
# Seconds.
PAUSE = 0.05
# Under this name a transaction keeps who is :class:`Waiting`.
WAITING = "client_lifecycle"
# And under this one whether thresholds changed.
TERMS = "client_lifecycle_terms"
# From so many changes on PostgreSQL looks at the rows anew.
MANY = 1000


class Waiting(NamedTuple):
    """Ids of the partners whose clients are to be placed, and of the orders that count since a moment ago."""

    partners: set
    orders: set


class ClientLifecycle(models.AbstractModel):
    """The engine that counts purchases and places clients on segments.

    This file says when and in which portions; ``client_lifecycle_place.py`` is the one statement
    that does a portion, ``client_lifecycle_purchases.py`` says what a purchase is,
    ``client_lifecycle_history.py`` tells the past of clients that nobody watched, and
    ``client_lifecycle_add.py`` adds a single order without the statement.

    A portion writes only what differs, and doing it twice changes nothing.  So whoever is stopped,
    or does the same at the same time, does no harm: the next run finds what is left to do.
    """

    _name = "client.lifecycle"
    _description = "Client Lifecycle Engine"

    @api.model
    def _refresh(self, partners):
        """Place the clients that ``partners`` belong to, from their purchases as they are now."""
        # sudo: a client is placed also where who changed it, or its order, may not see all that counts
        self.sudo()._place_clients_of(partners)
        self._invalidate()

    @api.model
    def _place_clients_of(self, partners):
        """Place them as the superuser; what was read of them before is to be forgotten by the caller."""
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        if ids := [client_id for (client_id,) in self.env.execute_query(self._select_clients_of(partners))]:
            self._place(ids)

    @api.model
    def _select_clients_of(self, partners):
        """Return the query of ``partners`` and the clients that they belong to, in the order of their ids."""
        ids = partners.ids
        return SQL(
            "SELECT id FROM res_partner WHERE id = ANY(%s)"
            " UNION SELECT commercial_partner_id FROM res_partner WHERE id = ANY(%s) ORDER BY 1",
            ids,
            ids,
        )

    @api.model
    def _refresh_later(self, partners, *, changed=None, new=None):
        """Place the clients of ``partners`` once somebody asks where they stand, at the latest when this is committed.

        What writes an order several times places its client once, and a computation, which may write
        nothing itself, places it as well.

        :param changed: orders that count otherwise now, or no longer
        :param new: orders that count now, and did not before
        """
        precommit = self.env.cr.precommit
        if WAITING not in precommit.data:
            # While somebody waits nothing is read that would have to be forgotten.
            self._invalidate()
            precommit.data[WAITING] = Waiting(set(), set())
            precommit.add(self._refresh_waiting)
        waiting = precommit.data[WAITING]
        waiting.partners.update(partners.ids)
        waiting.orders.difference_update(changed.ids if changed else ())
        waiting.orders.update(new.ids if new else ())

    @api.model
    def _refresh_waiting(self):
        """Place the clients whose purchases changed; nothing that was read while they waited has to be forgotten.

        The rules move them, also where it is a person's decision that comes next.
        """
        data = self.env.cr.precommit.data
        if data.keys().isdisjoint({TERMS, WAITING}):
            return
        # sudo: an order moves its client also when who confirmed it may not edit the client
        ruled = self.sudo()
        if self.env.context.get("client_decided"):
            ruled = ruled.with_context(client_decided=False)
        if data.pop(TERMS, None):
            ruled._begin()
        if waiting := data.pop(WAITING, None):
            env = ruled.env
            env["client.lifecycle"]._place_waiting(
                env["res.partner"].browse(waiting.partners), env["sale.order"].browse(waiting.orders)
            )

    @api.model
    def _place_waiting(self, partners, orders):
        """Place the clients of ``partners`` and of ``orders``, the orders that count since a moment ago.

        By counting all their purchases; ``client_lifecycle_add.py`` comes before.
        """
        if partners := partners | orders.partner_id:
            self._place_clients_of(partners)

    @api.model
    def _leave_out_colleagues(self, ids):
        """Take the standings of the colleagues ``ids`` away, and that they came as clients."""
        # sudo: colleagues are no clients, whoever makes their users
        self.sudo()._place(ids)
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM client_segment_move came
                 USING res_partner colleague
                 WHERE came.partner_id = ANY(%s) AND came.from_id IS NULL AND came.rule = 'no_agreement'
                   AND colleague.id = came.partner_id AND colleague.client_open
                   AND NOT EXISTS (SELECT FROM client_segment_move later
                                    WHERE later.partner_id = came.partner_id AND later.from_id IS NOT NULL)
                """,
                ids,
            )
        )
        self._invalidate()

    @api.model
    def _refresh_all(self, *, rebuild=False):
        """Place every client anew, in portions; commit each when run as a job.

        :param rebuild: count the purchases of all clients, not only of those for whom something differs
        """
        # sudo: the rules of life hold for the whole base, whoever starts the job
        lifecycle = self.sudo()
        committing = bool(self.env.context.get("cron_id"))
        done = 0
        for remaining, ids in lifecycle._find(rebuild=rebuild, committing=committing):
            lifecycle._place_surely(ids, committing=committing)
            lifecycle._invalidate()
            done += len(ids)
            if committing and not self.env["ir.cron"]._commit_progress(len(ids), remaining=remaining):
                break
        else:
            if committing:
                lifecycle._analyse_next()
        _logger.info("clients placed: %s", done)
        lifecycle._learn(done)

    @api.model
    def _learn(self, written):
        """Tell PostgreSQL what the rows are like where many changed: without that the next plan may be a bad one."""
        if written > MANY:
            self.env.cr.execute("ANALYZE client_standing, client_segment_move")

    @api.model
    def _rebuild(self):
        """Count everything anew; the history stays as it was recorded."""
        self._refresh_all(rebuild=True)

    @api.model
    def _refresh_soon(self, companies):
        """Place the clients of ``companies`` by new thresholds, as :meth:`_refresh_later` does by new purchases."""
        self.env["res.company"].flush_model()
        self.env.cr.execute(
            SQL("UPDATE client_standing SET due = '-infinity' WHERE company_id = ANY(%s)", companies.ids)
        )
        # Of a form that changes several of them only the last state counts.
        precommit = self.env.cr.precommit
        if TERMS not in precommit.data:
            self._invalidate()
            precommit.data[TERMS] = True
            precommit.add(self._refresh_waiting)

    @api.model
    def _begin(self):
        """Place every client: at once where one portion holds them all, otherwise by the job."""
        # sudo: how many there are decides who does it
        if self.env["res.partner"].sudo().search_count([], limit=BATCH + 1) <= BATCH:
            self._refresh_all()
        else:
            self.env.ref("client_base_lifecycle.ir_cron_refresh_segments")._trigger()

    @api.model
    def _find(self, *, rebuild, committing):
        """Yield ``(clients left, ids)`` of clients whose standing is not what the purchases say.

        One pass over the index of purchases finds them all; the cursor keeps them on the server,
        so that memory does not grow with the base.
        """
        self._flush_purchases()
        cr = self.env.cr
        # The index of purchases is read from one end to the other: no page of it is far from the one before.
        cr.execute("SET LOCAL random_page_cost = 1.1")
        query = SQL("SELECT id, count(*) OVER () FROM (%s) found", self._select_found(rebuild=rebuild))
        cr.execute(SQL("DECLARE client_lifecycle_found NO SCROLL CURSOR WITH HOLD FOR %s", query))
        if committing:
            self.env["ir.cron"]._commit_progress()
        try:
            done = 0
            while rows := self.env.execute_query(SQL("FETCH %s FROM client_lifecycle_found", BATCH)):
                done += len(rows)
                yield rows[0][1] - done, [client_id for client_id, _count in rows]
        finally:
            cr.execute("CLOSE client_lifecycle_found")

    @api.model
    def _place_surely(self, ids, *, committing):
        """Place these clients, again where somebody else placed one of them meanwhile."""
        if committing:
            self._try(lambda: self._place_found(ids))
        else:
            self._place_found(ids)

    @api.model
    def _try(self, act):
        """Do ``act``, again where somebody else wrote the same meanwhile: what is not committed before is lost then."""
        for attempt in range(TRIES):
            try:
                act()
                return
            except (errors.SerializationFailure, errors.DeadlockDetected):
                self.env.cr.rollback()
                if attempt == TRIES - 1:
                    raise
                # Two that keep meeting fall out of step.
                time.sleep(random.uniform(0, PAUSE * 2**attempt))

    @api.model
    def _place_found(self, ids):
        """Place clients that the job found."""
        self._place(ids)
