from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ..tools.ladder import SEGMENTS
from .common import LifecycleCommon


class TestSegment(LifecycleCommon):
    """Orders move a client along its life with us, forth and back, and the card says why."""

    def assert_reason(self, client, *parts):
        for part in parts:
            part = format_date(self.env, part) if isinstance(part, type(self.today)) else str(part)
            self.assertIn(part, client.client_segment_reason)

    # --- the computed segments ---

    def test_potential(self):
        self.assert_segment(self.alpha, "potential")
        self.assert_reason(self.alpha, "no agreement")
        self.assertEqual(self.alpha.client_segment_since, self.today)

    def test_active(self):
        self.alpha.with_user(self.manager).client_agreed_on = self.day(30)
        self.assert_segment(self.alpha, "active")
        self.assert_reason(self.alpha, "Agreed", self.day(30))
        self.alpha.client_agreed_on = False
        self.assert_segment(self.alpha, "potential")

    def test_dead_because_nothing_came_of_the_agreement(self):
        self.alpha.client_agreed_on = self.day(400)
        self.assert_segment(self.alpha, "dead")
        self.assert_reason(self.alpha, self.day(400), "12 months")

    def test_working(self):
        self.make_orders(self.alpha, 10)
        self.assert_segment(self.alpha, "working")
        self.assert_reason(self.alpha, "Purchases: 1", self.day(10))

    def test_regular(self):
        self.make_orders(self.alpha, 90, 60, 30)
        self.assert_segment(self.alpha, "regular")
        self.assert_reason(self.alpha, "Purchases: 3", self.day(30))

    def test_partner(self):
        self.make_orders(self.alpha, *range(700, 0, -70))
        self.assert_segment(self.alpha, "partner")
        self.assert_reason(self.alpha, "Purchases: 10", "20 months", self.day(700))

    def test_many_orders_in_a_short_time_make_no_partner(self):
        self.make_orders(self.alpha, *range(100, 0, -10))
        self.assert_segment(self.alpha, "regular")

    def test_dead_because_silent(self):
        self.make_orders(self.alpha, 600, 500, 400)
        self.assert_segment(self.alpha, "dead")
        self.assert_reason(self.alpha, self.day(400), "12 months")
        self.assertEqual(self.alpha.client_segment_zone, "leaving")
        self.make_orders(self.alpha, 0)
        self.assert_segment(self.alpha, "regular")

    def test_purchases_stand_on_the_card(self):
        self.make_orders(self.alpha, 90, 30, price=250)
        self.make_order(self.alpha, state="draft")
        self.assertRecordValues(
            self.alpha,
            [
                {
                    "client_order_count": 2,
                    "client_turnover": 500,
                    "client_first_order": self.day(90),
                    "client_last_order": self.day(30),
                }
            ],
        )

    def test_turnover_is_in_the_company_s_currency(self):
        foreign = self.setup_other_currency("EUR", rates=[("2000-01-01", 2.0)])
        pricelist = self.env["product.pricelist"].create({"name": "Euro", "currency_id": foreign.id})
        order = self.make_order(self.alpha, price=300, state="draft")
        order.pricelist_id = pricelist
        order.order_line.price_unit = 300
        order.action_confirm()
        self.assertEqual(order.currency_id, foreign)
        self.assertEqual(self.alpha.client_turnover, 150)

    # --- what moves a client at once ---

    def test_confirming_and_cancelling(self):
        order = self.make_order(self.alpha, state="draft").with_user(self.manager)
        self.assert_segment(self.alpha, "potential")
        order.action_confirm()
        self.assert_segment(self.alpha, "working")
        self.assertEqual(self.alpha.client_order_count, 1)
        order._action_cancel()
        self.assert_segment(self.alpha, "potential")
        self.assertRecordValues(
            self.alpha,
            [{"client_order_count": 0, "client_turnover": 0, "client_first_order": False, "client_last_order": False}],
        )
        order.action_draft()
        order.action_confirm()
        self.assert_segment(self.alpha, "working")
        self.assertEqual(
            self.get_moves(self.alpha),
            [
                (False, "potential"),
                ("potential", "working"),
                ("working", "potential"),
                ("potential", "working"),
            ],
        )

    def test_one_transaction_places_a_client_once(self):
        order = self.make_orders(self.alpha, 3)
        self.assert_segment(self.alpha, "working")
        with patch.object(type(self.env["client.lifecycle"]), "_place_clients_of") as place:
            order.date_order = self.day(2)
            order.date_order = self.day(1)
            self.env.cr.flush()
        place.assert_called_once_with(self.alpha)

    def test_who_reads_first_finds_the_client_placed(self):
        partners = self.env["res.partner"]
        self.assertEqual(self.alpha.client_order_count, 0)
        self.make_orders(self.alpha, 3)
        working = [("client_segment_id.code", "=", "working"), ("id", "=", self.alpha.id)]
        self.assertEqual(partners.search(working), self.alpha)
        self.make_orders(self.alpha, 2)
        self.assertEqual(self.env["client.standing"].search([("partner_id", "=", self.alpha.id)]).orders, 2)
        self.make_orders(self.alpha, 1)
        self.assertEqual(self.alpha.client_order_count, 3)
        self.assertEqual(self.get_moves(self.alpha)[-1], ("working", "regular"))

    def test_whoever_confirms_an_order_moves_the_client(self):
        order = self.make_order(self.beta, state="draft")
        order.with_user(self.head).action_confirm()
        self.assert_segment(self.beta, "working")

    def test_an_order_that_changes_its_client(self):
        order = self.make_orders(self.alpha, 10)
        order.write({"partner_id": self.beta.id, "user_id": self.second.id})
        self.assert_segment(self.alpha, "potential")
        self.assert_segment(self.beta, "working")
        order.write({"partner_id": self.alpha.id, "user_id": self.manager.id})
        self.assert_segment(self.alpha, "working")
        self.assert_segment(self.beta, "potential")

    def test_an_order_that_changes_its_date(self):
        order = self.make_orders(self.alpha, 10)
        order.date_order = fields.Datetime.to_datetime(self.day(500))
        self.assert_segment(self.alpha, "dead")
        self.assertEqual(self.alpha.client_last_order, self.day(500))
        order.date_order = fields.Datetime.to_datetime(self.day(1))
        self.assert_segment(self.alpha, "working")

    def test_an_order_that_changes_its_worth(self):
        order = self.make_orders(self.alpha, 10, price=100)
        order.write({"order_line": [Command.update(order.order_line.id, {"price_unit": 400})]})
        self.assertEqual(self.alpha.client_turnover, 400)

    def test_orders_of_contacts_count_for_their_company(self):
        address = self.make_contact(self.alpha, "Warehouse", type="delivery")
        self.make_orders(self.anna, 20)
        self.make_orders(address, 10)
        self.assertEqual(self.alpha.client_order_count, 2)
        self.assert_segment(self.alpha, "working")
        self.assertFalse(self.anna.client_segment_id)

    def test_a_contact_takes_its_orders_along(self):
        self.make_orders(self.anna, 20)
        self.anna.parent_id = self.beta
        self.assert_segment(self.alpha, "potential")
        self.assert_segment(self.beta, "working")
        self.anna.parent_id = False
        self.assert_segment(self.beta, "potential")
        self.assert_segment(self.anna, "working")

    def test_a_merge_joins_the_orders(self):
        double = self.make_client("Alpha Limited", self.manager)
        self.make_orders(self.alpha, 30, 20)
        self.make_orders(double, 10)
        merge = self.env["base.partner.merge.automatic.wizard"].create(
            {"partner_ids": [Command.set((self.alpha | double).ids)], "dst_partner_id": self.alpha.id}
        )
        merge.action_merge()
        self.run_nightly_job()
        self.assertEqual(self.alpha.client_order_count, 3)
        self.assert_segment(self.alpha, "regular")

    def test_a_contact_that_is_merged_into_anothers_takes_its_orders_along(self):
        self.make_orders(self.anna, 20)
        self.assertEqual((self.alpha.client_order_count, self.beta.client_order_count), (1, 0))
        merge = self.env["base.partner.merge.automatic.wizard"].with_user(self.head).create({})
        merge._merge((self.anna | self.boris).ids, dst_partner=self.boris, extra_checks=False)
        self.env.invalidate_all()
        self.assertEqual((self.alpha.client_order_count, self.beta.client_order_count), (0, 1))

    def test_a_merge_tells_one_history(self):
        self.make_orders(self.alpha, 90, 60, 30)
        double = self.make_client("Alpha Limited", self.manager)
        merge = self.env["base.partner.merge.automatic.wizard"].with_user(self.manager).create({})
        merge._merge((self.alpha | double).ids, dst_partner=self.alpha)
        self.assert_segment(self.alpha, "regular")
        on_the_day = self.get_base_on(self.today)
        self.assertEqual(on_the_day[self.alpha.id], "regular")
        entries = self.alpha.client_segment_move_ids.filtered(lambda move: not move.from_id)
        self.assertEqual(len(entries), 1)

    def test_a_merge_leaves_one_decision_point_open(self):
        double = self.make_client("Alpha Limited", self.manager)
        points = self.env["client.decision"].create([{"partner_id": client.id} for client in (double, self.alpha)])
        merge = self.env["base.partner.merge.automatic.wizard"].with_user(self.manager).create({})
        merge._merge((self.alpha | double).ids, dst_partner=self.alpha)
        self.assertEqual(points.partner_id, self.alpha)
        self.assertEqual(points.mapped("state"), ["done", "open"])
        self.assertEqual(points[0].result, "Merged with Alpha Ltd")

    def test_decision_points_of_a_person_who_gets_a_company_go_along(self):
        person = self.make_client("Petra", self.manager, is_company=False)
        points = self.env["client.decision"].create([{"partner_id": client.id} for client in (person, self.alpha)])
        points[0].terms = "Pays within a week"
        person.with_user(self.manager).parent_id = self.alpha
        self.assertEqual(points.partner_id, self.alpha)
        self.assertEqual(points.mapped("state"), ["done", "open"])
        self.assertEqual((points[0].result, points[0].terms), ("Merged with Alpha Ltd", "Pays within a week"))

    def test_colleagues_are_on_no_segment_s_list(self):
        colleague = self.manager.partner_id
        self.make_orders(colleague, 10)
        for segment in self.env["client.segment"].search([]):
            listed = self.env["res.partner"].search(segment.action_open_clients()["domain"])
            self.assertNotIn(colleague, listed)

    # --- the nightly job ---

    def let_days_pass(self, client, days):
        """Make the client's orders older, as if the days had passed without anybody touching them."""
        self.env.flush_all()
        self.env["client.standing"].flush_model()
        self.env.cr.execute(
            "UPDATE sale_order SET date_order = date_order - make_interval(days => %s) WHERE partner_id = %s",
            [days, client.id],
        )
        self.env.invalidate_all()

    def test_a_colleague_is_no_client(self):
        values = {"login": "newcomer", "name": "Newcomer", "group_ids": self.env.ref("base.group_user").ids}
        newcomer = self.env["res.users"].create(values).partner_id
        self.assertFalse(newcomer.client_segment_id)
        self.assertFalse(newcomer.client_segment_move_ids)
        self.assert_segment(self.alpha, "potential")
        self.make_orders(self.alpha, 10)
        self.assert_segment(self.alpha, "working")
        self.env["res.users"].create({**values, "login": "hired", "partner_id": self.alpha.id})
        self.assertFalse(self.alpha.client_segment_id)
        self.assertEqual(len(self.alpha.client_segment_move_ids), 2, "what was, was")

    def test_the_nightly_job_finds_who_fell_silent(self):
        self.make_orders(self.alpha, 10)
        self.let_days_pass(self.alpha, 390)
        self.assert_segment(self.alpha, "working")
        self.run_nightly_job()
        self.assert_segment(self.alpha, "dead")
        self.assertEqual(self.get_moves(self.alpha)[-1], ("working", "dead"))

    def test_a_second_run_writes_nothing(self):
        self.make_orders(self.alpha, 90, 60, 30)
        self.decide(self.beta, "key", user=self.head)
        self.run_nightly_job()
        clients = self.alpha | self.beta | self.free
        self.env.cr.execute("SELECT id, xmin::text, ctid::text FROM res_partner WHERE id = ANY(%s)", [clients.ids])
        rows, moves = self.env.cr.fetchall(), self.env["client.segment.move"].search([])
        self.run_nightly_job()
        self.env.cr.execute("SELECT id, xmin::text, ctid::text FROM res_partner WHERE id = ANY(%s)", [clients.ids])
        self.assertEqual(self.env.cr.fetchall(), rows)
        self.assertEqual(self.env["client.segment.move"].search([]), moves)

    def test_the_number_of_queries_does_not_grow_with_the_clients(self):
        def count_queries(size):
            clients = self.env["res.partner"].concat(*(self.make_client(f"{size} {n}") for n in range(size)))
            for client in clients:
                self.make_orders(client, 10)
            self.let_days_pass(clients[0], 0)
            self.env.cr.execute(
                "UPDATE sale_order SET date_order = date_order - interval '400 days' WHERE partner_id = ANY(%s)",
                [clients.ids],
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["client.lifecycle"]._refresh(clients)
            self.env.flush_all()
            spent = self.env.cr.sql_log_count - before
            self.assertEqual(set(clients.client_segment_id.mapped("code")), {"dead"})
            return spent

        count_queries(2)
        self.assertLessEqual(count_queries(40), count_queries(5) + 2)

    # --- history ---

    def test_the_history_says_when_why_and_by_whom(self):
        self.make_orders(self.alpha, 10)
        move = self.alpha.client_segment_move_ids.sorted("id")[-1]
        self.assertEqual((move.from_id.code, move.to_id.code), ("potential", "working"))
        self.assertEqual(fields.Date.to_date(move.date), fields.Date.today())
        self.assertFalse(move.user_id, "nobody decided it: the orders did")
        self.assertIn("Purchases: 1", move.reason)
        self.decide(self.alpha, "key", reason="Best of all")
        move = self.alpha.client_segment_move_ids.sorted("id")[-1]
        self.assertEqual(move.user_id, self.lead)
        self.assertIn("Best of all", move.reason)
        self.env["res.lang"]._activate_lang("ru_RU")
        self.assertRegex(move.with_context(lang="ru_RU").reason, "[а-яё]{4}", "in the reader's words")

    def test_more_of_the_same_is_no_move(self):
        self.make_orders(self.alpha, 20)
        moves, since = self.get_moves(self.alpha), self.alpha.client_segment_since
        self.make_orders(self.alpha, 10)
        self.assertEqual(self.alpha.client_order_count, 2)
        self.assertEqual((self.get_moves(self.alpha), self.alpha.client_segment_since), (moves, since))

    def test_the_history_is_seen_by_who_sees_the_client(self):
        moves = self.env["client.segment.move"]
        for user, expected in (
            (self.manager, self.alpha),
            (self.second, self.beta),
            (self.lead, self.alpha | self.free),
            (self.accountant, self.alpha | self.beta | self.free),
        ):
            with self.subTest(user=user.name):
                clients = (self.alpha | self.beta | self.free).ids
                self.assertEqual(
                    moves.with_user(user).search([("partner_id", "in", clients)]).sudo().partner_id, expected
                )
        with self.assertRaises(AccessError):
            self.beta.client_segment_move_ids.with_user(self.manager).read(["reason"])

    def test_nobody_rewrites_the_history(self):
        move = self.alpha.client_segment_move_ids
        for user in (self.manager, self.lead, self.head):
            with self.subTest(user=user.name):
                with self.assertRaises(AccessError):
                    move.with_user(user).comment = "It was not so"
                with self.assertRaises(AccessError):
                    move.with_user(user).unlink()
                with self.assertRaises(AccessError):
                    move.with_user(user).create(
                        {"partner_id": self.alpha.id, "to_id": move.to_id.id, "rule": "first_orders"}
                    )

    # --- the segments ---

    def test_a_segment_counts_what_its_list_shows(self):
        self.make_orders(self.alpha, 10, price=300)
        self.make_orders(self.beta, 10, price=700)
        working = self.env["client.segment"]._get_by_code()["working"]
        for user, count, turnover in ((self.head, 2, 1000), (self.manager, 1, 300)):
            with self.subTest(user=user.name):
                self.env.invalidate_all()
                own = working.with_user(user)
                others = self.env["res.partner"].with_user(user).search([*own.action_open_clients()["domain"]])
                others -= self.alpha | self.beta
                self.assertEqual(own.client_count - len(others), count)
                self.assertEqual(own.turnover - sum(others.mapped("client_turnover")), turnover)

    def test_segments_stand_in_the_order_of_the_ladder(self):
        self.assertEqual(tuple(self.env["client.segment"].search([]).mapped("code")), SEGMENTS)

    def test_a_segment_stays(self):
        with self.assertRaisesRegex(UserError, "stays"):
            self.env["client.segment"]._get_by_code()["vip"].unlink()

    def test_a_copy_of_a_client_begins_anew(self):
        self.make_orders(self.alpha, 10)
        self.decide(self.alpha, "vip", until=self.day(-30))
        copy = self.alpha.copy()
        self.assert_segment(copy, "potential")
        self.assertFalse(copy.client_grade)

    def test_who_does_not_buy_of_a_company_any_more_has_no_standing_there(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids |= other
        standings = self.env["client.standing"]
        self.env["client.lifecycle"]._refresh(self.alpha)
        self.assertEqual(len(standings.search([("partner_id", "=", self.alpha.id)])), 2)
        self.alpha.company_id = self.env.company
        self.assertEqual(standings.search([("partner_id", "=", self.alpha.id)]).company_id, self.env.company)
        # What SQL from elsewhere left behind the night finds.
        self.env.flush_all()
        self.env.cr.execute(
            """
            INSERT INTO client_standing (partner_id, company_id, segment_id, orders, turns, turnover, rule)
            SELECT partner_id, %s, segment_id, 1, 1, 70, rule FROM client_standing WHERE partner_id = %s
            """,
            [other.id, self.alpha.id],
        )
        self.env["client.lifecycle"]._refresh_all()
        self.assertEqual(standings.search([("partner_id", "=", self.alpha.id)]).company_id, self.env.company)

    def test_a_contact_that_becomes_a_client(self):
        contact = self.env["res.partner"].create({"name": "Branch", "parent_id": self.alpha.id})
        self.make_orders(contact, 5)
        self.assertEqual(self.alpha.client_order_count, 1)
        contact.is_company = True
        self.assertEqual((self.alpha.client_order_count, contact.client_order_count), (0, 1))

    def test_a_decision_on_a_contact_is_one_on_its_client(self):
        contact = self.env["res.partner"].create({"name": "Ann", "parent_id": self.alpha.id})
        self.decide(contact, "vip")
        self.assertEqual((self.alpha.client_grade, contact.client_grade), ("vip", False))
        self.assert_segment(self.alpha, "vip")

    def test_the_reason_follows_the_movement(self):
        self.assertIn("no agreement", self.alpha.client_segment_reason)
        point = self.env["client.decision"].create({"partner_id": self.alpha.id})
        self.assertEqual(point.segment_id.code, "potential")
        self.make_orders(self.alpha, 0)
        self.assert_segment(self.alpha, "working")
        self.assert_reason(self.alpha, "Purchases: 1")
        self.assertEqual(point.segment_id.code, "working")

    def test_purchases_that_go_move_the_client_today(self):
        orders = self.make_orders(self.alpha, 100, 99, 98, 50)
        self.env["client.lifecycle"]._rewrite_history(self.alpha)
        self.assert_segment(self.alpha, "regular")
        orders[:2]._action_cancel()
        self.assert_segment(self.alpha, "working")
        on_the_day = self.get_base_on(self.day(30))
        self.assertEqual(on_the_day[self.alpha.id], "regular")
