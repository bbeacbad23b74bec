from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form

from .common import ClientBaseCommon


class DmuCommon(ClientBaseCommon):
    """Alpha's people: the director decides, the buyer has his ear."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.context_today(cls.env.user)
        cls.decider = cls.env.ref("client_base.dmu_role_decision_maker")
        cls.buyer = cls.env.ref("client_base.dmu_role_buyer")
        cls.director = cls.make_contact(cls.alpha, "Dora Director")
        cls.dora = cls.make_member(cls.alpha, cls.director, cls.decider)
        cls.ann = cls.make_member(cls.alpha, cls.anna, cls.buyer)
        cls.influence = cls.make_influence(cls.ann, cls.dora)
        cls.gamma = cls.make_client("Gamma SA", cls.manager)

    @classmethod
    def make_member(cls, client, person, role, **values):
        values = {"date_from": cls.today - timedelta(days=30), **values}
        return cls.env["client.dmu.member"].create(
            {"partner_id": client.id, "person_id": person.id, "role_id": role.id, **values}
        )

    @classmethod
    def make_influence(cls, who, whom, **values):
        return cls.env["client.dmu.influence"].create({"influencer_id": who.id, "influenced_id": whom.id, **values})


class TestDmu(DmuCommon):
    """Who decides at a client, and through whom."""

    def search(self, gap):
        return self.env["res.partner"].search(
            [(f"client_{gap}", "=", True), ("id", "in", (self.alpha | self.beta).ids)]
        )

    def assert_gaps(self, *gaps):
        """Check that alpha has these gaps, as the card says and as the filters find."""
        self.assertEqual(self.alpha._get_dmu_gaps(), list(gaps))
        for gap in ("no_decision_maker", "unconfirmed", "hostile", "single_thread"):
            with self.subTest(gap=gap):
                self.assertEqual(self.alpha in self.search(gap), gap in gaps)
                self.assertEqual(self.alpha[f"client_{gap}"], gap in gaps)

    def test_what_is_not_known_of_who_decides(self):
        self.assert_gaps("unconfirmed")
        self.dora.with_user(self.manager).action_confirm_authority()
        self.assert_gaps()
        (self.dora | self.ann).interest = -1
        self.assert_gaps("hostile")
        self.ann.with_user(self.manager).action_end()
        self.assertFalse(self.ann.current)
        self.assert_gaps("hostile", "single_thread")
        self.dora.role_id = self.buyer
        self.assert_gaps("no_decision_maker", "hostile", "single_thread")

    def test_a_client_of_whom_nobody_is_known_lacks_a_decision_maker_only(self):
        self.assertEqual(self.beta._get_dmu_gaps(), ["no_decision_maker"])
        self.assertIn(self.beta, self.search("no_decision_maker"))
        self.assertNotIn(self.beta, self.search("single_thread"))

    def test_a_private_person_decides_for_himself(self):
        ivan = self.env["res.partner"].create({"name": "Ivan", "user_id": self.manager.id})
        lacking = self.env["res.partner"].with_user(self.manager).search([("client_no_decision_maker", "=", True)])
        self.assertIn(self.gamma, lacking)
        self.assertNotIn(ivan, lacking)
        self.assertEqual(ivan._get_dmu_gaps(), [])
        self.assertEqual(ivan.with_user(self.manager)._get_tile_people()["text"], "Ivan")
        self.make_member(ivan.with_user(self.manager), ivan, self.decider)
        self.assertEqual(ivan._get_dmu_gaps(), ["unconfirmed"])
        self.assertFalse(ivan.client_single_thread)
        self.assertNotIn(ivan, self.env["res.partner"].search([("client_single_thread", "=", True)]))

    def test_the_real_authority_counts_once_it_is_confirmed_by_whom_and_when(self):
        form = Form(self.dora.with_user(self.manager))
        form.formal_authority = 5
        form.save()
        self.assertEqual(self.dora.authority, 5)
        form.real_authority = 2
        self.assertEqual(form.confirmed_on, self.today)
        form.save()
        self.assertEqual(self.dora.authority, 2)
        self.assertEqual(self.dora.confirmed_by_id, self.manager)
        self.dora.with_user(self.manager).confirmed_on = False
        self.assertEqual(self.dora.authority, 5)
        self.assertFalse(self.dora.confirmed_by_id)

    def test_who_was_found_to_decide_nothing_is_confirmed_so_again(self):
        self.dora.write({"formal_authority": 5, "real_authority": 0})
        dora = self.dora.with_user(self.manager)
        dora.action_confirm_authority()
        self.assertEqual(dora.real_authority, 5, "nothing else was entered")
        dora.real_authority = 0
        dora.action_confirm_authority()
        self.assertEqual((dora.real_authority, dora.authority), (0, 0))

    def test_nobody_confirms_in_anothers_name(self):
        self.dora.with_user(self.manager).write({"confirmed_on": self.today, "confirmed_by_id": self.head.id})
        self.assertEqual(self.dora.confirmed_by_id, self.manager)

    def test_what_was_confirmed_already_stays_confirmed_by_who_did(self):
        dora = self.dora.with_user(self.manager)
        dora.write({"real_authority": 4, "confirmed_on": self.today - timedelta(days=9)})
        ids = self.env["ir.model.data"]
        for name, record in (("dora", self.dora), ("ann", self.ann)):
            ids.create({"module": "t", "name": name, "model": record._name, "res_id": record.id})
        names = ["id", "real_authority", "confirmed_on", "note"]
        rows = [["t.dora", "4", str(dora.confirmed_on), "Likes tea"], ["t.ann", "3", str(self.today), ""]]
        members = self.env["client.dmu.member"].with_user(self.head)
        self.assertFalse(members.load(names, rows)["messages"])
        self.assertEqual((self.dora.confirmed_by_id, self.dora.note), (self.manager, "Likes tea"))
        self.assertEqual(self.ann.confirmed_by_id, self.head)
        self.dora.with_user(self.head).write({"real_authority": 5, "confirmed_on": dora.confirmed_on})
        self.assertEqual(self.dora.confirmed_by_id, self.head)

    def test_an_operator_works_the_cards_that_he_entered(self):
        card = self.env["res.partner"].with_user(self.operator).create({"name": "Raw Ltd", "is_company": True})
        person = self.env["res.partner"].with_user(self.operator).create({"name": "Rita Raw", "parent_id": card.id})
        member = (
            self.env["client.dmu.member"]
            .with_user(self.operator)
            .create({"partner_id": card.id, "person_id": person.id, "role_id": self.buyer.id})
        )
        self.assertEqual(member.note, False)
        card.sudo().user_id = self.manager
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(self.env["client.dmu.member"].with_user(self.operator).search([]))

    def test_bad_entries_are_refused_in_words(self):
        self.env["res.lang"]._activate_lang("uk_UA")
        cases = {
            "interest_range": lambda: self.ann.write({"interest": 6}),
            "involvement_range": lambda: self.ann.write({"involvement": -1}),
            "authority_range": lambda: self.ann.write({"formal_authority": 9}),
            "dates_order": lambda: self.ann.write({"date_to": self.today - timedelta(days=99)}),
            "cannot lie ahead": lambda: self.ann.write({"confirmed_on": self.today + timedelta(days=1)}),
            "choose a person": lambda: self.make_member(self.alpha, self.alpha, self.buyer),
            "already: open that row": lambda: self.make_member(self.alpha, self.anna, self.buyer),
            "Choose the person": lambda: self.make_member(self.alpha, self.env["res.partner"], self.buyer),
            "Choose the person.": lambda: self.ann.write({"person_id": False}),
            "is no client": lambda: self.make_member(self.anna, self.director, self.buyer),
            "one of us": lambda: self.make_member(self.alpha, self.manager.partner_id, self.buyer),
            "archive it instead": self.buyer.unlink,
            "name_unique": lambda: self.buyer.with_context(lang="uk_UA").create({"name": "Buyer"}),
            "strength_range": lambda: self.influence.write({"strength": 6}),
            "Nobody influences himself": lambda: self.make_influence(self.ann, self.ann),
            "entered already": lambda: self.make_influence(self.ann, self.dora),
        }
        for words, action in cases.items():
            with self.subTest(words=words), self.assertRaisesRegex(Exception, words), self.cr.savepoint():
                action()
                self.env.flush_all()

    def test_a_role_is_duplicated_under_a_name_of_its_own(self):
        self.env["res.lang"]._activate_lang("uk_UA")
        self.buyer.update_field_translations("name", {"uk_UA": "Покупець"})
        copy = self.buyer.with_user(self.head).with_context(lang="uk_UA").copy()
        self.assertEqual(copy.name, "Покупець (копія)")
        self.assertNotEqual(copy.with_context(lang="en_US").name, self.buyer.name)

    def test_influence_stays_within_a_client(self):
        boris = self.make_member(self.beta, self.boris, self.decider)
        with self.assertRaisesRegex(Exception, "different clients"):
            self.make_influence(self.ann, boris)
        adviser = self.make_member(self.alpha, self.boris, self.buyer)
        self.assertEqual(self.make_influence(adviser, self.dora).partner_id, self.alpha)

    def test_a_row_with_influences_stays_with_its_client_and_person(self):
        for values in ({"partner_id": self.gamma.id}, {"person_id": self.director.id}):
            with self.subTest(values=values), self.assertRaises(ValidationError), self.cr.savepoint():
                self.ann.write(values)
        self.influence.unlink()
        self.ann.partner_id = self.gamma

    def test_nobody_twice_even_in_two_roles_influences_himself(self):
        second = self.make_member(self.alpha, self.anna, self.decider)
        with self.assertRaisesRegex(Exception, "himself"):
            self.make_influence(self.ann, second)

    def test_a_person_who_changes_company_leaves_the_past_with_the_old_client(self):
        adviser = self.make_member(self.free, self.anna, self.buyer)
        self.anna.with_user(self.head).parent_id = self.beta
        self.assertEqual(self.ann.date_to, self.today)
        self.assertEqual(self.ann.partner_id, self.alpha)
        self.assertEqual(self.influence.exists().partner_id, self.alpha)
        self.assertFalse(adviser.date_to)

    def test_the_people_of_a_department_leave_the_client_with_it(self):
        department = self.make_contact(self.alpha, "Purchasing")
        paul, former = self.make_contact(department, "Paul"), self.make_contact(department, "Fred", active=False)
        rows = self.make_member(self.alpha, paul, self.buyer) | self.make_member(self.alpha, former, self.buyer)
        adviser = self.make_member(self.free, paul, self.buyer)
        department.with_user(self.head).parent_id = self.beta
        self.assertEqual(rows.mapped("date_to"), [self.today] * 2)
        self.assertEqual((adviser.date_to, self.ann.date_to), (False, False))

    def test_the_people_of_a_department_that_becomes_a_company_leave_too(self):
        department = self.make_contact(self.alpha, "Purchasing")
        row = self.make_member(self.alpha, self.make_contact(department, "Paul"), self.buyer)
        department.with_user(self.manager).is_company = True
        self.assertEqual(row.date_to, self.today)

    def test_who_comes_along_with_a_client_that_becomes_a_part_of_another_decides_on(self):
        branch = self.make_client("Branch", self.manager)
        row = self.make_member(branch, self.make_contact(branch, "Paul"), self.buyer)
        branch.with_user(self.manager).write({"is_company": False, "parent_id": self.gamma.id})
        self.assertEqual((row.partner_id, row.date_to), (self.gamma, False))

    def test_archiving_a_person_ends_the_rows(self):
        self.anna.with_user(self.manager).action_archive()
        self.assertEqual(self.ann.date_to, self.today)

    def test_whatever_a_person_or_a_client_became_the_rows_end(self):
        was_client = self.make_client("Solo", self.manager)
        paul = self.make_contact(was_client, "Paul")
        row = self.make_member(was_client, paul, self.buyer)
        was_client.write({"is_company": False, "parent_id": self.gamma.id})
        paul.with_user(self.manager).action_archive()
        self.assertEqual(row.date_to, self.today)
        self.make_user("hired", "base.group_user", partner_id=self.anna.id)
        self.anna.parent_id = False
        self.assertEqual(self.ann.date_to, self.today)
        self.director.is_company = True
        self.director.action_archive()
        self.assertEqual(self.dora.date_to, self.today)

    def test_of_an_erased_person_stays_that_there_was_one(self):
        self.anna.unlink()
        self.assertFalse(self.ann.person_id)
        self.assertEqual(self.ann.date_to, self.today)
        self.assertEqual(self.ann.display_name, "Erased person (Buyer)")
        self.assertTrue(self.influence.exists())

    def test_each_manager_sees_the_people_of_own_clients(self):
        self.make_member(self.beta, self.boris, self.decider)
        members = self.env["client.dmu.member"]
        for user, count in (
            (self.manager, 2),
            (self.second, 1),
            (self.lead, 2),
            (self.accountant, 3),
            (self.operator, 0),
        ):
            with self.subTest(user=user.name):
                self.assertEqual(members.with_user(user).search_count([]), count)
        with self.assertRaises(AccessError):
            members.with_user(self.second).create(
                {"partner_id": self.alpha.id, "person_id": self.anna.id, "role_id": self.buyer.id}
            )
        with self.assertRaises(AccessError):
            self.ann.with_user(self.manager).unlink()
        self.influence.with_user(self.manager).unlink()


class TestMerge(DmuCommon):
    """Merging, moving, archiving and erasing clients and persons loses no row of ours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.carl = cls.make_contact(cls.gamma, "Carl Gamma")
        cls.carl_row = cls.make_member(cls.gamma, cls.carl, cls.decider)
        cls.twin = cls.make_contact(cls.alpha, "Anna A.")
        cls.twin_row = cls.make_member(cls.alpha, cls.twin, cls.buyer)
        cls.make_influence(cls.twin_row, cls.dora)
        cls.make_influence(cls.ann, cls.twin_row)
        criteria = cls.env["client.criterion"].search([])
        cls.env["client.score"].create(
            [
                {"partner_id": client.id, "criterion_id": criterion.id, "value": 2 + number, "date": day}
                for number, (client, day) in enumerate(
                    [(cls.alpha, cls.today - timedelta(days=9)), (cls.gamma, cls.today - timedelta(days=2))]
                )
                for criterion in criteria[:4]
            ]
        )
        category = cls.env["product.category"].create({"name": "Paper"})
        cls.env["client.market"].create(
            [
                {"partner_id": client.id, "category_id": category.id, "capacity": 100, "source": "them"}
                for client in cls.alpha | cls.gamma
            ]
        )
        region = cls.env["client.region"].create(
            {"name": "East", "country_ids": [Command.set(cls.env.ref("base.ua").ids)]}
        )
        cls.env["client.region.note"].create({"region_id": region.id, "text": "Grows", "source": "us"})
        cls.gamma.country_id = cls.env.ref("base.ua")

    def count(self):
        self.env.flush_all()
        return {
            name: self.env[name].with_context(active_test=False).search_count([])
            for name in (
                "client.dmu.member",
                "client.dmu.influence",
                "client.score",
                "client.market",
                "client.region.note",
            )
        }

    def merge(self, partners, into):
        self.env["base.partner.merge.automatic.wizard"].with_user(self.head)._merge(
            partners.ids, into.with_user(self.head)
        )

    def test_merging_two_clients_keeps_every_row(self):
        before = self.count()
        self.merge(self.alpha | self.gamma, self.alpha)
        self.assertEqual(self.count(), before)
        self.assertFalse(self.gamma.exists())
        self.assertEqual(self.carl_row.partner_id, self.alpha)
        self.assertFalse(self.carl_row.date_to, "the person did not leave, the client has another card")
        self.assertEqual(self.alpha.client_score, 60, "the later score counts: 3 of 5")

    def test_merging_two_persons_keeps_every_row(self):
        before = self.count()
        self.merge(self.anna | self.twin, self.anna)
        self.assertEqual(self.count(), before)
        self.assertEqual((self.ann | self.twin_row).person_id, self.anna)
        self.assertEqual(self.alpha.with_user(self.manager).get_client_panel("people").count("<svg"), 1)

    def test_moving_archiving_and_erasing_persons_keeps_every_row(self):
        before = self.count()
        self.carl.parent_id = self.alpha
        self.twin.action_archive()
        self.anna.unlink()
        self.alpha.action_archive()
        self.assertEqual(self.count(), before)

    def test_an_erased_client_takes_its_own_rows_and_no_others(self):
        before = self.count()
        self.gamma.child_ids.unlink()
        self.gamma.unlink()
        after = self.count()
        self.assertEqual(
            {name: before[name] - after[name] for name in before},
            {
                "client.dmu.member": 1,
                "client.dmu.influence": 0,
                "client.score": 4,
                "client.market": 1,
                "client.region.note": 0,
            },
        )
