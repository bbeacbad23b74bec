from odoo import api, models


class BasePartnerMerge(models.TransientModel):
    """Of two cards that become one client each may be in the same campaign; who got more of it stays."""

    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _make_room(self, kept, others):
        super()._make_room(kept, others)
        # sudo: who may change the clients, see _merge, merges what hangs on them
        recipients = self.env["client.campaign.recipient"].sudo()
        recipients = recipients.search([("partner_id", "in", (kept | others).ids)], order="id")
        for same in recipients.grouped("campaign_id").values():
            if len(same) > 1:
                stays = max(same, key=lambda recipient: self._get_worth(recipient, kept))
                self._join_recipients(stays, same - stays)

    @api.model
    def _get_worth(self, recipient, kept):
        """Return what is compared of two recipients of a campaign: what is known of them, and how far they got."""
        return (
            bool(recipient.answer),
            bool(recipient.receipt_date),
            recipient.delivery == "sent",
            recipient.delivery not in ("excluded", "control"),
            recipient.partner_id == kept,
        )

    @api.model
    def _join_recipients(self, stays, spare):
        for recipient in spare:
            delivery = dict(recipient._fields["delivery"]._description_selection(self.env))[recipient.delivery]
            stays.message_post(
                body=self.env._(
                    "The client was in the group with another card too: %(card)s, %(delivery)s. %(result)s",
                    card=recipient.partner_id.display_name,
                    delivery=delivery,
                    result=recipient.result or "",
                )
            )
        spare.unlink()
