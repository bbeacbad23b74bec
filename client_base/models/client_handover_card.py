from odoo import api, models
from odoo.tools import SQL

# Under this name a transaction keeps its handovers that began on a card.
ON_CARDS = "client_handover_on_cards"


class ClientHandover(models.Model):
    """A salesperson changed on the card is a handover as well: what is open goes along, and the journal says so.

    Nobody is asked to confirm it.  What one user gives another in one transaction, an import say, is one handover.
    """

    _inherit = "client.handover"

    @api.model
    def _begin_on_card(self, clients, owner_id):
        """Take down whose ``clients`` are, before the user ``owner_id`` becomes their salesperson."""
        handover = self._get_on_card(owner_id) if clients else self.browse()
        if handover:
            handover._insert_lines_on_card(clients)
        return handover

    def _finish_on_card(self):
        """Have what is open go along with the clients, which are the receiver's by now."""
        if self:
            self.env.flush_all()
            self._transfer(self._get_moving(("planned",), "old_owner_id", "new_owner_id"))
            self._close_lines_on_card()

    @api.model
    def _take_along(self, parts, clients, giver, receiver):
        """Have what the giver has open with partners go to the manager of the client that they became parts of.

        :param clients: those of them that were clients of their own: of these the journal says so
        """
        handover = self._begin_on_card(clients, receiver.id)
        self.env.flush_all()
        moving = self._get_moving_parts([(part_id, giver.id, receiver.id) for part_id in parts.ids])
        (handover or self.new())._transfer(moving)
        if handover:
            handover._close_lines_on_card()

    def _close_lines_on_card(self):
        self._close_lines(
            SQL("state = 'confirmed', moved_on = %s, moved_by_id = %s", self.env.cr.now(), self.env.uid),
            SQL("line.state = 'planned'"),
        )
        self._close_earlier_lines()

    def _get_on_card(self, owner_id):
        """Return the handover of this transaction that gives clients to the user ``owner_id``, if need be a new one."""
        known = self.env.cr.precommit.data.setdefault(ON_CARDS, {})
        handover = self.browse(known.get((self.env.uid, owner_id))).exists()
        if not handover:
            handover = self.create(
                {
                    "reason": "other",
                    "note": self.env._("The salesperson was changed on the card."),
                    "source": "list",
                    "receiver_id": owner_id,
                    "state": "done",
                    "date_applied": self.env.cr.now(),
                }
            )
            known[self.env.uid, owner_id] = handover.id
        return handover

    def _insert_lines_on_card(self, clients):
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """
                INSERT INTO client_handover_line
                       (handover_id, partner_id, old_owner_id, new_owner_id, state,
                        create_uid, create_date, write_uid, write_date)
                SELECT %(handover)s, client.id, client.user_id, %(receiver)s, 'planned',
                       %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM res_partner client
                 WHERE client.id = ANY(%(clients)s)
              ORDER BY client.id
             RETURNING id
                """,
                **self._get_sql_values(),
                receiver=self.receiver_id.id,
                clients=clients.ids,
            )
        )
