from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form
from odoo.tools import mute_logger

from .common import CampaignCommon


class TestCampaign(CampaignCommon):
    """Who comes into a campaign, and what may be done to it when."""

    # --- the group ---

    def test_the_group_is_frozen_with_its_reason(self):
        regular = self.env["client.segment"]._get_by_code()["regular"]
        self.make_orders(self.alpha, 30, 20, 10)
        campaign = self.make_campaign(segment_ids=regular.ids)
        self.assertEqual(campaign.candidate_count, 1)
        campaign.action_freeze_group()
        self.assertEqual(campaign.state, "offer")
        self.assertEqual(campaign.recipient_ids.partner_id, self.alpha)
        self.assertIn("Regular", campaign.recipient_ids.reason)
        self.make_orders(self.beta, 30, 20, 10)
        self.alpha.email = "new@clients.example.com"
        self.assertEqual(campaign.recipient_ids.partner_id, self.alpha)
        self.assertEqual(campaign.recipient_ids.email, "alpha@clients.example.com")

    def test_criteria_narrow_each_other(self):
        germany, region = self.env.ref("base.de"), self.env["client.region"].create({"name": "Europe"})
        part = self.env["client.region"].create({"name": "Centre", "parent_id": region.id})
        (self.alpha | self.beta).country_id = germany
        self.beta.client_region_id = part
        self.assertEqual(self.make_campaign().candidate_count, 3)
        self.assertEqual(self.make_campaign(country_ids=germany.ids).candidate_count, 2)
        narrow = self.make_frozen(country_ids=germany.ids, region_ids=region.ids)
        self.assertEqual(narrow.recipient_ids.partner_id, self.beta)
        self.assertIn("Germany", narrow.recipient_ids.reason)
        self.assertIn("Europe", narrow.recipient_ids.reason)

    def test_nobody_reaches_others_clients_through_a_campaign(self):
        campaign = self.make_campaign(user=self.manager)
        self.assertEqual(campaign.candidate_count, 1)
        campaign.action_freeze_group()
        self.assertEqual(campaign.sudo().recipient_ids.partner_id, self.alpha)

    def test_a_campaign_for_a_colleague_shows_no_more_than_one_sees(self):
        campaign = self.make_campaign(user=self.head).with_user(self.manager)
        self.assertEqual(campaign.candidate_count, 1)
        campaign.action_freeze_group()
        self.assertEqual(campaign.sudo().recipient_ids.partner_id, self.alpha)

    def test_the_responsible_is_who_sees_no_more_than_whoever_says_so(self):
        refused = "clients that you do not see"
        for other in (self.head, self.second, self.stranger):
            self.assert_refused(lambda other=other: self.make_campaign(self.manager, user_id=other.id), refused)
        own = self.make_campaign(self.manager)
        self.assert_refused(lambda: own.write({"user_id": self.second.id}), refused)
        self.lead.group_ids += self.env.ref("client_base_campaigns.group_client_marketer")
        self.assertEqual(self.make_campaign(self.lead, user_id=self.manager.id).user_id, self.manager)
        self.assertEqual(self.make_campaign(self.head, user_id=self.second.id).user_id, self.second)

    def test_a_copy_of_a_colleague_s_campaign_is_own(self):
        campaign = self.make_campaign(self.head)
        self.assertEqual(campaign.with_user(self.manager).copy().user_id, self.manager)
        self.assertEqual(campaign.with_user(self.marketer).copy().user_id, self.head)

    def test_contacts_and_colleagues_are_no_candidates(self):
        partners = self.alpha | self.anna | self.head.partner_id | self.env.company.partner_id
        self.assertEqual(self.make_frozen(clients=partners).recipient_ids.partner_id, self.alpha)

    def test_who_is_left_out_and_why(self):
        double = self.make_client("Alpha Two", self.manager, email="Alpha@clients.example.com ")
        nowhere = self.make_client("Nowhere", self.manager)
        gone = self.make_client("Gone", self.manager, email="gone@clients.example.com")
        self.decide(gone, "dead", revivable="no")
        asleep = self.make_client("Asleep", self.manager, email="asleep@clients.example.com")
        self.decide(asleep, "dead", revivable="yes")
        self.env["mail.blacklist"]._add("beta@clients.example.com")
        campaign = self.make_frozen(clients=self.clients | double | nowhere | gone | asleep)
        exclusions = {recipient.partner_id: recipient.exclusion for recipient in campaign.recipient_ids}
        one_of_two = exclusions.pop(self.alpha), exclusions.pop(double)
        self.assertEqual(set(one_of_two), {False, "same_address"})
        self.assertEqual(
            exclusions,
            {self.beta: "opt_out", self.free: False, nowhere: "no_address", gone: "not_revivable", asleep: False},
        )
        self.assertEqual((campaign.recipient_count, campaign.excluded_count), (3, 4))
        for recipient in campaign.recipient_ids:
            self.assertEqual(recipient.delivery, "excluded" if recipient.exclusion else "waiting")

    def test_who_came_back_to_life_gets_mail_again(self):
        self.decide(self.alpha, "dead", revivable="no")
        self.alpha.client_grade_date = self.day(30)
        self.make_orders(self.alpha, 5)
        self.assertFalse(self.make_frozen(clients=self.alpha).recipient_ids.exclusion)

    def test_back_to_the_plan_and_frozen_again(self):
        campaign = self.make_frozen()
        campaign.action_back_to_group()
        self.assertEqual((campaign.state, len(campaign.recipient_ids)), ("group", 0))
        campaign.domain = str([("id", "=", self.beta.id)])
        campaign.action_freeze_group()
        self.assertEqual(campaign.recipient_ids.partner_id, self.beta)

    def test_a_client_is_in_a_campaign_once(self):
        campaign = self.make_frozen()
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            campaign.recipient_ids.create({"campaign_id": campaign.id, "partner_id": self.alpha.id})

    def test_nobody_to_send_to(self):
        with self.assertRaisesRegex(UserError, "No client fits"):
            self.make_frozen(clients=self.env["res.partner"])

    def test_conditions_that_cannot_work_are_refused(self):
        for domain in ("[('no_such_field', '=', 1)]", "[(", "name", "[('name', '~', 'x')]"):
            with self.subTest(domain=domain), self.assertRaises(ValidationError):
                self.make_campaign(domain=domain)

    # --- what may be done when, and by whom ---

    def test_the_form_plans_a_campaign(self):
        form = Form(self.env["client.campaign"].with_user(self.marketer))
        form.name = "From the Form"
        campaign = form.save()
        self.assertEqual((campaign.user_id, campaign.state), (self.marketer, "draft"))
        self.assertLess(campaign.date_start, campaign.date_end)

    def test_steps_out_of_turn_are_refused(self):
        draft, frozen, sending = self.make_campaign(), self.make_frozen(), self.make_sending()
        for step in (
            draft.action_send,
            draft.action_close,
            draft.action_back_to_plan,
            draft.action_back_to_group,
            draft.action_to_results,
            frozen.action_freeze_group,
            frozen.action_close,
            sending.action_send,
            sending.action_freeze_group,
            sending.action_back_to_plan,
            sending.action_close,
        ):
            with self.subTest(step=f"{step.__self__.state}: {step.__name__}"), self.assertRaises(UserError):
                step()

    def test_an_empty_message_is_not_sent(self):
        for values in ({"subject": False}, {"body": False}, {"body": "<p><br></p>"}):
            with self.subTest(values=values):
                campaign = self.make_frozen(**values)
                self.assert_refused(campaign.action_send, "Write the subject and the message")
                self.assertEqual(set(campaign.recipient_ids.mapped("delivery")), {"waiting"})

    def test_whoever_sends_has_an_address(self):
        self.marketer.partner_id.email = False
        self.assert_refused(self.make_frozen().action_send, "no e-mail address")

    def test_what_was_sent_stays(self):
        draft, frozen, sending = self.make_campaign(), self.make_frozen(), self.make_sending()
        (draft | frozen).unlink()
        with self.assertRaises(UserError):
            sending.unlink()

    def test_a_campaign_does_not_end_before_it_begins(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(Exception) as caught:
            self.make_campaign(date_start=self.today, date_end=self.day(1))
        self.assertIn("dates_in_order", str(caught.exception))

    def test_managers_see_their_recipients_only(self):
        campaign = self.make_frozen()
        recipients = self.env["client.campaign.recipient"].with_user(self.second)
        self.assertEqual(recipients.search([("campaign_id", "=", campaign.id)]).partner_id, self.beta)
        self.env.invalidate_all()
        self.assertEqual(campaign.with_user(self.second).recipient_count, 1)
        with self.assertRaises(AccessError):
            self.get_recipient(campaign, self.alpha).with_user(self.second).read(["delivery"])

    def test_who_is_no_marketer_changes_no_campaign(self):
        campaign = self.make_frozen()
        for user in (self.second, self.lead, self.accountant):
            with self.subTest(user=user.name):
                with self.assertRaises(AccessError):
                    campaign.with_user(user).name = "Mine"
                with self.assertRaises(AccessError):
                    campaign.with_user(user).action_send()
                with self.assertRaises(AccessError):
                    self.make_campaign(user=user)

    def test_nobody_writes_what_became_of_a_message(self):
        delivery = self.make_sending().recipient_ids.delivery_ids[:1]
        for values in ({"state": "sent"}, {"address": "me@example.com"}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                delivery.with_user(self.marketer).write(values)

    def test_who_has_no_clients_sees_no_campaign(self):
        for user in (self.operator, self.stranger):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self.make_campaign().with_user(user).read(["name"])

    def test_the_message_reads_nothing_but_the_client(self):
        for values in (
            {"subject": "{{ object.env['res.users'].search([]) }}"},
            {"body": "<p t-out=\"object.env['res.partner'].search([]).mapped('name')\"/>"},
        ):
            with self.subTest(values=values):
                with self.assertRaises(AccessError):
                    self.make_campaign(user=self.manager, **values)
                campaign = self.make_campaign(user=self.manager)
                with self.assertRaises(AccessError):
                    campaign.write(values)

    def test_a_client_s_card_counts_its_campaigns(self):
        self.env["mail.blacklist"]._add("beta@clients.example.com")
        campaign = self.make_frozen()
        self.assertEqual(self.alpha.client_campaign_count, 1)
        self.assertEqual(self.beta.client_campaign_count, 0, "it was left out")
        action = self.alpha.with_user(self.manager).action_open_campaigns()
        found = self.env[action["res_model"]].with_user(self.manager).search(action["domain"])
        self.assertEqual(found.campaign_id, campaign)
