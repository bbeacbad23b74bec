from lxml import etree

from odoo.exceptions import ValidationError

from .common import LifecycleCommon


class TestSettings(LifecycleCommon):
    """A company sets its own thresholds."""

    def set_terms(self, **values):
        self.env["res.config.settings"].create(values).execute()

    def test_other_thresholds_place_the_clients_anew(self):
        self.make_orders(self.alpha, 70, 30)
        self.make_orders(self.beta, 200)
        self.assert_segment(self.alpha, "working")
        self.set_terms(client_regular_orders=2, client_dead_months=6)
        self.assert_segment(self.alpha, "regular")
        self.assert_segment(self.beta, "dead")
        self.set_terms(client_partner_orders=2, client_partner_months=1, client_dead_months=12)
        self.assert_segment(self.alpha, "partner")
        self.assert_segment(self.beta, "working")

    def test_every_number_has_a_name_and_says_whose_it_is(self):
        form = etree.fromstring(self.env["res.config.settings"].get_view(view_type="form")["arch"])
        settings = form.xpath("//block[@name='client_lifecycle' or @name='client_classes']/setting")
        self.assertGreater(len(settings), 6)
        for setting in settings:
            with self.subTest(setting=setting.get("string")):
                self.assertEqual(setting.get("company_dependent"), "1")
                names = setting.xpath(".//field[not(contains(@class, 'oe_inline'))]/@name")
                self.assertTrue(len(names) < 2 or names == setting.xpath(".//label/@for"))

    def test_saving_settings_unchanged_moves_nobody(self):
        self.set_terms()
        moves = self.env["client.segment.move"].search([])
        self.set_terms()
        self.assertEqual(self.env["client.segment.move"].search([]), moves)

    def test_thresholds_that_cannot_work_are_refused(self):
        for values in (
            {"client_dead_months": 2147483647},
            {"client_regular_orders": 50, "client_partner_orders": 2},
            {"client_rfm_money": "nan, 1, 2, 3"},
            {"client_rfm_money": "1, 2, 3, inf"},
            {"client_alarm_overdue": -1},
            {"client_alarm_fall": 500},
            {"client_alarm_dependence": 0},
            {"client_hour_cost": -5},
            {"client_credit_percent": 1e300},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.env.company.write(values)

    def test_thresholds_that_belong_together_change_together(self):
        self.set_terms(client_regular_orders=12, client_partner_orders=15, client_abc_a=96, client_abc_b=98)
        company = self.env.company
        self.assertEqual((company.client_regular_orders, company.client_abc_a), (12, 96))

    def test_other_settings_of_the_forecast_outdate_it(self):
        self.make_orders(self.alpha, 90, 60, 30)
        lifecycle, company = self.env["client.lifecycle"], self.env.company

        def get_forecast():
            tiles = self.alpha.with_user(self.manager)._get_life_tiles()
            return next(tile for tile in tiles if tile["title"] == "Forecast")

        self.make_invoice(self.alpha, 10, 100)
        lifecycle._analyse(company)
        self.assertIn("in 3 months", get_forecast()["detail"])
        for values in ({"client_forecast_months": 6}, {"client_purchase_source": "invoice"}):
            with self.subTest(**values):
                self.set_terms(**values)
                self.assertEqual(get_forecast(), {"title": "Forecast", "text": "None yet"})
                lifecycle._analyse(company)
                self.assertIn("in 6 months", get_forecast()["detail"])
        self.set_terms(client_forecast_months=6, client_dead_months=10)
        self.assertIn("in 6 months", get_forecast()["detail"], "the forecast does not ask when a client is dead")

    def test_only_the_last_state_of_a_form_moves_clients(self):
        self.make_orders(self.alpha, 70, 50, 30)
        self.assert_segment(self.alpha, "regular")
        before = self.alpha.client_segment_move_ids
        self.env.company.client_regular_orders = 5
        self.env.company.client_regular_orders = 3
        self.env["client.lifecycle"]._refresh_waiting()
        self.assertEqual(self.alpha.client_segment_move_ids, before)

    def test_other_thresholds_do_not_rewrite_the_past(self):
        self.make_orders(self.alpha, 70, 50, 30)
        self.env["client.lifecycle"]._rewrite_history(self.alpha)
        self.assert_segment(self.alpha, "regular")
        self.env.company.client_regular_orders = 5
        self.assert_segment(self.alpha, "working")
        on_the_day = self.get_base_on(self.day(10))
        self.assertEqual(on_the_day[self.alpha.id], "regular")
