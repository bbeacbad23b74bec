from odoo import api, models
from odoo.tools import SQL


class ClientCampaignSelection(models.AbstractModel):
    """Judges recipients anew, after the group was frozen: addressed to somebody else, or taken in all the same."""

    _inherit = "client.campaign.selection"

    @api.model
    def _judge_person(self, recipient, person, channels):
        """Return the values that ``recipient`` would have been frozen with, had it been addressed to ``person``.

        Whether its client is in a campaign too many is not asked again: that has been decided. Of a person who has left
        the client it is the client itself.

        :param person: one of the client's persons, or none: the client itself is addressed then
        :param channels: those to try before the client's wish and the campaign's
        """
        first = SQL("%s::varchar[]", [channel or None for channel in channels])
        # Nobody has the number 0.
        joined = self._join_persons([person.id or 0])
        with_sifted = self._with_sifted(recipient.campaign_id, recipient.partner_id, joined, first)
        [judged] = self.env.execute_query_dict(
            SQL(
                """
                %s, judged AS (%s)
                SELECT person_id, email, phone, channel, fallback AS fallback_channel, exclusion FROM judged
                """,
                with_sifted,
                self._select_judged(recipient.campaign_id, by_hand=True),
            )
        )
        return self._without_ways(judged)

    @api.model
    def _judge_again(self, recipients):
        """Return ``{recipient: values}`` that these would be frozen with now, addressed and reached as they are.

        As in ``_judge_person``; nor is it asked whether another recipient has the address.
        """
        judged = {}
        for campaign, own in recipients.grouped("campaign_id").items():
            by_client = {recipient.partner_id.id: recipient for recipient in own}
            joined, first = self._join_addressees(campaign), self._get_own_channels(campaign)
            rows = self.env.execute_query_dict(
                SQL(
                    """
                    %s
                    SELECT partner_id, person_id, email, phone, channel, fallback AS fallback_channel,
                           own_exclusion AS exclusion
                      FROM sifted
                  ORDER BY partner_id
                    """,
                    self._with_sifted(campaign, own.partner_id, joined, first),
                )
            )
            judged |= {by_client[row.pop("partner_id")]: self._without_ways(row) for row in rows}
        return judged

    @api.model
    def _with_sifted(self, campaign, partners, person, channels):
        """Return the WITH of the ``sifted`` of these clients, once it was decided which campaigns they are in."""
        self.env.flush_all()
        clients = self.env["res.partner"].with_context(active_test=False)._search([("id", "in", partners.ids)])
        return SQL(
            "WITH reached AS (%s), sifted AS (%s)",
            self._select_reached(campaign, clients, person, channels),
            self._select_sifted(campaign, settled=True),
        )

    @api.model
    def _without_ways(self, judged):
        """Return the ``judged`` values of one recipient, by no channel where it is left out."""
        if judged["exclusion"]:
            judged |= {"delivery": "excluded", "channel": False, "fallback_channel": False}
        return judged

    @api.model
    def _join_addressees(self, campaign):
        """Return the join of the ``person`` whom the campaign's recipient addresses to the ``client``."""
        return SQL(
            """
            LATERAL (
                   SELECT who.id, who.email_normalized, who.phone_sanitized, who.phone
                     FROM client_campaign_recipient AS own
                     JOIN res_partner AS who
                       ON who.id = own.person_id AND who.active AND who.commercial_partner_id = client.id
                    WHERE own.campaign_id = %s AND own.partner_id = client.id) AS person ON TRUE
            """,
            campaign.id,
        )

    @api.model
    def _get_own_channels(self, campaign):
        """Return by which channels the campaign's recipient of the ``addressed`` was to be reached so far."""
        return SQL(
            """
            (SELECT ARRAY[own.channel, own.fallback_channel] FROM client_campaign_recipient AS own
              WHERE own.campaign_id = %s AND own.partner_id = addressed.partner_id)
            """,
            campaign.id,
        )
