import json

from odoo import api, models
from odoo.tools import SQL


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
             RETURNING partner_id
                """,
                uid=self.env.uid,
                ids=deliveries.ids,
            )
        )

    @api.model
    def _register_results(self, campaign):
        """Note what the campaign brought with each client that answered or bought."""
        self.env.flush_all()
        answers = dict(self.env["client.campaign.recipient"]._fields["answer"]._description_selection(self.env))
        self._refresh(
            SQL(
                """
                INSERT INTO client_interaction (
                       partner_id, person_id, user_id, kind, direction, date, subject, comment, state, success,
                       campaign_id, create_uid, write_uid, create_date, write_date)
                SELECT partner_id, person_id, %(user)s, 'message', 'in', now() AT TIME ZONE 'UTC', %(name)s,
                       concat_ws('; ', %(answers)s::jsonb ->> answer, NULLIF(result, ''),
                                 CASE WHEN order_count > 0
                                      THEN format(%(bought)s, order_count, to_char(turnover, 'FM999999999990.00')) END),
                       'noted', COALESCE(order_count > 0 OR answer = 'yes', FALSE), %(campaign)s, %(uid)s, %(uid)s,
                       now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                  FROM client_campaign_recipient
                 WHERE campaign_id = %(campaign)s AND delivery NOT IN ('excluded', 'control')
                   AND (answer IS NOT NULL OR order_count > 0)
             RETURNING partner_id
                """,
                user=campaign.user_id.id,
                name=self.env._("Result of the campaign “%s”", campaign.name),
                answers=json.dumps(answers),
                bought=self.env._("orders: %(orders)s, turnover: %(turnover)s", orders="%1$s", turnover="%2$s"),
                campaign=campaign.id,
                uid=self.env.uid,
            )
        )

    @api.model
    def _refresh(self, insert):
        """Run ``insert`` and tell the cards of the clients that it returns."""
        clients = {row[0] for row in self.env.execute_query(insert)}
        self.env["client.interaction"].invalidate_model()
        # sudo: the dates on the card follow from the register, whoever fills it
        self.env["res.partner"].sudo().browse(clients)._refresh_contact_dates()
