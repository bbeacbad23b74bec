from odoo.tests import tagged

from odoo.addons.client_base.tests import test_isolation
from odoo.addons.client_base.tests.isolation import CANARY

from .common import BODY, SUBJECT

# Campaigns themselves are everybody's who works with clients; who is in them is not.
PROBED = ("client.campaign.", "client.programme", "client.interaction", "mail.activity", "mail.message", "sms.sms")


@tagged("post_install", "-at_install")
class TestCampaignIsolation(test_isolation.TestIsolation):
    """Nobody learns by a campaign of clients that are not his: neither who is in it, nor what they answered."""

    @classmethod
    def get_models(cls):
        return [model for model in super().get_models() if model._name.startswith(PROBED)]

    @classmethod
    def make_foreign_extras(cls, canaries, clients):
        super().make_foreign_extras(canaries, clients)
        role = cls.env.ref("client_base.dmu_role_decision_maker")
        campaign = cls.env["client.campaign"].create(
            {
                "name": "To all",
                "user_id": cls.second.id,
                "domain": str([("id", "in", clients.ids)]),
                "subject": SUBJECT,
                "body": BODY,
                "script": "<p>Ask for the director</p>",
                "dmu_role_id": role.id,
                "fallback_channel": "call",
            }
        )
        campaign.action_freeze_group()
        campaign.action_send()
        letters = campaign.recipient_ids.delivery_ids
        letters._settle("sent", "250 Ok")
        letters._register_contacts()
        for canary, recipient in zip(canaries, campaign.recipient_ids, strict=False):
            recipient._confirm_receipt("page", "call", f"{canary} comment", f"{canary} slip")
            recipient.write({"result": f"{canary} result", "no_reason": f"{canary} why"})
        cls.env["sms.sms"].create(
            [
                {"number": f"{canary} number", "partner_id": client}
                for canary, client in zip(canaries, clients.ids, strict=True)
            ]
        )

    def check(self, user):
        self.probe(user)
        self.assertGreater(self.tries, 100, "the probe looked at too little to say anything")
        self.assertFalse(self.leaks, f"{len(self.leaks)} leaks in {self.tries} tries:\n" + "\n".join(self.leaks[:60]))

    def test_no_model_of_ours_is_probed_without_rows(self):
        names = {"client.campaign.recipient", "client.campaign.delivery"}
        self.assertFalse({name for name in names if not self.foreign_ids.get(name)})

    def test_the_probe_sees_what_is_there(self):
        for model in self.get_models():
            self.probe_model(model.with_user(self.second))
        found = {leak.split(":")[0].split(" ")[1].rpartition(".")[0] for leak in self.leaks}
        self.assertLessEqual({"client.campaign.recipient", "client.campaign.delivery"}, found)

    def test_figures_are_of_the_clients_that_one_sees(self):
        campaign = self.env["client.campaign"].search([("name", "=", "To all")])
        for user, count in ((self.manager, 0), (self.second, len(self.foreign)), (self.head, len(self.foreign))):
            with self.subTest(user=user.name):
                self.env.invalidate_all()
                self.assertEqual(campaign.with_user(user).recipient_count, count)
        self.assertNotIn(CANARY, str(campaign.with_user(self.manager).read()))

    # Partners themselves are probed where they are guarded.
    test_the_rule_on_partners_matters = test_rogue_group_rule = None
