from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .common import LifecycleCommon


class TestMovements(LifecycleCommon):
    """Who moved where in a period, and where the base stood on a day: the pages say what their lists show."""

    def test_movements_and_their_lists_agree(self):
        self.make_orders(self.alpha, 5)
        self.decide(self.alpha, "dead", revivable="no")
        pages = self.env["client.lifecycle.page"].with_context(tz="America/Los_Angeles")
        moves = self.env["client.segment.move"].with_context(tz="America/Los_Angeles")
        wanted = {"from": str(self.day(400)), "to": str(self.today)}
        for author in ("", "person", "rule"):
            values = pages._get_movements({**wanted, "author": author})
            self.assertTrue(values["pairs"])
            for (origin, target), count in values["pairs"]:
                ends = [("from_id.code", "=", origin)] if origin != "new" else [("from_id", "=", False)]
                found = moves.search([*values["domain"], *ends, ("to_id.code", "=", target)])
                self.assertEqual(len(found), count)

    def test_the_base_on_a_day_and_its_list_agree(self):
        self.make_orders(self.alpha, 200)
        self.env["client.lifecycle"]._rewrite_history(self.alpha)
        pages = self.env["client.lifecycle.page"].with_user(self.head)
        values = pages._get_movements({"from": str(self.day(100)), "to": str(self.today)})
        segments = self.env["client.segment"]._get_by_code()
        for counts, day in ((values["before"], values["day_before"]), (values["after"], values["date_to"])):
            self.assertTrue(counts["working"])
            partners = self.env["res.partner"].with_user(self.head).with_context(client_day=str(day))
            for code, count in counts.items():
                stood = [("client_segment_on_id", "=", segments[code].id)]
                self.assertEqual(partners.search_count([*values["base_domain"], *stood]), count)

    def test_the_base_on_a_day_is_of_clients(self):
        before = self.env["client.lifecycle.page"]._count_base_on(self.today, None)["potential"]
        self.alpha.active = False
        self.beta.parent_id = self.free
        after = self.env["client.lifecycle.page"]._count_base_on(self.today, None)["potential"]
        self.assertEqual(before - after, 2 if not self.beta.is_company else 1)

    def make_regular(self, client):
        """Have ``client`` be a working one 20 days ago, and a regular one since 5 days."""
        self.make_orders(client, 60, 30, 5)
        self.env["client.lifecycle"]._rewrite_history(client)

    def test_pages_count_the_movements_of_those_who_are_clients_now(self):
        self.make_regular(self.alpha)
        pages = self.env["client.lifecycle.page"].with_user(self.manager)
        wanted = {"from": str(self.day(20)), "to": str(self.today)}
        step = ("working", "regular")
        before = dict(pages._get_movements(wanted)["pairs"])[step]
        gone = self.make_client("Gone", self.manager)
        self.make_regular(gone)
        gone.active = False
        self.env.flush_all()
        values = pages._get_movements(wanted)
        self.assertEqual(dict(values["pairs"])[step], before)
        codes = [("from_id.code", "=", step[0]), ("to_id.code", "=", step[1])]
        moves = self.env["client.segment.move"].with_user(self.manager)
        self.assertEqual(moves.search_count([*values["domain"], *codes]), before)
        [row] = pages._get_results(wanted)["rows"]
        self.assertEqual((row["up"], row["conversions"]["working"]), (before, 100))

    def test_pages_are_for_those_with_a_level(self):
        stranger = new_test_user(self.env, "without level", groups="base.group_user")
        for view in ("overview", "movements", "results"):
            with self.subTest(view=view), self.assertRaises(AccessError):
                self.env["client.lifecycle.page"].with_user(stranger).get_page({"view": view})
