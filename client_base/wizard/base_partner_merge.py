from odoo import models
from odoo.exceptions import AccessError

from ..models.res_partner_figures import MERGING


class BasePartnerMerge(models.TransientModel):
    """Figures are computed after a merge; a substitute merges no client of the absent into somebody else's."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        partners = self.env["res.partner"].browse(partner_ids).exists()
        # sudo: the owners are compared, whoever asks
        if partners._get_lent_clients() and len(set(partners.sudo().mapped("client_owner_id.id"))) > 1:
            raise AccessError(
                self.env._("These clients have different managers, for one of whom you stand in. Ask the team lead.")
            )
        merging = self.with_context(**{MERGING: True})
        if dst_partner:
            dst_partner = dst_partner.with_context(**{MERGING: True})
        result = super(BasePartnerMerge, merging)._merge(
            partner_ids, dst_partner=dst_partner, extra_checks=extra_checks
        )
        partners.exists().commercial_partner_id._refresh_figures()
        return result
