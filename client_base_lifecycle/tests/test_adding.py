import random
from datetime import datetime, time, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command, fields
from odoo.tests import tagged
from odoo.tools import SQL

from .common import LifecycleCommon

CLIENTS = 60
STANDING = (
    *("partner_id", "company_id", "segment_id", "rule", "evidence", "since", "due", "orders", "turnover", "margin"),
    *("first_on", "last_on", "turns", "intervals", "interval", "next_from", "next_on", "next_to"),
)


@tagged("post_install", "-at_install")
class TestAdding(LifecycleCommon):
    """An order confirmed today is added to what is known of its client: the same comes out as by counting anew."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lifecycle = cls.env["client.lifecycle"]
        cls.env.company.write({"client_regular_orders": 3, "client_partner_orders": 6, "client_partner_months": 9})
        cls.lifecycle._refresh_waiting()
        cls.products = cls.env["product.product"].create(
            [{"name": "Known cost", "standard_price": 31.5}, {"name": "Unknown cost", "standard_price": 0}]
        )
        cls.dozen = cls.env.ref("uom.product_uom_dozen")

    def count_anew(self):
        """Have every order counted as if it were none of today."""
        return patch.object(type(self.lifecycle), "_add_order", return_value=False)

    def draft_order(self, partner, product=None, **line):
        values = {"product_id": (product or self.products[0]).id, "price_unit": 100, "tax_ids": False, **line}
        return self.env["sale.order"].create({"partner_id": partner.id, "order_line": [Command.create(values)]})

    def confirm(self, order, *, counted=False):
        """Confirm the order as a request of its own does, up to the commit; see that it is added, or ``counted``."""
        order.action_confirm()
        self.env.flush_all()
        engine = type(self.lifecycle)
        with patch.object(engine, "_place_clients_of", autospec=True, side_effect=engine._place_clients_of) as count:
            self.env.cr.precommit.run()
        self.assertEqual(bool(count.call_count), counted)

    def read(self, clients):
        self.env.flush_all()
        columns = SQL(", ").join(map(SQL.identifier, STANDING))
        standings = self.env.execute_query(
            SQL("SELECT %s FROM client_standing WHERE partner_id = ANY(%s) ORDER BY 1, 2", columns, clients.ids)
        )
        self.env.cr.execute(
            """
            SELECT partner_id, date::date, from_id, to_id, user_id, rule, evidence, comment
              FROM client_segment_move WHERE partner_id = ANY(%s) ORDER BY partner_id, id
            """,
            [clients.ids],
        )
        return standings, self.env.cr.fetchall()

    def invent_clients(self):
        """Return clients with histories that chance wrote: no orders, few, many, silent for long, on one day."""
        chance = random.Random(1122)
        clients = self.env["res.partner"].create([{"name": f"Added {number}"} for number in range(CLIENTS)])
        rows = []
        for client in clients:
            pace = chance.choice([0, 3, 20, 40])
            day = fields.Date.today() - timedelta(days=chance.choice([0, 1, 30, 364, 365, 366, 500]))
            for _number in range(chance.choice([0, 1, 2, 4, 5, 6, 13, 14, 30])):
                rows.append((client.id, datetime.combine(day, time(0))))
                day -= timedelta(days=chance.randint(0, 2 * pace))
            if chance.random() < 0.4:
                client.client_agreed_on = self.day(chance.choice([1, 400]))
        self.store_orders(rows, 10.55)
        self.lifecycle._rewrite_history(clients)
        return clients

    def test_orders_are_added_as_they_would_be_counted(self):
        clients = self.invent_clients()
        chance = random.Random(1123)
        choices = [{}, {"product_uom_qty": 3}, {"product_uom_id": self.dozen.id}, {"product": self.products[1]}]
        orders = [self.draft_order(client, **chance.choice(choices)) for client in clients]
        with self.env.cr.savepoint() as savepoint, self.count_anew():
            for order in orders:
                self.confirm(order, counted=True)
            counted = self.read(clients)
            savepoint.rollback()
        self.env.invalidate_all()
        for order in orders:
            self.confirm(order)
        added = self.read(clients)
        for told, expected in zip(added, counted, strict=True):
            self.assertEqual(told, expected)
        rules = {row[STANDING.index("rule")] for row in added[0]}
        self.assertEqual(rules, {"first_orders", "several_orders", "many_orders"})
        self.lifecycle._rebuild()
        self.assertEqual(self.read(clients), added, "the nightly job finds nothing to mend")

    def assert_as_counted(self, clients):
        """Check that counting all anew changes nothing, and that what was read says the same."""
        before = self.read(clients)
        self.lifecycle._rebuild()
        self.assertEqual(self.read(clients), before)

    def test_a_second_order_of_the_day(self):
        first, second = (self.draft_order(self.alpha, price_unit=price) for price in (100, 50.25))
        self.confirm(first)
        self.confirm(second)
        self.assertEqual((self.alpha.client_order_count, self.alpha.client_turns), (2, 1))
        self.assertEqual(self.alpha.client_turnover, 150.25)
        self.assert_as_counted(self.alpha)

    def test_several_orders_at_once(self):
        orders = self.draft_order(self.alpha) | self.draft_order(self.alpha) | self.draft_order(self.beta)
        self.confirm(orders, counted=True)
        self.assertEqual((self.alpha.client_order_count, self.beta.client_order_count), (2, 1))
        self.assert_as_counted(self.alpha | self.beta)

    def test_an_order_that_is_cancelled_at_once(self):
        order = self.draft_order(self.alpha)
        order.action_confirm()
        order._action_cancel()
        self.assertEqual(self.alpha.client_order_count, 0)
        order.action_draft()
        self.confirm(order)
        self.assertEqual(self.alpha.client_order_count, 1)
        order._action_cancel()
        order.unlink()
        self.env.cr.precommit.run()
        self.assertEqual((self.alpha.client_order_count, self.alpha.client_turnover), (0, 0))
        self.assert_as_counted(self.alpha)

    def test_an_order_that_is_changed_once_it_was_confirmed(self):
        order = self.draft_order(self.alpha)
        order.action_confirm()
        self.assertEqual(self.alpha.client_turnover, 100)
        order.order_line.price_unit = 70
        order.date_order = fields.Datetime.to_datetime(self.day(5))
        self.assertEqual((self.alpha.client_turnover, self.alpha.client_last_order), (70, self.day(5)))
        self.assert_as_counted(self.alpha)

    def test_an_order_of_another_day(self):
        self.make_orders(self.alpha, 10)
        order = self.draft_order(self.alpha)
        self.confirm(order, counted=True)
        order.date_order = fields.Datetime.to_datetime(self.day(30))
        self.assertEqual((self.alpha.client_first_order, self.alpha.client_last_order), (self.day(30), self.day(10)))
        self.assert_as_counted(self.alpha)

    def test_an_order_before_one_that_is_known(self):
        self.make_orders(self.alpha, -3)
        self.confirm(self.draft_order(self.alpha), counted=True)
        self.assertEqual((self.alpha.client_order_count, self.alpha.client_last_order), (2, self.day(-3)))
        self.assert_as_counted(self.alpha)

    def test_an_order_of_a_contact(self):
        contact = self.env["res.partner"].create({"name": "Buyer", "parent_id": self.alpha.id})
        self.confirm(self.draft_order(contact))
        self.assertEqual(self.alpha.client_order_count, 1)
        self.assert_as_counted(self.alpha | contact)

    def test_what_a_person_decided_stays(self):
        self.decide(self.alpha, "vip", until=self.day(-90))
        self.decide(self.beta, "key", self.head)
        clients = self.alpha | self.beta
        for client in clients:
            self.confirm(self.draft_order(client))
        for client, code in zip(clients, ("vip", "key"), strict=True):
            self.assert_segment(client, code)
            self.assertEqual(client.client_order_count, 1)
        self.assert_as_counted(clients)

    def test_a_vip_whose_review_is_due(self):
        self.decide(self.alpha, "vip", until=self.day(-90))
        with freeze_time(fields.Datetime.now() + timedelta(days=100)):
            self.confirm(self.draft_order(self.alpha), counted=True)
            self.assertEqual(self.alpha.client_segment_rule, "vip_review_due")
            self.confirm(self.draft_order(self.alpha))
            self.assertEqual((self.alpha.client_segment_rule, self.alpha.client_order_count), ("vip_review_due", 2))
            self.assert_as_counted(self.alpha)

    def test_an_order_brings_who_was_declared_dead_back(self):
        self.decide(self.beta, "dead", self.head, until=self.day(-90), revivable="yes")
        self.beta.client_grade_at -= timedelta(minutes=1)
        self.confirm(self.draft_order(self.beta), counted=True)
        self.assert_segment(self.beta, "working")
        self.assert_as_counted(self.beta)

    def test_a_rhythm_that_nobody_kept_is_counted(self):
        """Where the column has just come, the first order of a client fills it."""
        self.make_orders(self.alpha, 90, 60, 30)
        self.alpha.client_standing_id.flush_recordset()
        self.env.cr.execute("UPDATE client_standing SET intervals = NULL WHERE partner_id = %s", [self.alpha.id])
        self.env.invalidate_all()
        self.confirm(self.draft_order(self.alpha), counted=True)
        self.assertEqual((self.alpha.client_interval, self.alpha.client_standing_id.intervals), (30, [30, 30, 30]))
        self.assert_as_counted(self.alpha)

    def test_an_order_in_place_of_another(self):
        """Two changes of one transaction are counted together: nobody moves there and back."""
        orders = [self.draft_order(self.alpha) for _number in range(3)]
        for order in orders[:2]:
            self.confirm(order)
        self.env.cr.execute("UPDATE client_standing SET since = %s WHERE partner_id = %s", [self.day(9), self.alpha.id])
        before = self.get_moves(self.alpha)
        orders[1]._action_cancel()
        self.confirm(orders[2], counted=True)
        self.assertEqual(self.get_moves(self.alpha), before)
        self.assertEqual((self.alpha.client_order_count, self.alpha.client_segment_since), (2, self.day(9)))

    def test_what_is_to_be_counted_anew_is(self):
        """After other thresholds, or another source of purchases, until the job has come by."""
        self.confirm(self.draft_order(self.alpha))
        self.env.cr.execute(
            "UPDATE client_standing SET due = '-infinity', orders = 7 WHERE partner_id = %s", [self.alpha.id]
        )
        self.env.invalidate_all()
        self.confirm(self.draft_order(self.alpha), counted=True)
        self.assertEqual(self.alpha.client_order_count, 2)

    def test_invoices_count_where_they_are_what_counts(self):
        euro = self.setup_other_currency("EUR", rates=[("2000-01-01", 1.0)])
        other = self.env["res.company"].create({"name": "Sells by Invoice", "currency_id": euro.id})
        self.env.user.company_ids |= other
        other.client_purchase_source = "invoice"
        here, there = self.draft_order(self.alpha), self.draft_order(self.alpha)
        there.company_id = other
        (here | there).action_confirm()
        here.order_line.price_unit = 40
        self.assertEqual((self.alpha.client_order_count, self.alpha.client_turnover), (1, 40))
        self.assertEqual(self.alpha.with_company(other).client_order_count, 0)

    def test_the_night_counts_margins_by_the_costs_of_today(self):
        for cost in (0, 60):
            self.products[1].standard_price = cost
            self.confirm(self.draft_order(self.alpha, self.products[1]))
        self.assertEqual(self.alpha.client_margin, 40)
        self.lifecycle._analyse(self.env.company)
        # Where sale_margin keeps the costs with the lines, the first order has none.
        kept = "purchase_price" in self.env["sale.order.line"]._fields
        self.assertEqual(self.alpha.client_margin, 40 if kept else 80)
        self.assert_as_counted(self.alpha)

    def test_what_the_salesperson_sees_is_of_now(self):
        """What was read before, in the same request, does not outlive the order."""
        mine = self.alpha.with_user(self.manager)
        self.assertEqual((mine.client_segment_id.code, mine.client_order_count), ("potential", 0))
        order = self.draft_order(self.alpha)
        order.with_user(self.manager).action_confirm()
        self.assertEqual((mine.client_segment_id.code, mine.client_order_count), ("working", 1))

    def test_an_order_costs_two_queries(self):
        orders = [self.draft_order(self.beta) for _number in range(3)]
        self.confirm(orders[0])
        self.env.invalidate_all()
        orders[1].action_confirm()
        self.env.flush_all()
        with self.assertQueryCount(2):
            self.env.cr.precommit.run()
        orders[2].action_confirm()
        self.env.flush_all()
        with self.assertQueryCount(3):
            self.env.cr.precommit.run()
        self.assertEqual(self.get_moves(self.beta)[-1], ("working", "regular"), "the third is the movement")
