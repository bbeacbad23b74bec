from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# Whether the client of a ``line`` was handed over again later, and not put back since.
HANDED_ON = SQL(
    """
    EXISTS (
        SELECT 1 FROM client_handover_line later
         WHERE later.partner_id = line.partner_id AND later.state != 'undone'
           AND (later.moved_on, later.id) > (line.moved_on, line.id)
    )
    """
)


class ClientHandover(models.Model):
    """How a handover is applied and undone, and who is told of it."""

    _inherit = "client.handover"

    # --- there and back ---

    def _apply(self):
        self.env.flush_all()
        # sudo, here and below: what goes with a client goes whole, whoever may write which part of it
        handover = self.sudo()
        handover._judge_lines()
        handover._measure_load()
        handover._transfer(handover._get_moving(("planned",), "old_owner_id", "new_owner_id"))
        taken = handover._take_from_others(handover._get_parts_of_nobody())
        moved = handover._close_lines(
            SQL("state = 'moved', moved_on = %s, moved_by_id = %s", self.env.cr.now(), self.env.uid),
            SQL("line.state = 'planned'"),
        )
        handover._close_earlier_lines()
        others = handover._move_other_activities() + handover._move_other_documents()
        if not moved and not others:
            handover._refuse_empty()
        handover.write(
            {
                "state": "applied" if moved else "done",
                "date_applied": self.env.cr.now(),
                "taken_from_others": taken,
            }
        )
        handover._ask_receivers()

    def _refuse_empty(self):
        if self.line_count:
            # Said here as well: who changes the manager elsewhere has no list before him.
            words = self.env["client.handover.line"]._get_selection_words("refusal")
            refusals = self.env["client.handover.line"]._read_group(
                [("handover_id", "=", self.id), ("refusal", "!=", False)], ["refusal"], order="__count DESC"
            )
            reasons = ", ".join(words[refusal] for (refusal,) in refusals)
            raise UserError(self.env._("Nothing can be handed over: every client is refused (%s).", reasons))
        raise UserError(
            self.env._(
                "Nothing can be handed over: you see no such client. Check which clients are chosen, and whether you "
                "work for the company of ours that they belong to."
            )
        )

    def _undo(self):
        self.env.flush_all()
        # sudo: documents and followers go back as well, whoever may undo the handover
        handover = self.sudo()
        handover._keep_changed()
        taken = handover._get_taken_back()
        handover._return_work(taken)
        handover._transfer(handover._get_moving(("moved", "reported", "confirmed"), "new_owner_id", "old_owner_id"))
        handover._return_meetings(taken)
        handover._close_lines(
            SQL("state = 'undone', undone_on = %s", self.env.cr.now()),
            SQL("line.state IN ('moved', 'reported', 'confirmed')"),
        )
        handover._reopen_earlier_lines()
        handover.activity_unlink(["mail.mail_activity_data_todo"])
        handover.state = "undone"
        handover._return_other_activities()
        handover._return_other_documents()

    def _keep_changed(self):
        """Mark the lines that are not put back.

        Their client has another manager by now, was handed over again, deleted or made a part of another;
        or its old manager is archived and can own nothing.
        """
        self._close_lines(
            SQL("state = 'kept'"),
            SQL(
                """
                line.state IN ('moved', 'reported', 'confirmed') AND (
                    NOT EXISTS (
                        SELECT 1 FROM res_partner client
                         WHERE client.id = line.partner_id AND client.user_id = line.new_owner_id
                           AND client.commercial_partner_id = client.id
                    )
                    OR %s
                    OR EXISTS (
                        SELECT 1 FROM res_users old_owner
                         WHERE old_owner.id = line.old_owner_id AND NOT old_owner.active
                    )
                )
                """,
                HANDED_ON,
            ),
        )

    def _close_lines(self, values, condition):
        """Set ``values`` on the lines that meet ``condition``, both SQL, and return how many they are."""
        rows = self.env.execute_query(
            SQL(
                """
                WITH closed AS (
                    UPDATE client_handover_line line
                       SET %(values)s, write_uid = %(uid)s, write_date = %(now)s
                     WHERE line.handover_id = %(handover)s AND %(condition)s
                 RETURNING line.id
                )
                SELECT count(*) FROM closed
                """,
                values=values,
                condition=condition,
                **self._get_sql_values(),
            )
        )
        self.env["client.handover.line"].invalidate_model(flush=False)
        self.invalidate_recordset(flush=False)
        return rows[0][0]

    def _close_earlier_lines(self):
        """Have nobody confirm any more what an earlier handover brought and this one took on."""
        answered = self.env.execute_query(
            SQL(
                """
                UPDATE client_handover_line earlier
                   SET state = 'kept', write_uid = %(uid)s, write_date = %(now)s
                  FROM client_handover_line line
                 WHERE line.handover_id = %(handover)s AND earlier.partner_id = line.partner_id
                   AND (earlier.moved_on, earlier.id) < (line.moved_on, line.id)
                   AND earlier.state IN ('moved', 'reported')
             RETURNING earlier.handover_id, earlier.new_owner_id
                """,
                **self._get_sql_values(),
            )
        )
        self.env["client.handover.line"].invalidate_model(flush=False)
        for handover_id, receiver_id in sorted(set(answered)):
            self.browse(handover_id)._close_answered(self.env["res.users"].browse(receiver_id))

    def _reopen_earlier_lines(self):
        """Have those confirm after all who had not when this handover took on what they have again."""
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE client_handover_line line
                   SET state = CASE WHEN line.comment IS NULL THEN 'moved' ELSE 'reported' END,
                       write_uid = %(uid)s, write_date = %(now)s
                  FROM client_handover_line undone, client_handover earlier
                 WHERE undone.handover_id = %(handover)s AND undone.state = 'undone'
                   AND line.partner_id = undone.partner_id AND line.new_owner_id = undone.old_owner_id
                   AND (line.moved_on, line.id) < (undone.moved_on, undone.id)
                   AND line.state = 'kept' AND NOT %(handed_on)s
                   AND earlier.id = line.handover_id AND earlier.state != 'undone'
             RETURNING line.handover_id
                """,
                handed_on=HANDED_ON,
                **self._get_sql_values(),
            )
        )
        self.env["client.handover.line"].invalidate_model(flush=False)
        for handover in self.browse(sorted({row[0] for row in rows})):
            handover.state = "applied"
            handover._ask_receivers()

    # --- what is left of somebody who leaves ---

    def _get_activities_left(self):
        """Return the giver's open activities, those too that a substitute does for him."""
        if not self.owner_id:
            return self.env["mail.activity"]
        return self.env["mail.activity"].search(self.owner_id._get_open_activities_domain())

    def _get_other_activities(self):
        """Return those of the giver's open activities that would not go with a planned client."""
        activities = self._get_activities_left()
        if not activities:
            return activities
        moving = self._get_moving(("planned",), "old_owner_id", "new_owner_id")
        going = {
            (model._name, row_id)
            for model in self._get_models_with_activities(moving)
            for row_id, giver, _receiver in self.env.execute_query(self._get_rows_of_clients(moving, model))
            if giver == self.owner_id.id
        }
        return activities.filtered(lambda activity: (activity.res_model, activity.res_id) not in going)

    def _move_other_activities(self):
        """Give what is left of the giver's open activities to whoever gets them; return how many."""
        if self.source != "owner" or not self.other_receiver_id:
            return 0
        count = self._move_work_without_clients()
        activities = self._get_activities_left()
        self._give_other_activities(activities, self.other_receiver_id)
        self.other_activity_ids = activities
        return count + len(activities)

    def _move_work_without_clients(self):
        """Have whoever gets the other activities answer for what the giver did besides clients; return how much."""
        count = 0
        for name, domain in self._get_work_without_clients(self.owner_id).items():
            rows = self[name].search(domain)
            rows.user_id = self.other_receiver_id
            self[name] = rows
            count += len(rows)
        return count

    @api.model
    def _get_work_without_clients(self, user):
        """Return the domains of what ``user`` answers for, other than clients and their documents; addons add theirs.

        :return: by the field that keeps what was handed over, whose rows have a ``user_id``
        :rtype: dict[str, list]
        """
        return {}

    def _return_other_activities(self):
        """Put back what is still open, and still with whoever got it, unless the giver is archived."""
        if self.owner_id.active:
            receiver = self.other_receiver_id
            theirs = self.other_activity_ids.filtered(lambda row: row.active and row.user_id == receiver)
            self._give_other_activities(theirs, self.owner_id)
            for name, domain in self._get_work_without_clients(receiver).items():
                self[name].filtered_domain(domain).user_id = self.owner_id

    def _give_other_activities(self, activities, receiver):
        # What the giver does for somebody away comes back to that one all the same.
        self.env.execute_query(
            SQL(
                """
                UPDATE mail_activity
                   SET user_id = %(receiver)s, client_for_id = NULLIF(client_for_id, %(giver)s)
                 WHERE id = ANY(%(activities)s)
                """,
                receiver=receiver.id,
                giver=self.owner_id.id,
                activities=activities.ids,
            )
        )
        activities.invalidate_recordset(flush=False)
        self._settle(activities, ["user_id"])

    # --- who is told ---

    def _ask_receivers(self):
        """Give each receiver one activity, who has none: to confirm the clients."""
        lines = self.env["client.handover.line"]
        waiting = lines._read_group(
            [("handover_id", "=", self.id), ("state", "in", ("moved", "reported"))], ["new_owner_id"], ["__count"]
        )
        asked = self.activity_search(["mail.mail_activity_data_todo"]).user_id
        for receiver, count in waiting:
            if receiver in asked:
                continue
            told = self._in_language_of(receiver)
            told.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=told.env._("Confirm the clients handed to you: %s", count),
                user_id=receiver.id,
            )

    def _ask_requester(self, lines, comment):
        """Have the requester look at what a receiver reported about ``lines``."""
        told = self._in_language_of(self.requester_id)
        told.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=told.env._(
                "%(receiver)s reports a problem with %(count)s clients", receiver=self.env.user.name, count=len(lines)
            ),
            note=comment,
            user_id=self.requester_id.id,
        )

    def _close_answered(self, receiver):
        """Close the activity of a receiver with nothing left to confirm, and handovers where nobody has."""
        waiting = self.env["client.handover.line"]._read_group(
            [("handover_id", "in", self.ids), ("state", "in", ("moved", "reported"))],
            ["handover_id"],
            ["new_owner_id:recordset"],
        )
        receivers = dict(waiting)
        for handover in self:
            left = receivers.get(handover, receiver.browse())
            if receiver not in left:
                handover.activity_feedback(["mail.mail_activity_data_todo"], user_id=receiver.id)
            if not left:
                handover.state = "done"
