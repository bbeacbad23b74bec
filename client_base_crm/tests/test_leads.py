from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError, RedirectWarning, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.client_base.tests.common import ClientBaseCommon


@tagged("post_install", "-at_install")
class TestLeads(ClientBaseCommon):
    """Whoever sees a client works its leads; a lead without a client is its salesperson's."""

    def make_lead(self, user=None, **values):
        leads = self.env["crm.lead"].with_user(user or self.head)
        return leads.create({"name": "Paper for a year", "type": "opportunity", **values})

    def get_seers(self, lead):
        """Return who of the company finds ``lead``."""
        self.env.invalidate_all()
        people = self.manager | self.second | self.lead | self.head
        return people.filtered(lambda user: lead.with_user(user).search_count([("id", "=", lead.id)]))

    def test_leads_follow_the_client(self):
        lead = self.make_lead(partner_id=self.anna.id, user_id=self.head.id)
        self.assertEqual(self.get_seers(lead), self.manager | self.lead | self.head)
        lead.with_user(self.manager).expected_revenue = 100
        with self.assertRaises(AccessError):
            lead.with_user(self.second).expected_revenue = 1

    def test_of_a_lead_without_a_client_its_salesperson_hears(self):
        lead = self.make_lead(user_id=self.manager.id)
        lead.message_subscribe(self.manager.partner_id.ids)
        message = lead.message_post(body="Yes, please", subtype_xmlid="mail.mt_comment")
        self.assertIn(self.manager.partner_id, message.notified_partner_ids)

    def test_a_lead_without_a_client_is_its_salespersons(self):
        lead = self.make_lead(user_id=self.manager.id)
        self.assertEqual(self.get_seers(lead), self.manager | self.lead | self.head)

    def test_a_lead_of_nobodys_client_is_the_leads_to_deal_out(self):
        lead = self.make_lead(partner_id=self.free.id)
        self.assertEqual(self.get_seers(lead), self.lead | self.head)

    def test_the_salesperson_sees_the_client(self):
        lead = self.make_lead(partner_id=self.alpha.id, user_id=self.manager.id)
        with self.assertRaisesRegex(ValidationError, "Alpha Ltd"), self.env.cr.savepoint():
            lead.with_user(self.head).user_id = self.second
        lead.partner_id = self.beta
        self.assertEqual(lead.user_id, self.second, "another client, another manager")

    def test_a_lead_turned_over_gets_its_new_client(self):
        lead = self.make_lead(type="lead", user_id=self.manager.id, email_from="new@mail.example")
        wizard = self.env["crm.lead2opportunity.partner"].with_context(active_ids=lead.ids, active_id=lead.id)
        wizard.create({"action": "create", "user_id": self.second.id, "name": "convert"}).action_apply()
        self.assertEqual((lead.user_id, lead.partner_id.client_owner_id), (self.second, self.second))

    def test_a_substitute_works_the_leads_for_the_absent_manager(self):
        theirs = [self.make_lead(partner_id=self.beta.id), self.make_lead(user_id=self.second.id)]
        for lead in theirs:
            self.assertNotIn(self.manager, self.get_seers(lead))
        substitution = self.stand_in(self.manager, self.second)
        for lead in theirs:
            self.assertIn(self.manager, self.get_seers(lead))
        self.assertEqual(self.make_lead(self.manager, partner_id=self.beta.id).user_id, self.second)
        with Form(self.env["crm.lead"].with_user(self.manager).with_context(default_type="opportunity")) as form:
            form.name = "Another year"
            self.assertEqual(form.user_id, self.manager)
            form.partner_id = self.beta
            self.assertEqual(form.user_id, self.second)
        substitution.action_cancel()
        for lead in theirs:
            self.assertNotIn(self.manager, self.get_seers(lead))

    def test_leads_dealt_out_go_to_the_clients_managers(self):
        leads = self.env["crm.lead"].union(
            *(self.make_lead(partner_id=client.id, user_id=False) for client in (self.alpha, self.beta, self.free)),
            self.make_lead(user_id=False),
        )
        leads._handle_salesmen_assignment(user_ids=(self.second | self.head).ids)
        self.assertEqual(leads.mapped("user_id.id"), [self.manager.id, self.second.id, self.head.id])
        self.assertEqual([lead.user_id for lead in leads], [self.manager, self.second, self.second, self.head])
        self.assertEqual(self.free.user_id, self.second)

    def test_leads_of_who_has_left_take_turns_and_their_clients_go_along(self):
        self.manager.active = False
        leads = self.env["crm.lead"].union(
            *(self.make_lead(type="lead", partner_id=partner.id, user_id=False) for partner in (self.alpha, self.anna))
        )
        wizard = self.env["crm.lead2opportunity.partner.mass"].with_user(self.head)
        wizard = wizard.with_context(active_model="crm.lead", active_ids=leads.ids, active_id=leads[0].id)
        values = {"user_ids": self.second.ids, "deduplicate": False, "force_assignment": True}
        wizard.create(values).action_mass_convert()
        self.assertEqual(leads.user_id, self.second)
        self.assertEqual(self.alpha.client_owner_id, self.second)

    def test_odoos_assignment_leaves_them_to_whom_it_chose(self):
        self.manager.active = False
        lead = self.make_lead(partner_id=self.alpha.id, user_id=False).with_user(SUPERUSER_ID)
        lead.convert_opportunity(lead.partner_id, user_ids=self.second.ids)
        self.assertEqual((lead.user_id, self.alpha.client_owner_id), (self.second, self.second))

    def test_leads_of_one_client_go_to_one_salesperson(self):
        person = self.make_contact(self.free, "Fred Free")
        leads = self.env["crm.lead"].union(
            *(
                self.make_lead(type="lead", partner_id=partner.id, user_id=False)
                for partner in (self.free, person, self.make_client("Other Inc"))
            )
        )
        wizard = self.env["crm.lead2opportunity.partner.mass"].with_user(self.head)
        wizard = wizard.with_context(active_model="crm.lead", active_ids=leads.ids, active_id=leads[0].id)
        sellers = [self.manager.id, self.second.id]
        wizard.create({"user_ids": sellers, "deduplicate": False, "force_assignment": True}).action_mass_convert()
        self.assertEqual(set(leads.mapped("type")), {"opportunity"})
        self.assertEqual([lead.user_id for lead in leads], [self.manager, self.manager, self.second])
        self.assertEqual(self.free.user_id, self.manager)

    def test_nobodys_client_is_not_taken_by_its_lead_where_one_has_to_ask(self):
        for setting, owner in (("request", self.env["res.users"]), ("claim", self.manager)):
            with self.subTest(setting):
                self.env["ir.config_parameter"].set_param("client_base.pool", setting)
                lead = self.make_lead(self.manager, partner_id=self.free.id)
                lead.convert_opportunity(self.free, user_ids=self.manager.ids)
                self.assertEqual(self.free.user_id, owner)

    def test_open_leads_go_with_their_client_and_come_back(self):
        lead, won = (self.make_lead(partner_id=self.anna.id, user_id=self.manager.id) for _number in range(2))
        won.action_set_won()
        handover = self.env["client.handover"].with_user(self.head)
        handover = handover.create({"owner_id": self.manager.id, "receiver_id": self.second.id})
        handover.action_preview()
        handover.action_apply()
        self.assertEqual((lead.user_id, won.user_id), (self.second, self.manager))
        handover.action_undo()
        self.assertEqual(lead.user_id, self.manager)

    def test_nobody_leaves_with_leads_without_a_client(self):
        self.head.group_ids += self.env.ref("base.group_erp_manager") + self.env.ref("sales_team.group_sale_manager")
        self.alpha.user_id = self.second
        lead = self.make_lead(user_id=self.manager.id)
        leaver = self.manager.with_user(self.head)
        with self.assertRaisesRegex(RedirectWarning, "1 leads without a client"), self.env.cr.savepoint():
            leaver.action_archive()
        handover = self.env["client.handover"].with_user(self.head)
        handover = handover.create(
            {"owner_id": self.manager.id, "receiver_id": self.second.id, "other_receiver_id": self.second.id}
        )
        handover.action_preview()
        handover.action_apply()
        self.assertEqual(lead.user_id, self.second)
        leaver.action_archive()
        self.assertFalse(self.manager.active)

    def test_nobody_leaves_with_leads_of_others_clients(self):
        self.head.group_ids += self.env.ref("base.group_erp_manager") + self.env.ref("sales_team.group_sale_manager")
        clients = self.anna, self.free, self.second.partner_id
        theirs, nobodys, ours = (self.make_lead(partner_id=client.id, user_id=self.lead.id) for client in clients)
        self.team.user_id = self.head
        leaver = self.lead.with_user(self.head)
        with self.assertRaisesRegex(RedirectWarning, "3 open documents"), self.env.cr.savepoint():
            leaver.action_archive()
        handover = self.env["client.handover"].with_user(self.head)
        handover = handover.create(
            {"owner_id": self.lead.id, "receiver_id": self.second.id, "other_receiver_id": self.head.id}
        )
        handover.action_preview()
        handover.action_apply()
        self.assertEqual((theirs.user_id, nobodys.user_id, ours.user_id), (self.manager, self.head, self.head))
        leaver.action_archive()
        self.assertFalse(self.lead.active)

    def test_undo_puts_leads_without_a_client_back(self):
        lead, given_on, found = (self.make_lead(user_id=self.manager.id) for _number in range(3))
        activity = lead.activity_schedule("mail.mail_activity_data_call", user_id=self.manager.id)
        handover = self.env["client.handover"].with_user(self.head)
        handover = handover.create(
            {"owner_id": self.manager.id, "receiver_id": self.second.id, "other_receiver_id": self.second.id}
        )
        handover.action_preview()
        handover.action_apply()
        self.assertEqual((lead | given_on | found).user_id | activity.user_id, self.second)
        given_on.user_id = self.lead
        found.partner_id = self.beta
        handover.action_undo()
        self.assertEqual((lead.user_id, activity.user_id), (self.manager, self.manager))
        self.assertEqual((given_on.user_id, found.user_id), (self.lead, self.second))

    def test_activities_on_leads_are_counted_for_who_sees_the_client(self):
        lead = self.make_lead(partner_id=self.alpha.id)
        lead.activity_schedule("mail.mail_activity_data_call", user_id=self.manager.id).action_done()
        self.env.flush_all()
        for user, found in ((self.manager, True), (self.lead, True), (self.second, False)):
            with self.subTest(user=user.name):
                report = self.env["crm.activity.report"].with_user(user)
                self.assertEqual(bool(report.search_count([("lead_id", "=", lead.id)])), found)
