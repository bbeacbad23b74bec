import json

from odoo import api, models
from odoo.tools import SQL

from .client_campaign_recipient import NOT_WRITTEN_TO


class ClientCampaignRegister(models.AbstractModel):
    """Enters what campaigns sent and brought in the contact register, in sets, each once."""

    _name = "client.campaign.register"
    _description = "Contacts of Campaigns"

    @api.model
    def _register_sent(self, deliveries):
        """Note the sent ones of ``deliveries`` as contacts of their clients."""
        self.env.flush_all()
        self._refresh(
            SQL(
                """
                INSERT INTO client_interaction (
                       partner_id, person_id, user_id, kind, direction, date, subject, state, success,
                       campaign_id, campaign_delivery_id, create_uid, write_uid, create_date, write_date)
                SELECT recipient.partner_id, recipient.person_id, campaign.user_id,
                       CASE WHEN delivery.channel IN ('sms', 'messenger') THEN 'message' ELSE 'letter' END,
                       'out', delivery.sent_date, campaign.name, 'noted', FALSE,
                       campaign.id, delivery.id, %(uid)s, %(uid)s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                  FROM client_campaign_delivery AS delivery
                  JOIN client_campaign_recipient AS recipient ON recipient.id = delivery.recipient_id
                  JOIN client_campaign AS campaign ON campaign.id = delivery.campaign_id
                 WHERE delivery.id = ANY(%(ids)s) AND delivery.state = 'sent' AND delivery.channel <> 'call'
                    ON CONFLICT (campaign_delivery_id) WHERE campaign_delivery_id IS NOT NULL DO NOTHING
             RETURNING id, partner_id
                """,
                uid=self.env.uid,
                ids=deliveries.ids,
            )
        )

    @api.model
    def _register_missed(self, campaigns):
        """Note what was sent in ``campaigns`` and is in the register not yet."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM client_campaign_delivery AS delivery
                 WHERE campaign_id = ANY(%s) AND state = 'sent' AND channel <> 'call'
                   AND NOT EXISTS (SELECT FROM client_interaction AS contact
                                    WHERE contact.campaign_delivery_id = delivery.id)
                """,
                campaigns.ids,
            )
        )
        self._register_sent(self.env["client.campaign.delivery"].browse(number for (number,) in rows))

    @api.model
    def _register_results(self, campaign):
        """Note what the campaign brought with each client that answered or bought: a note, and no contact."""
        self.env.flush_all()
        no_contact = "client_base_campaigns.client_interaction_result_campaign"
        answers = self.env["client.campaign.recipient"]._get_selection_words("answer")
        self._refresh(
            SQL(
                """
                INSERT INTO client_interaction (
                       partner_id, person_id, user_id, kind, date, subject, comment, result_id, state, success,
                       campaign_id, create_uid, write_uid, create_date, write_date)
                SELECT partner_id, person_id, %(user)s, 'message', now() AT TIME ZONE 'UTC', %(name)s,
                       concat_ws('; ', %(answers)s::jsonb ->> answer, NULLIF(result, ''),
                                 CASE WHEN order_count > 0
                                      THEN format(%(bought)s, order_count, to_char(turnover, 'FM999999999990.00')) END),
                       %(no_contact)s, 'noted', FALSE, %(campaign)s, %(uid)s, %(uid)s,
                       now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                  FROM client_campaign_recipient
                 WHERE campaign_id = %(campaign)s AND delivery NOT IN %(not_written_to)s
                   AND (answer IS NOT NULL OR order_count > 0)
             RETURNING id, partner_id
                """,
                not_written_to=NOT_WRITTEN_TO,
                user=campaign.user_id.id,
                no_contact=self.env["ir.model.data"]._xmlid_to_res_id(no_contact) or None,
                name=self.env._("Result of the campaign “%s”", campaign.name),
                answers=json.dumps(answers),
                bought=self.env._("orders: %(orders)s, turnover: %(turnover)s", orders="%1$s", turnover="%2$s"),
                campaign=campaign.id,
                uid=self.env.uid,
            )
        )

    @api.model
    def _refresh(self, insert):
        """Run ``insert``; have the contacts that it returns counted, and the cards of their clients told."""
        rows = self.env.execute_query(insert)
        contacts = self.env["client.interaction"].browse(number for number, _client in rows)
        contacts.invalidate_model()
        # sudo: what is counted, and the dates on the card, follow from the register, whoever fills it
        contacts.sudo()._mark_days()
        self.env["res.partner"].sudo().browse({client for _number, client in rows})._refresh_contact_dates()
