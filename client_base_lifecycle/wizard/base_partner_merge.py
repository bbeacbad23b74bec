from odoo import api, fields, models


class BasePartnerMerge(models.TransientModel):
    """Of two cards that become one client each has a history; each may have a decision point open, and one stays."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Tell the history of the client that they are from now on: theirs, one behind the other, would be of none."""
        partners = self.env["res.partner"].browse(partner_ids).exists() | (dst_partner or self.env["res.partner"])
        clients = partners.filtered(lambda partner: partner == partner.commercial_partner_id)
        result = super()._merge(partner_ids, dst_partner=dst_partner, extra_checks=extra_checks)
        if len(clients) > 1:
            self.env["client.lifecycle"]._rewrite_history(clients.exists())
        return result

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
