from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .client_segment import SegmentField


class ClientSegmentMove(models.Model):
    """One step of a client from segment to segment: when, why, and by whom."""

    _name = "client.segment.move"
    _description = "Segment Movement"
    _order = "date desc, id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", string="Client", required=True, ondelete="cascade")
    company_id = fields.Many2one(
        "res.company", required=True, ondelete="cascade", default=lambda self: self.env.company
    )
    owner_id = fields.Many2one(related="partner_id.client_owner_id", string="Client's Manager")
    date = fields.Datetime(required=True, default=fields.Datetime.now, index=True)
    from_id = SegmentField("client.segment")
    to_id = SegmentField("client.segment", required=True, index=True)
    user_id = fields.Many2one("res.users", string="Decided by", help="Empty when the rule moved the client.")
    rule = fields.Char(required=True, help="The rule's name; see the reason.")
    evidence = fields.Json()
    comment = fields.Char(help="What the person who decided said about it.")
    reason = fields.Text(compute="_compute_reason")

    # The latest of a client, without a sort.
    _partner_date_index = models.Index("(partner_id, company_id, date DESC, id DESC)")

    @api.depends("rule", "evidence", "comment")
    @api.depends_context("lang")
    def _compute_reason(self):
        lifecycle = self.env["client.lifecycle"]
        for move in self:
            move.reason = lifecycle._get_reason(move.rule, move.evidence, move.comment)

    def flush_model(self, fnames=None):
        # As of where clients stand: also of those whose purchases changed just now.
        self.env["client.lifecycle"]._refresh_waiting()
        super().flush_model(fnames)

    @api.model
    def _select_base_on(self, day):
        """Return the query of where each client stood at the end of ``day``: ``partner_id, segment_id``."""
        self.flush_model(["partner_id", "company_id", "date", "to_id"])
        return SQL(
            """
            SELECT DISTINCT ON (partner_id) partner_id, to_id AS segment_id
              FROM client_segment_move
             WHERE company_id = %s AND date < %s
          ORDER BY partner_id, company_id, date DESC, id DESC
            """,
            self.env.company.id,
            fields.Date.to_date(day) + timedelta(days=1),
        )

    @api.model
    def _from_base_on(self, day):
        """Return from where pages count the base at the end of ``day``: of those who are clients still.

        Its tables are ``base``, ``partner`` and ``segment``.
        """
        return SQL(
            """
            FROM (%s) base
            JOIN res_partner partner ON partner.id = base.partner_id AND %s
            JOIN client_segment segment ON segment.id = base.segment_id
            """,
            self._select_base_on(day),
            self._is_client(),
        )

    @api.model
    def _get_flows(self, date_from, date_to, owners=None):
        """Return the movements from ``date_from`` to ``date_to``, both days included, added up.

        :param owners: of the clients of these managers only; ``False`` among them is nobody
        :return: ``[{"from", "to", "person", "count"}]``, the codes of segments, ``None`` where the client came in
        """
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT origin.code AS "from", target.code AS "to", move.user_id IS NOT NULL AS person, count(*) AS count
                %s AND %s
              GROUP BY 1, 2, 3
              ORDER BY 4 DESC, 1, 2, 3
                """,
                self._from_moves(self.env.company, date_from, date_to),
                self._get_owned(owners),
            )
        )

    @api.model
    def _from_moves(self, company, date_from, date_to):
        """Return from where every page counts movements: of those who are clients still, both days included.

        Its tables are ``move``, ``partner``, ``origin`` (none where the client came in) and ``target``.
        """
        self.flush_model()
        return SQL(
            """
            FROM client_segment_move move
            JOIN res_partner partner ON partner.id = move.partner_id AND %(client)s
            JOIN client_segment target ON target.id = move.to_id
       LEFT JOIN client_segment origin ON origin.id = move.from_id
           WHERE move.company_id = %(company)s AND move.date >= %(start)s AND move.date < %(end)s
             AND move.from_id IS DISTINCT FROM move.to_id
            """,
            client=self._is_client(),
            company=company.id,
            start=date_from,
            end=date_to + timedelta(days=1),
        )

    @api.model
    def _is_client(self):
        """Return the condition that the ``partner`` is a client still: neither archived, nor a contact by now."""
        return SQL("partner.active AND partner.commercial_partner_id = partner.id AND partner.client_open IS NOT TRUE")

    @api.model
    def _get_owned(self, owners):
        """Return the condition that the ``partner`` belongs to one of ``owners``."""
        if owners is None:
            return SQL("TRUE")
        ids = [owner for owner in owners if owner]
        return SQL("COALESCE(partner.client_owner_id, 0) = ANY(%s)", [*ids, 0] if False in owners else ids)
