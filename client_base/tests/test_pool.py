from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import ClientBaseCommon


@tagged("post_install", "-at_install")
class TestPool(ClientBaseCommon):
    """Clients without an owner, by each of the settings."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mine = cls.free.with_user(cls.manager)

    def share(self, how):
        self.env["res.config.settings"].create({"client_pool": how}).execute()

    def test_closed(self):
        self.share("closed")
        self.assertFalse(self.mine.search([("id", "=", self.free.id)]))
        for action in (self.mine.action_claim_client, self.mine.action_request_client):
            with self.assertRaises(AccessError):
                action()

    def test_a_lead_takes_from_a_closed_pool(self):
        self.share("closed")
        self.free.with_user(self.lead).action_claim_client()
        self.assertEqual(self.free.client_owner_id, self.lead)

    def test_claim(self):
        self.share("claim")
        self.assertEqual(self.mine.client_pool, "claim")
        self.mine.action_claim_client()
        self.assertEqual(self.free.user_id, self.manager)
        self.assertFalse(self.free.with_user(self.second).search([("id", "=", self.free.id)]))

    def test_who_comes_second_gets_nothing(self):
        self.share("claim")
        late = self.free.with_user(self.second)
        late.action_claim_client()
        self.free.user_id = False
        self.mine.action_claim_client()
        with self.assertRaises(UserError):
            late.action_claim_client()
        self.assertEqual(self.free.user_id, self.manager)

    def test_request(self):
        self.share("request")
        self.manager.sale_team_id = self.team
        self.assertEqual((self.mine.client_pool, self.mine.client_asked), ("request", False))
        self.mine.action_request_client()
        self.mine.action_request_client()
        self.assertEqual(self.mine.client_asked, "You have asked for this client. Who decides: Lead.")
        self.assertFalse(self.free.with_user(self.second).client_asked)
        self.assertFalse(self.free.client_next_contact, "to ask for a client plans no contact with it")
        self.assertEqual(self.free.activity_ids.mapped("user_id"), self.lead)
        self.assertEqual(len(self.free.activity_ids), 1, "asked once")
        with self.assertRaises(AccessError):
            self.mine.action_claim_client()

    def test_the_lead_gives_it_to_who_asked_first(self):
        self.share("request")
        self.team.member_ids = self.manager | self.second
        self.mine.action_request_client()
        self.free.with_user(self.second).action_request_client()
        action = self.env["ir.actions.actions"]._for_xml_id("client_base.client_action_requests")
        asked = self.env["res.partner"].with_user(self.lead)
        found = asked.search(safe_eval(action["domain"], {"uid": self.lead.id}))
        self.assertEqual(found, self.free)
        self.assertEqual(found.client_requester_id, self.manager)
        found.action_give_client()
        self.assertEqual(self.free.user_id, self.manager)
        self.assertFalse(self.free.activity_ids)
        self.assertFalse(asked.search(safe_eval(action["domain"], {"uid": self.lead.id})))
        with self.assertRaises(UserError):
            found.action_give_client()

    def test_who_entered_a_client_does_not_keep_it_when_it_is_taken_away(self):
        entered = self.env["res.partner"].with_user(self.manager).create({"name": "Entered", "is_company": True})
        self.assertEqual(entered.user_id, self.manager)
        contact = entered.create({"name": "Entered Contact", "parent_id": entered.id})
        entered.with_user(self.lead).user_id = False
        self.env.invalidate_all()
        self.assertFalse(entered.has_access("read"))
        self.assertFalse(contact.has_access("read"))
        with self.assertRaises(AccessError):
            entered.user_id = self.manager

    def test_who_has_left_or_may_not_decide_is_not_asked_but_the_administrators(self):
        self.share("request")
        own = self.env.ref("client_base.group_client_own")
        for change in ({"active": False}, {"active": True, "group_ids": [Command.set(own.ids)]}):
            self.lead.write(change)
            message = self.mine.action_request_client()["params"]["message"]
            with self.subTest(change=change):
                self.assertIn("Head", message)
                asked = self.free.activity_ids.user_id
                self.assertIn(self.head, asked)
                self.assertNotIn(self.lead, asked)
            self.free.activity_ids.unlink()

    def test_who_leads_a_team_with_own_clients_only_asks_the_administrators_too(self):
        self.share("request")
        self.team.write({"user_id": self.second.id, "member_ids": [Command.link(self.second.id)]})
        self.free.with_user(self.second).action_request_client()
        asked = self.free.activity_ids
        self.assertIn(self.head, asked.user_id)
        self.assertNotIn(self.second, asked.user_id)
        self.free.with_user(self.head).action_give_client()
        self.assertEqual(self.free.user_id, self.second)
        self.assertFalse(self.free.activity_ids)

    def test_whoever_gives_the_client_to_whomever_the_requests_are_closed(self):
        self.share("request")
        self.mine.action_request_client()
        self.free.with_user(self.head).user_id = self.second
        self.assertFalse(self.free.activity_ids)

    def test_who_is_asked_and_takes_the_client_closes_the_requests(self):
        self.share("request")
        self.manager.sale_team_id = self.team
        self.mine.action_request_client()
        self.assertEqual(self.free.activity_ids.user_id, self.lead)
        self.free.with_user(self.lead).user_id = self.lead
        self.assertFalse(self.free.activity_ids)

    def test_who_asked_and_left_gets_nothing(self):
        self.share("request")
        self.team.member_ids = self.manager | self.second
        self.mine.action_request_client()
        given = self.free.with_user(self.lead)
        self.manager.active = False
        self.env.invalidate_all()
        self.assert_refused(given.action_give_client, "nobody asks for it")
        self.free.with_user(self.second).action_request_client()
        self.env.invalidate_all()
        given.action_give_client()
        self.assertEqual(self.free.user_id, self.second)

    def test_managers_give_themselves_nothing(self):
        self.share("request")
        self.manager.sale_team_id = self.team
        self.mine.action_request_client()
        for take in (
            self.mine.action_give_client,
            self.mine.unlink,
            lambda: self.mine.write({"user_id": self.manager.id}),
            lambda: self.mine.write({"parent_id": self.alpha.id, "is_company": False}),
            lambda: self.mine.write({"name": "Mine"}),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                take()
        self.assertFalse(self.free.user_id)

    def test_setting_takes_effect_at_once(self):
        for how, seen in (("claim", 1), ("closed", 0), ("request", 1)):
            self.share(how)
            self.assertEqual(self.mine.search_count([("id", "=", self.free.id)]), seen, how)

    def test_a_foreign_client_is_not_claimed(self):
        self.share("claim")
        with self.assertRaises(AccessError):
            self.beta.with_user(self.manager).action_claim_client()

    def test_nobody_gets_an_order_that_he_could_not_open(self):
        orders = self.env["sale.order"].with_user(self.head)
        with self.assertRaisesRegex(ValidationError, "Second"):
            orders.create({"partner_id": self.beta.id, "user_id": self.manager.id})
        order = orders.create(
            {"partner_id": self.beta.id, "order_line": [Command.create({"product_id": self.product.id})]}
        )
        self.assertEqual(order.user_id, self.second)
        accountant = orders.with_user(self.env.ref("base.user_admin")).create(
            {"partner_id": self.beta.id, "user_id": self.accountant.id}
        )
        self.assertTrue(accountant.with_user(self.accountant).has_access("read"))
