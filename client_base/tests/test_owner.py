from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form

from .common import ClientBaseCommon


class TestOwner(ClientBaseCommon):
    """Whose client a partner is, and who counts as one of us."""

    def test_contacts_and_addresses_follow_the_company(self):
        address = self.make_contact(self.alpha, "Warehouse", type="delivery")
        assistant = self.make_contact(self.anna, "Anna's Assistant")
        parts = self.alpha | self.anna | address | assistant
        self.assertEqual(parts.client_owner_id, self.manager)
        self.alpha.user_id = self.second
        self.assertEqual(parts.mapped("client_owner_id"), self.second)
        self.alpha.user_id = False
        self.assertFalse(parts.client_owner_id)

    def test_a_contact_has_no_manager_of_its_own(self):
        self.anna.user_id = self.second
        self.assertEqual(self.anna.client_owner_id, self.manager)

    def test_a_contact_that_changes_company_changes_manager(self):
        self.anna.parent_id = self.beta
        self.assertEqual(self.anna.client_owner_id, self.second)
        self.anna.parent_id = False
        self.assertEqual(self.anna.client_owner_id, self.anna.user_id)

    def test_a_contact_that_leaves_its_company_stays_its_managers_client(self):
        late = self.make_contact(self.free, "Frida Free")
        self.free.user_id = self.manager
        helper = self.make_contact(self.anna, "Her Helper")
        self.env.cr.execute("UPDATE res_partner SET user_id = %s WHERE id = %s", [self.second.id, self.anna.id])
        self.env.invalidate_all()
        self.assertFalse(late.user_id, "entered while the company was nobody's")
        for person, values in ((late, {"parent_id": False}), (self.anna, {"is_company": True})):
            with self.subTest(person=person.name):
                person.with_user(self.manager).write(values)
                self.assertEqual((person.user_id, person.client_owner_id), (self.manager, self.manager))
                self.assertTrue(person.with_user(self.manager).has_access("write"))
        self.assertEqual(helper.client_owner_id, self.manager)

    def test_who_was_below_a_deleted_company_stays_the_same_managers(self):
        archived = self.make_contact(self.alpha, "Arnold Alpha", active=False)
        helper = self.make_contact(self.anna, "Her Helper")
        gone = self.make_contact(self.alpha, "Gone Too")
        below = self.make_contact(gone, "Below")
        (self.alpha | gone).with_user(self.head).unlink()
        self.env.invalidate_all()
        for person in (self.anna, archived, helper, below):
            with self.subTest(person=person.name):
                self.assertEqual(person.client_owner_id, self.manager)
        self.assertEqual((self.anna | archived | below).user_id, self.manager)
        self.assertEqual(helper.commercial_partner_id, self.anna)

    def test_only_who_may_delete_a_company_parts_its_people_from_it(self):
        with self.assertRaises(AccessError):
            self.beta.with_user(self.manager).unlink()
        self.assertEqual(self.boris.parent_id, self.beta)

    def test_a_contact_that_leaves_gets_the_manager_whom_a_lead_names(self):
        self.anna.with_user(self.head).write({"parent_id": False, "user_id": self.second.id})
        self.assertEqual(self.anna.client_owner_id, self.second)

    def test_a_client_of_one_of_our_companies_has_a_manager_who_works_there(self):
        company = self.env["res.company"].create({"name": "Our Company"})
        (self.head | self.second).company_ids += company
        head = self.head.with_company(company)
        alpha, beta = (client.with_user(head) for client in (self.alpha, self.beta))
        words = "Manager does not work for Our Company, to which the client Alpha Ltd belongs"
        with self.assertRaisesRegex(ValidationError, words), self.env.cr.savepoint():
            alpha.company_id = company
        beta.company_id = company
        with self.assertRaisesRegex(ValidationError, "Manager does not work for"), self.env.cr.savepoint():
            beta.user_id = self.manager
        with self.assertRaisesRegex(ValidationError, "Manager does not work for"), self.env.cr.savepoint():
            alpha.create({"name": "New Ltd", "user_id": self.manager.id, "company_id": company.id})
        alpha.write({"company_id": company.id, "user_id": self.second.id})
        self.assertEqual((self.alpha | self.anna).client_owner_id, self.second)
        beta.user_id = False

    def test_whoever_works_for_a_branch_may_have_clients_of_the_whole(self):
        branch = self.env["res.company"].create({"name": "Our Branch", "parent_id": self.env.company.id})
        self.second.write({"company_ids": [Command.set(branch.ids)], "company_id": branch.id})
        self.alpha.company_id = self.env.company
        self.alpha.with_user(self.head).user_id = self.second
        self.assertTrue(self.alpha.with_user(self.second).has_access("write"))
        self.alpha.user_id = self.manager
        handovers = self.env["client.handover"].with_user(self.head)
        line = Command.create({"partner_id": self.alpha.id})
        handover = handovers.create({"source": "list", "receiver_id": self.second.id, "line_ids": [line]})
        handover.action_preview()
        self.assertEqual(handover.planned_count, 1)

    def test_a_manager_owns_the_clients_that_he_enters(self):
        for user in (self.manager, self.lead):
            with self.subTest(user=user.name):
                form = Form(self.env["res.partner"].with_user(user))
                form.name = "New Client"
                client = form.save()
                self.assertEqual(client.sudo().client_owner_id, user)
        client_id, _name = self.env["res.partner"].with_user(self.manager).name_create("By the Way")
        self.assertEqual(self.env["res.partner"].browse(client_id).client_owner_id, self.manager)

    def test_others_enter_clients_without_a_manager(self):
        seller = self.make_user("bookseller", "account.group_account_invoice,sales_team.group_sale_salesman")
        for user in (self.head, self.operator, self.accountant, seller):
            with self.subTest(user=user.name):
                client = self.env["res.partner"].with_user(user).create({"name": f"Entered by {user.name}"})
                self.assertFalse(client.sudo().client_owner_id)

    def test_a_manager_may_enter_a_client_for_nobody_or_for_a_colleague(self):
        partners = self.env["res.partner"].with_user(self.manager)
        free = partners.create({"name": "For the Pool", "user_id": False})
        self.assertFalse(free.sudo().client_owner_id)
        self.assertEqual(partners.search([("name", "=", "For the Pool")]), free)
        given = partners.sudo().create({"name": "For the Second", "user_id": self.second.id})
        self.assertEqual(given.client_owner_id, self.second)

    def test_a_new_contact_of_a_manager_belongs_to_its_company(self):
        contact = self.env["res.partner"].with_user(self.manager).create({"name": "Ada", "parent_id": self.alpha.id})
        self.assertEqual(contact.client_owner_id, self.manager)

    def test_a_merge_gives_the_contacts_to_the_client_that_stays(self):
        double = self.make_client("Alpha Limited", self.second)
        contact = self.make_contact(double, "Dora Double")
        merge = self.env["base.partner.merge.automatic.wizard"].create(
            {"partner_ids": [Command.set((self.alpha | double).ids)], "dst_partner_id": self.alpha.id}
        )
        merge.action_merge()
        self.assertFalse(double.exists())
        self.assertEqual(self.alpha.client_owner_id, self.manager)
        self.assertEqual(contact.parent_id, self.alpha)
        self.assertEqual(contact.client_owner_id, self.manager)

    def test_colleagues_are_open_to_all(self):
        self.assertTrue(self.manager.partner_id.client_open)
        self.manager.active = False
        self.assertTrue(self.manager.partner_id.client_open, "what a former colleague wrote stays readable")

    def test_a_partner_who_becomes_a_colleague_becomes_open(self):
        self.assertFalse(self.anna.client_open)
        user = self.make_user("anna", "base.group_portal", partner_id=self.anna.id)
        self.assertFalse(self.anna.client_open, "a client with access to the portal is still a client")
        user.group_ids = self.env.ref("base.group_user")
        self.assertTrue(self.anna.client_open)
        user.group_ids = self.env.ref("base.group_portal")
        self.assertFalse(self.anna.client_open)

    def test_our_companies_are_open_with_their_addresses(self):
        ours = self.env["res.company"].create({"name": "Our Second Company"})
        self.assertTrue(ours.partner_id.client_open)
        office = self.make_contact(ours.partner_id, "Our Office", type="other")
        self.assertTrue(office.client_open)

    def test_somebodys_client_does_not_become_a_part_of_our_company(self):
        ours = self.env.company.partner_id
        for user in (self.manager, self.lead, self.head):
            refused = self.assertRaisesRegex(ValidationError, "empty its salesperson")
            with self.subTest(user=user.name), refused, self.env.cr.savepoint():
                self.alpha.with_user(user).write({"is_company": False, "parent_id": ours.id})
        self.free.with_user(self.lead).write({"is_company": False, "parent_id": ours.id})
        self.assertTrue(self.free.client_open)

    def test_a_client_that_becomes_our_company_becomes_open(self):
        self.env["res.company"].create({"name": "Free Inc", "partner_id": self.free.id})
        self.assertTrue(self.free.client_open)
