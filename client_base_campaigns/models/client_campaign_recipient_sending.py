from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from .client_campaign import ASKING


class ClientCampaignRecipient(models.Model):
    """Who may be written to still, and what a person decides about messages that failed or are uncertain."""

    _inherit = "client.campaign.recipient"

    @api.model
    def _get_refusal(self, recipient):
        """Return why the ``recipient`` (an alias) must get nothing any more, to the last moment; NULL where it may.

        By one way means by all; and what the client itself does not want its persons do not get, as in the choice of
        the group. The client is looked up once: planned for each letter, that counts.
        """
        return SQL(
            """(
                SELECT CASE WHEN client.active IS NOT TRUE THEN 'archived'
                            WHEN EXISTS (SELECT FROM mail_blacklist AS list
                                          WHERE list.active
                                            AND list.email IN (%(recipient)s.email, client.email_normalized))
                              OR EXISTS (SELECT FROM phone_blacklist AS list
                                          WHERE list.active
                                            AND list.number IN (%(recipient)s.phone, client.phone_sanitized))
                            THEN 'opt_out' END
                  FROM res_partner AS client
                 WHERE client.id = %(recipient)s.partner_id)
            """,
            recipient=SQL.identifier(recipient),
        )

    @api.model
    def _get_willing(self, recipient):
        """Return what is true of the ``recipient`` (an alias) that may get something still."""
        return SQL("%s IS NULL", self._get_refusal(recipient))

    @api.model
    def _get_gone(self):
        """Return what became of the ``recipient`` since its group was frozen: the client died, or the person left.

        Asked for a portion at a time: for each letter these joins would be planned anew.
        """
        return SQL(
            """
            CASE WHEN EXISTS (SELECT FROM res_partner AS client
                                JOIN client_campaign AS campaign ON campaign.id = recipient.campaign_id
                                JOIN client_standing AS standing
                                  ON standing.partner_id = client.id AND standing.company_id = campaign.company_id
                               WHERE client.id = recipient.partner_id AND %s = 'no')
                 THEN 'not_revivable'
                 WHEN person_id IS NOT NULL
                  AND NOT EXISTS (SELECT FROM res_partner AS person
                                   WHERE person.id = recipient.person_id AND person.active
                                     AND person.commercial_partner_id = recipient.partner_id)
                 THEN 'person_left' END
            """,
            self.env["client.standing"]._get_revivable(),
        )

    def _get_late_exclusions(self):
        """Return ``{recipient: exclusion}`` of those that are to get nothing any more."""
        self.env.flush_all()
        self.env["client.standing"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT id, COALESCE(%s, %s) FROM client_campaign_recipient AS recipient WHERE id = ANY(%s)",
                self._get_refusal("recipient"),
                self._get_gone(),
                self.ids,
            )
        )
        return {self.browse(number): exclusion for number, exclusion in rows if exclusion}

    def action_send_again(self):
        """Queue again what failed, was left off or is uncertain: a person decided so.

        A campaign that is at its results stays there: what is queued goes out all the same, and nobody else is
        reminded or called any more.
        """
        self._check_marketer()
        deliveries = self.delivery_ids.filtered(lambda one: one._may_go_again())
        deliveries.recipient_id.check_access("write")
        for campaign in deliveries.campaign_id.filtered(lambda campaign: campaign.state in ASKING):
            campaign._check_not_over()
        failed = deliveries.filtered(lambda one: one.state == "failed")
        failed.recipient_id._renew_addresses()
        # sudo: nobody writes messages, buttons and jobs do
        for delivery in failed.sudo():
            delivery.address = delivery.recipient_id._get_address(delivery.channel)
        # A new message of its own: with the old Message-ID a server would drop it as the same one.
        deliveries.sudo().write(
            {"state": "queued", "attempts": 0, "note": False, "not_before": False, "message_id": False}
        )
        chosen = deliveries.filtered(lambda one: one.purpose == "offer").recipient_id
        chosen.write({"delivery": "queued", "delivery_note": False})
        chosen.campaign_id.filtered(lambda campaign: campaign.state == "receipts")._take_step(state="sending")
        self.env["client.campaign"]._run_now()

    def _renew_addresses(self):
        """Take the addresses that the cards say now: somebody corrected what a message failed by."""
        for recipient, judged in self.env["client.campaign.selection"]._judge_again(self).items():
            recipient.write({name: judged[name] for name in ("email", "phone") if judged[name]})

    def action_mark_done(self):
        """Note that what was to do by hand was done: posted, faxed, called."""
        self.delivery_ids.action_mark_done()

    def action_settle_sent(self):
        """Take uncertain messages as sent: a person found out."""
        self._check_marketer()
        self.delivery_ids.filtered(lambda one: one.state == "uncertain")._settle_by_hand()

    def _check_marketer(self):
        if not self._is_marketer():
            raise AccessError(self.env._("What is sent again the marketer decides."))
