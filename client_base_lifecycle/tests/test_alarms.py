import random
from unittest.mock import patch

from psycopg2.extras import Json

from odoo import Command
from odoo.tools import SQL

from ..models import client_decision_due
from ..tools.terms import LEAST_TURNS, worsen
from .common import LifecycleCommon

CLIENTS = 400


class TestAlarms(LifecycleCommon):
    """Of what is due the weightiest opens, and nothing that only looks like a cause stands in its way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.write({"client_alarm_dependence": 101, "client_abc_b": 100})

    def test_who_buys_on_fair_terms_takes_nobody_s_place(self):
        quiet = self.make_client("Quiet", self.manager)
        self.make_orders(quiet, *range(300, 100, -20), price=1000)
        self.make_orders(self.alpha, 41, 21, 1, price=10_000)
        with patch.object(client_decision_due, "OPEN_AT_ONCE", 1):
            self.open_points()
        self.assertEqual(self.get_point(quiet).cause, "overdue")
        self.assertFalse(self.get_point(self.alpha))

    def test_who_is_archived_takes_nobody_s_place(self):
        gone = self.make_client("Gone", self.manager)
        self.env["client.decision"].create({"partner_id": gone.id})
        gone.active = False
        self.make_orders(self.alpha, *range(300, 100, -20), price=1000)
        with patch.object(client_decision_due, "OPEN_AT_ONCE", 1):
            self.open_points()
        self.assertEqual(self.get_point(self.alpha).cause, "overdue")

    def test_the_turnover_of_who_is_archived_hides_no_dependence(self):
        self.env.company.client_alarm_dependence = 90
        self.make_orders(self.alpha, 30, 10, price=1e9)
        gone = self.make_client("Gone", self.manager)
        self.make_orders(gone, 30, 10, price=1e9)
        self.env["client.lifecycle"]._classify(self.env.company)
        gone.active = False
        self.open_points()
        self.assertEqual(self.get_point(self.alpha).cause, "dependence")

    def test_fair_terms_hide_no_end_of_a_turn(self):
        self.make_orders(self.alpha, 6, 4, 2, price=1e6)
        self.open_points()
        self.assertEqual(self.get_point(self.alpha).cause, "turn")

    def test_worse_terms_come_before_the_end_of_a_turn(self):
        for days, discount in ((6, 0), (4, 5), (2, 10)):
            order = self.make_orders(self.alpha, days, price=1e6)
            order.write({"order_line": [Command.update(order.order_line.id, {"discount": discount})]})
        self.open_points()
        self.assertEqual(self.get_point(self.alpha).cause, "terms")

    def test_worse_terms_are_found_after_the_analysis_stood_still(self):
        for days, discount in ((75, 0), (45, 5), (15, 10)):
            order = self.make_orders(self.alpha, days, price=1e6)
            order.write({"order_line": [Command.update(order.order_line.id, {"discount": discount})]})
        summaries, company = self.env["client.lifecycle.summary"], self.env.company
        summaries.search([]).unlink()
        summary = summaries.create(
            {"company_id": company.id, "whole": True, "date": self.day(14), "figures": {"buyers": 1}}
        )
        self.open_points()
        self.assertFalse(self.get_point(self.alpha), "it was seen then")
        summary.date = self.day(15)
        self.open_points()
        self.assertEqual(self.get_point(self.alpha).cause, "terms")

    def test_sql_says_as_python_whether_terms_worsen(self):
        chance = random.Random(20261123)
        clients = {
            client: [
                (chance.choice([0, 0, 5, 10, 12.5]), chance.choice([None, 10, 20, 30, 30.1]))
                for _turn in range(chance.choice([1, 2, 3, 3, 4, 6]))
            ]
            for client in range(CLIENTS)
        }
        rows = [
            {"partner_id": client, "day": day, "nth": len(turns) - day, "discount": discount, "margin": margin}
            for client, turns in clients.items()
            for day, (discount, margin) in enumerate(turns)
        ]
        turns = SQL(
            """
            SELECT * FROM jsonb_to_recordset(%s)
                AS turn (partner_id int, day int, nth int, discount float, margin float)
            """,
            Json(rows),
        )
        found = self.env.execute_query_dict(self.env["client.lifecycle"]._select_worsening(turns))
        self.assertEqual(len(found), CLIENTS)
        for row in found:
            turns = clients[row["partner_id"]]
            with self.subTest(turns=turns):
                self.assertEqual(row["worsen"] or False, worsen(turns))
                self.assertEqual([tuple(pair) for pair in row["rows"]], turns[-LEAST_TURNS:])
        self.assertEqual({row["worsen"] for row in found} - {None}, {True, False})

    def test_the_weightiest_stands_above_what_was_opened_by_hand(self):
        by_hand = self.env["client.decision"].with_user(self.manager).create({"partner_id": self.alpha.id})
        quiet = self.make_client("Quiet", self.manager)
        self.make_orders(quiet, *range(300, 100, -20), price=1000)
        self.open_points()
        points = self.env["client.decision"].with_user(self.manager).search([("owner_id", "=", self.manager.id)])
        self.assertEqual(points.ids, [self.get_point(quiet).id, by_hand.id])
