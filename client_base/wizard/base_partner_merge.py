from odoo import models
from odoo.exceptions import AccessError


class BasePartnerMerge(models.TransientModel):
    """A substitute merges no client of the absent manager into somebody else's."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        partners = self.env["res.partner"].browse(partner_ids).exists()
        # sudo: the owners are compared, whoever asks
        if partners._get_lent_clients() and len(set(partners.sudo().mapped("client_owner_id.id"))) > 1:
            raise AccessError(
                self.env._("These clients have different managers, for one of whom you stand in. Ask the team lead.")
            )
        return super()._merge(partner_ids, dst_partner=dst_partner, extra_checks=extra_checks)
