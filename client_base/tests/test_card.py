from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ClientBaseCommon

PANELS = ("glance", "people", "profile", "market", "region", "history")


@tagged("post_install", "-at_install")
class TestCard(ClientBaseCommon):
    """One page that tells within ten seconds what matters about a client."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        today = fields.Date.context_today(cls.env.user)
        cls.region = cls.env["client.region"].create(
            {"name": "Galicia", "country_ids": [Command.set(cls.env.ref("base.es").ids)]}
        )
        cls.env["client.region.note"].create(
            {"region_id": cls.region.id, "text": "Ships are built here", "source": "us"}
        )
        indicator = cls.env.ref("client_base.indicator_population")
        cls.env["client.region.figure"].create(
            [
                {
                    "region_id": cls.region.id,
                    "indicator_id": indicator.id,
                    "year": year,
                    "value": value,
                    "source": "INE",
                }
                for year, value in ((2014, 2.5), (2024, 2.75))
            ]
        )
        cls.alpha.country_id = cls.env.ref("base.es")
        role = cls.env.ref("client_base.dmu_role_decision_maker")
        cls.member = cls.env["client.dmu.member"].create(
            {"partner_id": cls.alpha.id, "person_id": cls.anna.id, "role_id": role.id, "note": "Likes trains"}
        )
        cls.env["client.market"].create(
            {
                "partner_id": cls.alpha.id,
                "category_id": cls.env["product.category"].create({"name": "Steel"}).id,
                "capacity": 1000,
                "source": "annual report",
                "year": today.year,
            }
        )
        cls.criterion = cls.env["client.criterion"].search([], limit=1)
        cls.env["client.score"].create({"partner_id": cls.alpha.id, "criterion_id": cls.criterion.id, "value": 3})

    def get_panel(self, user, name, client=None):
        return self.env["res.partner"].with_user(user).browse((client or self.alpha).id).get_client_panel(name)

    def test_what_is_planned_with_an_order_is_the_clients_next_step(self):
        order = self.make_order(self.alpha, state="draft", user_id=self.manager.id)
        order.activity_schedule("mail.mail_activity_data_call", summary="Ask about the offer", user_id=self.manager.id)
        html = self.get_panel(self.manager, "glance")
        self.assertIn("Ask about the offer", html)
        self.assertNotIn("Nothing planned", html)

    def test_a_forecast_is_no_figure_of_the_region(self):
        figure = self.region.figure_ids[0]
        figure.copy({"year": fields.Date.context_today(figure).year + 10, "value": 9.75})
        html = self.get_panel(self.manager, "region")
        self.assertIn("2.75", html)
        self.assertNotIn("9.75", html)

    def test_the_panels_tell_what_is_known(self):
        expected = {
            "glance": ["Manager", "Anna Alpha", "Galicia", "by the country", "60 %", "Nothing planned", "Demand"],
            "people": ["Anna Alpha", "Decision maker", "Likes trains", "<svg", "Decision Maker Not Confirmed"],
            "profile": [self.criterion.name, "3", "% scored"],
            "market": ["Steel", "annual report"],
            "region": ["Galicia", "Ships are built here", "2.75", "+10.0", "INE"],
        }
        for name, words in expected.items():
            html = self.get_panel(self.manager, name)
            for word in words:
                with self.subTest(panel=name, word=word):
                    self.assertIn(word, html)

    def test_large_figures_are_written_out(self):
        indicator = self.env.ref("client_base.indicator_population")
        figure = self.env["client.region.figure"].search(
            [("region_id", "=", self.region.id), ("indicator_id", "=", indicator.id)], limit=1
        )
        figure.value = 45_250_000
        self.assertIn("45,250,000", self.get_panel(self.manager, "region"))

    def test_what_is_empty_invites_to_be_filled(self):
        expected = {
            "glance": ["Not known yet", "Not scored yet", "Demand not known"],
            "people": ["Who decides at this client", "Add a Person"],
            "market": ["How much does this client buy", "Add Demand"],
            "region": ["What is this client's market like?"],
            "profile": ["not scored"],
        }
        for name, words in expected.items():
            html = self.get_panel(self.second, name, self.beta)
            for word in words:
                with self.subTest(panel=name, word=word):
                    self.assertIn(word, html)

    def test_nobody_reads_a_foreign_card(self):
        for name in PANELS:
            with self.subTest(panel=name), self.assertRaises(AccessError):
                self.get_panel(self.second, name)

    def test_who_may_see_less_than_a_manager_reads_a_card_without_errors(self):
        raw = self.env["res.partner"].with_user(self.operator).create({"name": "Raw Ltd", "is_company": True})
        html = raw.get_client_panel("glance")
        self.assertIn("Card Filled", html)
        self.assertNotIn("Our Share of the Demand", html)
        marketer = self.make_user("marketer", "client_base.group_client_all")
        self.alpha.with_user(self.manager).activity_schedule(
            "mail.mail_activity_data_call", summary="Ask about steel", user_id=self.manager.id
        )
        self.assertIn("Ask about steel", self.get_panel(marketer, "glance"))
        for name in PANELS:
            with self.subTest(panel=name):
                self.assertTrue(self.get_panel(marketer, name))

    def test_only_who_works_with_clients_has_panels(self):
        tabs = {"client_history", "client_people", "client_profile", "client_market"}
        for user, panel, pages in (
            (self.manager, True, tabs),
            (self.operator, True, set()),
            (self.stranger, False, set()),
        ):
            form = (
                self.env["res.partner"]
                .with_user(user)
                .get_view(self.env.ref("base.view_partner_form").id, "form")["arch"]
            )
            with self.subTest(user=user.name):
                self.assertEqual('panel="glance"' in form, panel)
                self.assertEqual({name for name in tabs if f'name="{name}"' in form}, pages)

    def test_there_are_no_other_panels(self):
        with self.assertRaises(UserError):
            self.get_panel(self.manager, "values")

    def test_text_of_users_is_no_markup(self):
        self.member.note = "<script>alert(1)</script>"
        self.assertNotIn("<script>", self.get_panel(self.manager, "people"))

    def test_the_card_speaks_the_readers_language(self):
        self.env["res.lang"]._activate_lang("uk_UA")
        self.env["ir.module.module"].search([("name", "=", "client_base")])._update_translations("uk_UA")
        self.manager.lang = "uk_UA"
        html = self.env["res.partner"].with_user(self.manager).with_context(lang="uk_UA").browse(self.alpha.id)
        self.assertIn("Хто вирішує", html.get_client_panel("glance"))

    def test_queries_do_not_grow_with_what_is_known(self):
        """Each panel reads a card with 30 people as it reads one with three."""
        self.make_people(3)
        self.count_queries()
        few = self.count_queries()
        self.make_people(27)
        self.assertEqual(self.count_queries(), few)

    def make_people(self, count):
        persons = self.env["res.partner"].create(
            [{"name": f"Person {number}", "parent_id": self.alpha.id} for number in range(count)]
        )
        members = self.env["client.dmu.member"].create(
            [
                {
                    "partner_id": self.alpha.id,
                    "person_id": person.id,
                    "role_id": self.env.ref("client_base.dmu_role_user").id,
                    "formal_authority": number % 6,
                }
                for number, person in enumerate(persons)
            ]
        )
        self.env["client.dmu.influence"].create(
            [{"influencer_id": member.id, "influenced_id": self.member.id} for member in members]
        )
        self.env["client.score"].create(
            [{"partner_id": self.alpha.id, "criterion_id": self.criterion.id, "value": 4} for _number in range(count)]
        )
        self.env["client.region.note"].create(
            [{"region_id": self.region.id, "text": f"Note {number}", "source": "us"} for number in range(count)]
        )

    def count_queries(self):
        counts = {}
        for name in PANELS:
            self.get_panel(self.manager, name)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.get_panel(self.manager, name)
            counts[name] = self.cr.sql_log_count - before
        return counts

    def test_the_printed_card_stands_in_the_export_journal(self):
        report = self.env["ir.actions.report"].with_user(self.manager)
        html, _kind = report._render_qweb_html("client_base.report_client_card", self.alpha.ids)
        for word in ("Anna Alpha", "Ships are built here", "<svg", "Steel"):
            self.assertIn(word, html.decode())
        self.assertNotIn('data-open="client.market"', html.decode())
        journal = self.env["client.export"].search([("user_id", "=", self.manager.id)])
        self.assertEqual(journal.content, "Client Card")
