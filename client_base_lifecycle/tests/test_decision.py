from freezegun import freeze_time
from lxml.etree import fromstring

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form
from odoo.tools import format_date
from odoo.tools.safe_eval import safe_eval

from .common import LifecycleCommon


class TestDecision(LifecycleCommon):
    """What people decide about clients stands above the orders, until it is taken back."""

    def test_vip(self):
        self.decide(self.alpha, "vip", reason="Opens doors", until=self.day(-100))
        self.assert_segment(self.alpha, "vip")
        for part in ("VIP", format_date(self.env, self.today), format_date(self.env, self.day(-100)), "Opens doors"):
            self.assertIn(part, self.alpha.client_segment_reason)
        self.assertEqual(self.alpha.client_grade_user_id, self.lead)

    def test_key_account(self):
        self.decide(self.alpha, "key", reason="Profitable all along")
        self.assert_segment(self.alpha, "key")
        self.assertIn("Profitable all along", self.alpha.client_segment_reason)

    def test_orders_do_not_take_a_grade_away(self):
        self.decide(self.alpha, "vip", until=self.day(-100))
        self.decide(self.beta, "key", user=self.head)
        self.make_orders(self.alpha, 500)
        self.make_orders(self.beta, 500)
        self.run_nightly_job()
        self.assert_segment(self.alpha, "vip")
        self.assert_segment(self.beta, "key")

    def test_back_to_the_orders(self):
        self.make_orders(self.alpha, 10)
        self.decide(self.alpha, "key", reason="Great hopes")
        self.decide(self.alpha, "none", reason="Hopes were too great")
        self.assert_segment(self.alpha, "working")
        self.assertEqual(self.get_moves(self.alpha)[-2:], [("working", "key"), ("key", "working")])

    def test_a_vip_is_named_for_a_term(self):
        for until in (False, self.today, self.day(1)):
            with self.subTest(until=until), self.assertRaises(UserError):
                self.decide(self.alpha, "vip", until=until)
        form = Form(
            self.env["client.segment.decide"].with_user(self.lead).with_context(default_partner_ids=self.alpha.ids)
        )
        form.reason = "For the usual term"
        form.save().action_apply()
        self.assert_segment(self.alpha, "vip")
        self.assertGreater(self.alpha.client_grade_until, self.today)

    def test_a_vip_whose_review_is_due_stays_one_and_says_so(self):
        self.decide(self.alpha, "vip", until=self.day(-100))
        moves = self.get_moves(self.alpha)
        self.alpha.client_grade_until = self.day(1)
        self.run_nightly_job()
        self.assert_segment(self.alpha, "vip")
        self.assertIn("review was due", self.alpha.client_segment_reason)
        self.assertEqual(self.get_moves(self.alpha), moves)

    def test_dead_needs_an_answer_whether_revivable(self):
        with self.assertRaisesRegex(UserError, "revived"):
            self.decide(self.alpha, "dead", user=self.manager)
        self.decide(self.alpha, "dead", user=self.manager, reason="Closed down", revivable="no")
        self.assert_segment(self.alpha, "dead")
        self.assertEqual(self.alpha.client_revivable, "no")
        self.assertIn("Closed down", self.alpha.client_segment_reason)

    def test_an_order_after_death_revives(self):
        self.make_orders(self.alpha, 60)
        self.decide(self.alpha, "dead", user=self.manager, revivable="yes")
        self.alpha.client_grade_date = self.day(30)
        self.assert_segment(self.alpha, "dead")
        order = self.make_order(self.alpha, state="draft")
        self.assert_segment(self.alpha, "dead")
        order.action_confirm()
        self.assert_segment(self.alpha, "working")
        order._action_cancel()
        self.assert_segment(self.alpha, "dead")

    def test_an_order_right_before_a_decision_is_nobody_s_decision(self):
        self.make_order(self.alpha, state="draft").with_user(self.manager).action_confirm()
        self.make_orders(self.beta, 3)
        self.decide(self.alpha, "vip", reason="Opens doors")
        moves = self.env["client.segment.move"].search([("partner_id", "in", (self.alpha | self.beta).ids)], order="id")
        self.assertEqual(
            [(move.partner_id, move.to_id.code, move.user_id, move.comment) for move in moves],
            [
                (self.alpha, "potential", self.env["res.users"], False),
                (self.beta, "potential", self.env["res.users"], False),
                (self.alpha, "working", self.env["res.users"], False),
                (self.beta, "working", self.env["res.users"], False),
                (self.alpha, "vip", self.lead, "Opens doors"),
            ],
        )

    def test_many_are_decided_at_once(self):
        action = (self.alpha | self.free).with_user(self.lead).action_decide_segment()
        form = Form(self.env[action["res_model"]].with_user(self.lead).with_context(**action["context"]))
        form.grade = "key"
        form.reason = "The three best"
        form.save().action_apply()
        self.assertEqual((self.alpha | self.free).client_segment_id.mapped("code"), ["key"])

    def revive(self, client):
        """Declare the client dead for good a while ago, and have it order since."""
        self.decide(client, "dead", user=self.head, revivable="no")
        client.client_grade_date = self.day(30)
        self.make_orders(client, 5)
        self.assert_segment(client, "working")

    def test_of_who_came_back_to_life_nobody_says_whether_it_can_be_revived(self):
        self.revive(self.alpha)
        self.decide(self.beta, "dead", user=self.head, revivable="no")
        view = "client_base.res_partner_view_form"
        hidden = {
            client: Form(client.with_user(self.head), view)._get_modifier("client_revivable", "invisible")
            for client in (self.alpha, self.beta)
        }
        self.assertEqual(hidden, {self.alpha: True, self.beta: False})

    def test_who_came_back_to_life_is_a_successor(self):
        self.make_orders(self.free, 60, 40, 20)
        self.revive(self.alpha)
        action = self.free.with_user(self.head).action_find_successors()
        found = self.env["client.successor"].with_user(self.head).search(action["domain"])
        self.assertIn(self.alpha, found.candidate_id)

    def test_who_came_back_to_life_is_not_among_the_revivable(self):
        self.revive(self.alpha)
        self.alpha.client_revivable = "yes"
        self.decide(self.beta, "dead", user=self.head, revivable="yes")
        view = self.env.ref("client_base.res_partner_view_search_client")
        [found] = fromstring(view.get_combined_arch()).xpath("//filter[@name='filter_revivable']")
        clients = self.env["res.partner"].with_user(self.head).search(safe_eval(found.get("domain")))
        self.assertIn(self.beta, clients)
        self.assertNotIn(self.alpha, clients)

    # --- who decides ---

    def test_a_manager_names_no_vip_or_key_account(self):
        partners = self.env["res.partner"].with_user(self.manager)
        for grade in ("vip", "key"):
            values = {"client_grade": grade, "client_grade_date": self.today, "client_grade_until": self.day(-100)}
            defaults = {f"default_{name}": value for name, value in values.items()}
            for way, act in (
                ("by the wizard", lambda grade=grade: self.decide(self.alpha, grade, user=self.manager)),
                ("by writing", lambda values=values: self.alpha.with_user(self.manager).write(values)),
                ("with a new client", lambda values=values: partners.create({"name": "New", **values})),
                ("by defaults", lambda defaults=defaults: partners.with_context(**defaults).create({"name": "New"})),
                ("by import", lambda grade=grade: self.load_partner(partners, grade)),
            ):
                with self.subTest(grade=grade, way=way), self.assertRaises(AccessError):
                    act()
        self.assertFalse(self.alpha.client_grade)

    def load_partner(self, partners, grade):
        result = partners.load(["name", "client_grade", "client_grade_date"], [["New", grade, str(self.today)]])
        if not result["ids"]:
            raise AccessError(str(result["messages"]))

    def test_a_manager_changes_no_vip(self):
        self.decide(self.alpha, "vip", until=self.day(-100))
        for values in (
            {"client_grade": False},
            {"client_grade": "dead", "client_grade_date": self.today},
            {"client_grade_until": self.day(-1000)},
            {"client_grade_user_id": self.manager.id},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                self.alpha.with_user(self.manager).write(values)
        self.assert_segment(self.alpha, "vip")

    def test_nobody_writes_segments_and_purchases(self):
        dead = self.env["client.segment"]._get_by_code()["dead"]
        for user in (self.manager, self.lead, self.head):
            for values in ({"client_segment_id": dead.id}, {"client_order_count": 99}, {"client_turnover": 1e6}):
                with self.subTest(user=user.name, values=values):
                    with self.assertRaises(AccessError):
                        self.alpha.with_user(user).write(values)
                    defaults = {f"default_{name}": value for name, value in values.items()}
                    with self.assertRaises(AccessError):
                        self.env["res.partner"].with_user(user).with_context(**defaults).create({"name": "New"})

    def test_nobody_decides_about_another_s_client(self):
        with self.assertRaises(AccessError):
            self.decide(self.beta, "dead", user=self.manager, revivable="no")
        with self.assertRaises(AccessError):
            self.decide(self.beta, "key", user=self.lead)
        self.assertFalse(self.beta.client_grade)

    def test_who_may_only_look_is_told_before_filling_in(self):
        reader = self.make_user("reader", "account.group_account_readonly")
        client = self.alpha.with_user(reader)
        self.assertFalse(client.client_decidable)
        self.assertTrue(self.alpha.with_user(self.manager).client_decidable)
        for action in (
            client.action_decide_segment(),
            {"context": {"default_partner_ids": self.anna.ids}, "res_model": "client.segment.decide"},
        ):
            wizards = self.env[action["res_model"]].with_user(reader).with_context(**action["context"])
            with self.assertRaisesRegex(AccessError, "not decide on them"):
                Form(wizards)

    def test_a_decision_has_its_date(self):
        with self.assertRaises(ValidationError):
            self.alpha.client_grade = "key"

    def test_a_decision_where_it_is_still_yesterday(self):
        clients = self.alpha.with_context(tz="America/Los_Angeles")
        with freeze_time("2026-03-05 02:41:00"):
            self.make_order(self.alpha)
            self.decide(clients, "dead", user=self.manager, revivable="no")
        self.assert_segment(self.alpha, "dead")

    def test_an_order_after_a_decision_where_it_is_tomorrow_already(self):
        clients = self.alpha.with_context(tz="Asia/Vladivostok")
        with freeze_time("2026-03-05 15:00:00"):
            self.decide(clients, "dead", user=self.manager, revivable="no")
            self.assert_segment(self.alpha, "dead")
        with freeze_time("2026-03-05 15:20:00"):
            self.make_order(self.alpha)
            self.assert_segment(self.alpha, "working")

    def test_what_a_decision_must_say(self):
        for values in (
            {"grade": "dead", "revivable": "yes", "until": False},
            {"grade": "dead", "revivable": "yes", "until": self.day(1)},
            {"grade": "dead", "revivable": "no", "reason": "  "},
            {"grade": "vip", "until": "9999-12-31"},
        ):
            with self.subTest(values=values), self.assertRaises(UserError):
                self.decide(self.alpha, **values)

    def test_a_review_at_the_end_of_time(self):
        """Such days may have come with an import."""
        self.alpha.write({"client_grade": "vip", "client_grade_date": self.today, "client_grade_until": "9999-12-31"})
        self.make_order(self.alpha)
        self.assert_segment(self.alpha, "vip")
        self.make_order(self.beta, "9999-12-31 12:00:00")
        self.assertEqual(self.beta.client_order_count, 1)
        self.assertEqual(str(self.alpha.client_standing_id.due), "9999-12-31")

    def test_nobody_decides_in_another_s_name(self):
        forged = self.alpha.with_user(self.manager).with_context(
            client_decided_by=self.head.id, client_decided=self.head.id
        )
        forged.client_agreed_on = self.today
        self.assertEqual(self.alpha.client_segment_move_ids.user_id, self.manager)

    def test_a_manager_is_offered_what_a_manager_may_decide(self):
        wizards = self.env["client.segment.decide"]
        self.assertEqual(wizards.with_user(self.manager).default_get(["grade"]), {"grade": "dead"})
        self.assertEqual(wizards.with_user(self.lead).default_get(["grade"]), {"grade": "vip"})

    def test_who_has_ordered_for_a_day_to_come_is_not_dead(self):
        order = self.make_order(self.alpha, fields.Datetime.to_datetime(self.day(-5)))
        with self.assertRaisesRegex(UserError, "cancel it first"):
            self.decide(self.alpha, "dead", user=self.manager, revivable="no")
        order._action_cancel()
        self.decide(self.alpha, "dead", user=self.manager, revivable="no")
        self.assert_segment(self.alpha, "dead")
