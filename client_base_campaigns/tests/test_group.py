from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form

from odoo.addons.client_base_campaigns.models.client_campaign_recipient_message import UNSUBSCRIBE_SCOPE

from .common import CampaignCommon


class TestGroup(CampaignCommon):
    """Who is left out by the campaign's own terms, who is drawn, who joins later."""

    def get_exclusions(self, campaign):
        return {recipient.partner_id: recipient.exclusion for recipient in campaign.sudo().recipient_ids}

    def make_many(self, count, owner=None, **values):
        return self.env["res.partner"].concat(
            *(
                self.make_client(
                    f"Client {number}", owner or self.manager, email=f"c{number}@many.example.com", **values
                )
                for number in range(count)
            )
        )

    def test_the_forecast_is_what_freezing_brings(self):
        self.env["mail.blacklist"]._add("beta@clients.example.com")
        self.free.email = False
        campaign = self.make_campaign(control_percent=50, clients=self.clients | self.make_many(4))
        self.assertEqual((campaign.candidate_count, campaign.reachable_count), (7, 2))
        forecast = {row["reason"]: row["count"] for row in campaign.forecast}
        campaign.action_freeze_group()
        self.assertEqual(campaign.recipient_count, 2)
        names = campaign.recipient_ids._get_selection_words("exclusion")
        found = [names[recipient.exclusion] for recipient in campaign.recipient_ids if recipient.exclusion]
        self.assertEqual(forecast, {name: found.count(name) for name in found})

    def test_the_draw_is_reproducible_and_exact(self):
        clients = self.make_many(40)
        drawn = [
            self.make_frozen(clients=clients, control_percent=25, draw=draw)
            .recipient_ids.filtered(lambda recipient: recipient.delivery == "control")
            .partner_id
            for draw in (7, 7, 8)
        ]
        self.assertEqual([len(group) for group in drawn], [10, 10, 10])
        self.assertEqual(drawn[0], drawn[1])
        self.assertNotEqual(drawn[0], drawn[2])

    def test_the_control_group_gets_nothing(self):
        campaign = self.make_sent(clients=self.make_many(8), control_percent=50)
        self.assertEqual((len(self.server.messages), campaign.control_count, campaign.recipient_count), (4, 4, 4))

    def test_the_best_of_each_manager(self):
        clients = self.make_many(3)
        self.make_orders(clients[1], 5)
        campaign = self.make_frozen(clients=clients | self.beta, cap=1)
        self.assertEqual(
            self.get_exclusions(campaign),
            {clients[0]: "cap", clients[1]: False, clients[2]: "cap", self.beta: False},
        )

    def test_rest_and_running_campaigns(self):
        sent = self.make_sent(clients=self.alpha)
        busy = self.make_campaign(clients=self.alpha | self.beta, without_running=True)
        self.assertEqual((busy.overlap_count, busy.reachable_count), (1, 1))
        busy.action_freeze_group()
        self.assertEqual(self.get_exclusions(busy), {self.alpha: "running", self.beta: False})
        resting = self.make_frozen(clients=self.alpha | self.free, quiet_days=3)
        self.assertEqual(self.get_exclusions(resting), {self.alpha: "resting", self.free: False})
        sent.date_end = resting.date_end = self.day(1)
        busy.action_back_to_group()
        self.assertEqual(busy.overlap_count, 0, "their last days are over, though nobody closed them")

    def test_the_person_with_a_part_in_decisions_is_addressed(self):
        role = self.env.ref("client_base.dmu_role_decision_maker")
        self.anna.write({"email": "anna@alpha.example.com", "lang": False})
        self.env["client.dmu.member"].create(
            {"partner_id": self.alpha.id, "person_id": self.anna.id, "role_id": role.id}
        )
        campaign = self.make_sent(dmu_role_id=role.id)
        alpha = self.get_recipient(campaign, self.alpha)
        self.assertEqual((alpha.person_id, alpha.email), (self.anna, "anna@alpha.example.com"))
        self.assertEqual(self.get_recipient(campaign, self.beta).email, "beta@clients.example.com")
        self.assertIn("anna@alpha.example.com", self.server.addresses)

    def test_who_decides_from_another_company_is_not_addressed(self):
        role = self.env.ref("client_base.dmu_role_decision_maker")
        self.anna.email, self.boris.email = "anna@alpha.example.com", "boris@beta.example.com"
        weights = ((self.alpha, self.boris, 5), (self.alpha, self.anna, 1), (self.free, self.boris, 5))
        self.env["client.dmu.member"].create(
            [
                {"partner_id": client.id, "person_id": person.id, "role_id": role.id, "formal_authority": weight}
                for client, person, weight in weights
            ]
        )
        campaign = self.make_frozen(clients=self.alpha, dmu_role_id=role.id)
        campaign.env["client.campaign.join"].create(
            {"campaign_id": campaign.id, "partner_ids": self.free.ids, "reason": "Asked for it"}
        ).action_join()
        alpha, free = (self.get_recipient(campaign, client) for client in (self.alpha, self.free))
        self.assertEqual((alpha.person_id, alpha.email), (self.anna, "anna@alpha.example.com"))
        self.assertEqual((free.person_id, free.email), (self.boris.browse(), "free@clients.example.com"))
        campaign.action_send()
        self.run_mailer()
        self.assertEqual(self.server.addresses, ["anna@alpha.example.com", "free@clients.example.com"])

    def test_who_is_taken_in_after_the_person_left_is_addressed_itself(self):
        role = self.env.ref("client_base.dmu_role_decision_maker")
        self.anna.email = "anna@alpha.example.com"
        self.env["client.dmu.member"].create(
            {"partner_id": self.alpha.id, "person_id": self.anna.id, "role_id": role.id}
        )
        campaign = self.make_frozen(clients=self.alpha, dmu_role_id=role.id)
        recipient = self.get_recipient(campaign, self.alpha).with_user(self.marketer)
        recipient.action_leave_out()
        self.anna.active = False
        recipient.action_take_in()
        self.assertEqual((recipient.person_id, recipient.email), (self.anna.browse(), "alpha@clients.example.com"))
        campaign.action_send()
        self.run_mailer()
        self.assertEqual(self.server.addresses, ["alpha@clients.example.com"])

    def test_an_opt_out_of_the_client_holds_for_its_person(self):
        role = self.env.ref("client_base.dmu_role_decision_maker")
        self.anna.email = "anna@alpha.example.com"
        self.env["client.dmu.member"].create(
            {"partner_id": self.alpha.id, "person_id": self.anna.id, "role_id": role.id}
        )
        self.env["mail.blacklist"]._add("alpha@clients.example.com")
        campaign = self.make_frozen(dmu_role_id=role.id)
        self.assertEqual(self.get_recipient(campaign, self.alpha).exclusion, "opt_out")

    def test_channels_by_wish_and_by_what_there_is(self):
        self.alpha.write({"phone": "+32 470 12 34 56", "client_reach_by": "call"})
        self.beta.write({"email": False, "phone": "+32 470 12 34 57"})
        self.free.write({"client_reach_by": "call", "phone": False})
        campaign = self.make_frozen(fallback_channel="sms")
        ways = {one.partner_id: (one.channel, one.fallback_channel) for one in campaign.recipient_ids}
        self.assertEqual(ways, {self.alpha: ("call", "email"), self.beta: ("sms", False), self.free: ("email", False)})

    def test_whoever_is_left_out_keeps_no_address_from_others(self):
        double = self.make_client("Alpha Again", self.manager, email=self.alpha.email)
        third = self.make_client("Alpha Once More", self.manager, email=self.alpha.email)
        self.make_sent(clients=self.alpha)
        campaign = self.make_frozen(clients=self.alpha | double | third, quiet_days=3)
        self.assertEqual(self.get_exclusions(campaign), {self.alpha: "resting", double: False, third: "same_address"})
        self.decide(self.alpha, "dead", revivable="no")
        campaign = self.make_frozen(clients=self.alpha | double | third)
        self.assertEqual(
            self.get_exclusions(campaign), {self.alpha: "not_revivable", double: False, third: "same_address"}
        )

    def test_who_works_for_several_companies_plans_for_who_works_for_one(self):
        other = self.env["res.company"].create({"name": "Our Other Company"})
        self.head.company_ids += other
        both = (self.env.company | other).ids
        campaign = self.make_campaign().with_user(self.head).with_context(allowed_company_ids=both)
        self.assertEqual((campaign.candidate_count, campaign.reachable_count), (3, 3))

    def test_the_group_is_judged_by_the_company_of_the_responsible(self):
        other = self.env["res.company"].create({"name": "Our Other Company"})
        self.marketer.company_ids += other
        self.make_orders(self.alpha, 90, 60, 30)
        segment = self.alpha.client_segment_id
        campaign = self.make_campaign(segment_ids=segment.ids)
        there = campaign.with_context(allowed_company_ids=[other.id, self.env.company.id])
        self.assertEqual(there.reachable_count, 1)
        there.action_freeze_group()
        self.assertEqual(campaign.recipient_ids.partner_id, self.alpha)

    def test_who_joins_late_gets_no_second_letter_to_one_address(self):
        double = self.make_client("Alpha Again", self.manager, email=self.alpha.email)
        campaign = self.make_sent(clients=self.alpha)
        campaign._join(double, "Asked")
        self.run_mailer()
        self.assertEqual(self.get_exclusions(campaign), {self.alpha: False, double: "same_address"})
        self.assertEqual(len(self.server.messages), 1)

    def test_a_group_is_dissolved_as_a_whole(self):
        campaign = self.make_frozen()
        campaign.with_user(self.manager).action_back_to_group()
        self.assertFalse(campaign.sudo().recipient_ids)

    def test_who_joins_later_joins_by_hand(self):
        campaign = self.make_sent(clients=self.alpha)
        self.make_orders(self.beta, 3)
        wizard = self.env["client.campaign.join"].with_user(self.marketer)
        wizard.create(
            {"campaign_id": campaign.id, "partner_ids": (self.alpha | self.beta).ids, "reason": "asked"}
        ).action_join()
        self.run_mailer()
        self.assertEqual(self.server.addresses, ["alpha@clients.example.com", "beta@clients.example.com"])
        self.assertEqual(self.get_recipient(campaign, self.beta).reason, "By hand: asked")
        again = wizard.create({"campaign_id": campaign.id, "partner_ids": self.alpha.ids, "reason": "asked"})
        with self.assertRaises(UserError):
            again.action_join()

    def test_who_joins_late_gets_no_sms_where_no_text_for_one_was_written(self):
        for text, channel in (("", "email"), ("Come and see", "sms")):
            with self.subTest(text=text):
                campaign = self.make_sent(clients=self.alpha, sms_text=text)
                self.beta.write({"phone": "+380501112233", "client_reach_by": "sms"})
                self.assertEqual(campaign._join(self.beta, "Asked").channel, channel)

    def test_nobody_brings_in_whom_the_responsible_does_not_see(self):
        campaign = self.make_frozen(user=self.manager, clients=self.alpha)
        join = self.env["client.campaign.join"].with_user(self.marketer)
        with self.assertRaises(UserError):
            join.create({"campaign_id": campaign.id, "partner_ids": self.beta.ids, "reason": "x"}).action_join()

    def test_whoever_adds_clients_is_told_who_gets_nothing(self):
        self.env["mail.blacklist"]._add(self.beta.email)
        nowhere = self.make_client("Nowhere", self.manager)
        campaign = self.make_sent(clients=self.alpha)
        wizard = self.env["client.campaign.join"].with_user(self.marketer)
        words = wizard.create(
            {"campaign_id": campaign.id, "partner_ids": (self.clients | nowhere).ids, "reason": "asked"}
        ).action_join()["params"]
        self.assertEqual(words["title"], "Added: 1, left out: 3")
        for told in (
            "Alpha Ltd: in the campaign already",
            "Beta GmbH: Wants no mailings",
            "Nowhere: No address or number for these channels",
        ):
            self.assertIn(told, words["message"])
        self.assertNotIn(self.free.name, words["message"])

    def test_another_person_is_written_to_at_its_own_address(self):
        self.anna.email = "anna@alpha.example.com"
        campaign = self.make_frozen()
        recipient = self.get_recipient(campaign, self.alpha).with_user(self.marketer)
        with Form(recipient) as form:
            form.person_id = self.anna
            self.assertIn("Dear Alpha Ltd", form.preview)
        self.assertEqual((recipient.email, recipient.delivery), ("anna@alpha.example.com", "waiting"))
        campaign.action_send()
        self.run_mailer()
        self.assertIn("anna@alpha.example.com", self.server.addresses)
        self.assertNotIn("alpha@clients.example.com", self.server.addresses)

    def test_nobody_in_person_is_the_client_itself(self):
        self.alpha.phone = False
        self.anna.write({"email": "anna@alpha.example.com", "phone": "+32470123456"})
        recipient = self.get_recipient(self.make_frozen(fallback_channel="sms"), self.alpha).with_user(self.marketer)
        recipient.person_id = self.anna
        self.assertEqual((recipient.phone, recipient.fallback_channel), ("+32470123456", "sms"))
        recipient.write({"person_id": self.anna.id, "channel": "sms"})
        recipient.person_id = False
        self.assertEqual((recipient.email, recipient.phone), ("alpha@clients.example.com", False))
        self.assertEqual((recipient.channel, recipient.fallback_channel), ("email", False))

    def test_another_person_is_judged_as_in_the_choice_of_the_group(self):
        self.env["mail.blacklist"]._add("anna@alpha.example.com")
        for email, why in (("anna@alpha.example.com", "opt_out"), ("beta@clients.example.com", "same_address")):
            with self.subTest(why=why):
                self.anna.email = email
                recipient = self.get_recipient(self.make_frozen(), self.alpha).with_user(self.marketer)
                recipient.person_id = self.anna
                self.assertEqual((recipient.delivery, recipient.exclusion), ("excluded", why))

    def test_left_out_and_taken_in_by_hand(self):
        campaign = self.make_frozen(control_percent=90)
        drawn = campaign.recipient_ids.filtered(lambda recipient: recipient.delivery == "control")
        kept = campaign.recipient_ids - drawn
        kept.action_leave_out()
        self.assertEqual(set(kept.mapped("exclusion")), {"by_hand"} if kept else set())
        drawn.action_take_in()
        self.assertEqual(set(drawn.mapped("delivery")), {"waiting"})

    def test_who_is_taken_in_is_reached_as_the_others(self):
        self.clients.write({"phone": False})
        self.beta.write({"phone": "+32470123456", "client_reach_by": "call"})
        nowhere = self.make_client("Nowhere", self.manager, email="nowhere@clients.example.com")
        self.make_sent(clients=self.clients | nowhere)
        self.free.email = self.alpha.email
        campaign = self.make_frozen(clients=self.clients | nowhere, fallback_channel="letter", without_running=True)
        self.assertEqual(set(campaign.recipient_ids.mapped("exclusion")), {"running"})
        self.env["mail.blacklist"]._add(nowhere.email)
        told = campaign.recipient_ids.with_user(self.marketer).action_take_in()
        self.assertEqual(told["params"]["message"], "Nowhere: Wants no mailings")
        taken = {one.partner_id: (one.delivery, one.channel, one.fallback_channel) for one in campaign.recipient_ids}
        self.assertEqual(
            taken,
            {
                self.alpha: ("waiting", "email", False),
                self.beta: ("waiting", "call", "email"),
                self.free: ("waiting", "email", False),
                nowhere: ("excluded", False, False),
            },
        )

    def test_to_take_in_many_asks_no_more_than_for_one(self):
        clients = self.clients.union(
            *(self.make_client(f"Client {number}", self.manager, email=f"c{number}@example.com") for number in range(9))
        )
        counts = []
        for some in (clients[:3], clients[:3], clients):  # the first time caches are filled
            frozen = self.make_frozen(clients=some).recipient_ids
            recipients = frozen.browse(frozen.ids).with_user(self.marketer)
            recipients.action_leave_out()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            recipients.action_take_in()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(set(recipients.mapped("delivery")), {"waiting"})
        self.assertEqual(counts[1], counts[2])

    def test_who_is_taken_in_keeps_the_own_person_and_way(self):
        self.anna.email, self.beta.phone = "anna@alpha.example.com", "+32470123456"
        campaign = self.make_frozen(fallback_channel="call")
        recipients = campaign.recipient_ids.with_user(self.marketer)
        self.get_recipient(campaign, self.alpha).with_user(self.marketer).person_id = self.anna
        self.get_recipient(campaign, self.beta).with_user(self.marketer).channel = "call"
        recipients.action_leave_out()
        recipients.action_take_in()
        self.assertEqual(
            {one.partner_id: (one.person_id, one.email, one.channel) for one in recipients},
            {
                self.alpha: (self.anna, "anna@alpha.example.com", "email"),
                self.beta: (self.anna.browse(), "beta@clients.example.com", "call"),
                self.free: (self.anna.browse(), "free@clients.example.com", "email"),
            },
        )

    def test_a_contact_is_added_as_its_client(self):
        campaign = self.make_sent(clients=self.beta)
        join = self.env["client.campaign.join"].with_user(self.marketer)
        join.create({"campaign_id": campaign.id, "partner_ids": self.anna.ids, "reason": "asked"}).action_join()
        self.assertEqual(self.get_recipient(campaign, self.alpha).delivery, "queued")

    def test_conditions_that_are_being_typed_fit_nobody(self):
        campaigns = self.env["client.campaign"].with_user(self.marketer)
        shown = {"domain": {}, "candidate_count": {}, "reachable_count": {}, "forecast": {}}
        for domain in ("[(", "[('no_such_field', '=', 1)]", "everybody()"):
            with self.subTest(domain=domain):
                found = campaigns.onchange({"domain": domain}, ["domain"], shown)["value"]
                self.assertEqual((found.get("candidate_count", 0), found.get("reachable_count", 0)), (0, 0))

    def test_conditions_whose_field_is_gone_are_to_be_chosen_again(self):
        campaign = self.make_campaign()
        self.env.cr.execute(
            "UPDATE client_campaign SET domain = '[(''no_such_field'', ''='', 1)]' WHERE id = %s", [campaign.id]
        )
        self.env.invalidate_all()
        self.assertEqual(campaign.candidate_count, 0)
        with self.assertRaisesRegex(ValidationError, "Choose them again"):
            campaign.action_freeze_group()

    def test_a_group_of_archived_regions_is_not_one_of_all(self):
        region = self.env["client.region"].create({"name": "North"})
        campaign = self.make_campaign(region_ids=region.ids)
        region.active = False
        self.env.invalidate_all()
        self.assertEqual(campaign.candidate_count, 0)
        with self.assertRaisesRegex(UserError, "archive it instead"):
            region.unlink()

    def test_who_was_written_to_stays_in_the_campaign(self):
        campaign = self.make_sent()
        with self.assertRaises(AccessError):
            campaign.recipient_ids.unlink()
        with self.assertRaises(AccessError):
            campaign.write({"recipient_ids": [Command.delete(campaign.recipient_ids[0].id)]})

    def test_conditions_are_saved_and_used_again(self):
        campaign = self.make_campaign(clients=self.alpha)
        campaign.action_save_filter()
        other = self.make_campaign(clients=self.beta)
        other.filter_id = campaign.filter_id
        other._onchange_filter_id()
        self.assertEqual(other.domain, campaign.domain)

    def test_a_copy_is_a_plan_without_people(self):
        past = self.make_sent()
        plan = past.copy()
        self.assertEqual((plan.state, plan.date_start, len(plan.recipient_ids)), ("draft", self.today, 0))
        self.assertEqual(plan.date_end - plan.date_start, past.date_end - past.date_start)
        self.assertEqual(plan.body, past.body)

    def test_what_a_person_got_stays_where_it_gets_a_company(self):
        petra = self.make_client("Petra", self.manager, is_company=False, email="petra@clients.example.com")
        both, hers = self.make_frozen(clients=self.alpha | petra), self.make_sent(clients=petra, name="Hers")
        answered = self.get_recipient(both, petra)
        answered.write({"answer": "yes", "result": "Orders in May"})
        petra.with_user(self.manager).parent_id = self.alpha
        self.env.invalidate_all()
        self.assertEqual(both.sudo().recipient_ids, answered)
        got = self.get_recipient(hers, self.alpha)
        self.assertEqual((answered.partner_id, answered.person_id), (self.alpha, petra))
        self.assertEqual((got.delivery, got.email, got.person_id), ("sent", "petra@clients.example.com", petra))

    def test_what_went_out_to_both_cards_leads_to_the_one_that_stays(self):
        double = self.make_client("Alpha Limited", self.manager, email="double@clients.example.com")
        campaign = self.make_sent(clients=self.alpha | double)
        recipients = campaign.recipient_ids.sudo()
        tokens = [recipient._get_unsubscribe_url().rpartition("/")[2] for recipient in recipients]
        letters = recipients.delivery_ids.mapped("message_id")
        merge = self.env["base.partner.merge.automatic.wizard"].with_user(self.head).create({})
        merge._merge((self.alpha | double).ids, dst_partner=self.alpha, extra_checks=False)
        self.env.invalidate_all()
        [stays] = campaign.sudo().recipient_ids
        for token in tokens:
            self.assertEqual(stays._get_by_token(token, UNSUBSCRIBE_SCOPE), stays)
        for letter in letters:
            self.assertEqual(stays._find_by_references([letter]), stays)
        self.assertFalse(stays._find_by_references(["<of.nobody@example.com>"]))
        stays.action_revoke_links()
        for token in tokens:
            self.assertFalse(stays._get_by_token(token, UNSUBSCRIBE_SCOPE))

    def test_a_merge_keeps_the_campaigns_of_both(self):
        double = self.make_client("Alpha Limited", self.manager, email="double@clients.example.com")
        both, hers = self.make_frozen(clients=self.alpha | double), self.make_sent(clients=double, name="Hers")
        answered = self.get_recipient(both, double)
        answered.write({"answer": "yes", "result": "Orders in May"})
        merge = self.env["base.partner.merge.automatic.wizard"].with_user(self.head).create({})
        merge._merge((self.alpha | double).ids, dst_partner=self.alpha, extra_checks=False)
        self.env.invalidate_all()
        self.assertEqual(both.sudo().recipient_ids, answered)
        self.assertEqual(answered.partner_id, self.alpha)
        self.assertIn("with another card too: Alpha Ltd, Waiting", answered.message_ids[0].body)
        self.assertEqual(self.get_recipient(hers, self.alpha).delivery, "sent")
