from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.likeness import SHOWN, get_likeness

BATCH = 500


class ClientDuplicate(models.Model):
    """Two cards that may be one client, why, and what was decided.

    Only who sees both sees the pair.  A pair that a person called different is not proposed again.
    """

    _name = "client.duplicate"
    _description = "Possible Duplicate"
    _order = "score DESC, id"
    _log_access = False

    one_id = fields.Many2one("res.partner", string="Client", required=True, readonly=True, ondelete="cascade")
    other_id = fields.Many2one(
        "res.partner", string="The Same as", required=True, readonly=True, index=True, ondelete="cascade"
    )
    score = fields.Integer(
        string="Likeness", readonly=True, aggregator="max", help="How likely the two are one client, of 100."
    )
    reasons = fields.Char(string="In Common", compute="_compute_reasons")
    reason_codes = fields.Json(readonly=True)
    state = fields.Selection(
        [("open", "To decide"), ("different", "Two clients")],
        string="Decision",
        required=True,
        default="open",
        readonly=True,
    )
    decided_by_id = fields.Many2one("res.users", string="Decided by", readonly=True, ondelete="set null")

    _pair_unique = models.Constraint("UNIQUE (one_id, other_id)", "The two are compared already.")
    _pair_ordered = models.Constraint("CHECK (one_id < other_id)", "The older card comes first.")

    @api.depends("reason_codes")
    @api.depends_context("lang")
    def _compute_reasons(self):
        words = {
            "vat": self.env._("tax number"),
            "email": self.env._("e-mail"),
            "ref": self.env._("reference"),
            "phone": self.env._("phone"),
            "website": self.env._("website"),
            "name": self.env._("name"),
            "alike": self.env._("names that sound alike"),
        }
        for pair in self:
            pair.reasons = ", ".join(words[code] for code in pair.reason_codes or ())

    @api.depends("one_id", "other_id")
    def _compute_display_name(self):
        for pair in self:
            pair.display_name = f"{pair.one_id.display_name} = {pair.other_id.display_name}"

    @api.model
    def _cron_find(self):
        """Compare the clients whose cards changed with those that are known by the same, batch by batch."""
        while keyed := self.env["client.key"]._refresh():
            if not self._commit_portion(keyed):
                return
        rows = self.env.execute_query(
            SQL(
                """
                DELETE FROM client_key_mark WHERE id IN (
                    SELECT id FROM client_key_mark WHERE keyed ORDER BY id LIMIT %s)
             RETURNING partner_id
                """,
                BATCH,
            )
        )
        self._find(sorted({row[0] for row in rows}))
        self._commit_portion(len(rows))

    @api.model
    def _commit_portion(self, done):
        """Keep what was done, and return whether there is time for more."""
        [[waiting]] = self.env.execute_query(SQL("SELECT count(*) FROM client_key_mark"))
        return self.env["ir.cron"]._commit_progress(done, remaining=waiting)

    @api.model
    def _find(self, ids):
        """Propose the pairs of these clients with any others, and take back what is no more one."""
        keys = self.env["client.key"]
        pairs = keys._find_candidates(ids)
        cards = keys._get_cards({partner_id for pair in pairs for partner_id in pair})
        likely = []
        for one, other in pairs:
            score, reasons = get_likeness(cards.get(one, {}), cards.get(other, {}))
            if score >= SHOWN:
                likely.append({"one_id": one, "other_id": other, "score": score, "reason_codes": reasons})
        self._replace(ids, likely)

    @api.model
    def _replace(self, ids, likely):
        self.env.cr.execute(
            SQL(
                "DELETE FROM client_duplicate"
                " WHERE state = 'open' AND (one_id = ANY(%(ids)s) OR other_id = ANY(%(ids)s))",
                ids=ids,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO client_duplicate (one_id, other_id, score, reason_codes, state)
                SELECT pair.one_id, pair.other_id, pair.score, pair.reason_codes, 'open'
                  FROM jsonb_to_recordset(%s) AS pair (one_id int, other_id int, score int, reason_codes jsonb)
                  JOIN res_partner one ON one.id = pair.one_id AND one.active
                  JOIN res_partner other ON other.id = pair.other_id AND other.active
           ON CONFLICT (one_id, other_id) DO UPDATE SET score = excluded.score, reason_codes = excluded.reason_codes
                """,
                fields.Json().convert_to_column(likely, self),
            )
        )
        self.invalidate_model(flush=False)

    @api.model
    def _move(self, kept, others):
        """Have what was decided of ``others`` hold of ``kept``, which they become; what is open is found again."""
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                WITH gone AS (
                    DELETE FROM client_duplicate WHERE one_id = ANY(%(others)s) OR other_id = ANY(%(others)s)
                 RETURNING CASE WHEN one_id = ANY(%(others)s) THEN other_id ELSE one_id END AS third, *
                )
                INSERT INTO client_duplicate (one_id, other_id, score, reason_codes, state, decided_by_id)
                SELECT DISTINCT ON (third) LEAST(third, %(kept)s), GREATEST(third, %(kept)s), score, reason_codes,
                       state, decided_by_id
                  FROM gone
                 WHERE state = 'different' AND third <> %(kept)s AND third <> ALL(%(others)s)
              ORDER BY third, score DESC
           ON CONFLICT (one_id, other_id)
             DO UPDATE SET (state, decided_by_id) = ROW (excluded.state, excluded.decided_by_id)
                """,
                kept=kept.id,
                others=others.ids,
            )
        )
        self.invalidate_model(flush=False)

    def action_different(self):
        """Remember that these are two clients: they are not proposed again."""
        self._decide("different")

    def action_open_again(self):
        self._decide("open")

    def _decide(self, state):
        (self.one_id | self.other_id).check_access("write")
        # sudo: whoever may change both cards decides; nothing else of the row is anybody's to change
        self.sudo().write({"state": state, "decided_by_id": self.env.uid})

    def action_merge(self):
        """Open the two cards side by side; who makes no one client of two sees them in a list."""
        self.ensure_one()
        merges = self.env["client.duplicate.merge"]
        if not merges.has_access("create"):
            return (self.one_id | self.other_id)._get_records_action(name=self.env._("Possible Duplicates"), context={})
        merge = merges.create({"one_id": self.one_id.id, "other_id": self.other_id.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("One Client out of Two Cards"),
            "res_model": merge._name,
            "res_id": merge.id,
            "views": [(False, "form")],
            "target": "new",
        }
