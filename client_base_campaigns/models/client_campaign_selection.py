from odoo import api, models
from odoo.tools import SQL

from .client_campaign import RUNNING
from .client_campaign_recipient import NOT_WRITTEN_TO

# Two clients with one e-mail address or phone get one message; a call or a letter names each.
ONCE_PER_ADDRESS = ("email", "sms")


class ClientCampaignSelection(models.AbstractModel):
    """Judges a set of clients for a campaign and freezes it into recipients, all in the database.

    Who is judged comes as a query that has been through the rules; nothing is added to it here.
    """

    _name = "client.campaign.selection"
    _description = "Selection of a Campaign's Group"

    @api.model
    def _freeze(self, campaign, clients, reason, by_hand=False, persons=()):
        """Insert the recipients that ``clients`` (a query on partners) become; return their ids.

        :param persons: ids of those of the clients' persons, one of each, that the campaign is addressed to
        """
        self.env.flush_all()
        self.env["client.standing"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO client_campaign_recipient (
                       campaign_id, partner_id, owner_id, person_id, reason, email, phone, channel, fallback_channel,
                       exclusion, delivery, order_count, turnover, currency_id, revision,
                       create_uid, write_uid, create_date, write_date)
                SELECT %(campaign)s, partner_id, owner_id, person_id, %(reason)s, email, phone, channel, fallback,
                       exclusion,
                       CASE WHEN exclusion = 'control' THEN 'control'
                            WHEN exclusion IS NOT NULL THEN 'excluded' ELSE 'waiting' END,
                       0, 0, %(currency)s, 0, %(uid)s, %(uid)s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                  FROM (%(judged)s) AS judged
              ORDER BY partner_id
                    ON CONFLICT (campaign_id, partner_id) DO NOTHING
             RETURNING id
                """,
                campaign=campaign.id,
                reason=reason,
                currency=campaign.currency_id.id,
                uid=self.env.uid,
                judged=self._select(campaign, clients, by_hand, persons),
            )
        )
        campaign.invalidate_recordset()
        self.env["client.campaign.recipient"].invalidate_model()
        return [row[0] for row in rows]

    @api.model
    def _find_reached(self, campaign, clients, persons=()):
        """Return the ids of those of ``clients`` whom ``campaign`` would reach, the control group among them."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT partner_id FROM (%s) AS judged
                    WHERE exclusion IS NULL OR exclusion = 'control' ORDER BY partner_id""",
                self._select(campaign, clients, persons=persons),
            )
        )
        return [client for (client,) in rows]

    @api.model
    def _select(self, campaign, clients, by_hand=False, persons=()):
        """Return the SELECT of the judged clients, one row each: addresses, channels, exclusion."""
        return SQL(
            """
            WITH reached AS (%(reached)s), sifted AS (%(sifted)s), judged AS (%(judged)s), capped AS (%(capped)s)
            SELECT partner_id, owner_id, person_id, email, phone, runs,
                   CASE WHEN exclusion IS NULL THEN channel END AS channel,
                   CASE WHEN exclusion IS NULL THEN fallback END AS fallback,
                   CASE WHEN exclusion IS NULL
                         AND row_number() OVER (
                             PARTITION BY exclusion IS NULL ORDER BY md5(%(draw)s || '/' || partner_id))
                             <= round(count(*) OVER (PARTITION BY exclusion IS NULL) * %(control)s / 100)
                        THEN 'control' ELSE exclusion END AS exclusion
              FROM capped
            """,
            reached=self._select_reached(
                campaign, clients, self._join_persons(persons) if persons else self._join_members(campaign)
            ),
            sifted=self._select_sifted(campaign),
            judged=self._select_judged(campaign, by_hand),
            capped=self._select_capped(campaign, by_hand),
            draw=str(campaign.draw),
            control=0 if by_hand else campaign.control_percent,
        )

    @api.model
    def _select_reached(self, campaign, clients, person, channels=None):
        """Return the SELECT of the clients with their addressees, and the channels that reach these.

        :param SQL person: the join of the ``person`` addressed to the ``client``
        :param SQL channels: those of the ``addressed`` that go before the client's wish and the campaign's
        """
        first, second = campaign.channel, campaign.fallback_channel
        # The text can be written until it is sent; who joins one that went without is reached in another way.
        texts = bool(campaign.sms_text) or campaign.state in ("draft", "group", "offer")
        return SQL(
            """
            SELECT found.*, chosen.channel,
                   (SELECT way FROM unnest(found.ways) AS way WHERE way <> chosen.channel LIMIT 1) AS fallback
              FROM (SELECT addressed.*,
                           ARRAY(SELECT way
                                   FROM unnest(%(channels)s
                                               || ARRAY[addressed.wish, %(first)s, %(second)s]::varchar[])
                                        WITH ORDINALITY AS listed (way, place)
                                  WHERE CASE WHEN way IS NULL THEN FALSE
                                             WHEN way = 'email' THEN email <> ''
                                             WHEN way = 'letter' THEN postal
                                             WHEN way = 'sms' AND NOT %(texts)s THEN FALSE
                                             ELSE phone <> '' END
                               ORDER BY place) AS ways
                      FROM (%(addressed)s) AS addressed) AS found
             CROSS JOIN LATERAL (SELECT found.ways[1] AS channel) AS chosen
            """,
            first=first,
            second=second or None,
            channels=channels or SQL("ARRAY[]::varchar[]"),
            texts=texts,
            addressed=self._select_addressed(campaign, clients, person),
        )

    @api.model
    def _select_addressed(self, campaign, clients, person):
        return SQL(
            """
            SELECT client.id AS partner_id, client.client_owner_id AS owner_id, client.client_region_id AS region_id,
                   %(revivable)s AS revivable, standing.turnover AS turnover,
                   client.client_reach_by AS wish, person.id AS person_id,
                   COALESCE(person.email_normalized, client.email_normalized) AS email,
                   COALESCE(person.phone_sanitized, NULLIF(person.phone, ''), client.phone_sanitized,
                            NULLIF(client.phone, '')) AS phone,
                   COALESCE(client.street, '') <> '' AND COALESCE(client.city, client.zip, '') <> '' AS postal,
                   ARRAY[person.email_normalized, client.email_normalized] AS emails,
                   ARRAY[person.phone_sanitized, client.phone_sanitized] AS phones
              FROM res_partner AS client
         LEFT JOIN client_standing AS standing
                ON standing.partner_id = client.id AND standing.company_id = %(company)s
         LEFT JOIN %(person)s
             WHERE client.id IN %(clients)s
            """,
            revivable=self.env["client.standing"]._get_revivable(),
            company=campaign.company_id.id,
            person=person,
            clients=clients.subselect(),
        )

    @api.model
    def _join_members(self, campaign):
        """Return the join of the ``person`` with the campaign's part in decisions to the ``client``.

        Who decides from elsewhere, another company say, is not written to in this client's name.
        """
        return SQL(
            """
            LATERAL (
                   SELECT who.id, who.email_normalized, who.phone_sanitized, who.phone
                     FROM client_dmu_member AS member
                     JOIN res_partner AS who
                       ON who.id = member.person_id AND who.active AND who.commercial_partner_id = client.id
                    WHERE member.partner_id = client.id AND member.role_id = %s AND member.date_to IS NULL
                 ORDER BY member.authority DESC NULLS LAST, member.id
                    LIMIT 1) AS person ON TRUE
            """,
            campaign.dmu_role_id.id or None,
        )

    @api.model
    def _join_persons(self, persons):
        """Return the join of the one ``person`` of ``persons`` to the ``client``."""
        return SQL(
            "res_partner AS person"
            " ON person.commercial_partner_id = client.id AND person.active AND person.id = ANY(%s)",
            list(persons),
        )

    @api.model
    def _select_sifted(self, campaign, settled=False):
        """Return the SELECT of the reached with why each is left out by itself, the gravest reason first.

        :param settled: whether it is settled that other campaigns are no reason
        """
        return SQL(
            """
            SELECT reached.*, other.runs,
                   CASE WHEN revivable = 'no' THEN 'not_revivable'
                        WHEN EXISTS (SELECT FROM mail_blacklist AS list
                                      WHERE list.active AND list.email = ANY(reached.emails))
                          OR EXISTS (SELECT FROM phone_blacklist AS list
                                      WHERE list.active AND list.number = ANY(reached.phones)) THEN 'opt_out'
                        WHEN channel IS NULL THEN 'no_address'
                        WHEN %(without_running)s AND other.runs THEN 'running'
                        WHEN %(quiet_days)s > 0 AND other.rests THEN 'resting'
                   END AS own_exclusion
              FROM reached
             CROSS JOIN LATERAL (
                   -- Until its last day, also where nobody closes it then, or ever sent it.
                   SELECT COALESCE(bool_or(campaign.state = ANY(%(running)s) AND campaign.date_end >= %(today)s),
                                   FALSE) AS runs,
                          COALESCE(bool_or(mate.sent_date
                                           > now() AT TIME ZONE 'UTC' - %(quiet_days)s * interval '1 day'),
                                   FALSE) AS rests
                     FROM client_campaign_recipient AS mate
                     JOIN client_campaign AS campaign ON campaign.id = mate.campaign_id
                    WHERE mate.partner_id = reached.partner_id AND mate.delivery NOT IN %(not_written_to)s
                      AND campaign.id <> %(campaign)s) AS other
            """,
            without_running=bool(campaign.without_running and not settled),
            quiet_days=0 if settled else campaign.quiet_days or 0,
            not_written_to=NOT_WRITTEN_TO,
            running=["offer", *RUNNING],
            today=campaign._get_today(),
            campaign=campaign._origin.id or 0,
        )

    @api.model
    def _select_judged(self, campaign, by_hand):
        """Return the SELECT of the sifted in which only the first stays of those that have one address."""
        return SQL(
            """
            SELECT sifted.*,
                   CASE WHEN own_exclusion IS NULL AND channel = ANY(%(once)s) AND (
                             row_number() OVER (
                                 PARTITION BY own_exclusion IS NULL, channel,
                                              CASE WHEN channel = 'email' THEN email ELSE phone END
                                 ORDER BY partner_id) > 1
                             OR %(taken)s) THEN 'same_address'
                        ELSE own_exclusion END AS exclusion
              FROM sifted
            """,
            once=list(ONCE_PER_ADDRESS),
            taken=self._is_taken(campaign) if by_hand else SQL("FALSE"),
        )

    @api.model
    def _is_taken(self, campaign):
        """Return what is true of the ``sifted`` whose address another recipient of the campaign has already."""
        return SQL(
            """
            EXISTS (SELECT FROM client_campaign_recipient AS mate
                     WHERE mate.campaign_id = %s AND mate.partner_id <> sifted.partner_id
                       AND mate.delivery <> 'excluded' AND mate.channel = sifted.channel
                       AND CASE WHEN mate.channel = 'email' THEN mate.email = sifted.email
                                ELSE mate.phone = sifted.phone END)
            """,
            campaign.id,
        )

    @api.model
    def _select_capped(self, campaign, by_hand):
        if by_hand or not campaign.cap:
            return SQL("SELECT * FROM judged")
        return SQL(
            """
            SELECT partner_id, owner_id, person_id, email, phone, runs, channel, fallback,
                   CASE WHEN exclusion IS NULL AND row_number() OVER (
                             PARTITION BY exclusion IS NULL, %(by)s ORDER BY turnover DESC NULLS LAST, partner_id)
                             > %(cap)s THEN 'cap' ELSE exclusion END AS exclusion
              FROM judged
            """,
            by=SQL.identifier("region_id" if campaign.cap_by == "region" else "owner_id"),
            cap=campaign.cap,
        )
