from ast import literal_eval

from odoo import Command
from odoo.exceptions import UserError
from odoo.fields import Domain

from .common import CampaignCommon


class TestMassChange(CampaignCommon):
    """A selection of clients goes into the group of a campaign, as far as it can."""

    def add(self, clients, campaign, user=None):
        wizards = self.env["client.mass.change"].with_user(user or self.manager)
        wizard = wizards.browse(wizards._open_for_selection(clients.ids)["res_id"])
        wizard.write({"change": "campaign", "campaign_id": campaign.id})
        figures = wizard.client_count, wizard.change_count, wizard.same_count, wizard.refused_count
        wizard.action_apply()
        self.assertEqual(wizard.changed_count, figures[1])
        return figures

    def make_open(self, **values):
        return self.make_campaign(domain="[]", **values)

    def get_group(self, campaign):
        campaign.action_freeze_group()
        return campaign.sudo().recipient_ids.partner_id

    def test_a_manager_adds_own_clients_only(self):
        campaign = self.make_open()
        chosen = self.alpha | self.beta | self.free
        self.assertEqual(self.add(chosen, campaign), (1, 1, 0, 0), "foreign clients are not even counted")
        self.assertEqual(self.add(chosen, campaign), (1, 0, 1, 0), "again adds nothing")
        self.assertEqual(self.get_group(campaign), self.alpha)

    def test_picked_ones_come_beside_those_that_fit(self):
        campaign = self.make_campaign(clients=self.beta)
        self.assertEqual(self.add(self.clients, campaign, self.marketer), (3, 2, 1, 0))
        self.assertEqual(self.get_group(campaign), self.clients)

    def test_a_copy_has_picks_of_its_own(self):
        campaign = self.make_open()
        self.add(self.alpha, campaign, self.marketer)
        campaign.with_user(self.marketer).action_save_filter()
        copy = campaign.with_user(self.marketer).copy()
        self.add(self.beta, campaign, self.marketer)
        saved = Domain(literal_eval(campaign.filter_id.mailing_domain))
        self.assertEqual(self.env["res.partner"].search(saved), self.alpha)
        campaign.unlink()
        self.assertEqual(self.get_group(copy), self.alpha)

    def test_whom_the_campaign_leaves_out_is_told(self):
        self.alpha.country_id = self.env.ref("base.de")
        campaign = self.make_open(country_ids=[Command.set(self.env.ref("base.de").ids)])
        self.assertEqual(self.add(self.alpha | self.beta, campaign, self.marketer), (2, 0, 1, 1))
        own = self.make_open(user_id=self.manager.id)
        self.assertEqual(self.add(self.clients, own, self.marketer), (3, 1, 0, 2))
        self.assertEqual(self.get_group(own), self.alpha)

    def test_nobody_to_add_leaves_the_group_as_it_is(self):
        region = self.env["client.region"].create({"name": "Europe"})
        (self.alpha | self.beta).client_region_id = region
        campaign = self.make_open(region_ids=[Command.set(region.ids)])
        self.assertEqual(self.add(self.alpha, campaign, self.marketer), (1, 0, 1, 0), "it fits already")
        self.assertEqual(self.add(self.free, campaign, self.marketer), (1, 0, 0, 1), "it does not fit")
        self.assertEqual(self.get_group(campaign), self.alpha | self.beta)

    def test_a_frozen_group_is_refused(self):
        campaign = self.make_frozen()
        with self.assertRaisesRegex(UserError, "The group of “Spring Offer” is frozen: it is at “Offer”"):
            self.add(self.alpha, campaign)

    def test_who_runs_no_campaigns_adds_to_none(self):
        with self.assertRaisesRegex(UserError, "Only marketers"):
            self.add(self.beta, self.make_open(), self.second)

    def test_everybody_sees_the_campaign_and_own_picks_only(self):
        campaign = self.make_open()
        self.add(self.clients, campaign, self.marketer)
        self.assertEqual(campaign.with_user(self.second).candidate_count, 1)
        picks = self.env["client.campaign.pick"].with_user(self.second).search([])
        self.assertEqual(picks.partner_id, self.beta)
