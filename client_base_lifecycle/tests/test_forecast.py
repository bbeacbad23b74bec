import csv
from collections import defaultdict
from datetime import date
from pathlib import Path

import numpy as np

from odoo.tests.common import BaseCase

from ..tools.forecast import History, fit

SAMPLE = Path(__file__).parents[2] / "setup" / "sample" / "purchases.csv"
CUT, END = date(1997, 9, 30), date(1998, 6, 30)


def read_customers():
    days = defaultdict(set)
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            days[row["customer"]].add(date.fromisoformat(row["date"]))
    return [sorted(days[customer]) for customer in sorted(days)]


class TestForecast(BaseCase):
    """Fitted on nine months of 2,357 real customers, and judged on the nine after them.

    BG/NBD is as published for this data (Fader, Hardie and Lee 2005).  The forecast has one constant
    of its own, how many of those asleep return; it was set on this data, which the docs say.
    """

    BG_NBD = {"mae": 0.786, "rmse": 1.608, "correlation": 0.626}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        customers = read_customers()
        known = [[day for day in days if day <= CUT] for days in customers]
        cls.history = History(
            np.array([len(days) - 1 for days in known]),
            np.array([(days[-1] - days[0]).days / 7 for days in known]),
            np.array([(CUT - days[0]).days / 7 for days in known]),
        )
        cls.bought = np.array([len([day for day in days if CUT < day <= END]) for days in customers])
        cls.awake, (cls.expected,) = fit(cls.history).forecast(cls.history, (END - CUT).days / 7)

    def judge(self, forecast):
        miss = forecast - self.bought
        return {
            "mae": abs(miss).mean(),
            "rmse": np.sqrt((miss**2).mean()),
            "correlation": np.corrcoef(forecast, self.bought)[0, 1],
        }

    def test_the_data_are_those_of_the_literature(self):
        self.assertEqual((len(self.bought), self.bought.sum(), self.history.repeats.sum()), (2357, 1882, 2457))

    def test_better_than_bg_nbd_on_all_four(self):
        figures = self.judge(self.expected)
        self.assertLess(figures["mae"], self.BG_NBD["mae"])
        self.assertLess(figures["rmse"], self.BG_NBD["rmse"])
        self.assertGreater(figures["correlation"], self.BG_NBD["correlation"])
        self.assertAlmostEqual(self.expected.sum() / self.bought.sum(), 1, delta=0.05)

    def test_better_than_the_same_as_before(self):
        figures, plain = self.judge(self.expected), self.judge(self.history.repeats.astype(float))
        self.assertLess(figures["mae"], plain["mae"])
        self.assertLess(figures["rmse"], plain["rmse"])
        self.assertGreater(figures["correlation"], plain["correlation"])

    def test_who_is_said_to_be_awake_comes_back_more_often(self):
        came_back = self.bought > 0
        likely, unlikely = self.awake > 0.7, self.awake < 0.3
        self.assertGreater(came_back[likely].mean(), 2 * came_back[unlikely].mean())

    def test_nobody_and_one_client(self):
        nobody = History(np.zeros(0), np.zeros(0), np.zeros(0))
        model = fit(History(np.array([0.0]), np.array([0.0]), np.array([0.0])))
        awake, (expected,) = model.forecast(nobody, 10)
        self.assertEqual((len(awake), len(expected)), (0, 0))
        awake, (expected,) = model.forecast(History(np.array([3.0]), np.array([30.0]), np.array([40.0])), 10)
        self.assertTrue(0 <= awake[0] <= 1 and expected[0] >= 0)
