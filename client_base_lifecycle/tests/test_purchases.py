import csv
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

from odoo.tests import tagged

from .common import LifecycleCommon

PAST_DAYS = [
    date(1997, 3, 1),
    date(1997, 6, 15),
    date(1997, 12, 24),
    date(1998, 2, 1),
    date(1998, 6, 30),
    date(1999, 4, 1),
]
SAMPLE = Path(__file__).parents[2] / "setup" / "sample" / "purchases.csv"
AVERAGE_MONTH = 30.44


def place_by_hand(days, today):
    """Say where a customer stood, straight from the rules as the handbook words them: not by the addon's code."""
    before = [day for day in days if day <= today]
    if not before:
        return None
    if (today - before[-1]).days / AVERAGE_MONTH >= 12:
        return "dead"
    if len(before) >= 10 and (before[-1] - before[0]).days / AVERAGE_MONTH >= 12:
        return "partner"
    return "regular" if len(before) >= 3 else "working"


@tagged("post_install", "-at_install")
class TestPurchases(LifecycleCommon):
    """6,919 real purchases by 2,357 customers: every one stands, on any past day, where the file says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.days = defaultdict(list)
        with SAMPLE.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                cls.days[int(row["customer"])].append(date.fromisoformat(row["date"]))
        customers = sorted(cls.days)
        clients = cls.env["res.partner"].create([{"name": f"Customer {number}"} for number in customers])
        cls.clients = dict(zip(customers, clients, strict=True))
        rows = [(cls.clients[customer].id, day) for customer in customers for day in cls.days[customer]]
        cls.store_orders(rows)
        cls.env["client.lifecycle"]._rewrite_history(clients)

    def test_any_past_day_is_as_the_file_says(self):
        for today in PAST_DAYS:
            placed = self.get_base_on(today)
            expected, found = {}, {}
            for customer, client in self.clients.items():
                expected[customer] = place_by_hand(sorted(self.days[customer]), today)
                found[customer] = placed.get(client.id)
            with self.subTest(day=today):
                self.assertEqual(found, expected)
                self.assertGreaterEqual(len(Counter(expected.values())), 2)

    def test_today_everybody_fell_silent(self):
        self.assertEqual({client.client_segment_id.code for client in self.clients.values()}, {"dead"})

    def test_the_clients_of_a_segment_on_a_past_day(self):
        today = date(1998, 6, 30)
        regular = self.env["client.segment"]._get_by_code()["regular"]
        partners = self.env["res.partner"].with_context(client_day=str(today))
        found = partners.search([("client_segment_on_id", "=", regular.id)])
        expected = {
            self.clients[customer].id
            for customer, days in self.days.items()
            if place_by_hand(sorted(days), today) == "regular"
        }
        self.assertEqual(set(found.ids) & {client.id for client in self.clients.values()}, expected)
        self.assertEqual(found[:1].client_segment_on_id, regular)

    def test_movements_of_a_period_add_up(self):
        start, end = date(1997, 12, 31), date(1998, 6, 30)
        moves = self.env["client.segment.move"]
        ours = {client.id for client in self.clients.values()}
        before, after = (
            Counter(code for client, code in self.get_base_on(day).items() if client in ours) for day in (start, end)
        )
        flows = moves._get_flows(start + timedelta(days=1), end)
        for code in ("working", "regular", "partner", "dead"):
            came = sum(flow["count"] for flow in flows if flow["to"] == code)
            went = sum(flow["count"] for flow in flows if flow["from"] == code)
            with self.subTest(segment=code):
                self.assertEqual(before[code] + came - went, after[code])
