from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError

from .common import ClientBaseCommon


class ProfileCommon(ClientBaseCommon):
    """Three criteria, one of them for a channel format only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["client.criterion"].search([]).active = False
        cls.today = fields.Date.context_today(cls.env.user)
        cls.volume = cls.make_criterion("Volume", "goals", weight=3)
        cls.growth = cls.make_criterion("Growth", "market", weight=1, scale=10)
        cls.wholesale = cls.env.ref("client_base.channel_wholesale")
        cls.reach = cls.make_criterion("Reach", "market", channel_ids=[Command.set(cls.wholesale.ids)])

    @classmethod
    def make_criterion(cls, name, pillar, **values):
        return cls.env["client.criterion"].create({"name": name, "pillar": pillar, **values})

    def run_job(self):
        with self.enter_registry_test_mode():
            self.env.ref("client_base.ir_cron_profile").method_direct_trigger()
        self.env.invalidate_all()

    def score(self, client, criterion, value, user=None, **values):
        return (
            self.env["client.score"]
            .with_user(user or self.manager)
            .create({"partner_id": client.id, "criterion_id": criterion.id, "value": value, **values})
        )


class TestProfile(ProfileCommon):
    """How well a client fits: scores, coverage, weights."""

    def test_missing_is_never_zero(self):
        self.score(self.alpha, self.volume, 4)
        self.assertEqual((self.alpha.client_score, self.alpha.client_coverage), (80, 60))
        self.assertEqual((self.alpha.client_score_goals, self.alpha.client_coverage_goals), (80, 100))
        self.assertEqual(self.alpha.client_coverage_market, 0)
        self.score(self.alpha, self.growth, 0)
        self.assertEqual((self.alpha.client_score, self.alpha.client_coverage), (48, 100))

    def test_the_latest_score_counts_and_the_former_stay(self):
        self.score(self.alpha, self.volume, 5)
        self.score(self.alpha, self.volume, 1)
        self.score(self.alpha, self.volume, 4, date=self.today - timedelta(days=3))
        self.assertEqual(self.alpha.client_score, 20)
        self.assertEqual(len(self.alpha.client_score_ids), 3)
        self.assertEqual(self.alpha.client_score_ids.user_id, self.manager)

    def test_a_channel_format_brings_its_criteria(self):
        self.score(self.alpha, self.volume, 5)
        self.assertEqual(self.alpha.client_coverage, 60)
        self.alpha.client_channel_id = self.wholesale
        self.assertEqual(self.alpha.client_coverage, 50)

    def test_a_criterion_of_an_archived_channel_format_is_not_one_for_all(self):
        self.score(self.alpha, self.volume, 5)
        self.wholesale.with_user(self.head).active = False
        self.env.invalidate_all()
        criteria = (self.volume | self.reach).with_user(self.head)
        self.assertEqual(criteria._get_applicable(self.alpha.client_channel_id), self.volume)
        self.assertEqual(criteria._get_applicable(self.wholesale), criteria)

    def test_the_fit_comes_back_with_the_channel_format(self):
        self.volume.channel_ids = self.growth.channel_ids = self.wholesale
        self.alpha.client_channel_id = self.wholesale
        self.score(self.alpha, self.volume, 5)
        self.alpha.with_user(self.manager).client_channel_id = self.env.ref("client_base.channel_retail")
        self.assertEqual(self.alpha.client_coverage, 0)
        self.alpha.with_user(self.manager).client_channel_id = self.wholesale
        self.assertEqual((self.alpha.client_score, self.alpha.client_coverage), (100, 50))

    def test_a_deleted_score_counts_no_more(self):
        self.score(self.alpha, self.volume, 1)
        self.score(self.alpha, self.volume, 5).with_user(self.head).unlink()
        self.assertEqual(self.alpha.client_score, 20)
        self.alpha.client_score_ids.with_user(self.head).unlink()
        self.assertEqual(self.alpha.client_coverage, 0)

    def test_changed_weights_keep_the_former_figures(self):
        self.score(self.alpha, self.volume, 5)
        self.score(self.alpha, self.growth, 0)
        self.score(self.beta, self.volume, 5, user=self.second)
        self.assertEqual(self.alpha.client_score, 60)
        self.volume.with_user(self.head).weight = 8
        self.run_job()
        self.assertEqual(self.alpha.client_score, 80)
        self.assertEqual(self.alpha.client_snapshot_ids.mapped("score"), [60])
        self.run_job()
        self.assertEqual(len(self.alpha.client_snapshot_ids), 1, "once, however often the job runs")
        self.assertEqual(self.beta.client_score, 100)
        html = self.alpha.with_user(self.manager).get_client_panel("profile")
        self.assertRegex(html, r": 60 %, \d+ % scored; Company goals: 100 %; Market opportunities: 0 %</li>")

    def test_an_archived_criterion_counts_no_more(self):
        self.score(self.alpha, self.volume, 5)
        self.score(self.alpha, self.growth, 0)
        self.growth.with_user(self.head).active = False
        self.run_job()
        self.assertEqual((self.alpha.client_score, self.alpha.client_coverage), (100, 100))
        self.alpha.with_context(active_test=False).client_channel_id = self.env.ref("client_base.channel_retail")
        self.assertEqual(self.alpha.client_coverage, 100)

    def test_the_job_goes_on_where_it_broke_off(self):
        self.score(self.alpha, self.volume, 5)
        self.score(self.beta, self.volume, 5, user=self.second)
        self.env["ir.config_parameter"].set_param("client_base.profile_refresh", self.beta.id)
        self.env.cr.execute("UPDATE res_partner SET client_score = 1 WHERE id IN %s", [(self.alpha.id, self.beta.id)])
        self.env.invalidate_all()
        self.run_job()
        self.assertEqual((self.alpha.client_score, self.beta.client_score), (1, 100))

    def test_bad_entries_are_refused_in_words(self):
        self.score(self.alpha, self.volume, 5)
        retail, wholesale = (self.env.ref(f"client_base.channel_{name}") for name in ("retail", "wholesale"))
        self.growth.channel_ids = retail
        self.alpha.client_channel_id = wholesale
        cases = {
            "from 0 to 5, not 6": lambda: self.score(self.alpha, self.volume, 6),
            "from 0 to 5, not -1": lambda: self.score(self.alpha, self.volume, -1),
            "cannot lie ahead": lambda: self.score(self.alpha, self.volume, 1, date=self.today + timedelta(days=1)),
            "missing is never zero": lambda: self.score(self.alpha, self.volume, None),
            "null value": lambda: self.alpha.client_score_ids.write({"date": False}),
            "is no client": lambda: self.score(self.anna, self.volume, 1),
            "weight_range": lambda: self.make_criterion("Nothing", "goals", weight=0),
            "weight_range ": lambda: self.make_criterion("Dust", "goals", weight=0.001),
            "weight_range  ": lambda: self.make_criterion("No number", "goals", weight=float("nan")),
            "scale_positive": lambda: self.make_criterion("Nothing", "goals", scale=0),
            "archive it instead": self.volume.unlink,
            "Clients have the channel format": wholesale.with_user(self.head).unlink,
            "A criterion is for clients": retail.with_user(self.head).unlink,
            "scored above 3": lambda: self.volume.write({"scale": 3}),
        }
        for words, action in cases.items():
            with self.subTest(words=words), self.assertRaisesRegex(Exception, words.strip()), self.cr.savepoint():
                action()
                self.env.flush_all()

    def test_a_score_names_who_gave_it(self):
        with self.assertRaises(AccessError):
            self.score(self.alpha, self.volume, 5, user_id=self.lead.id)
        self.score(self.alpha, self.volume, 5, user=self.head, user_id=self.manager.id)

    def test_figures_follow_from_scores_only(self):
        with self.assertRaises(AccessError):
            self.alpha.with_user(self.manager).client_score = 100
        with self.assertRaises(AccessError):
            self.alpha.with_user(self.manager).client_admission = "admitted"
        with self.assertRaises(AccessError):
            self.score(self.alpha, self.volume, 2).write({"value": 5})
        with self.assertRaises(AccessError):
            self.score(self.beta, self.volume, 5)
        with self.assertRaises(AccessError):
            self.volume.with_user(self.lead).weight = 9

    def test_a_sheet_of_many_clients_is_saved_in_one_pass(self):
        criteria = self.volume | self.growth
        for number in range(18):
            criteria |= self.make_criterion(f"Criterion {number}", "resources")
        queries = {}
        for size in (20, 200):
            clients = self.env["res.partner"].create(
                [{"name": f"Client {number}", "is_company": True, "user_id": self.manager.id} for number in range(size)]
            )
            sheet = [
                {"partner_id": client.id, "criterion_id": criterion.id, "value": 3}
                for client in clients
                for criterion in criteria
            ]
            self.env.flush_all()
            before = self.cr.sql_log_count
            self.env["client.score"].with_user(self.manager).save_sheet(sheet)
            self.env.flush_all()
            queries[size] = self.cr.sql_log_count - before
            self.assertEqual(set(clients.mapped("client_coverage")), {100})
        # What grows is the number of INSERT statements, which Odoo splits at a hundred rows.
        self.assertLess(queries[200] - queries[20], (200 - 20) * 20 / 50)

    def test_a_sheet_is_saved_whole_or_not_at_all(self):
        sheet = [{"partner_id": self.alpha.id, "criterion_id": self.volume.id, "value": value} for value in (3, 9)]
        with self.assertRaises(UserError), self.cr.savepoint():
            self.env["client.score"].with_user(self.manager).save_sheet(sheet)
        self.assertFalse(self.alpha.client_score_ids)

    def test_a_sheet_shows_own_clients_and_what_applies(self):
        self.score(self.alpha, self.volume, 4)
        sheet = self.env["client.score"].with_user(self.manager).get_sheet((self.alpha | self.beta | self.anna).ids)
        self.assertEqual([client["id"] for client in sheet["clients"]], self.alpha.ids)
        self.assertEqual(sheet["clients"][0]["scores"], {self.volume.id: 4})
        self.assertEqual({row["name"] for row in sheet["criteria"]}, {"Volume", "Growth", "Reach"})


class TestMinimum(ProfileCommon):
    """Below the minimum a lead decides about a new client."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("client_base.profile_minimum", 50)

    def test_the_first_order_waits_for_a_lead(self):
        self.score(self.alpha, self.volume, 2)
        self.assertTrue(self.alpha.client_below_minimum)
        self.assertIn(self.alpha, self.env["res.partner"].search([("client_below_minimum", "=", True)]))
        order = self.make_order(self.alpha, state="draft").with_user(self.manager)
        with self.assertRaisesRegex(UserError, "50 %"):
            order.action_confirm()
        with self.assertRaises(AccessError):
            self.alpha.with_user(self.manager).action_admit()
        self.alpha.with_user(self.lead).action_admit()
        self.assertFalse(self.alpha.client_below_minimum)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_a_refused_client_is_not_sold_to_by_managers(self):
        self.score(self.alpha, self.volume, 2)
        self.alpha.with_user(self.lead).action_refuse()
        with self.assertRaises(UserError):
            self.make_order(self.alpha, state="draft").with_user(self.manager).action_confirm()

    def get_panel(self, user):
        return self.alpha.with_user(user).get_client_panel("profile")

    def test_a_lead_takes_a_decision_back(self):
        self.score(self.alpha, self.volume, 2)
        self.alpha.with_user(self.lead).action_refuse()
        self.score(self.alpha, self.volume, 5)
        order = self.make_order(self.alpha, state="draft").with_user(self.manager)
        with self.assertRaisesRegex(UserError, "refused as a client by a team lead"):
            order.action_confirm()
        self.assertIn('data-call="action_admit"', self.get_panel(self.lead))
        self.assertNotIn('data-call="action_refuse"', self.get_panel(self.lead))
        self.assertIn("A team lead refused this client", self.get_panel(self.manager))
        self.assertNotIn('data-call="action_admit"', self.get_panel(self.manager))
        self.alpha.with_user(self.lead).action_admit()
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertIn('data-call="action_refuse"', self.get_panel(self.lead))

    def test_who_buys_already_goes_on_buying(self):
        self.make_order(self.anna)
        self.score(self.alpha, self.volume, 2)
        order = self.make_order(self.alpha, state="draft").with_user(self.manager)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_who_is_not_scored_is_not_below(self):
        self.assertFalse(self.alpha.client_below_minimum)
        order = self.make_order(self.alpha, state="draft").with_user(self.manager)
        order.action_confirm()
        self.assertEqual(order.state, "sale")
