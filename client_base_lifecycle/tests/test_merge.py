from datetime import timedelta

from odoo import fields
from odoo.tests import freeze_time

from .common import LifecycleCommon


class TestMerge(LifecycleCommon):
    """Of two cards that become one client one decision stays whole, and nothing that people wrote is lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.double = cls.make_client("Alpha Limited", cls.manager)

    def merge(self):
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(self.manager).create({})
        wizard._merge((self.alpha | self.double).ids, dst_partner=self.alpha)

    def assert_stands_in(self, client, code):
        """Check the card, and the history in the order of its days."""
        self.assert_segment(client, code)
        self.assertEqual(self.get_base_on(self.today)[client.id], code)

    def read_decision(self, client):
        names = ("client_grade", "client_grade_reason", "client_grade_until", "client_grade_user_id")
        return [client[name] for name in (*names, "client_revivable")]

    def test_a_client_alive_does_not_die_of_its_duplicate(self):
        self.make_orders(self.alpha, 20)
        self.decide(self.double, "dead", user=self.manager, reason="A duplicate", revivable="no")
        before = self.read_decision(self.alpha)
        self.merge()
        self.assert_stands_in(self.alpha, "working")
        self.assertEqual(self.read_decision(self.alpha), before)

    def test_a_vip_takes_nothing_of_a_dead_duplicate(self):
        self.decide(self.alpha, "vip", reason="Opens doors", until=self.day(-100))
        self.decide(self.double, "dead", user=self.manager, reason="A duplicate", revivable="no")
        before = self.read_decision(self.alpha)
        self.merge()
        self.assert_stands_in(self.alpha, "vip")
        self.assertEqual(self.read_decision(self.alpha), before)

    def test_a_vip_stays_one_in_whichever_card_it_was(self):
        third = self.make_client("Alpha Company", self.manager)
        self.decide(third, "dead", user=self.manager, reason="A duplicate", revivable="no")
        self.decide(self.double, "vip", reason="Opens doors", until=self.day(-100))
        before = self.read_decision(self.double)
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(self.manager).create({})
        wizard._merge((self.alpha | self.double | third).ids, dst_partner=self.alpha)
        self.assert_stands_in(self.alpha, "vip")
        self.assertEqual(self.read_decision(self.alpha), before)

    def test_a_vip_stays_one_beside_a_card_that_came_back_to_life(self):
        with freeze_time(fields.Datetime.now() - timedelta(days=3)):
            self.decide(self.alpha, "dead", user=self.manager, revivable="yes")
            self.env.flush_all()
        with freeze_time(fields.Datetime.now() - timedelta(days=1)):
            self.make_orders(self.alpha, 1)
            self.assert_segment(self.alpha, "working")
        self.decide(self.double, "vip", reason="Opens doors", until=self.day(-100))
        before = self.read_decision(self.double)
        self.merge()
        self.assert_stands_in(self.alpha, "vip")
        self.assertEqual(self.read_decision(self.alpha), before)

    def make_points(self, **values):
        """Return the points of both cards, the first being the one that is closed."""
        points = self.env["client.decision"].with_user(self.manager)
        return points.create([{"partner_id": self.double.id, **values}, {"partner_id": self.alpha.id}])

    def test_what_was_written_stays(self):
        closed, _stays = self.make_points(result="They want a new price list")
        self.merge()
        self.assertEqual(closed.result, "They want a new price list\nMerged with Alpha Ltd")

    def test_what_was_said_goes_over_where_nothing_else_was(self):
        said = {
            "client_choice": "change",
            "company_choice": "continue",
            "terms": "Pays within a week",
            "review_on": self.today + timedelta(days=30),
        }
        _closed, stays = self.make_points(**said)
        self.merge()
        self.assertEqual({name: stays[name] for name in said}, said)
        self.assertEqual((stays.state, stays.result), ("client", False))

    def test_what_was_said_of_two_is_not_mixed(self):
        _closed, stays = self.make_points(client_choice="stop", result="Too dear", revivable="no")
        stays.terms = "Pays within a week"
        self.merge()
        self.assertEqual((stays.client_choice, stays.result, stays.revivable), (False, False, False))
