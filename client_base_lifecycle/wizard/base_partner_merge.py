from odoo import api, models


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
        self.env["client.decision"]._leave_one_open(kept, others)
