from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError

from .common import ClientBaseCommon


class TestDuplicates(ClientBaseCommon):
    """Cards that may be one client are found, shown to who sees both, and become one without a loss."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.daisy = cls.make_client(
            "ООО «Ромашка»", cls.manager, phone="+7 495 123-45-67", email="info@romashka.example"
        )

    def find(self):
        self.env.flush_all()
        self.env["client.key"]._refresh()
        self.env.cr.execute("DELETE FROM client_key_mark RETURNING partner_id")
        self.env["client.duplicate"]._find(sorted({row[0] for row in self.env.cr.fetchall()}))

    def get_pair(self, one, other, user=None):
        pairs = self.env["client.duplicate"].with_user(user or self.env.user)
        ids = sorted((one | other).ids)
        return pairs.search([("one_id", "=", ids[0]), ("other_id", "=", ids[1])])

    def test_written_in_another_way_it_is_found(self):
        for name, values, reasons in (
            ("Romashka LLC", {}, "name"),
            ("ТОВ Ромашка", {"phone": "8 (495) 1234567"}, "phone, name"),
            ("Romashka-Trade", {"email": "INFO@romashka.example"}, "e-mail"),
            ("Quite another", {"phone": "(495) 123 45 67"}, "phone"),
        ):
            twin = self.make_client(name, self.manager, **values)
            self.find()
            with self.subTest(name=name):
                self.assertEqual(self.get_pair(self.daisy, twin).reasons, reasons)
            twin.unlink()
        stranger = self.make_client("Romanovka", self.manager)
        self.find()
        self.assertFalse(self.get_pair(self.daisy, stranger))

    @patch("odoo.addons.client_base.models.client_key.BATCH", 2)
    def test_keys_are_made_portion_by_portion_the_newest_first(self):
        self.find()
        keys = self.env["client.key"]
        old, middle, new = (self.make_client(name, self.manager) for name in ("Aster", "Begonia", "Clover"))
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM client_key_mark")
        keys._mark((old | middle | new).ids)
        self.assertEqual(keys._refresh(), 2)
        self.assertEqual(keys.search([("partner_id", "in", (old | middle | new).ids)]).partner_id, middle | new)
        twin = self.make_client("Aster Ltd", self.manager)
        with self.enter_registry_test_mode():
            self.env.ref("client_base.ir_cron_duplicates").method_direct_trigger()
        self.assertTrue(self.get_pair(old, twin))

    def test_a_web_address_that_is_none_stops_nothing(self):
        odd = self.make_client("Odd Ltd", self.manager)
        # As other addons and old bases have them.
        self.env.cr.execute("UPDATE res_partner SET website = 'http://[odd' WHERE id = %s", [odd.id])
        odd.invalidate_recordset()
        twin = self.make_client("Romashka", self.manager, website="http://ac\u2100me.example")
        odd.name = "Odd and Sons"
        self.find()
        self.assertTrue(self.get_pair(self.daisy, twin))
        card = self.env["client.intake"].create({"name": "Odd and Sons", "website": "http://[odd"})
        self.assertIn("Odd and Sons", card.known)

    def test_two_tax_numbers_are_two_clients(self):
        self.daisy.vat = "7707083893"
        branch = self.make_client("Ромашка", self.manager, vat="7710140679")
        self.find()
        self.assertFalse(self.get_pair(self.daisy, branch))

    def test_a_changed_card_is_compared_again(self):
        twin = self.make_client("Romashka", self.manager)
        self.find()
        self.assertTrue(self.get_pair(self.daisy, twin))
        twin.name = "Sunflower"
        self.find()
        self.assertFalse(self.get_pair(self.daisy, twin))

    def test_only_who_sees_both_sees_the_pair(self):
        twin = self.make_client("Romashka", self.second)
        self.find()
        for user, seen in ((self.manager, False), (self.second, False), (self.head, True), (self.accountant, True)):
            with self.subTest(user=user.name):
                self.assertEqual(bool(self.get_pair(self.daisy, twin, user)), seen)
        self.assertFalse(self.daisy.with_user(self.manager).client_duplicate_count)
        self.assertEqual(self.daisy.with_user(self.head).client_duplicate_count, 1)
        with self.assertRaises(AccessError):
            self.get_pair(self.daisy, twin).with_user(self.manager).action_different()

    def test_two_clients_are_not_proposed_again(self):
        twin = self.make_client("Romashka", self.manager)
        self.find()
        pair = self.get_pair(self.daisy, twin, self.manager)
        pair.action_different()
        twin.phone = self.daisy.phone
        self.find()
        self.assertEqual((pair.state, pair.decided_by_id), ("different", self.manager))
        self.assertFalse(self.daisy.with_user(self.manager).client_duplicate_count)

    def test_the_job_empties_the_queue(self):
        twin = self.make_client("Romashka", self.manager)
        with self.enter_registry_test_mode():
            self.env.ref("client_base.ir_cron_duplicates").method_direct_trigger()
        self.assertTrue(self.get_pair(self.daisy, twin))
        self.assertFalse(self.env["client.key.mark"].search_count([]))

    def open_merge(self, twin, user=None):
        self.find()
        action = self.get_pair(self.daisy, twin, user or self.manager).action_merge()
        return self.env[action["res_model"]].with_user(user or self.manager).browse(action["res_id"])

    def test_side_by_side_the_better_of_each_is_chosen(self):
        self.daisy.write({"phone": "ask Maria", "city": "Moscow"})
        twin = self.make_client("Romashka", self.manager, phone="+7 495 123-45-67", email="info@romashka.example")
        merge = self.open_merge(twin)
        taken = {line.name: line.take for line in merge.line_ids}
        self.assertEqual((taken["phone"], taken["city"], taken["name"]), ("other", "one", "one"))
        self.assertNotIn("email", taken, "they agree on it")

    def test_the_two_become_one_and_no_row_is_lost(self):
        twin = self.make_client("Romashka", self.manager, website="https://romashka.example", phone="+7 495 1234567")
        person = self.make_contact(twin, "Olga")
        order = self.make_order(twin)
        criterion = self.env["client.criterion"].search([], limit=1)
        score = self.env["client.score"].create({"partner_id": twin.id, "criterion_id": criterion.id, "value": 3})
        contact = self.env["client.interaction"].create({"partner_id": twin.id, "user_id": self.manager.id})
        role = self.env.ref("client_base.dmu_role_buyer").id
        member = self.env["client.dmu.member"].create(
            {"partner_id": twin.id, "person_id": person.id, "role_id": role, "confirmed_on": "2026-01-01"}
        )
        merge = self.open_merge(twin)
        merge.write(
            {
                "keep": "one",
                "line_ids": [
                    Command.update(merge.line_ids.filtered(lambda line: line.name == "name").id, {"take": "other"})
                ],
            }
        )
        merge.action_merge()
        self.assertFalse(twin.exists())
        self.assertEqual((self.daisy.name, self.daisy.website), ("Romashka", "https://romashka.example"))
        self.assertEqual(self.daisy.email, "info@romashka.example")
        for row in (person.parent_id, order.partner_id, score.partner_id, contact.partner_id, member.partner_id):
            self.assertEqual(row, self.daisy)
        self.find()
        self.assertFalse(self.daisy.client_duplicate_count)

    def test_notes_and_addresses_stay_whole(self):
        self.daisy.write({"comment": "Pays late", "street": "Main 1", "street2": "Floor 5", "city": "Moscow"})
        twin = self.make_client("Romashka", self.manager, comment="Ask for Olga", street="Other 9", city="Tver")
        merge = self.open_merge(twin)
        merge.keep = "one"
        merge.line_ids.filtered(lambda line: line.name in ("street", "city")).take = "other"
        merge.action_merge()
        self.assertEqual((self.daisy.street, self.daisy.street2, self.daisy.city), ("Other 9", False, "Tver"))
        self.assertIn("Pays late", self.daisy.comment)
        self.assertIn("Ask for Olga", self.daisy.comment)
        third = self.make_client("Romashka", self.manager, street="Third 3", street2="Yard")
        merge = self.open_merge(third)
        merge.keep = "one"
        merge.line_ids.filtered(lambda line: line.name == "street").take = "one"
        merge.action_merge()
        self.assertEqual((self.daisy.street, self.daisy.street2), ("Other 9", False))

    def test_what_was_chosen_to_be_empty_stays_empty(self):
        twin = self.make_client(
            "Romashka", self.manager, website="https://romashka.example", street="Main 1", street2="Yard", city="Tver"
        )
        merge = self.open_merge(twin)
        merge.keep = "one"
        merge.line_ids.take = "one"
        merge.action_merge()
        for name in ("website", "street", "street2", "city"):
            with self.subTest(name=name):
                self.assertFalse(self.daisy[name])
        self.assertEqual(self.daisy.email, "info@romashka.example")

    def test_another_manager_chosen_gets_all_that_is_open(self):
        twin = self.make_client("Romashka", self.second)
        activity = self.daisy.activity_schedule("mail.mail_activity_data_call", user_id=self.manager.id)
        merge = self.open_merge(twin, self.head)
        merge.keep = "one"
        merge.line_ids.filtered(lambda line: line.name == "user_id").take = "other"
        merge.action_merge()
        self.assertEqual((self.daisy.client_owner_id, activity.user_id), (self.second, self.second))
        self.assertFalse(self.daisy.with_user(self.manager).has_access("read"))

    def test_who_has_left_gets_nothing(self):
        gone = self.make_user("gone", "sales_team.group_sale_salesman")
        gone.active = False
        for chosen in (None, "other", "one"):
            with self.subTest(chosen=chosen):
                twin = self.make_client("Romashka", self.second)
                # The fuller card is the one that stays.
                full = self.make_client("Romashka", gone, phone="+7 495 1234567", email="info@romashka.example")
                merge = self.env["client.duplicate.merge"].with_user(self.head)
                merge = merge.create({"one_id": full.id, "other_id": twin.id})
                merge.keep = "one"
                line = merge.line_ids.filtered(lambda line: line.name == "user_id")
                self.assertEqual(line.take, "other")
                line.take = chosen or line.take
                merge.action_merge()
                self.assertEqual((full.client_owner_id, twin.exists()), (self.second, twin.browse()))

    def test_two_who_have_left_are_no_obstacle(self):
        gone = self.make_user("gone", "sales_team.group_sale_salesman")
        gone.active = False
        for kept_owner, other_owner in ((None, gone), (gone, None), (gone, gone)):
            with self.subTest(kept=kept_owner, other=other_owner):
                twin = self.make_client("Romashka", other_owner)
                full = self.make_client("Romashka", kept_owner, phone="+7 495 1234567")
                merge = self.env["client.duplicate.merge"].with_user(self.head)
                merge.create({"one_id": full.id, "other_id": twin.id}).action_merge()
                self.assertFalse(twin.exists())
                self.assertFalse(full.client_owner_id.active)

    def test_two_clients_stay_two_when_one_is_merged(self):
        twin = self.make_client("Romashka", self.manager)
        third = self.make_client("Zeta Wood", self.manager, phone="+7 495 123-45-67")
        self.find()
        self.get_pair(self.daisy, twin, self.manager).action_different()
        merge = self.env["client.duplicate.merge"].with_user(self.manager)
        merge = merge.create({"one_id": third.id, "other_id": self.daisy.id, "keep": "one"})
        merge.keep = "one"
        merge.line_ids.filtered(lambda line: line.name == "name").take = "other"
        merge.action_merge()
        self.find()
        pair = self.get_pair(third, twin)
        self.assertEqual((pair.state, pair.decided_by_id), ("different", self.manager))

    def test_who_merges_nothing_sees_the_two_cards(self):
        clients = self.env["res.partner"].with_user(self.operator)
        one, other = clients.create(
            [{"name": "Gamma Steel", "is_company": True}, {"name": "GAMMA Steel", "is_company": True}]
        )
        self.find()
        action = self.get_pair(one, other, self.operator).action_merge()
        self.assertEqual(clients.search(action["domain"]), one | other)

    def test_nobody_merges_what_is_not_his_to_change(self):
        twin = self.make_client("Romashka", self.manager)
        merge = self.open_merge(twin)
        twin.user_id = self.second
        with self.assertRaises(AccessError):
            merge.action_merge()
