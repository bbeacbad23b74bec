from odoo import Command
from odoo.exceptions import AccessError

from .common import ClientBaseCommon


class TestMerge(ClientBaseCommon):
    """Doubles become one client: by who may change both, and no row about them is lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.double = cls.make_client("Alpha Limited", cls.manager)

    def merge(self, user, kept, double):
        wizard = (
            self.env["base.partner.merge.automatic.wizard"]
            .with_user(user)
            .create({"partner_ids": [Command.set((kept | double).ids)], "dst_partner_id": kept.id})
        )
        self.env.invalidate_all()
        return wizard.action_merge()

    def hand_over(self, client, receiver):
        """Hand ``client`` over and return the line that tells of it."""
        values = {"source": "domain", "domain": f"[('id', '=', {client.id})]", "receiver_id": receiver.id}
        handover = self.env["client.handover"].with_user(self.head).create(values)
        handover.action_preview()
        handover.action_apply()
        return handover.sudo().line_ids

    def test_a_manager_merges_own_clients(self):
        self.make_contact(self.double, "Dora Double")
        self.merge(self.manager, self.alpha, self.double)
        self.assertFalse(self.double.exists())
        self.assertEqual(self.alpha.child_ids.mapped("name"), ["Anna Alpha", "Dora Double"])

    def test_nobody_merges_what_he_may_not_change(self):
        for user, kept, double in (
            (self.manager, self.alpha, self.beta),
            (self.manager, self.beta, self.alpha),
            (self.manager, self.alpha, self.free),
            (self.manager, self.anna, self.boris),
            (self.lead, self.alpha, self.beta),
            (self.operator, self.alpha, self.beta),
        ):
            kept.email = double.email = "one@mail.example"
            with self.subTest(user=user.name, kept=kept.name), self.assertRaises(AccessError), self.env.cr.savepoint():
                self.merge(user, kept, double)
            self.assertTrue((kept | double).exists() == kept | double)

    def test_the_destination_is_checked_too(self):
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(self.manager)
        with self.assertRaises(AccessError):
            wizard._merge((self.alpha | self.double).ids, self.beta.with_user(self.manager))

    def test_who_may_change_both_merges_clients_of_two_managers(self):
        self.merge(self.head, self.alpha, self.beta)
        self.assertEqual(self.boris.client_owner_id, self.manager)

    def test_what_is_open_goes_to_the_manager_of_the_client_that_is_kept(self):
        order = self.env["sale.order"].create({"partner_id": self.beta.id, "user_id": self.second.id})
        self.beta.activity_schedule("mail.mail_activity_data_call", user_id=self.second.id)
        self.merge(self.head, self.alpha, self.beta)
        self.assertEqual(order.user_id, self.manager)
        self.assertEqual(self.alpha.activity_ids.user_id, self.manager)
        self.assertFalse(order.with_user(self.second).has_access("read"))

    def test_somebodys_client_is_not_lost_to_nobodys(self):
        dora = self.make_contact(self.double, "Dora Double")
        order = self.make_order(self.double, state="draft", user_id=self.manager.id)
        self.merge(self.head, self.free, self.double)
        self.assertEqual((self.free | dora).client_owner_id, self.manager)
        self.assertEqual((order.partner_id, order.user_id), (self.free, self.manager))

    def test_who_has_left_manages_nothing_after_a_merge(self):
        gone = self.make_user("gone", "sales_team.group_sale_salesman")
        kept = self.make_client("Kept", gone)
        gone.active = False
        self.merge(self.head, kept, self.double)
        self.assertEqual(kept.client_owner_id, self.manager)

    def test_an_archived_double_of_another_manager(self):
        archived = self.make_client("Alpha Old", self.second, active=False)
        order = self.make_order(archived, state="draft", user_id=self.second.id)
        self.merge(self.head, self.alpha, archived)
        self.assertFalse(archived.exists())
        self.assertEqual((order.partner_id, order.user_id), (self.alpha, self.manager))

    def test_a_manager_who_can_get_nothing_is_named(self):
        self.manager.group_ids -= self.env.ref("sales_team.group_sale_salesman")
        self.assert_refused(lambda: self.merge(self.head, self.alpha, self.beta), "Hand Alpha Ltd over")

    def test_the_history_of_managers_is_kept(self):
        lines = self.hand_over(self.alpha, self.second)
        lines |= self.hand_over(self.double, self.second)
        lines |= self.hand_over(self.double, self.lead)
        both = {
            "source": "domain",
            "domain": f"[('id', 'in', {(self.alpha | self.double).ids})]",
            "receiver_id": self.manager.id,
        }
        handover = self.env["client.handover"].with_user(self.head).create(both)
        handover.action_preview()
        handover.action_apply()
        lines |= handover.sudo().line_ids
        self.assertEqual(len(lines), 5)
        self.merge(self.head, self.alpha, self.double)
        self.assertEqual(lines.exists().partner_id, self.alpha)
        self.assertEqual(len(lines.exists()), 5)
        self.assertEqual(self.alpha.client_handover_count, 5)
        handover.action_undo()
        self.assertIn(self.alpha.user_id, self.second | self.lead)

    def test_substitutions_outlive_a_merge(self):
        substitution = self.stand_in(self.manager, self.second)
        twin = self.make_client("Beta Limited", self.second)
        card = self.make_client("The second manager's own card")
        card.email = self.second.partner_id.email
        self.merge(self.head, self.second.partner_id, card)
        self.merge(self.manager, self.beta, twin)
        self.assertEqual(substitution.exists().phase, "now")
        self.assertEqual(substitution.absent_id, self.second)
        self.assertTrue(self.boris.with_user(self.manager).has_access("read"))
