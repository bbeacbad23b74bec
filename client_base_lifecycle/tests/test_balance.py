from ast import literal_eval

from lxml import etree

from odoo import Command
from odoo.exceptions import ValidationError

from .common import LifecycleCommon


class TestBalance(LifecycleCommon):
    """What key accounts bring is counted as on their cards: after credit notes, by the unit, from what counts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.standard_price = 120
        cls.env.company.write({"client_hour_cost": 100, "client_credit_percent": 10})

    def get_balance(self, client):
        if not client.client_grade:
            self.decide(client, "key")
        self.env["client.lifecycle"]._classify(self.env.company)
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["client.balance.report"].search([("partner_id", "=", client.id)])

    def make_dozen(self):
        """Return an order of a dozen at 2,000: twelve pieces of 120."""
        order = self.make_orders(self.alpha, 20, price=2000)
        dozen = self.env.ref("uom.product_uom_dozen")
        order.write({"order_line": [Command.update(order.order_line.id, {"product_uom_id": dozen.id})]})
        order.order_line.price_unit = 2000
        return order

    def test_what_was_refunded_earns_nothing_and_costs_no_credit(self):
        self.make_orders(self.alpha, 20, price=2000)
        self.make_invoice(self.alpha, 10, 2000, "out_refund")
        report = self.get_balance(self.alpha)
        self.assertEqual((report.turnover, report.margin, report.credit, report.balance), (0, 0, 0, 0))
        self.assertEqual(report.verdict, "good")

    def test_margin_of_invoices_where_they_count(self):
        self.env.company.client_purchase_source = "invoice"
        self.make_orders(self.alpha, 20, price=5000)
        self.make_invoice(self.alpha, 10, 1000, discount=10)
        report = self.get_balance(self.alpha)
        self.assertEqual((report.turnover, report.margin, report.discount), (900, 780, 100))
        self.assertEqual((report.credit, report.balance), (900, 690))

    def test_a_line_that_is_taken_back_on_an_invoice(self):
        self.env.company.client_purchase_source = "invoice"
        self.make_invoice(self.alpha, 10, 1000, quantity=3)
        back = {"product_id": self.product.id, "price_unit": 1000, "quantity": -1, "tax_ids": False}
        invoice = self.make_invoice(self.alpha, 10, 1000, quantity=2)
        invoice.button_draft()
        invoice.write({"invoice_line_ids": [Command.create(back)]})
        invoice.action_post()
        self.assertEqual(self.get_balance(self.alpha).margin, 4 * 880)
        self.assertEqual(self.alpha.client_margin, 4 * 880)

    def test_cost_by_the_unit_of_the_line(self):
        order = self.make_dozen()
        self.assertEqual(self.alpha.client_margin, 560)
        self.assertEqual(self.get_balance(self.alpha).margin, 560)
        line = self.env["client.assortment.report"].search([("id", "=", order.order_line.id)])
        self.assertEqual((line.turnover, line.margin), (2000, 560))
        self.assertEqual(self.env["client.decision"]._get_turns(self.alpha)[0]["margin"], 28)

    def test_the_twelve_months_of_the_assortment_are_those_of_the_overview(self):
        self.make_orders(self.alpha, 366, 365, price=1000)
        self.env["client.lifecycle"]._classify(self.env.company)
        self.env.flush_all()
        self.env.invalidate_all()
        view = self.env.ref("client_base_lifecycle.client_assortment_report_view_search")
        [domain] = etree.fromstring(view.arch).xpath("//filter[@name='filter_year']/@domain")
        lines = self.env["client.assortment.report"].search([*literal_eval(domain), ("partner_id", "=", self.alpha.id)])
        [standing] = self.env["client.standing"].search([("partner_id", "=", self.alpha.id)])
        self.assertEqual((sum(lines.mapped("turnover")), standing.turnover_year), (1000, 1000))

    def test_assortment_and_demand_go_by_invoices_where_they_count(self):
        self.env.company.client_purchase_source = "invoice"
        self.make_orders(self.alpha, 20, price=5000)
        self.make_invoice(self.alpha, 0, 1000, quantity=2)
        self.make_invoice(self.alpha, 0, 1000, "out_refund")
        self.make_invoice(self.beta, 0, 700)
        category = self.product.categ_id = self.env["product.category"].create({"name": "Paper"})
        demand = self.env["client.market"].create(
            {"partner_id": self.alpha.id, "category_id": category.id, "capacity": 4000, "source": "them"}
        )
        self.env.flush_all()
        rows = self.env["client.assortment.report"].search([("partner_id", "=", self.alpha.id)])
        self.assertEqual(sorted(rows.mapped("turnover")), [-1000, 2000])
        self.assertEqual((sum(rows.mapped("quantity")), sum(rows.mapped("margin"))), (1, 880))
        self.assertEqual((demand.own_amount, demand.share), (1000, 25))
        self.assertEqual(self.env["client.market.report"].browse(demand.id).own_amount, 1000)

    def test_who_bought_nothing_and_cost_hours_is_out_of_balance(self):
        self.make_orders(self.alpha, 500, price=2000)
        self.env["client.interaction"].create(
            {
                "partner_id": self.alpha.id,
                "kind": "visit",
                "duration": 120,
                "comment": "Again",
                "result_id": self.env["client.interaction.result"].search([], limit=1).id,
                "no_next_reason": "None",
            }
        )
        report = self.get_balance(self.alpha)
        self.assertEqual((report.margin, report.balance, report.verdict), (0, -200, "bad"))
        self.assertIn(report, report.search([("verdict", "=", "bad")]))

    def test_margin_is_not_known_where_no_cost_is(self):
        self.product.standard_price = 0
        self.make_orders(self.alpha, 20, price=2000)
        self.assertEqual(self.get_balance(self.alpha).verdict, "unknown")

    def test_the_year_ends_today(self):
        self.make_orders(self.alpha, 366, 365, 20, -30, price=1000)
        report = self.get_balance(self.alpha)
        self.assertEqual((report.turnover, report.margin), (2000, 1760))

    def test_who_is_archived_is_balanced_no_more(self):
        self.assertTrue(self.get_balance(self.alpha))
        self.alpha.active = False
        self.assertFalse(self.get_balance(self.alpha))

    def test_expenses_are_not_negative(self):
        with self.assertRaisesRegex(ValidationError, "above zero"):
            self.alpha.client_expenses = -5
