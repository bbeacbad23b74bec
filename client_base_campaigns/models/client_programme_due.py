from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.client_base.tools.calendar_days import get_days_of_year
from odoo.addons.client_base_lifecycle.tools.ladder import DECLARED_DEAD

from .client_campaign_recipient import NOT_WRITTEN_TO

# What was missed, over a weekend say, is made up for so many days.
LATE = 3
# A person is greeted once a year; so many days apart at least, for those who moved from one date to the other.
YEAR = 300


class ClientProgrammeDue(models.AbstractModel):
    """Finds who is due on a day: whose birthday or holiday it is, who usually orders now, who may be revived."""

    _name = "client.programme.due"
    _description = "Who Is Due in a Programme"

    @api.model
    def _get_due(self, programme, today):
        """Return ``{client id: person id or None}`` of who is due and has not had the year's messages yet.

        Whoever was drawn into the control group, or left out by a person, had this one too: it is not to come
        on the next day.
        """
        self.env.flush_all()
        self.env["client.standing"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                WITH had AS (
                    SELECT recipient.partner_id, recipient.person_id, campaign.date_start,
                           recipient.delivery NOT IN %(not_written_to)s AS written
                      FROM client_campaign_recipient AS recipient
                      JOIN client_campaign AS campaign ON campaign.id = recipient.campaign_id
                     WHERE campaign.programme_id = %(programme)s
                       AND (recipient.delivery <> 'excluded' OR recipient.exclusion = 'by_hand')
                )
                SELECT DISTINCT ON (due.partner_id) due.partner_id, due.person_id
                  FROM (%(due)s) AS due
                 WHERE (SELECT count(*) FROM had
                         WHERE had.partner_id = due.partner_id AND had.date_start >= %(year)s AND written
                           AND (had.person_id = due.person_id AND had.date_start < %(settled)s) IS NOT TRUE) < %(cap)s
                   AND NOT EXISTS (SELECT FROM had WHERE had.partner_id = due.partner_id
                                      AND (due.person_id IS NULL OR had.person_id = due.person_id)
                                      AND had.date_start >= due.since)
              ORDER BY due.partner_id, due.person_id
                """,
                not_written_to=NOT_WRITTEN_TO,
                programme=programme.id,
                due=getattr(self, f"_select_{programme.kind}")(programme, today),
                year=today.replace(month=1, day=1),
                # Until then a person's greeting may be that of the last year.
                settled=today.replace(month=1, day=1 + LATE),
                cap=programme.yearly_cap,
            )
        )
        return dict(rows)

    @api.model
    def _get_days_of_year(self, programme, today):
        """Return the days of the year, as numbers, of which messages go out today: what was missed is made up for."""
        last = today + timedelta(days=programme.days_before)
        return [number for late in range(LATE + 1) for number in get_days_of_year(last - timedelta(days=late))]

    # Each SELECT gives clients, the person that it is about, and the first day on which a message counts as this one.

    @api.model
    def _select_birthday(self, programme, today):
        return SQL(
            """
            SELECT commercial_partner_id AS partner_id, id AS person_id, %(since)s::date AS since
              FROM res_partner
             WHERE active AND client_birthday IS NOT NULL AND is_company IS NOT TRUE AND client_open IS NOT TRUE
               AND %(born)s = ANY(%(days)s)
            """,
            since=today - timedelta(days=YEAR),
            born=self.env["res.partner"]._get_birthday_number(),
            days=self._get_days_of_year(programme, today),
        )

    @api.model
    def _select_holiday(self, programme, today):
        days = self._get_days_of_year(programme, today)
        holidays = programme.holiday_ids.filtered(lambda holiday: holiday._get_day_of_year() in days)
        return SQL(
            """
            SELECT client.id AS partner_id, NULL::int AS person_id, %(since)s::date AS since
              FROM res_partner AS client
              JOIN client_holiday AS holiday ON holiday.id = ANY(%(holidays)s)
             WHERE client.active
               AND (NOT EXISTS (SELECT FROM client_holiday_res_country_rel AS rel
                                 WHERE rel.client_holiday_id = holiday.id)
                    OR EXISTS (SELECT FROM client_holiday_res_country_rel AS rel
                                WHERE rel.client_holiday_id = holiday.id AND rel.res_country_id = client.country_id))
               AND (NOT EXISTS (SELECT FROM client_holiday_res_partner_industry_rel AS rel
                                 WHERE rel.client_holiday_id = holiday.id)
                    OR EXISTS (SELECT FROM client_holiday_res_partner_industry_rel AS rel
                                WHERE rel.client_holiday_id = holiday.id
                                  AND rel.res_partner_industry_id = client.industry_id))
            """,
            since=today - timedelta(days=LATE),
            holidays=holidays.ids,
        )

    @api.model
    def _select_reorder(self, programme, today):
        """Who is expected to order again, as the card says, but not since long: not for two typical intervals.

        Nothing is expected of who was declared dead. A reminder on the day of the last order brought that order,
        unless it may be of the next already.
        """
        return SQL(
            """
            SELECT client.id AS partner_id, NULL::int AS person_id,
                   standing.last_on + CASE WHEN standing.interval > %(before)s THEN 1 ELSE 0 END AS since
              FROM client_standing AS standing
              JOIN res_partner AS client ON client.id = standing.partner_id AND client.active
             WHERE standing.company_id = %(company)s AND standing.rule NOT IN %(dead)s
               AND %(today)s::date + %(before)s BETWEEN standing.next_on AND standing.next_on + standing.interval
            """,
            company=programme.campaign_id.company_id.id,
            dead=DECLARED_DEAD,
            today=today,
            before=programme.days_before,
        )

    @api.model
    def _select_revival(self, programme, today):
        return SQL(
            """
            SELECT client.id AS partner_id, NULL::int AS person_id, standing.since
              FROM client_standing AS standing
              JOIN client_segment AS segment ON segment.id = standing.segment_id AND segment.code = 'dead'
              JOIN res_partner AS client ON client.id = standing.partner_id AND client.active
             WHERE standing.company_id = %(company)s AND %(revivable)s IS DISTINCT FROM 'no'
               AND standing.since <= %(day)s
            """,
            company=programme.campaign_id.company_id.id,
            revivable=self.env["client.standing"]._get_revivable(),
            day=today - timedelta(days=programme.days_before),
        )
