from odoo import api, fields, models
from odoo.tools import SQL


class ClientHandover(models.Model):
    """Who gets a client that was nobody's gets what others have open with it who do not see it any more.

    They had the client once, or worked it while it was free.  The journal says nothing: it was nobody's.
    """

    _inherit = "client.handover"

    taken_from_others = fields.Json(
        string="Taken from Others",
        readonly=True,
        copy=False,
        groups="base.group_system",  # undoing gives back what stands here
        help="With which partners, from whom to whom, and the ids by model: for each of the others.",
    )

    def _take_from_others(self, parts):
        """Have what is open with ``parts`` of clients that were nobody's go to the managers that these have now.

        From whoever does not see them for good; a lead, say, keeps what he has open with a member's client.

        :return: what went from each of them: ``[{"rows": [(part id, giver id, receiver id), …], "moved": {…}}, …]``
        """
        handover = self or self.new()  # says which orders go along
        self.env.flush_all()
        givers = handover._get_givers(parts)
        if not givers:
            return []
        parts._close_requests()
        by_client = parts.grouped("commercial_partner_id")
        taken = []
        for giver, clients in givers:
            theirs = clients.filtered(lambda client, giver=giver: client._get_salesperson(giver) != giver)
            rows = [(part.id, giver.id, client.client_owner_id.id) for client in theirs for part in by_client[client]]
            if rows:
                self.env.flush_all()
                taken.append({"rows": rows, "moved": handover._transfer(self._get_moving_parts(rows))})
        return taken

    def _get_taken_back(self):
        """Return what others had with clients that go back to nobody: ``[(query of the partners, what moved), …]``.

        Who is archived gets nothing.
        """
        lines = self.line_ids.filtered(lambda line: line.state in ("moved", "reported", "confirmed"))
        clients = lines.filtered(lambda line: not line.old_owner_id).partner_id
        result = []
        for taken in self.taken_from_others or ():
            users = self.env["res.users"].browse(giver_id for _part, giver_id, _receiver in taken["rows"])
            parts = self.env["res.partner"].browse(part_id for part_id, _giver, _receiver in taken["rows"]).exists()
            back = set(parts.filtered(lambda part: part.commercial_partner_id in clients).ids)
            active = set(users.exists().filtered("active").ids)
            rows = [
                (part_id, receiver_id, giver_id)
                for part_id, giver_id, receiver_id in taken["rows"]
                if part_id in back and giver_id in active
            ]
            if rows:
                result.append((self._get_moving_parts(rows), taken["moved"]))
        return result

    def _return_work(self, taken):
        """Put back what is still open, and still with whoever got it."""
        for moving, moved in taken:
            self._move_work(moving, moved)
            self.env.flush_all()

    def _return_meetings(self, taken):
        """Put back the meetings still to come, once the clients are the receivers' no more."""
        for moving, moved in taken:
            self.env.flush_all()
            self._move_meetings(moving, moved["calendar.event"])

    def _get_parts_of_nobody(self):
        """Return the parts of the planned clients that had no manager."""
        nobodys = [("handover_id", "=", self.id), ("state", "=", "planned"), ("old_owner_id", "=", False)]
        clients = self.env["client.handover.line"].search(nobodys).partner_id
        return clients.with_context(active_test=False).search([("commercial_partner_id", "in", clients.ids)])

    def _get_givers(self, parts):
        """Return who has something open with ``parts``, and who but a manager follows them: ``[(user, clients), …]``.

        Also who was asked for one of them: to answer is something open.
        """
        rows = self.env.execute_query(
            SQL(
                """
                WITH moving AS (
                    SELECT id AS part_id, commercial_partner_id AS client_id, user_id, client_owner_id
                      FROM res_partner
                     WHERE id = ANY(%s)
                )
                SELECT user_id, array_agg(DISTINCT client_id)
                  FROM (%s) AS concerned (user_id, client_id)
                 WHERE user_id IS NOT NULL
              GROUP BY user_id
              ORDER BY user_id
                """,
                parts.ids,
                SQL(" UNION ALL ").join(self._select_concerned()),
            )
        )
        return [(self.env["res.users"].browse(user_id), parts.browse(clients)) for user_id, clients in rows]

    def _select_concerned(self):
        """Return the queries of who is concerned with the partners ``moving``: the user, and the client."""
        queries = [
            SQL("SELECT user_id, client_id FROM moving WHERE user_id IS DISTINCT FROM client_owner_id"),
            SQL(
                """
                SELECT COALESCE(activity.client_for_id, activity.user_id), activity.client_partner_id
                  FROM mail_activity activity
                 WHERE activity.active AND activity.client_partner_id IN (SELECT client_id FROM moving)
                """
            ),
            SQL(
                """
                SELECT follower_user.id, moving.client_id
                  FROM moving
                  JOIN mail_followers follower ON follower.res_model = 'res.partner'
                                              AND follower.res_id = moving.part_id
                  JOIN res_users follower_user ON follower_user.partner_id = follower.partner_id
                                              AND follower_user.id IS DISTINCT FROM moving.client_owner_id
                """
            ),
        ]
        for document in self._get_handover_documents():
            queries += self._select_salespersons(*document)
        queries.append(self._select_guests())
        return queries

    @api.model
    def _select_guests(self):
        """Return the query of who meets the partners ``moving`` from now on."""
        return SQL(
            """
            SELECT guest_user.id, moving.client_id
              FROM moving
              JOIN calendar_event_res_partner_rel place ON place.res_partner_id = moving.part_id
              JOIN calendar_event event ON event.id = place.calendar_event_id
              JOIN calendar_event_res_partner_rel guest ON guest.calendar_event_id = event.id
              JOIN res_users guest_user ON guest_user.partner_id = guest.res_partner_id
             WHERE event.stop > %s AND event.active
            """,
            fields.Datetime.now(),
        )

    @api.model
    def _select_salespersons(self, model, user_field, partner_field, is_open):
        return [
            SQL(
                """
                SELECT document.%(user)s, moving.client_id
                  FROM moving
                  JOIN %(table)s document ON %(belongs)s
                 WHERE document.id IN %(open)s
                """,
                table=SQL.identifier(model._table),
                user=SQL.identifier(user_field),
                belongs=way,
                # sudo: as when it moves
                open=model.sudo()._search(is_open).subselect(),
            )
            for way in self._get_ways_to_moving(model, [partner_field], "document")
        ]
