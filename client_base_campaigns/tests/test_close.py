from odoo.exceptions import UserError

from .common import CampaignCommon


class TestClose(CampaignCommon):
    """The comparison with the control group, the summary, and the report back to who took part."""

    def make_closable(self, **values):
        campaign = self.make_sent(**values)
        self.get_recipient(campaign, self.alpha)._confirm_receipt("page", "yes", "Gladly")
        self.get_recipient(campaign, self.beta)._confirm_receipt("page", "no")
        campaign.action_to_results()
        return campaign

    def test_the_control_group_is_compared(self):
        clients = self.env["res.partner"].concat(
            *(self.make_client(f"C{number}", self.manager, email=f"c{number}@many.example.com") for number in range(20))
        )
        campaign = self.make_sent(clients=clients, control_percent=50)
        written = campaign.recipient_ids.filtered(lambda one: one.delivery == "sent").partner_id
        for client in written:
            self.make_orders(client, 0)
        campaign.action_refresh_results()
        self.assertEqual((campaign.order_count, campaign.turnover), (10, 1000))
        self.assertIn("100.0 % ordered, of the control group 0.0 %", campaign.uplift_text)
        self.assertNotIn("chance", campaign.uplift_text)
        for client in clients - written:
            self.make_orders(client, 0)
        campaign.action_refresh_results()
        self.assertEqual(campaign.order_count, 10, "the control group's are no results")
        self.assertIn("may be chance", campaign.uplift_text)

    def test_marked_orders_are_not_compared(self):
        campaign = self.make_sent(control_percent=50, count_orders="marked")
        self.assertIn("the control group has none", campaign.uplift_text)

    def test_orders_are_added_by_hand(self):
        campaign = self.make_sent(count_orders="marked")
        order = self.make_orders(self.alpha, 300)
        self.make_orders(self.alpha, 0)
        campaign.action_refresh_results()
        self.assertEqual(campaign.order_count, 0)
        order.campaign_id = campaign.utm_campaign_id
        campaign.action_refresh_results()
        self.assertEqual((campaign.order_count, self.get_recipient(campaign, self.alpha).turnover), (1, 100))

    def test_cost_and_return(self):
        campaign = self.make_sent(cost=50)
        self.make_orders(self.alpha, 0)
        campaign.action_refresh_results()
        self.assertEqual(campaign.return_percent, 100)

    def test_who_took_part_hears_once_how_it_ended(self):
        campaign = self.make_closable(report_back=True)
        with self.assertRaisesRegex(UserError, "promised"):
            campaign.action_close()
        campaign.write({"report_subject": "How it went", "report_body": "<p>Thank you!</p>"})
        self.server.messages.clear()
        campaign.action_close()
        self.run_mailer()
        self.run_mailer()
        [report] = self.server.messages
        self.assertEqual((report["To"], report["Subject"]), ("alpha@clients.example.com", "How it went"))
        self.assertNotIn("/client/offer/", report.get_body(("html",)).get_content())

    def test_who_was_reached_without_an_e_mail_hears_how_it_ended_too(self):
        petra = self.make_client("Petra", self.manager, email=False)
        (self.alpha | self.beta | self.free).write({"email": False, "phone": False})
        self.alpha.phone = "+32470123456"
        self.beta.write({"phone": "+32470123457", "client_reach_by": "call"})
        self.free.write({"street": "Main Street 1", "city": "Town", "client_reach_by": "letter"})
        petra.write({"phone": "+32470123458", "email": "petra@clients.example.com"})
        report = {"report_back": True, "report_subject": "How it went", "report_body": "<p>We sold out</p>"}
        campaign = self.make_sent(clients=self.clients | petra, channel="sms", sms_text="News", **report)
        lost = self.get_recipient(campaign, petra).delivery_ids
        lost.channel = "email"
        lost._record_bounce("No such user")
        for recipient in campaign.sudo().recipient_ids:
            recipient._confirm_receipt("manager", "yes")
        campaign.action_to_results()
        words = campaign.action_close()["params"]["message"]
        self.assertIn("is known: 1", words)
        self.run_mailer()
        reports = self.env["client.campaign.delivery"].search(
            [("campaign_id", "=", campaign.id), ("purpose", "=", "report")]
        )
        self.assertEqual(
            {one.recipient_id.partner_id: (one.channel, one.state) for one in reports},
            {self.alpha: ("sms", "sent"), self.beta: ("call", "todo"), self.free: ("letter", "todo")},
        )
        self.assertIn("We sold out", self.env["sms.sms"].search([], order="id desc", limit=1).body)
        task = self.get_recipient(campaign, self.beta).activity_ids
        self.assertIn("We sold out", task.note)
        self.assertIn("Report back", task.summary)
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "client_base_campaigns.report_letters", self.get_recipient(campaign, self.free).ids
        )
        self.assertIn(b"We sold out", html)
        self.assertNotIn(b"/client/offer/", html)

    def test_where_all_hear_how_it_ended_nobody_is_warned(self):
        campaign = self.make_closable(report_back=True, report_subject="How it went", report_body="<p>Thanks</p>")
        self.assertIsNone(campaign.action_close())

    def test_what_is_left_to_do_ends_for_clients_of_others_too(self):
        self.clients.write({"phone": "+32470123456"})
        campaign = self.make_sent(channel="call")
        campaign.with_user(self.manager).action_to_results()
        self.assertEqual(set(campaign.sudo().recipient_ids.mapped("delivery")), {"failed"})
        self.assertFalse(campaign.sudo().recipient_ids.activity_ids)

    def test_what_waits_when_it_is_closed_does_not_go(self):
        self.beta.phone = "+32470123456"
        campaign = self.make_sent(fallback_channel="call")
        campaign.action_to_results()
        mailed, called = (self.get_recipient(campaign, client).delivery_ids for client in (self.alpha, self.beta))
        called.channel = "call"
        (mailed | called)._record_bounce("Mailbox full")
        (mailed | called).recipient_id.with_user(self.marketer).action_send_again()
        self.env["client.campaign.outbox"]._hand_over(called)
        self.assertEqual((mailed.state, called.state), ("queued", "todo"))
        self.server.messages.clear()
        campaign.action_close()
        self.run_mailer()
        self.assertEqual((mailed.state, called.state), ("cancelled", "cancelled"))
        self.assertFalse(called.recipient_id.activity_ids)
        self.assertFalse(self.server.messages)

    def test_what_is_over_is_not_sent(self):
        campaign = self.make_frozen(date_start=self.day(40))
        campaign.date_end = self.day(1)
        self.assert_refused(campaign.action_send, "last day is over")
        self.assert_refused(campaign.action_ask_approval, "last day is over")
        campaign.date_end = self.today
        campaign.action_send()

    def test_letters_that_end_with_the_campaign_are_no_task_any_more(self):
        self.clients.write({"street": "Main Street 1", "city": "Town"})
        campaign = self.make_sent(channel="letter")
        first, *others = campaign.recipient_ids
        first.action_mark_done()
        self.assertTrue(campaign.sudo().activity_ids)
        campaign.recipient_ids.browse(other.id for other in others[:1]).action_mark_done()
        campaign.action_to_results()
        self.assertFalse(campaign.sudo().activity_ids)

    def test_results_stand_in_the_register_of_each_client(self):
        campaign = self.make_closable()
        self.make_orders(self.free, 0)
        campaign.action_close()
        results = self.env["client.interaction"].search(
            [("campaign_id", "=", campaign.id), ("subject", "like", "Result of the campaign")]
        )
        comments = {result.partner_id: result.comment for result in results}
        self.assertEqual(comments[self.alpha], "Takes part")
        self.assertEqual(comments[self.beta], "Does not take part")
        self.assertEqual(comments[self.free], "orders: 1, turnover: 100.00")

    def test_letters_are_the_work_of_who_sent_them_and_results_are_none(self):
        campaign = self.make_closable()
        campaign.action_close()
        counts = self.env["client.fact.day"]
        counts._cron_refresh()
        today = counts.search([("user_id", "=", self.marketer.id), ("day", "=", self.today)])
        self.assertEqual((today.letters, today.requests, today.unanswered, today.successes), (3, 0, 0, 0))

    def test_what_is_left_to_do_ends_with_the_receipts(self):
        self.alpha.phone, self.beta.phone = "+32470123456", False
        campaign = self.make_sent(clients=self.alpha | self.beta, channel="call", fallback_channel="email")
        alpha = self.get_recipient(campaign, self.alpha)
        self.assertEqual(len(alpha.activity_ids), 1)
        campaign.action_to_results()
        self.assertFalse(alpha.activity_ids)
        self.assertEqual((alpha.delivery, self.get_recipient(campaign, self.beta).delivery), ("failed", "sent"))

    def test_the_summary_names_the_channels_that_reached_somebody(self):
        self.alpha.phone = "+32470123456"
        self.server.refuse("alpha@clients.example.com", 550, "No such user")
        campaign = self.make_sent(clients=self.alpha | self.beta, fallback_channel="sms", sms_text="News")
        self.env["client.campaign"]._cron_follow_up()
        self.run_mailer()
        self.get_recipient(campaign, self.alpha)._confirm_receipt("page", "yes")
        self.assertEqual(
            campaign._get_summary_values()["channels"],
            [{"name": "E-mail", "count": 1, "receipts": 0}, {"name": "SMS", "count": 1, "receipts": 1}],
        )

    def test_the_summary_in_print(self):
        campaign = self.make_closable(goal="Sell <all>", conclusion="Good")
        campaign.change_ids.create({"campaign_id": campaign.id, "text": "Price lowered"})
        campaign.action_close()
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "client_base_campaigns.report_campaign", campaign.ids
        )
        for words in (b"Sell &lt;all&gt;", b"Price lowered", b"1 (33 %)", b"E-mail"):
            self.assertIn(words, html)

    def test_the_card_shows_the_last_campaign(self):
        self.make_closable()
        tiles = [tile for tile in self.alpha.with_user(self.manager)._get_card_tiles() if tile]
        [tile] = [tile for tile in tiles if tile["title"] == "Last Campaign"]
        self.assertEqual((tile["text"], tile["tone"]), ("Spring Offer", "good"))
