import json

from odoo import api, fields, models
from odoo.tools import SQL


class ClientCampaignRecipient(models.Model):
    """Two cards that become one client may be in the same campaign; who got more of it stays."""

    _inherit = "client.campaign.recipient"

    former = fields.Json(
        readonly=True,
        copy=False,
        help="What went out with the keys of other cards, which became a part of this client: "
        '{"keys": [[id, revision]], "messages": [Message-ID]}.',
    )

    _former_index = models.Index("USING gin (former jsonb_path_ops) WHERE former IS NOT NULL")

    @api.model
    def _find_by_former(self, name, values):
        """Return the recipient that now stands for one of ``values`` among its former ``keys`` or ``messages``."""
        if not values:
            return self.browse()
        self.flush_model(["former"])
        one = SQL(" OR ").join(SQL("former @> %s::jsonb", json.dumps({name: [value]})) for value in values)
        rows = self.env.execute_query(SQL("SELECT id FROM client_campaign_recipient WHERE %s LIMIT 1", one))
        return self.browse(rows[0][0] if rows else None)

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
            bool(self._get_in_group()),
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
        self._remember(spare)
        self.write(
            {
                "order_count": self.order_count + sum(spare.mapped("order_count")),
                "turnover": self.turnover + sum(spare.mapped("turnover")),
            }
        )
        spare.unlink()

    def _remember(self, spare):
        """Let the links and letters that went out to ``spare`` lead here: what clients have in hand stays good."""
        known = [recipient.former or {} for recipient in self | spare]
        messages = spare.delivery_ids.filtered("message_id").mapped("message_id")
        self.former = {
            "keys": [key for former in known for key in former.get("keys", ())]
            + [[recipient.id, recipient.revision] for recipient in spare],
            "messages": [message for former in known for message in former.get("messages", ())] + messages,
        }
