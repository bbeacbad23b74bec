from datetime import date

from freezegun import freeze_time
from lxml.html import fromstring

from .common import LifecycleCommon


class TestExpected(LifecycleCommon):
    """What the card and the overview say of the forecast, and of whom it is."""

    def get_tile(self, title):
        self.env.flush_all()
        tiles = self.alpha.with_user(self.manager)._get_life_tiles()
        return next(tile for tile in tiles if tile["title"] == title)

    def get_expected(self):
        """Return what is expected of the whole: on the overview, as the head sees it, and of all clients one by one."""
        self.env.company.client_forecast_on = False
        self.env["client.lifecycle"]._analyse(self.env.company)
        overview = self.env["client.lifecycle.page"].with_user(self.head)._get_overview({})
        standings = self.env["client.standing"].search([("company_id", "=", self.env.company.id)])
        return overview["forecast"]["total"]["turnover"], sum(standings.mapped("forecast_turnover"))

    def test_a_first_purchase_on_the_day_of_the_forecast(self):
        self.make_orders(self.beta, 20)
        self.env["client.lifecycle"]._analyse(self.env.company)
        self.make_orders(self.alpha, 0)
        self.assertEqual(self.get_tile("Forecast"), {"title": "Forecast", "text": "None yet"})

    def test_nothing_is_expected_of_who_was_declared_dead(self):
        before = self.get_expected()
        self.make_orders(self.alpha, *range(200, 0, -10), price=1e6)
        for total, least in zip(self.get_expected(), before, strict=True):
            self.assertGreater(total, least)
        self.assertEqual([self.get_tile(title)["tone"] for title in ("Next Order", "Forecast")], ["good", "good"])
        self.decide(self.alpha, "dead", user=self.manager, revivable="yes")
        self.assertNotEqual(self.get_tile("Next Order").get("tone"), "good")
        self.assertEqual(self.get_tile("Forecast"), {"title": "Forecast", "text": "None yet"})
        self.assertEqual(self.get_expected(), before)
        self.assertEqual((self.alpha.client_awake, self.alpha.client_forecast_turnover), (0, 0))

    def read_bars(self):
        """Return the months of the first two bars as an observer reads them, and the days of the first."""
        page = fromstring(self.env["client.lifecycle.page"].with_user(self.head).get_page({}))
        [section] = page.xpath("//section[h4='Expected turnover']")
        bars = section.find_class("o_client_month")
        self.assertEqual(len(bars), 12)
        return [bar.findall("span")[-1].text_content() for bar in bars[:2]], bars[0].get("title")

    def test_bars_bear_the_months_that_they_are_of(self):
        for made, seen, months, days in (
            (date(2026, 11, 2), date(2026, 11, 2), ["Nov", "Dec"], "11/02/2026 – 12/01/2026"),
            (date(2026, 11, 28), date(2026, 12, 2), ["Dec", "Jan"], "11/28/2026 – 12/27/2026"),
            (date(2027, 1, 31), date(2027, 2, 3), ["Feb", "Mar"], "01/31/2027 – 02/27/2027"),
        ):
            with self.subTest(made=made), freeze_time(made) as clock:
                self.get_expected()
                clock.move_to(seen)
                self.env["client.lifecycle"]._analyse(self.env.company)
                read, title = self.read_bars()
                self.assertEqual(read, months)
                self.assertIn(days, title)

    def test_a_margin_of_nothing_is_known(self):
        self.product.standard_price = 60
        self.make_orders(self.alpha, 20, price=60)
        self.assertNotIn("not known", self.get_tile("Turnover")["detail"])
        self.product.standard_price = 0
        self.make_orders(self.beta, 20)
        self.assertIn("not known", self.beta.with_user(self.head)._get_tile_worth()["detail"])

    def test_who_did_nothing_is_not_out_of_sight(self):
        page = self.env["client.lifecycle.page"].with_user(self.lead)
        html = page.get_page({"view": "results", "from": "1950-01-01", "to": "1950-01-31"})
        self.assertIn("Nobody whose work you see did anything in this period.", html)
