from odoo import Command, api, models
from odoo.exceptions import AccessError, UserError


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
        kept = dst_partner or self._get_ordered_partner(partner_ids)[-1]
        clients = (partners | kept).commercial_partner_id
        self._hand_over_to_owner_of(kept, partners - kept)
        self._make_room(kept, partners - kept)
        result = super()._merge(partner_ids, dst_partner=kept, extra_checks=extra_checks)
        # sudo: as below; a contact that is kept is no client
        kept.sudo()._join_clients()
        # What Odoo took over from the others is not what the figures of the whole come to; nor has a client
        # any more what its contact takes along.
        (clients | kept.commercial_partner_id).exists()._refresh_figures()
        return result

    @api.model
    def _make_room(self, kept, others):
        """Settle what a client has only one of, before the rows of ``others`` become those of ``kept``.

        Where two would be in each other's way, Odoo deletes all rows of that table that the others have, or fails.
        Addons say here which of theirs stays.
        """

    @api.model
    def _hand_over_to_owner_of(self, kept, others):
        """Have all that is open with clients of other managers go to the manager of the client that is kept.

        One of theirs manages it where nobody does, or somebody who has left.
        """
        # sudo: the user may change all of them; the journal says who did it
        kept, others = kept.sudo(), others.sudo()
        clients = others.filtered(lambda partner: partner == partner.commercial_partner_id)
        if kept == kept.commercial_partner_id and not kept.client_open and not kept.client_owner_id.active:
            able = clients.client_owner_id.filtered(lambda user: user.active and not kept._get_refusal_of_owner(user))
            kept.user_id = able[:1] or kept.user_id
        owner = kept.client_owner_id
        foreign = clients.filtered(lambda client: client.client_owner_id != owner)
        if not owner.active or not foreign:
            return
        handover = self.env["client.handover"].sudo()  # sudo: as above
        handover = handover.create(
            {
                "source": "list",
                "receiver_id": owner.id,
                "reason": "other",
                "note": self.env._("Merged with %s", kept.display_name),
                "line_ids": [Command.create({"partner_id": client.id}) for client in foreign],
            }
        )
        handover.action_preview()
        if not handover.planned_count:
            raise UserError(
                self.env._(
                    "%(owner)s, the manager of %(client)s, cannot get what is open with the others. Hand "
                    "%(client)s over to somebody else first.",
                    owner=owner.name,
                    client=kept.display_name,
                )
            )
        handover.action_apply()

    @api.model
    def _update_values(self, src_partners, dst_partner):
        """Odoo writes field by field what the others know more, also what no person may write by hand."""
        # sudo: the user may change all of them, see _merge
        return super()._update_values(src_partners.sudo(), dst_partner.sudo())
