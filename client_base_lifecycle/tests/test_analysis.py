import random
from collections import defaultdict
from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..models.client_lifecycle_classes import PARTS, YEAR
from ..tools.classes import get_abc, get_cuts, get_score, get_xyz
from .common import LifecycleCommon


@tagged("post_install", "-at_install")
class TestAnalysis(LifecycleCommon):
    """Classes, the same in SQL and in Python, over purchases that chance made."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.utc_today = fields.Date.today()
        cls.chance = random.Random(7)
        cls.clients = cls.env["res.partner"].create([{"name": f"Chance {number}"} for number in range(150)])
        cls.bought = {client.id: cls.invent_purchases() for client in cls.clients}
        # One buys evenly, which chance hardly does.
        cls.bought[cls.clients[0].id] = [
            (cls.utc_today - timedelta(days=15 + 30 * part), 50.0) for part in reversed(range(12))
        ]
        cls.env.flush_all()
        rows = [(client, day, amount) for client, bought in cls.bought.items() for day, amount in bought]
        cls.env.cr.execute(
            """
            INSERT INTO sale_order (partner_id, partner_invoice_id, partner_shipping_id, company_id, state, name,
                                    date_order, amount_untaxed, currency_rate)
            SELECT client, client, client, %s, 'sale', 'Chance', day, amount, 1
              FROM unnest(%s::int[], %s::timestamp[], %s::numeric[]) AS one (client, day, amount)
            """,
            [cls.company.id, *([row[place] for row in rows] for place in range(3))],
        )
        cls.env.invalidate_all()
        cls.run_engine()

    @classmethod
    def invent_purchases(cls):
        count = cls.chance.choice([0, 1, 1, 2, 4, 12, 30])
        scale = cls.chance.choice([10, 100, 1000])
        return sorted(
            (
                cls.utc_today - timedelta(days=cls.chance.choice([0, 30, 31, 365, 366, cls.chance.randrange(800)])),
                round(scale * cls.chance.uniform(0.5, 2), 2),
            )
            for _number in range(count)
        )

    @classmethod
    def run_engine(cls):
        cls.env["client.lifecycle"]._refresh_all()
        cls.cuts = cls.env["client.lifecycle"]._classify(cls.company)

    def get_year(self, client):
        return [(day, amount) for day, amount in self.bought[client.id] if (self.utc_today - day).days < YEAR]

    def get_buyers(self):
        return self.env["client.standing"].search([("orders", ">", 0), ("company_id", "=", self.company.id)])

    def test_abc_as_in_python(self):
        # Others of this database may have bought as well: the classes are of all of them.
        buyers = self.get_buyers().sorted(lambda standing: (-standing.turnover_year, standing.id))
        expected = get_abc(buyers.mapped("turnover_year"), self.company.client_abc_a, self.company.client_abc_b)
        self.assertEqual(buyers.mapped("abc"), expected)
        self.assertEqual(set(expected), {"A", "B", "C"})

    def test_turnover_of_the_year(self):
        for client in self.clients:
            with self.subTest(client=client.name):
                year = sum(amount for _day, amount in self.get_year(client))
                self.assertAlmostEqual(client.client_turnover_year, year, 2)
                before = sum(
                    amount for day, amount in self.bought[client.id] if YEAR <= (self.utc_today - day).days < 2 * YEAR
                )
                self.assertAlmostEqual(client.client_turnover_before, before, 2)

    def test_xyz_as_in_python(self):
        seen = set()
        for client in self.clients.filtered("client_order_count"):
            first = self.bought[client.id][0][0]
            parts = min(PARTS, 1 + int((self.utc_today - first).days * PARTS / YEAR))
            months = [0.0] * parts
            for day, amount in self.get_year(client):
                months[int((self.utc_today - day).days * PARTS / YEAR)] += amount
            with self.subTest(client=client.name):
                expected = get_xyz(months, self.company.client_xyz_x, self.company.client_xyz_y)
                self.assertEqual(client.client_xyz or None, expected)
                seen.add(expected)
        self.assertEqual(seen, {"X", "Y", "Z", None})

    def test_rfm_as_in_python(self):
        for client in self.clients.filtered("client_order_count"):
            year = self.get_year(client)
            scores = (
                get_score((self.utc_today - self.bought[client.id][-1][0]).days, self.cuts["recency"], falling=True),
                get_score(len({day for day, _amount in year}), self.cuts["frequency"]),
                get_score(round(sum(amount for _day, amount in year), 2), self.cuts["money"]),
            )
            with self.subTest(client=client.name):
                self.assertEqual(client.client_rfm, "".join(map(str, scores)))

    def test_cut_points_that_nobody_set_part_the_buyers_into_fifths(self):
        self.company.write(dict.fromkeys(("client_rfm_recency", "client_rfm_frequency", "client_rfm_money"), False))
        days = defaultdict(set)
        for order in self.env["sale.order"].search([("state", "=", "sale"), ("company_id", "=", self.company.id)]):
            if (self.utc_today - order.date_order.date()).days < YEAR:
                days[order.partner_id.commercial_partner_id].add(order.date_order.date())
        buyers = self.get_buyers().filtered(lambda one: one.turnover_year > 0 and days[one.partner_id])
        expected = {
            "recency": [(self.utc_today - buyer.last_on).days for buyer in buyers],
            "frequency": [len(days[buyer.partner_id]) for buyer in buyers],
            "money": buyers.mapped("turnover_year"),
        }
        cuts = self.env["client.lifecycle"]._classify(self.company)
        for name, values in expected.items():
            for cut, value in zip(cuts[name], get_cuts(values), strict=True):
                # Where many have one value, the cut points are moved apart by a little.
                self.assertAlmostEqual(cut, value, 4, name)

    def test_cut_points_are_the_user_s_to_change(self):
        self.company.client_rfm_money = "10, 100, 1000, 10000"
        self.assertEqual(self.env["client.lifecycle"]._classify(self.company)["money"], [10, 100, 1000, 10000])
        for wrong in ("1, 2, 3", "4, 3, 2, 1", "a, b, c, d"):
            with self.subTest(cuts=wrong), self.assertRaises(ValidationError):
                self.company.client_rfm_money = wrong
        with self.assertRaises(ValidationError):
            self.company.client_abc_a = 99

    def test_a_second_run_writes_nothing(self):
        self.env["client.lifecycle"]._forecast(self.company)
        rows = self.read_rows()
        self.env["client.lifecycle"]._classify(self.company)
        self.env["client.lifecycle"]._forecast(self.company)
        self.assertEqual(self.read_rows(), rows)

    def read_rows(self):
        self.env.cr.execute("SELECT id, xmin::text, ctid::text FROM client_standing ORDER BY id")
        return self.env.cr.fetchall()

    def test_clients_are_found_and_grouped_by_class(self):
        partners = self.env["res.partner"]
        ours = [("id", "in", self.clients.ids)]
        best = partners.search([*ours, ("client_abc", "=", "A")])
        self.assertEqual(best, self.clients.filtered(lambda client: client.client_abc == "A"))
        groups = partners._read_group(ours, ["client_abc"], ["client_turnover_year:sum", "__count"])
        self.assertEqual(sum(count for _abc, _turnover, count in groups), len(self.clients))
        self.assertAlmostEqual(
            sum(turnover or 0 for _abc, turnover, _count in groups),
            sum(self.clients.mapped("client_turnover_year")),
            2,
        )

    def test_summaries_add_up(self):
        self.env["client.lifecycle"]._analyse(self.company)
        summaries = self.env["client.lifecycle.summary"].search([("company_id", "=", self.company.id)])
        whole = summaries.filtered("whole").figures
        brought = sum(
            turnover for summary in summaries for _code, _clients, turnover in summary.figures.get("segments", [])
        )
        self.assertAlmostEqual(sum(whole["pareto"]), brought, delta=len(whole["pareto"]))
        counted = sum(
            clients for summary in summaries for _code, clients, *_rest in summary.figures.get("segments", [])
        )
        standings = [("company_id", "=", self.company.id), ("partner_id.active", "=", True)]
        self.assertEqual(counted, self.env["client.standing"].search_count(standings))
        self.assertEqual(len(whole["forecast"]), 12)

    def test_who_reads_which_summaries(self):
        self.env["client.lifecycle"]._analyse(self.company)
        summaries = self.env["client.lifecycle.summary"]
        self.assertEqual(summaries.with_user(self.manager).search([]).owner_id, self.manager)
        self.assertFalse(summaries.with_user(self.manager).search([("whole", "=", True)]))
        self.assertTrue(summaries.with_user(self.head).search([("whole", "=", True)]))

    def test_a_client_whose_purchases_are_gone_has_no_class(self):
        order = self.make_order(self.alpha)
        self.run_engine()
        lifecycle = self.env["client.lifecycle"]
        lifecycle._forecast(self.company)
        standing = self.alpha.client_standing_id
        self.assertTrue(standing.abc and standing.turnover_year and standing.forecast_orders)
        order._action_cancel()
        self.env.flush_all()
        self.run_engine()
        lifecycle._forecast(self.company)
        self.assertFalse(standing.abc or standing.xyz or standing.money_score)
        self.assertEqual((standing.turnover_year, standing.forecast_orders, standing.forecast_turnover), (0, 0, 0))

    def test_purchases_of_days_to_come_stop_nothing(self):
        self.make_order(self.alpha, self.utc_today + timedelta(days=3))
        self.env["client.lifecycle"]._analyse(self.company)
        self.assertEqual(self.alpha.client_standing_id.turnover_year, 0)

    def test_archived_clients_are_in_no_whole(self):
        self.make_order(self.alpha, price=1e9)
        self.make_order(self.beta, price=100)
        self.alpha.active = False
        lifecycle = self.env["client.lifecycle"]
        lifecycle._analyse(self.company)
        summaries = self.env["client.lifecycle.summary"].search([("company_id", "=", self.company.id)])
        whole = summaries.filtered("whole").figures
        self.assertLess(sum(whole["pareto"]), 1e9)
        self.assertLess(sum(month["turnover"] for month in whole["forecast"]), 1e9)
