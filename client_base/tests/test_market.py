from odoo import fields
from odoo.exceptions import ValidationError

from .common import ClientBaseCommon


class TestMarket(ClientBaseCommon):
    """What a client needs, and how much of it we have."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.year = fields.Date.context_today(cls.env.user).year
        cls.stationery = cls.env["product.category"].create({"name": "Stationery"})
        cls.paper = cls.env["product.category"].create({"name": "Paper", "parent_id": cls.stationery.id})
        cls.other = cls.env["product.category"].create({"name": "Other"})
        cls.product.categ_id = cls.paper
        cls.demand = cls.make_demand(cls.alpha, capacity=1000, competitor_amount=600)

    @classmethod
    def make_demand(cls, client, **values):
        return cls.env["client.market"].create(
            {"partner_id": client.id, "category_id": cls.stationery.id, "capacity": 1000, "source": "them", **values}
        )

    def test_our_share_comes_from_confirmed_orders(self):
        self.make_order(self.alpha, price=100)
        self.make_order(self.anna, price=150)
        self.make_order(self.alpha, price=400, state="draft")
        self.make_order(self.alpha, price=400, state="cancel")
        self.make_order(self.beta, price=400)
        self.make_order(self.alpha, price=400, on=f"{self.year - 1}-05-05")
        self.env.flush_all()
        self.env.invalidate_all()
        demand = self.demand.with_user(self.manager)
        self.assertEqual((demand.own_amount, demand.share, demand.untapped), (250, 25, 750))
        self.assertEqual(self.make_demand(self.alpha, category_id=self.other.id).own_amount, 0)
        self.assertEqual(self.make_demand(self.alpha, year=self.year - 1).own_amount, 400)

    def test_an_order_in_another_currency_is_counted_in_ours(self):
        currency = self.env["res.currency"].with_context(active_test=False).search([("name", "=", "JPY")])
        currency.active = True
        currency.rate_ids = [(0, 0, {"name": f"{self.year}-01-01", "company_rate": 100})]
        pricelist = self.env["product.pricelist"].create({"name": "Yen", "currency_id": currency.id})
        order = self.make_order(self.alpha, price=10_000, state="draft")
        order.pricelist_id = pricelist
        order.order_line.price_unit = 10_000
        order.state = "sale"
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertAlmostEqual(self.demand.own_amount, 100)

    def test_the_list_begins_with_the_most_to_win(self):
        self.make_demand(self.beta, capacity=5000)
        self.make_order(self.alpha, price=100)
        self.env.flush_all()
        report = self.env["client.market.report"]
        rows = report.with_user(self.head).search([("category_id", "=", self.stationery.id)])
        self.assertEqual(rows.partner_id.mapped("name"), ["Beta GmbH", "Alpha Ltd"])
        self.assertEqual(rows.mapped("untapped"), [5000, 900])
        self.assertEqual(report.with_user(self.manager).search([]).partner_id, self.alpha)
        self.assertEqual(rows[0].action_open_client()["res_id"], self.beta.id)

    def test_the_share_of_a_group_is_that_of_its_whole_demand(self):
        self.make_demand(self.beta, capacity=9000)
        self.make_order(self.alpha, price=500)
        self.env.flush_all()
        ours = [("partner_id", "in", (self.alpha | self.beta).ids)]
        [(share,)] = self.env["client.market.report"].with_user(self.head)._read_group(ours, [], ["share:avg"])
        self.assertEqual(share, 5)

    def test_the_report_begins_with_what_the_cards_show(self):
        self.make_demand(self.alpha, year=self.year + 1)
        self.make_demand(self.alpha, year=self.year - 1)
        self.make_demand(self.alpha, year=self.year - 1, category_id=self.paper.id)
        self.make_demand(self.alpha, year=self.year - 3, category_id=self.other.id)
        last = self.make_demand(self.alpha, year=self.year - 2, category_id=self.other.id)
        self.env.flush_all()
        latest = self.env["client.market.report"].with_user(self.head).search([("latest", "=", True)])
        self.assertEqual(set(latest.ids), {self.demand.id, last.id})
        self.assertEqual(set(self.alpha._get_latest_markets()._get_wholes().ids), set(latest.ids))

    def get_rows(self):
        self.env.flush_all()
        return self.env["client.market.report"].with_user(self.head).search([("year", "=", self.year)])

    def test_nothing_is_reported_twice(self):
        part = self.make_demand(self.alpha, category_id=self.paper.id, capacity=400)
        apart = self.make_demand(self.alpha, category_id=self.other.id, capacity=50)
        last_year = self.make_demand(self.alpha, category_id=self.paper.id, capacity=300, year=self.year - 1)
        self.assertEqual(set(self.get_rows().ids), {self.demand.id, apart.id})
        self.assertIn(last_year.id, self.env["client.market.report"].search([]).ids)
        self.demand.unlink()
        self.assertEqual(set(self.get_rows().ids), {part.id, apart.id})

    def test_of_merged_clients_the_newer_row_is_reported(self):
        newer = self.make_demand(self.free, capacity=3000)
        self.demand.date = f"{self.year - 1}-01-01"
        self.env["base.partner.merge.automatic.wizard"]._merge((self.alpha | self.free).ids, self.alpha)
        self.assertEqual(self.get_rows().mapped(lambda row: (row.id, row.capacity)), [(newer.id, 3000)])

    def test_archived_clients_are_not_reported(self):
        self.alpha.active = False
        self.assertFalse(self.get_rows())

    def test_the_card_shows_the_latest_known_year_of_each_kind(self):
        self.make_demand(self.alpha, year=self.year - 2, capacity=10)
        self.make_demand(self.alpha, year=self.year + 1, capacity=20)
        last = self.make_demand(self.alpha, year=self.year - 3, capacity=30, category_id=self.other.id)
        self.assertEqual(self.alpha._get_latest_markets(), self.demand | last)
        self.assertEqual(self.alpha._get_latest_demand()[0], 1030)

    def test_a_part_of_known_products_is_not_counted_twice(self):
        self.make_order(self.alpha, price=250)
        self.make_demand(self.alpha, category_id=self.paper.id, capacity=400)
        self.make_demand(self.alpha, category_id=self.other.id, capacity=50)
        self.env.flush_all()
        self.assertEqual(self.alpha.with_user(self.manager)._get_latest_demand(), (1050, 250))

    def test_bad_entries_are_refused_in_words(self):
        cases = {
            "capacity_positive": {"capacity": 0},
            "competitors_within": {"competitor_amount": 1001},
            "year in full": {"year": 26},
            "cannot lie ahead": {"date": f"{self.year + 1}-01-01"},
            "null value": {"date": False},
            "is no client": {"partner_id": self.anna.id},
        }
        for words, values in cases.items():
            with self.subTest(words=words), self.assertRaisesRegex(Exception, words), self.cr.savepoint():
                self.demand.write(values)
                self.env.flush_all()
        with self.assertRaisesRegex(ValidationError, "entered already"):
            self.make_demand(self.alpha)

    def test_of_two_rows_that_a_merge_brought_together_the_newer_counts(self):
        newer = self.make_demand(self.free, capacity=3000, date=fields.Date.context_today(self.env.user))
        self.demand.date = f"{self.year - 1}-01-01"
        self.env["base.partner.merge.automatic.wizard"]._merge((self.alpha | self.free).ids, self.alpha)
        self.assertEqual(self.alpha._get_latest_markets(), newer)
