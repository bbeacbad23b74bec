from odoo import api, fields, models


class BasePartnerMerge(models.TransientModel):
    """Of two cards that become one client each may have a decision point open; one of them stays open."""

    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _make_room(self, kept, others):
        super()._make_room(kept, others)
        # sudo: who may change the clients, see _merge, merges what hangs on them
        points = self.env["client.decision"].sudo()
        points = points.search([("partner_id", "in", (kept | others).ids), ("state", "!=", "done")], order="id")
        for same in points.grouped("company_id").values():
            stays = (same.filtered(lambda point: point.partner_id == kept) or same)[0]
            self._close_points(same - stays, kept)

    @api.model
    def _close_points(self, points, kept):
        points.write(
            {
                "state": "done",
                "decided_on": fields.Date.context_today(self),
                "result": self.env._("Merged with %s", kept.display_name),
            }
        )
