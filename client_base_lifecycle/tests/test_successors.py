from unittest.mock import patch

from odoo import Command, fields

from ..wizard import client_successor
from .common import LifecycleCommon


class TestSuccessors(LifecycleCommon):
    """Who could take a client's place: of the segment below, with the company in question, the best first."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Our Other Company"})
        cls.env.user.company_ids |= cls.other
        cls.manager.company_ids |= cls.other

    def order_there(self, client, *days_ago, price=70):
        for days in days_ago:
            line = {"product_id": self.product.id, "price_unit": price, "tax_ids": False}
            self.env["sale.order"].with_company(self.other).create(
                {
                    "partner_id": client.id,
                    "company_id": self.other.id,
                    "state": "sale",
                    "date_order": fields.Datetime.to_datetime(self.day(days)),
                    "order_line": [Command.create(line)],
                }
            )

    def find(self, record):
        action = record.with_user(self.manager).action_find_successors()
        return self.env["client.successor"].with_user(self.manager).search(action["domain"])

    def score(self, client, percent):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET client_score = %s, client_coverage = 100 WHERE id = %s", [percent, client.id]
        )
        self.env.invalidate_all()

    def test_who_is_scored_is_compared_before_who_is_not(self):
        self.make_orders(self.alpha, 90, 60, 30)
        clients = [self.make_client(name, self.manager) for name in ("One", "Two", "Good")]
        for client in clients:
            self.make_orders(client, 20)
        self.score(clients[-1], 90)
        with patch.object(client_successor, "COMPARED", 1):
            self.assertEqual(self.find(self.alpha).candidate_id, clients[-1])

    def test_who_buys_is_compared_before_who_never_did(self):
        self.make_orders(self.alpha, 20)
        for client in (buyer := self.make_client("Buyer", self.manager), self.make_client("None", self.manager)):
            client.client_agreed_on = self.day(10)
        self.make_invoice(buyer, 5, 10, "out_refund")
        self.env["client.lifecycle"]._classify(self.env.company)
        self.env.flush_all()
        self.env.cr.execute("UPDATE client_standing SET turnover_year = 5 WHERE partner_id = %s", [buyer.id])
        self.env.invalidate_all()
        with patch.object(client_successor, "COMPARED", 1):
            self.assertEqual(self.find(self.alpha).candidate_id, buyer)

    def test_they_are_of_the_company_of_the_point(self):
        here, there = self.make_client("Here", self.manager), self.make_client("There", self.manager)
        self.make_orders(here, 20)
        self.order_there(there, 20)
        self.order_there(self.alpha, 90, 60, 30)
        self.env["client.lifecycle"]._classify(self.other)
        point = self.env["client.decision"].create({"partner_id": self.alpha.id, "company_id": self.other.id})
        found = self.find(point)
        self.assertEqual(found.candidate_id, there)
        self.assertEqual((found.segment_id.code, found.turnover), ("working", 70))

    def test_a_dead_client_stood_as_high_as_with_this_company(self):
        working, regular = self.make_client("Working", self.manager), self.make_client("Regular", self.manager)
        self.make_orders(working, 20)
        self.make_orders(regular, 60, 40, 20)
        self.make_orders(self.alpha, 700, 680, 660)
        self.order_there(self.alpha, *range(1200, 400, -60))
        self.env["client.lifecycle"]._rewrite_history(self.alpha)
        self.assert_segment(self.alpha, "dead")
        self.assertEqual(self.find(self.alpha).candidate_id, working)
