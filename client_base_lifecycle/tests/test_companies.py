from datetime import timedelta
from itertools import product

from odoo import Command, fields
from odoo.fields import Domain

from .common import LifecycleCommon


class TestCompanies(LifecycleCommon):
    """A client stands with each of our companies by what it buys there, in its currency and by its thresholds."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.setup_other_currency("EUR", rates=[("2000-01-01", 2.0)])
        cls.other = cls.env["res.company"].create({"name": "Our Other Company", "currency_id": cls.euro.id})
        cls.env.user.company_ids |= cls.other

    def order_there(self, days_ago):
        return (
            self.env["sale.order"]
            .with_company(self.other)
            .create(
                {
                    "partner_id": self.alpha.id,
                    "company_id": self.other.id,
                    "state": "sale",
                    "date_order": fields.Datetime.to_datetime(self.day(days_ago)),
                    "order_line": [Command.create({"product_id": self.product.id, "price_unit": 70, "tax_ids": False})],
                }
            )
        )

    def test_each_company_counts_its_own(self):
        self.make_orders(self.alpha, 60, 30, 10)
        self.order_there(20)
        here, there = self.alpha, self.alpha.with_company(self.other)
        self.assertEqual((here.client_segment_id.code, here.client_turnover), ("regular", 300))
        self.assertEqual((there.client_segment_id.code, there.client_turnover), ("working", 70))
        self.assertEqual(self.beta.with_company(self.other).client_segment_id.code, "potential")
        regular = self.env["client.segment"]._get_by_code()["regular"]
        counts = [segment.client_count for segment in (regular, regular.with_company(self.other))]
        self.assertEqual(counts[0] - counts[1], 1)

    def test_each_company_has_its_thresholds(self):
        self.order_there(20)
        self.order_there(10)
        self.make_orders(self.alpha, 20, 10)
        self.other.client_regular_orders = 2
        self.assertEqual(self.alpha.client_segment_id.code, "working")
        self.assertEqual(self.alpha.with_company(self.other).client_segment_id.code, "regular")

    def test_the_past_begins_with_the_companies_that_know_the_client(self):
        clients = self.alpha | self.beta
        self.make_orders(self.alpha, 20)
        clients.flush_recordset()
        # As a client of the other company alone would have come into the base, with an order here all the same.
        self.env.cr.execute(
            "UPDATE res_partner SET company_id = %s, create_date = %s WHERE id = ANY(%s)",
            [self.other.id, self.day(90), clients.ids],
        )
        clients.invalidate_recordset()
        self.env["client.lifecycle"]._rewrite_history(clients)
        moves = self.env["client.segment.move"].search([("partner_id", "in", clients.ids)], order="partner_id, date")
        past = {
            (client, company): moves.filtered(
                lambda move, client=client, company=company: (move.partner_id, move.company_id) == (client, company)
            ).mapped("to_id.code")
            for client in clients
            for company in (self.env.company, self.other)
        }
        self.assertEqual(past[self.alpha, self.env.company], ["potential", "working"])
        self.assertEqual(past[self.alpha, self.other], ["potential"])
        self.assertEqual(past[self.beta, self.env.company], [])
        self.assertEqual(past[self.beta, self.other], ["potential"])

    def test_found_and_grouped_with_the_current_company(self):
        self.order_there(20)
        partners, domain = self.env["res.partner"], [("client_segment_id.code", "=", "working")]
        self.assertNotIn(self.alpha, partners.search(domain))
        self.assertIn(self.alpha, partners.with_company(self.other).search(domain))
        ours = [("id", "=", self.alpha.id)]
        [(segment, turnover)] = partners.with_company(self.other)._read_group(
            ours, ["client_segment_id"], ["client_turnover:sum"]
        )
        self.assertEqual((segment.code, turnover), ("working", 70))

    def test_figures_are_found_as_they_are_shown(self):
        self.make_orders(self.alpha, 60, 30, 10)
        self.order_there(20)
        self.assertFalse(self.anna.client_standing_id)
        for company in (self.env.company, self.other):
            everybody = (self.alpha | self.beta | self.free | self.anna).with_company(company)
            ours = Domain("id", "in", everybody.ids)
            for name, number in product(("client_order_count", "client_turnover", "client_awake"), (-1, 0, 1, 70, 200)):
                for operator in (">", "<", ">=", "<=", "=", "!="):
                    leaf = Domain(name, operator, number)
                    found = everybody.search(ours & leaf)
                    with self.subTest(company=company.name, leaf=leaf):
                        self.assertEqual(found, everybody.filtered_domain(leaf))
                        self.assertEqual(everybody.search(ours & ~leaf), everybody - found)

    def test_who_stood_nowhere_on_a_day_is_found(self):
        self.order_there(20)
        partners = self.env["res.partner"].with_company(self.other).with_context(client_day=str(self.day(10)))
        ours = [("id", "in", (self.alpha | self.anna).ids)]
        self.assertEqual(partners.search([*ours, ("client_segment_on_id", "=", False)]), self.anna)
        self.assertEqual(partners.search([*ours, ("client_segment_on_id", "!=", False)]), self.alpha)

    def get_facts(self, company):
        facts = self.env["client.fact"].with_company(company)._get_facts(self.manager, self.day(60), self.today)
        return facts[self.manager.id]["orders"], facts[self.manager.id]["turnover"]

    def test_results_are_of_the_company_in_its_currency(self):
        prices = self.env["product.pricelist"].create({"name": "Euro", "currency_id": self.euro.id})
        self.make_orders(self.alpha, 30, price=100)
        self.make_orders(self.alpha, 20, price=100, pricelist_id=prices.id)
        self.order_there(20)
        self.assertEqual(self.get_facts(self.env.company), (2, 150))
        self.assertEqual(self.get_facts(self.other), (1, 70))

    def test_a_plan_is_compared_with_its_company_whichever_is_looked_at(self):
        self.manager.company_ids |= self.other
        self.make_orders(self.alpha, 0, price=100)
        self.order_there(0)
        plan = self.env["client.plan"].create({"user_id": self.manager.id, "measure": "turnover", "target": 1000})
        there = plan.copy({"company_id": self.other.id})
        for company in (self.env.company, self.other):
            plans = (plan | there).with_company(company)
            plans.invalidate_recordset()
            self.assertEqual(plans.mapped(lambda one: (one.fact, one.percent)), [(100, 10), (70, 7)])

    def test_the_scorecard_is_that_of_the_company(self):
        self.make_orders(self.alpha, 30, 20, price=100)
        checks = self.env["client.audit.check"]
        checks._cron_measure()
        largest = self.env.ref("client_base_lifecycle.audit_check_largest")
        for company, count in ((self.env.company, len(largest._get_largest())), (self.other, 0)):
            rows = checks.with_company(company)._get_page()["rows"]
            with self.subTest(company=company.name):
                self.assertEqual(next(row["count"] for row in rows if row["check"] == largest), count)

    def make_points(self):
        """Return open points of alpha: one with each company."""
        decisions = self.env["client.decision"]
        return decisions.create(
            [{"partner_id": self.alpha.id, "company_id": company.id} for company in (self.env.company, self.other)]
        )

    def test_the_overview_counts_the_points_of_its_company(self):
        point, there = self.make_points()
        both = (self.env.company | self.other).ids
        page = self.env["client.lifecycle.page"].with_context(allowed_company_ids=both)
        [(count, domain)] = [row[2:] for row in page._get_open_causes() if row[0] == "hand"]
        found = page.env["client.decision"].search(domain)
        self.assertEqual(len(found), count)
        self.assertIn(point, found)
        self.assertNotIn(there, found)

    def test_a_history_is_with_the_company_looked_at(self):
        action = self.alpha.action_open_segment_moves()
        moves = self.env["client.segment.move"].sudo().search(action["domain"])
        self.assertEqual(moves.company_id, self.env.company)

    def test_a_point_with_another_company_decides_nothing_here(self):
        point, there = self.make_points()
        undecided = [("id", "=", self.alpha.id), ("client_decision_ids", "not any", [("state", "!=", "done")])]
        partners = self.env["res.partner"]
        self.assertFalse(partners.search(undecided))
        point.unlink()
        self.assertTrue(partners.search(undecided))
        self.assertFalse(partners.with_company(self.other).search(undecided))
        self.assertEqual(self.alpha.with_company(self.other).client_decision_ids, there)
        self.assertFalse(self.alpha.client_decision_ids)

    def get_balances(self):
        """Return what stands on the balance of alpha, by company."""
        self.alpha.client_expenses = 40
        self.decide(self.alpha, "key")
        companies = self.env.company | self.other
        for company in companies:
            self.env["client.lifecycle"]._classify(company)
        self.env.flush_all()
        reports = self.env["client.balance.report"].with_context(allowed_company_ids=companies.ids)
        found = reports.search([("partner_id", "=", self.alpha.id)])
        return {report.company_id: (report.expenses, report.verdict) for report in found}

    def test_a_company_that_never_sold_to_a_key_account_has_no_balance_with_it(self):
        self.product.standard_price = 20
        self.make_orders(self.alpha, 20, price=100)
        self.assertEqual(self.get_balances(), {self.env.company: (40, "good")})

    def test_companies_that_sell_to_a_key_account_share_what_it_costs(self):
        self.make_orders(self.alpha, 20)
        self.order_there(20)
        rate = {"name": "2000-01-01", "rate": 0.5, "company_id": self.other.id}
        self.env["res.currency.rate"].create({"currency_id": self.env.company.currency_id.id, **rate})
        self.assertEqual([expenses for expenses, _verdict in self.get_balances().values()], [20, 40])
        # Half of it each, which is entered in the currency of our first company, or of the client's.
        self.alpha.company_id = self.other
        self.assertEqual(self.alpha.client_expenses_currency_id, self.euro)

    def test_who_bought_nowhere_is_out_of_balance_with_each_company(self):
        self.assertEqual(set(self.get_balances().values()), {(20, "bad")})

    def test_who_has_no_access_to_a_company_sees_no_standing_with_it(self):
        self.order_there(20)
        standings = self.env["client.standing"].with_user(self.head).search([("partner_id", "=", self.alpha.id)])
        self.assertEqual(standings.company_id, self.env.company)


class TestSources(LifecycleCommon):
    """Orders or invoices count, by the company's setting; credit notes are taken off either way."""

    def reverse(self, invoice):
        invoice._reverse_moves([{"invoice_date": invoice.invoice_date}]).action_post()

    def test_a_credit_note_of_what_was_never_counted_takes_nothing_off(self):
        self.make_orders(self.alpha, 20, price=500)
        self.reverse(self.make_invoice(self.alpha, 5, 200))
        self.assertEqual(self.alpha.client_turnover, 500)

    def test_a_credit_note_of_an_order_that_is_cancelled_takes_nothing_off(self):
        self.make_orders(self.alpha, 20, price=500)
        order = self.env["sale.order"].search([("partner_id", "=", self.alpha.id)])
        order.order_line.qty_delivered = 1
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertEqual(self.alpha.client_turnover, 500)
        self.reverse(invoice)
        self.assertEqual(self.alpha.client_turnover, 0)
        order._action_cancel()
        self.assertEqual(self.alpha.client_turnover, 0)

    def test_credit_notes_lower_the_turnover_at_once(self):
        self.make_orders(self.alpha, 20, price=500)
        self.make_invoice(self.alpha, 5, 200, "out_refund")
        self.assertEqual((self.alpha.client_order_count, self.alpha.client_turnover), (1, 300))

    def test_invoices_instead_of_orders(self):
        self.env.company.client_purchase_source = "invoice"
        self.make_orders(self.alpha, 20, price=500)
        self.assert_segment(self.alpha, "potential")
        invoices = [self.make_invoice(self.alpha, days, 100) for days in (90, 60, 30)]
        self.assert_segment(self.alpha, "regular")
        self.assertEqual((self.alpha.client_turnover, self.alpha.client_last_order), (300, self.day(30)))
        invoices[2].button_draft()
        self.assert_segment(self.alpha, "working")

    def test_an_invoice_reversed_as_a_whole_is_no_purchase(self):
        self.env.company.client_purchase_source = "invoice"
        invoice = self.make_invoice(self.alpha, 20, 100)
        self.assert_segment(self.alpha, "working")
        invoice._reverse_moves([{"invoice_date": self.today}], cancel=True)
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.assertEqual(self.alpha.client_turnover, 0)
        self.assert_segment(self.alpha, "potential")

    def get_facts(self):
        self.env.flush_all()
        facts = self.env["client.fact"]._get_facts(self.manager, self.day(60), self.today)[self.manager.id]
        return facts["orders"], facts["turnover"]

    def test_results_after_credit_notes(self):
        self.make_orders(self.alpha, 20, price=500)
        self.make_invoice(self.alpha, 61, 50, "out_refund")
        self.make_invoice(self.alpha, 5, 200, "out_refund")
        self.assertEqual(self.get_facts(), (1, 300))

    def test_results_by_invoices_instead_of_orders(self):
        self.env.company.client_purchase_source = "invoice"
        self.make_orders(self.alpha, 20, price=500)
        self.make_invoice(self.alpha, 60, 100)
        self.make_invoice(self.alpha, 0, 150)
        self.make_invoice(self.beta, 0, 1000)
        self.assertEqual(self.get_facts(), (2, 250))
        self.assertEqual(dict(self.env["client.fact"]._get_measures())["orders"], "Posted invoices")

    def test_margin_where_the_cost_is_known(self):
        self.make_orders(self.alpha, 20, price=100)
        self.assertFalse(self.alpha.client_standing_id.margin)
        self.product.standard_price = 60
        self.make_orders(self.alpha, 10, price=100)
        # Where sale_margin keeps the costs with the lines, the first order has none.
        kept = "purchase_price" in self.env["sale.order.line"]._fields
        self.assertEqual(self.alpha.client_margin, 40 if kept else 80)

    def test_lines_written_by_themselves_change_the_turnover(self):
        order = self.make_orders(self.alpha, 10, price=100)
        order.order_line.price_unit = 250
        self.assertEqual(self.alpha.client_turnover, 250)
        order.order_line.product_uom_qty = 2
        self.assertEqual(self.alpha.client_turnover, 500)

    def test_an_order_on_the_day_of_the_decision_revives(self):
        self.make_orders(self.alpha, 60)
        self.decide(self.alpha, "dead", user=self.manager, revivable="yes")
        self.assert_segment(self.alpha, "dead")
        earlier = fields.Datetime.now() - timedelta(seconds=5)
        self.alpha.write({"client_grade_at": earlier, "client_grade_date": earlier.date()})
        self.make_order(self.alpha, state="draft").action_confirm()
        self.assert_segment(self.alpha, "working")
