from odoo.exceptions import RedirectWarning

from .common import CampaignCommon


class TestLeaving(CampaignCommon):
    """Whoever leaves hands the campaigns over, and what clients answer reaches somebody who is there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.head.group_ids += cls.env.ref("base.group_erp_manager")

    def preview(self, giver, receiver, user=None):
        handover = self.env["client.handover"].with_user(user or self.head)
        handover = handover.create({"owner_id": giver.id, "receiver_id": receiver.id, "other_receiver_id": receiver.id})
        handover.action_preview()
        return handover

    def hand_over(self, giver, receiver, user=None):
        handover = self.preview(giver, receiver, user)
        handover.action_apply()
        self.env.invalidate_all()
        return handover

    def test_nobody_leaves_with_campaigns(self):
        running, closed, model = self.make_sent(), self.make_sent(), self.make_campaign()
        closed.action_to_results()
        closed.action_close()
        programme = self.env["client.programme"].create({"name": "Every year", "campaign_id": model.id})
        leaver = self.marketer.with_user(self.head)
        with self.assertRaisesRegex(RedirectWarning, "2 campaigns"), self.env.cr.savepoint():
            leaver.action_archive()
        handover = self.hand_over(self.marketer, self.second)
        self.assertEqual((running | model).user_id | running.sudo().utm_campaign_id.user_id, self.second)
        self.assertEqual((programme.user_id, closed.user_id), (self.second, self.marketer))
        handover.action_undo()
        self.env.invalidate_all()
        self.assertEqual((running | model).user_id, self.marketer)
        self.hand_over(self.marketer, self.second)
        leaver.action_archive()
        self.assertFalse(self.marketer.active)

    def test_nobody_reaches_more_clients_by_a_handover(self):
        campaign = self.make_campaign(self.manager)
        self.assert_refused(lambda: self.hand_over(self.manager, self.head, self.lead), "clients that you do not see")
        self.env.invalidate_all()
        campaign.sudo().user_id = self.manager
        self.hand_over(self.manager, self.lead, self.lead)
        self.assertEqual(campaign.user_id, self.lead)

    def test_the_preview_says_whom_the_campaigns_cannot_go_to(self):
        told = self.preview(self.manager, self.head, self.lead)
        self.assertFalse(told.campaign_refusal, "there are none")
        self.make_campaign(self.manager)
        told.invalidate_recordset()
        self.assertRegex(told.campaign_refusal, f"manager: 1.*{self.head.name}")
        told.other_receiver_id = self.lead
        self.assertFalse(told.campaign_refusal)

    def test_an_answer_reaches_somebody_who_is_there(self):
        campaign = self.make_sent(clients=self.alpha)
        recipient = campaign.sudo().recipient_ids
        recipient._confirm_receipt("page", "call")
        self.assertEqual(recipient.activity_ids.user_id, self.manager)
        (self.manager | self.marketer).sudo().active = False
        recipient.activity_ids.unlink()
        recipient._confirm_receipt("page", "call", "Once more, please")
        asked = recipient.activity_ids.user_id
        self.assertTrue(asked.active)
        self.assertTrue(asked.has_group("client_base.group_client_admin"))
