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
