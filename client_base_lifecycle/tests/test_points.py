import re
from datetime import timedelta

from lxml.html import fromstring
from psycopg2.errors import UniqueViolation

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from .common import LifecycleCommon


class TestPoints(LifecycleCommon):
    """Decision points open by themselves, are decided by people, and lead to successors."""

    def make_overdue(self, client):
        self.make_orders(client, *range(300, 100, -20), price=1000)

    def test_an_overdue_order_opens_a_point_once(self):
        self.make_overdue(self.alpha)
        self.env.company.client_alarm_dependence = 101
        self.open_points()
        point = self.get_point(self.alpha)
        self.assertEqual((point.cause, point.state, point.turn), ("overdue", "open", 10))
        self.assertIn("20 days", point.why)
        self.open_points()
        self.assertEqual(len(self.get_point(self.alpha)), 1)

    def test_an_answered_alarm_is_quiet(self):
        self.make_overdue(self.alpha)
        self.env.company.client_alarm_dependence = 101
        self.open_points()
        point = self.get_point(self.alpha)
        point.write({"client_choice": "continue", "company_choice": "continue"})
        point.action_decide()
        self.open_points()
        self.assertFalse(self.get_point(self.alpha))

    def test_an_alarm_that_was_answered_late_is_quiet_from_then_on(self):
        self.make_overdue(self.alpha)
        self.env.company.client_alarm_dependence = 101
        self.open_points()
        point = self.get_point(self.alpha)
        point.write({"opened_on": self.day(100), "turn": 9, "client_choice": "continue", "company_choice": "continue"})
        point.with_user(self.manager).action_decide()
        self.open_points()
        self.assertFalse(self.get_point(self.alpha))
        point.decided_on = self.day(95)
        self.open_points()
        self.assertTrue(self.get_point(self.alpha))

    def test_a_point_of_who_died_meanwhile_is_closed(self):
        self.make_overdue(self.alpha)
        self.env.company.client_alarm_dependence = 101
        self.open_points()
        point = self.get_point(self.alpha)
        by_hand = self.env["client.decision"].with_user(self.second).create({"partner_id": self.beta.id})
        self.decide(self.alpha, "dead", user=self.manager, revivable="yes")
        self.decide(self.beta, "dead", user=self.second, revivable="yes")
        self.open_points()
        self.assertEqual((point.state, by_hand.state), ("done", "open"))
        self.assertIn("the client is dead", point.result)

    def test_dependence_on_one_client(self):
        self.env.company.client_alarm_dependence = 50
        self.make_orders(self.alpha, 30, 10, price=1e9)
        self.open_points()
        self.assertEqual(self.get_point(self.alpha).cause, "dependence")

    def test_falling_volume(self):
        self.env.company.client_alarm_dependence = 101
        self.make_orders(self.alpha, 500, 450, price=1e6)
        self.make_orders(self.alpha, 20, price=3e5)
        self.open_points()
        point = self.get_point(self.alpha)
        self.assertEqual(point.cause, "falling")
        self.assertIn("85", point.why)

    def test_terms_that_only_worsen(self):
        self.env.company.client_alarm_dependence = 101
        for days, discount in ((6, 0), (4, 5), (2, 10)):
            order = self.make_orders(self.alpha, days, price=1e5)
            order.write({"order_line": [Command.update(order.order_line.id, {"discount": discount})]})
        self.open_points()
        point = self.get_point(self.alpha)
        self.assertEqual(point.cause, "terms")
        self.assertIn("10", point.turns_html)

    def get_turns(self):
        self.env.flush_all()
        turns = self.env["client.decision"]._get_turns(self.alpha)
        return [(turn["day"], turn["amount"], turn["discount"], turn["margin"]) for turn in turns]

    def test_terms_in_the_company_s_currency(self):
        self.product.standard_price = 120
        euro = self.setup_other_currency("EUR", rates=[("2000-01-01", 0.5)])
        prices = self.env["product.pricelist"].create({"name": "Euro", "currency_id": euro.id})
        order = self.make_orders(self.alpha, 20, pricelist_id=prices.id)
        self.assertEqual((order.currency_id, order.currency_rate), (euro, 0.5))
        self.assertEqual(self.get_turns(), [(self.day(20), 200, 0, 40)])

    def test_terms_after_credit_notes(self):
        self.product.standard_price = 60
        self.make_orders(self.alpha, 30, 10, price=100)
        self.make_invoice(self.alpha, 20, 100, "out_refund")
        self.make_invoice(self.alpha, 5, 20, "out_refund", product_id=False, name="For the late delivery")
        first, second = self.get_turns()
        self.assertEqual(first, (self.day(30), 0, 0, None))
        self.assertEqual(second[:2], (self.day(10), 80))

    def test_terms_of_invoices_where_they_count(self):
        self.env.company.client_purchase_source = "invoice"
        self.product.standard_price = 60
        self.make_orders(self.alpha, 40, price=1000)
        self.make_invoice(self.alpha, 30, 200, discount=25)
        wrong = self.make_invoice(self.alpha, 20, 500)
        self.make_invoice(self.alpha, 10, 100)
        wrong._reverse_moves([{"invoice_date": self.day(5)}], cancel=True)
        self.assertEqual(self.get_turns(), [(self.day(30), 150, 25, 60), (self.day(10), 100, 0, 40)])

    def test_a_new_point_without_a_client_yet(self):
        form = Form(self.env["client.decision"].with_user(self.manager))
        self.assertFalse(form.turns_html)
        form.partner_id = self.alpha
        self.assertEqual(form.save().partner_id, self.alpha)

    def test_what_must_be_said(self):
        point = self.env["client.decision"].with_user(self.manager).create({"partner_id": self.alpha.id})
        for values in (
            {},
            {"client_choice": "continue", "company_choice": "change"},
            {"client_choice": "stop", "company_choice": "stop"},
        ):
            point.write(values)
            with self.subTest(values=values), self.assertRaises(UserError):
                point.action_decide()
        self.assertEqual(point.state, "client")

    def test_a_client_that_stops_is_declared_dead(self):
        self.make_orders(self.alpha, 20)
        point = self.env["client.decision"].with_user(self.manager).create({"partner_id": self.alpha.id})
        review = self.today + timedelta(days=90)
        point.write(
            {
                "client_choice": "stop",
                "company_choice": "continue",
                "result": "Moved away",
                "revivable": "yes",
                "review_on": review,
            }
        )
        point.action_decide()
        self.assert_segment(self.alpha, "dead")
        self.assertEqual((self.alpha.client_revivable, self.alpha.client_grade_until), ("yes", review))
        self.assertEqual(point.user_id, self.manager)

    def test_a_dead_client_whose_review_is_due(self):
        self.decide(self.alpha, "dead", user=self.manager, revivable="yes", until=self.day(-30))
        self.alpha.client_grade_until = self.day(1)
        self.assertEqual(self.alpha.client_segment_rule, "dead_review_due")

    def decide_point(self, **values):
        """Return a decided point of Alpha that is to be looked at again."""
        point = self.env["client.decision"].with_user(self.lead).create({"partner_id": self.alpha.id})
        point.write({"client_choice": "continue", "company_choice": "continue", "review_on": self.today, **values})
        point.action_decide()
        return point

    def test_who_manages_the_client_is_reminded_of_the_review(self):
        review = self.today + timedelta(days=30)
        point = self.decide_point(review_on=review)
        activity = point.with_user(self.manager).activity_ids
        self.assertEqual((activity.user_id, activity.date_deadline), (self.manager, review))
        point.action_reopen()
        self.assertFalse(point.activity_ids)

    def test_where_the_manager_has_left_who_decided_looks_at_it_again(self):
        self.manager.active = False
        point = self.decide_point(review_on=self.day(-30))
        self.assertEqual(point.activity_ids.user_id, self.lead)

    def test_a_client_that_stopped_is_reviewed_by_its_grade(self):
        review = self.today + timedelta(days=30)
        point = self.decide_point(review_on=review, client_choice="stop", result="Too dear", revivable="yes")
        self.assertEqual(self.alpha.client_grade_until, review)
        self.assertFalse(point.activity_ids)

    def test_what_is_to_review_is_found_beside_what_is_open(self):
        point = self.decide_point()
        arch = fromstring(self.env["client.decision"].get_view(view_type="search")["arch"])
        names = [element.get("name") if element.tag == "filter" else None for element in arch.find(".//filter/..")]
        self.assertNotIn(None, names[names.index("filter_open") : names.index("filter_review")], "they are ORed")
        domain = safe_eval(arch.find(".//filter[@name='filter_review']").get("domain"))
        points = self.env["client.decision"].with_user(self.manager)
        self.assertIn(point, points.search(domain))
        point.action_reopen()
        self.assertNotIn(point, points.search(domain))

    def test_nobody_opens_points_of_another_s_client(self):
        with self.assertRaises(AccessError):
            self.env["client.decision"].with_user(self.manager).create({"partner_id": self.beta.id})
        point = self.env["client.decision"].create({"partner_id": self.beta.id})
        self.assertFalse(self.env["client.decision"].with_user(self.manager).search([("id", "=", point.id)]))

    def test_successors_are_of_the_segment_below_and_the_user_s(self):
        good = self.make_client(
            "Good", self.manager, industry_id=self.env["res.partner.industry"].search([], limit=1).id
        )
        poor, foreign = self.make_client("Poor", self.manager), self.make_client("Foreign", self.second)
        self.alpha.industry_id = good.industry_id
        self.make_orders(self.alpha, 90, 60, 30)
        for client in (good, poor, foreign):
            self.make_orders(client, 20)
        action = self.alpha.with_user(self.manager).action_find_successors()
        found = self.env["client.successor"].with_user(self.manager).search(action["domain"])
        self.assertEqual(found[0].candidate_id, good)
        self.assertIn(poor, found.candidate_id)
        self.assertNotIn(foreign, found.candidate_id)
        self.assertIn("industry", found[0].why)
        found[0].action_choose()
        self.assertIn(self.alpha.name, good.activity_ids[-1:].summary)

    def test_who_prepares_a_successor_hears_no_name_of_anothers_client(self):
        foreign = self.make_client("Foreign", self.second)
        self.make_orders(self.alpha, 90, 60, 30)
        self.make_orders(foreign, 20)
        lead = self.alpha.with_user(self.head)
        found = self.env["client.successor"].with_user(self.head).search(lead.action_find_successors()["domain"])
        chosen = found.filtered(lambda one: one.candidate_id == foreign)
        for _time in range(2):
            chosen.action_choose()
        [task] = foreign.activity_ids
        self.assertEqual(task.user_id, self.second)
        self.assertNotIn("Alpha", task.summary)

    def test_the_balance_of_a_key_account(self):
        self.product.standard_price = 60
        self.env.company.write({"client_hour_cost": 100, "client_credit_percent": 10})
        self.make_orders(self.alpha, 20, price=1000)
        self.decide(self.alpha, "key")
        self.alpha.client_expenses = 40
        result = self.env["client.interaction.result"].search([], limit=1)
        self.env["client.interaction"].create(
            {
                "partner_id": self.alpha.id,
                "kind": "visit",
                "duration": 600,
                "comment": "Stayed long",
                "result_id": result.id,
                "no_next_reason": "None",
            }
        )
        self.env["client.lifecycle"]._classify(self.env.company)
        self.env.flush_all()
        report = self.env["client.balance.report"].search([("partner_id", "=", self.alpha.id)])
        self.assertEqual((report.hours, report.visits, report.expenses), (10, 1, 40))
        self.assertEqual((report.margin, report.balance, report.verdict), (940, -100, "bad"))

    def test_pages_are_drawn_for_everybody(self):
        self.make_overdue(self.alpha)
        self.decide(self.beta, "key", user=self.head)
        self.env["client.lifecycle"]._analyse(self.env.company)
        for user in (self.manager, self.lead, self.head):
            page = self.env["client.lifecycle.page"].with_user(user)
            for wanted in (
                {"view": "overview"},
                {"view": "movements", "period": "year"},
                {"view": "movements", "from": str(self.day(30)), "to": str(self.today), "author": "person"},
                {"view": "results", "period": "month"},
            ):
                with self.subTest(user=user.name, wanted=wanted):
                    html = page.get_page(wanted)
                    self.assertIn("o_client", html)
                    self.assertNotIn(self.beta.name, html if user == self.manager else "")
        self.assertIn("o_client_tile", self.alpha.with_user(self.manager).get_client_panel("life"))
        self.assertIn(self.alpha.name, self.env["client.lifecycle.page"].with_user(self.manager).get_page({}))

    def read_numbers(self, html):
        """Return the text of a page without its explanations, spaces being plain ones."""
        page = fromstring(str(html))
        for method in page.findall(".//details"):
            method.drop_tree()
        return page.text_content().replace("\N{NO-BREAK SPACE}", " ")

    def test_numbers_are_written_as_the_reader_does(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.make_overdue(self.alpha)
        self.env["client.lifecycle"]._analyse(self.env.company)
        page = self.env["client.lifecycle.page"].with_user(self.manager).with_context(lang="ru_RU")
        symbol = self.env.company.currency_id.symbol
        since = str(self.day(400))
        pages = {view: page.get_page({"view": view, "from": since}) for view in ("overview", "movements", "results")}
        client = self.alpha.with_user(self.manager).with_context(lang="ru_RU")
        pages["card"] = client.get_client_panel("life")
        pages["department"] = self.env["client.department"].with_context(lang="ru_RU").get_page("year")
        pages["turns"] = self.env["client.decision"].with_context(lang="ru_RU").new({"partner_id": client}).turns_html
        texts = {name: self.read_numbers(html) for name, html in pages.items()}
        for name, text in texts.items():
            with self.subTest(page=name):
                self.assertNotRegex(text, r"\d,\d{3}\b|\d\.\d+ [%×]")
        for name in ("overview", "results", "card"):
            with self.subTest(page=name):
                self.assertRegex(texts[name], rf"10 000 {re.escape(symbol)}|{re.escape(symbol)} 10 000")
        self.assertRegex(texts["turns"], rf"1 000 {re.escape(symbol)}|{re.escape(symbol)} 1 000")

    def test_how_numbers_are_written(self):
        partners = self.env["res.partner"]
        expected = {(1234567.4, 0): "1,234,567", (12.5, None): "12.5", (-0.2, 0): "0", (80.0, None): "80"}
        expected |= {(0.25, 1): "0.3", (7, 1): "7.0"}
        for (number, digits), text in expected.items():
            with self.subTest(number=number, digits=digits):
                self.assertEqual(partners._format_number(number, digits), text)
        signed = [partners._format_number(number, signed=True) for number in (3, -3, 0)]
        self.assertEqual(signed, ["+3", "-3", "0"])

    def test_days_that_are_none_are_refused_in_words(self):
        page = self.env["client.lifecycle.page"].with_user(self.head)
        for view in ("movements", "results"):
            for argument in ("from", "to"):
                for wrong in ("0001-01-01", "0202-05-01", "9999-12-31", "2025-02-30", "rubbish", 5, ["2025-01-01"]):
                    with self.subTest(view=view, argument=argument, wrong=wrong), self.assertRaises(UserError):
                        page.get_page({"view": view, argument: wrong})
            for fine in ({"from": "", "to": None}, {"from": "2025-01-01"}, {"to": "1999-01-01"}):
                with self.subTest(view=view, fine=fine):
                    self.assertIn('type="date"', page.get_page({"view": view, **fine}))

    def test_the_job_of_the_analysis(self):
        self.make_overdue(self.alpha)
        with self.enter_registry_test_mode():
            self.env.ref("client_base_lifecycle.ir_cron_analyse").method_direct_trigger()
        self.assertTrue(self.env["client.lifecycle.summary"].search([("whole", "=", True)]))
        self.assertEqual(self.env.company.client_forecast_on, fields.Date.today())

    def test_one_point_is_open_at_a_time(self):
        points = self.env["client.decision"].with_user(self.manager)
        points.create({"partner_id": self.alpha.id})
        with self.assertRaises(UniqueViolation) as refusal, mute_logger("odoo.sql_db"):
            points.create({"partner_id": self.alpha.id})
        self.assertIn("go on with that one", points._sql_error_to_message(refusal.exception))

    def test_points_of_an_archived_client_are_not_to_decide(self):
        self.env["client.decision"].with_user(self.manager).create({"partner_id": self.alpha.id})
        page = self.env["client.lifecycle.page"]
        for user in (self.head, self.manager):
            with self.subTest(user=user.name):
                self.alpha.active = True
                before = sum(row[2] for row in page.with_user(user)._get_open_causes())
                self.alpha.active = False
                self.assertEqual(sum(row[2] for row in page.with_user(user)._get_open_causes()), before - 1)

    def test_a_point_is_about_a_client(self):
        contact = self.env["res.partner"].create({"name": "Ann", "parent_id": self.alpha.id})
        with self.assertRaisesRegex(ValidationError, "choose the client itself"):
            self.env["client.decision"].with_user(self.manager).create({"partner_id": contact.id})
        action = contact.with_user(self.manager).action_open_decision()
        self.assertEqual(action["context"], {"default_partner_id": self.alpha.id})

    def test_a_point_begins_open_whatever_the_context_says(self):
        forged = {"default_state": "done", "default_user_id": self.head.id, "default_decided_on": "2020-01-01"}
        forged |= {"default_cause": "turn", "default_evidence": [1], "default_turnover": 1e9}
        points = self.env["client.decision"].with_user(self.manager).with_context(**forged)
        point = points.create({"partner_id": self.alpha.id})
        self.assertEqual((point.state, point.user_id.id, point.decided_on), ("open", False, False))
        self.assertEqual((point.cause, point.evidence, point.turnover), ("hand", False, 0))
        self.assertEqual((point.opened_on, point.why), (self.today, "Opened by hand."))

    def test_a_point_is_closed_by_its_button_only(self):
        points = self.env["client.decision"].with_user(self.manager)
        point = points.create({"partner_id": self.alpha.id})
        for values in (
            {"state": "done"},
            {"user_id": self.head.id},
            {"decided_on": self.today},
            {"cause": "dependence"},
            {"evidence": [1]},
            {"opened_on": self.day(-5)},
            {"turn": 7},
            {"turnover": 1e9},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                point.write(values)
            with self.subTest(values=values), self.assertRaises(AccessError):
                points.create({"partner_id": self.free.id, **values})
        with self.assertRaises(AccessError):
            points.create({"partner_id": self.free.id, "state": "done"})
        point.write({"client_choice": "continue", "company_choice": "continue"})
        point.action_decide()
        with self.assertRaisesRegex(AccessError, "Open Again"):
            point.state = "open"
        self.assertEqual((point.state, point.user_id, point.decided_on), ("done", self.manager, self.today))

    def test_the_state_follows_what_the_client_chose(self):
        points = self.env["client.decision"].with_user(self.manager)
        point = points.create({"partner_id": self.alpha.id, "client_choice": "change"})
        self.assertEqual(point.state, "client")
        point.client_choice = False
        self.assertEqual(point.state, "open")
        point.client_choice = "stop"
        self.assertEqual(point.state, "client")

    def test_a_point_that_is_opened_again_takes_the_death_back(self):
        self.make_orders(self.alpha, 20)
        point = self.env["client.decision"].with_user(self.manager).create({"partner_id": self.alpha.id})
        point.write({"client_choice": "stop", "company_choice": "stop", "result": "Too dear", "revivable": "yes"})
        point.action_decide()
        self.assert_segment(self.alpha, "dead")
        self.assertGreater(self.alpha.client_grade_until, self.today, "without a day of its own in a year")
        point.action_reopen()
        self.assert_segment(self.alpha, "working")
        self.assertEqual((point.state, point.user_id.ids), ("client", []), "what the client chose still stands")
