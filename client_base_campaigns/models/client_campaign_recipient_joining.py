from odoo import api, models
from odoo.tools import SQL


class ClientCampaignRecipient(models.Model):
    """Two cards that become one client may be in the same campaign; who got more of it stays."""

    _inherit = "client.campaign.recipient"

    @api.model
    def _leave_one(self, kept, others):
        """Leave of ``kept`` and ``others``, who become one client, one recipient in each campaign."""
        # sudo: who may make one client of them does so with what hangs on them
        recipients = self.sudo().search([("partner_id", "in", (kept | others).ids)], order="id")
        for same in recipients.grouped("campaign_id").values():
            if len(same) > 1:
                stays = max(same, key=lambda recipient: recipient._get_worth(kept))
                stays._take_over(same - stays)

    @api.model
    def _name_persons(self, persons):
        """Have what is addressed to ``persons``, who are clients no more, name them, where nobody else is named."""
        self.flush_model(["partner_id", "person_id"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE client_campaign_recipient SET person_id = partner_id
                 WHERE partner_id = ANY(%s) AND person_id IS NULL
                """,
                persons.ids,
            )
        )
        self.invalidate_model(["person_id"], flush=False)

    def _get_worth(self, kept):
        """Return what is compared of two recipients of a campaign: what is known of them, and how far they got."""
        return (
            bool(self.answer),
            bool(self.receipt_date),
            self.delivery == "sent",
            self.delivery not in ("excluded", "control"),
            self.partner_id == kept,
        )

    def _take_over(self, spare):
        for recipient in spare:
            delivery = recipient._get_selection_words("delivery")[recipient.delivery]
            self.message_post(
                body=self.env._(
                    "The client was in the group with another card too: %(card)s, %(delivery)s. %(result)s",
                    card=recipient.partner_id.display_name,
                    delivery=delivery,
                    result=recipient.result or "",
                )
            )
        self.write(
            {
                "order_count": self.order_count + sum(spare.mapped("order_count")),
                "turnover": self.turnover + sum(spare.mapped("turnover")),
            }
        )
        spare.unlink()
