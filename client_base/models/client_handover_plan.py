from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..search import parse_domain
from ..tools.spread import deal_out


class ClientHandover(models.Model):
    """How a handover is planned: which clients, to whom, which of them cannot go, and what comes of it.

    Lines are made and judged by the database, so that a plan of a hundred thousand clients is as
    short a work as one of ten.
    """

    _inherit = "client.handover"

    @api.model
    def _open_for_selection(self, partner_ids, domain=None):
        """Make a handover of the clients chosen in a list, and return the action that opens it.

        :param partner_ids: ids that the list sent
        :param domain: the list's domain, which counts when the list has more than it may send
        """
        partners = self._get_partners()
        handover = self.create({"source": "list", "reason": "other"})
        handover._insert_lines(partners._search(partners._get_chosen_domain(partner_ids, domain)))
        return handover._get_open_action()

    @api.model
    def _get_partners(self):
        """Return the partners as the current user, not the superuser, sees them."""
        return self.env["res.partner"].sudo(False).with_context(active_test=True)

    @api.model
    def _get_all_partners(self):
        """Return the same with what is archived, and in all companies that the user works for.

        Archived clients come back, and then need a manager; who leaves one company leaves all.
        """
        companies = self.env.company | self.env.user.company_ids
        return self._get_partners().with_context(active_test=False, allowed_company_ids=companies.ids)

    @api.model
    def _get_allowed_receivers(self):
        """Return the users who may own clients, for a lead those of his team: who may be chosen as receivers."""
        domain = Domain(self.env["res.users"]._get_client_owners_domain())
        # Who stands in for somebody of another team receives nothing for him.
        scope = self.env.user._client_standing_scope()
        if scope is not None:
            domain &= Domain("id", "in", [user for user in scope if user])
        # sudo: which groups colleagues have
        return self.env["res.users"].sudo().search(domain)

    def _plan(self):
        self._check_plan()
        self.env.flush_all()
        # sudo, here and below: lines are written by the handover's own steps only
        plan = self.sudo()
        if self.source != "list":
            plan._select_lines(self._get_selection())
        plan._take_owners()
        getattr(plan, f"_spread_{self.rule}")()
        plan._judge_lines()
        plan._measure_load()
        plan.state = "preview"

    def _check_plan(self):
        """Raise UserError when something is missing without which no plan can be made."""
        if self.source == "owner" and not self.owner_id:
            raise UserError(self.env._("Choose the manager whose clients are handed over."))
        if not self._get_plan_receivers() and self.rule != "line":
            raise UserError(self.env._("Choose who receives the clients."))

    def _get_plan_receivers(self):
        """Return the receivers that the rule names."""
        by_rule = {"one": self.receiver_id, "equal": self.receiver_ids, "region": self.region_ids.receiver_id}
        return by_rule.get(self.rule, self.receiver_id.browse())

    # --- which clients ---

    def _get_selection(self):
        """Return the query of the partners to be handed over, within what the user sees."""
        partners = self._get_partners()
        if self.source == "domain":
            return partners._search(parse_domain(self.domain) & Domain(partners._get_client_domain()))
        return self._get_all_partners()._search(self._get_owner_domain())

    def _get_owner_domain(self):
        """Return the domain of the giver's clients."""
        return Domain(self.env["res.partner"]._get_client_domain()) & Domain("user_id", "=", self.owner_id.id)

    def _select_lines(self, query):
        """Have a line for each client of ``query``, and no others."""
        self.env.execute_query(
            SQL(
                """
                DELETE FROM client_handover_line line
                 WHERE line.handover_id = %(handover)s
                   AND NOT EXISTS (
                       SELECT 1 FROM res_partner part
                        WHERE part.commercial_partner_id = line.partner_id AND part.id IN %(chosen)s
                   )
                """,
                handover=self.id,
                chosen=query.subselect(),
            )
        )
        self._insert_lines(query)

    def _insert_lines(self, query):
        """Add a line for each client of ``query`` that has none; a contact stands for its company."""
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """
                INSERT INTO client_handover_line
                       (handover_id, partner_id, old_owner_id, state, create_uid, create_date, write_uid, write_date)
                SELECT %(handover)s, client.id, client.user_id, 'planned', %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM res_partner client
                 WHERE client.id IN (SELECT commercial_partner_id FROM res_partner WHERE id IN %(chosen)s)
                   AND NOT EXISTS (
                       SELECT 1 FROM client_handover_line line
                        WHERE line.handover_id = %(handover)s AND line.partner_id = client.id
                   )
              ORDER BY client.id
                """,
                **self._get_sql_values(),
                chosen=query.subselect(),
            )
        )
        self.env.invalidate_all(flush=False)

    def _get_sql_values(self):
        """Return the parameters that the statements of a handover share."""
        return {"handover": self.id, "uid": self.env.uid, "now": self.env.cr.now()}

    def _take_owners(self):
        """Take down whose clients they are now: at the end it is compared with that."""
        self.env.execute_query(
            SQL(
                """
                UPDATE client_handover_line line
                   SET old_owner_id = client.user_id, write_uid = %(uid)s, write_date = %(now)s
                  FROM res_partner client
                 WHERE client.id = line.partner_id AND line.handover_id = %(handover)s
                """,
                **self._get_sql_values(),
            )
        )

    # --- to whom ---

    def _spread_one(self):
        self._assign(SQL("%s", self.receiver_id.id))

    def _spread_line(self):
        """Leave the receivers that were chosen line by line."""

    def _spread_region(self):
        """Give each client the receiver of the deepest region around it that has one."""
        self._assign(
            SQL(
                """(
                SELECT choice.receiver_id
                  FROM client_handover_region choice
                  JOIN client_region around ON around.id = choice.region_id
                  JOIN client_region own ON own.parent_path LIKE around.parent_path || '%%'
                 WHERE choice.handover_id = %s AND own.id = client.client_region_id
              ORDER BY length(around.parent_path) DESC, choice.id
                 LIMIT 1
                )""",
                self.id,
            )
        )

    def _assign(self, receiver):
        """Write ``receiver``, an SQL expression over ``client``, as the new owner on the lines."""
        self.env.execute_query(
            SQL(
                """
                UPDATE client_handover_line line SET new_owner_id = %(receiver)s
                  FROM res_partner client
                 WHERE client.id = line.partner_id AND line.handover_id = %(handover)s
                """,
                receiver=receiver,
                handover=self.id,
            )
        )

    def _spread_equal(self):
        """Deal out the clients that may go, counting those that each receiver keeps.

        First those that belong to one of our companies: only who works for it may get them.
        """
        receivers = (self.receiver_ids & self._get_allowed_receivers()).sorted("id")
        loads = dict.fromkeys(receivers.ids, 0) | self._count_clients(receivers.ids, besides=True)
        for company_id, lines in self._get_lines_to_deal():
            able = [user.id for user in receivers if not company_id or company_id in user._get_client_companies().ids]
            dealt = deal_out(len(lines), {user_id: loads[user_id] for user_id in able})
            for user_id in dealt:
                loads[user_id] += 1
            self._deal(lines, dealt)

    def _get_lines_to_deal(self):
        """Return the lines that lack nothing but a receiver: ``[(company id, line ids), …]``."""
        self._assign(SQL("NULL"))
        return self.env.execute_query(
            SQL(
                """
                SELECT client.company_id, array_agg(line.id ORDER BY line.partner_id, line.id)
                  FROM (%s) AS judged
                  JOIN client_handover_line line ON line.id = judged.id
                  JOIN res_partner client ON client.id = line.partner_id
                 WHERE judged.refusal = 'no_receiver'
              GROUP BY client.company_id
              ORDER BY client.company_id NULLS LAST
                """,
                self._get_judgement(),
            )
        )

    def _deal(self, lines, receivers):
        self.env.execute_query(
            SQL(
                """
                UPDATE client_handover_line line SET new_owner_id = dealt.receiver_id
                  FROM unnest(%s::int[], %s::int[]) AS dealt (line_id, receiver_id)
                 WHERE line.id = dealt.line_id
                """,
                lines,
                receivers,
            )
        )

    def _count_clients(self, user_ids, besides=False):
        """Return how many clients each of the users has, as ``{user id: count}``.

        :param besides: do not count those of this handover
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT client.user_id, count(*)
                  FROM res_partner client
                 WHERE client.user_id = ANY(%(users)s) AND client.active AND client.client_open IS NOT TRUE
                   AND client.commercial_partner_id = client.id
                   AND NOT (%(besides)s AND EXISTS (
                       SELECT 1 FROM client_handover_line line
                        WHERE line.handover_id = %(handover)s AND line.partner_id = client.id
                   ))
              GROUP BY client.user_id
                """,
                users=list(user_ids),
                besides=besides,
                handover=self.id,
            )
        )
        return dict(rows)

    # --- which cannot go ---

    def _judge_lines(self):
        """Sort the lines into planned ones and refused ones with the reason.

        What the user sees and whom he may choose is asked as the user; the rest by the superuser.
        """
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """
                UPDATE client_handover_line line
                   SET state = CASE WHEN judged.refusal IS NULL THEN 'planned' ELSE 'refused' END,
                       refusal = judged.refusal
                  FROM (%(judgement)s) AS judged
                 WHERE judged.id = line.id
                """,
                judgement=self._get_judgement(),
            )
        )
        self.line_ids.invalidate_recordset(flush=False)
        self.invalidate_recordset(flush=False)

    def _get_judgement(self):
        """Return the query of the lines with what speaks against each, the weightiest first."""
        # The standing scope: what is lent to a substitute stays whose it is.
        scope = self.env.user._client_standing_scope()
        own = Domain.TRUE if scope is None else Domain("client_owner_id", "in", scope)
        visible = self._get_all_partners()._search(own)
        return SQL(
            """
            SELECT line.id,
                   CASE
                   WHEN client.id IS NULL OR client.client_open OR client.commercial_partner_id != client.id
                        THEN 'not_client'
                   WHEN seen.id IS NULL THEN 'hidden'
                   WHEN client.user_id IS DISTINCT FROM line.old_owner_id THEN 'changed'
                   WHEN row_number() OVER (PARTITION BY line.partner_id ORDER BY line.id) > 1 THEN 'double'
                   WHEN line.new_owner_id IS NULL THEN 'no_receiver'
                   WHEN line.new_owner_id != ALL(%(receivers)s) THEN 'receiver'
                   WHEN client.company_id IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM res_company_users_rel works
                          JOIN res_company own ON own.id = works.cid
                          JOIN res_company theirs ON own.parent_path LIKE theirs.parent_path || '%%'
                         WHERE theirs.id = client.company_id AND works.user_id = line.new_owner_id
                   ) THEN 'company'
                   WHEN line.new_owner_id = client.user_id THEN 'same'
                   END AS refusal
              FROM client_handover_line line
         LEFT JOIN res_partner client ON client.id = line.partner_id
         LEFT JOIN %(visible)s AS seen (id) ON seen.id = client.id
             WHERE line.handover_id = %(handover)s
            """,
            visible=visible.subselect(),
            receivers=self._get_allowed_receivers().ids,
            handover=self.id,
        )

    # --- what comes of it ---

    def _measure_load(self):
        """Write down the load of every manager concerned, before and after."""
        # sudo: the figures are the handover's own
        self.sudo().load_ids.unlink()
        loads = self.env["client.handover.load"].sudo()
        loads.create([{"handover_id": self.id, "user_id": user, **figures} for user, figures in self._get_loads()])

    def _get_loads(self):
        """Return ``[(user id, figures), …]`` of the managers concerned, by name.

        The figures are values of ``client.handover.load``; addons add theirs.
        """
        # Receivers who get none are shown too: they may have been meant to get some.
        changes = dict.fromkeys(self._get_plan_receivers().ids, 0) | self._get_load_changes()
        before = self._count_clients(changes)
        users = self.env["res.users"].browse(changes).sorted("name")
        return [
            (
                user.id,
                {"client_before": before.get(user.id, 0), "client_after": before.get(user.id, 0) + changes[user.id]},
            )
            for user in users
        ]

    def _get_load_changes(self):
        """Return ``{user id: clients won or lost}`` by the planned lines."""
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT change.user_id, sum(change.clients)
                      FROM client_handover_line line
                      JOIN res_partner client ON client.id = line.partner_id
                CROSS JOIN LATERAL (VALUES (line.old_owner_id, -1), (line.new_owner_id, 1)) AS change (user_id, clients)
                     WHERE line.handover_id = %s AND line.state = 'planned' AND client.active
                       AND change.user_id IS NOT NULL
                  GROUP BY change.user_id
                    """,
                    self.id,
                )
            )
        )
