from itertools import product
from unittest.mock import patch

from odoo.tests import tagged

from .common import ClientBaseCommon

DOMAINS = (
    [],
    [("is_company", "=", True)],
    [("display_name", "ilike", "branch")],
    ["|", ("name", "ilike", "branch"), ("user_id", "!=", False)],
    [("parent_id", "=", False), ("client_open", "=", False)],
)
ORDERS = ("complete_name ASC, id DESC", "id", "country_id, id")
WINDOWS = ({}, {"limit": 3}, {"limit": 3, "offset": 2})


@tagged("post_install", "-at_install")
class TestBranches(ClientBaseCommon):
    """The branches of the rule on partners together show what the rule as one condition shows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        countries = cls.env.ref("base.de") | cls.env.ref("base.fr")
        for number, owner in enumerate((cls.manager, cls.second, cls.env["res.users"]) * 3):
            client = cls.make_client(f"Branch {number}", owner, country_id=countries[number % 2].id)
            cls.make_contact(client, f"Branch person {number}")
        cls.env["res.partner"].with_user(cls.operator).create({"name": "Branch entered"})
        cls.env.flush_all()

    def test_searches_find_the_same(self):
        for user in (self.manager, self.lead, self.operator):
            partners = self.env["res.partner"].with_user(user)
            for domain, order, window in product(DOMAINS, ORDERS, WINDOWS):
                with self.subTest(user=user.login, domain=domain, order=order, **window):
                    found = partners.search(domain, order=order, **window)
                    self.assertTrue(found or window.get("offset"))
                    self.assertEqual(
                        found.ids, self.as_one_condition(partners.search, domain, order=order, **window).ids
                    )

    def test_figures_are_the_same(self):
        for user, domain in product((self.manager, self.lead, self.operator), DOMAINS):
            partners = self.env["res.partner"].with_user(user)
            with self.subTest(user=user.login, domain=domain):
                figures = self.get_figures(partners, domain)
                self.assertEqual(figures, self.as_one_condition(self.get_figures, partners, domain))

    def get_figures(self, partners, domain):
        return [
            partners.search_count(domain),
            partners.search_count(domain, limit=4),
            partners._read_group(domain, ["country_id"], ["__count"]),
            partners.search([("child_ids", "any", domain)]).ids,
        ]

    def test_who_sees_all_has_no_branches(self):
        for user, branches in ((self.head, 0), (self.accountant, 0), (self.manager, 3), (self.operator, 2)):
            rules = self.env["ir.rule"].with_user(user)
            self.assertEqual(len(rules._get_client_branches()), branches, user.login)

    def as_one_condition(self, ask, *args, **options):
        """Return what ``ask`` answers when PostgreSQL gets the rule as it is written."""
        with patch.object(self.registry["ir.rule"], "_get_client_branches", lambda _rules: []):
            return ask(*args, **options)
