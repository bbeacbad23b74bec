from odoo import api, models
from odoo.exceptions import AccessError


class BasePartnerMerge(models.TransientModel):
    """Clients are merged by who may change each of them: Odoo moves what hangs on them by SQL, unasked.

    A substitute merges no client of the absent manager into somebody else's.
    """

    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        partners = self.env["res.partner"].browse(partner_ids).exists()
        (partners | (dst_partner or partners.browse())).check_access("write")
        # sudo: the owners are compared, whoever asks
        if partners._get_lent_clients() and len(set(partners.sudo().mapped("client_owner_id.id"))) > 1:
            raise AccessError(
                self.env._("These clients have different managers, for one of whom you stand in. Ask the team lead.")
            )
        result = super()._merge(partner_ids, dst_partner=dst_partner, extra_checks=extra_checks)
        # What Odoo took over from the others is not what the figures of the whole come to.
        partners.exists().commercial_partner_id._refresh_figures()
        return result

    @api.model
    def _update_values(self, src_partners, dst_partner):
        """Odoo writes field by field what the others know more, also what no person may write by hand."""
        # sudo: the user may change all of them, see _merge
        return super()._update_values(src_partners.sudo(), dst_partner.sudo())
