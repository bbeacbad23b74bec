from datetime import datetime, time

from odoo.exceptions import AccessError
from odoo.tools import SQL

from .common import CampaignCommon


class TestResults(CampaignCommon):
    """What came of a campaign: receipts, answers, orders, and its summary."""

    def order(self, partner, days_ago, at=time(12), **values):
        return self.make_order(partner, datetime.combine(self.day(days_ago), at), **values)

    def note_receipt(self, recipient):
        recipient.env["client.campaign.receipt"].create({"recipient_ids": recipient.ids}).action_note()

    def rest(self):
        """Let the time pass after which campaigns are at rest, and keep their counts; return by how many queries."""
        self.env.flush_all()
        self.env.cr.execute("UPDATE client_campaign_recipient SET write_date = write_date - interval '1 hour'")
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self.env["client.campaign"]._cron_keep_counts()
        self.env.flush_all()
        count = self.cr.sql_log_count - before
        # What tests write carries the time at which their transaction began.
        self.env.cr.execute("UPDATE client_campaign SET kept_on = now() AT TIME ZONE 'UTC' WHERE kept_on IS NOT NULL")
        self.env.invalidate_all()
        return count

    def test_orders_within_the_campaign_s_days_count(self):
        campaign = self.make_sent()  # from five days ago to five days ahead
        self.order(self.alpha, 6, time(23, 59, 59), price=1)
        self.order(self.alpha, 5, time(0), price=10)
        self.order(self.anna, 0, price=20)
        self.order(self.alpha, -5, time(23, 59, 59), price=40)
        self.order(self.alpha, -6, time(0), price=2)
        self.order(self.alpha, 0, price=4, state="draft")
        self.order(self.alpha, 0, price=8)._action_cancel()
        self.order(self.beta, 0, price=100)
        campaign.action_refresh_results()
        alpha = self.get_recipient(campaign, self.alpha)
        self.assertEqual((alpha.order_count, alpha.turnover), (3, 70))
        self.assertEqual((campaign.order_count, campaign.turnover), (4, 170))

    def test_a_copy_of_a_contact_is_no_contact_of_the_campaign(self):
        campaign = self.make_sent()
        contact = self.env["client.interaction"].search(
            [("campaign_id", "=", campaign.id), ("partner_id", "=", self.alpha.id)]
        )
        copy = contact.with_user(self.manager).copy().sudo()
        self.assertTrue(contact.campaign_delivery_id)
        self.assertFalse(copy.campaign_delivery_id or copy.campaign_id)

    def test_orders_that_are_taken_back_do_not_count(self):
        campaign = self.make_sent()
        order = self.order(self.alpha, 0)
        campaign.action_refresh_results()
        self.assertEqual(campaign.order_count, 1)
        order._action_cancel()
        campaign.action_refresh_results()
        self.assertEqual((campaign.order_count, campaign.turnover), (0, 0))

    def test_orders_of_other_companies_are_no_result(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        other = self.env["res.company"].create({"name": "Ours in Japan", "currency_id": yen.id})
        campaign = self.make_sent()
        self.order(self.alpha, 0, price=100)
        self.order(self.alpha, 0, price=300).currency_rate = 3
        foreign = self.order(self.beta, 0, price=15000)
        foreign.flush_recordset()
        self.env.cr.execute(
            "UPDATE sale_order SET company_id = %s, campaign_id = %s WHERE id = %s",
            [other.id, campaign.utm_campaign_id.id, foreign.id],
        )
        self.env.invalidate_all()
        campaign.action_refresh_results()
        self.assertEqual((campaign.order_count, campaign.turnover), (2, 200))
        self.marketer.write({"company_ids": [(4, other.id)], "company_id": other.id})
        campaign.action_refresh_results()
        self.assertEqual((campaign.order_count, campaign.turnover), (2, 200), "it stays with the company it was for")
        there = self.make_sent()
        foreign.campaign_id = there.utm_campaign_id
        there.action_refresh_results()
        self.assertEqual((there.order_count, there.turnover), (1, 15000))
        here = there.with_user(self.head)
        self.assertEqual((here.currency_id, here.sudo().recipient_ids.currency_id), (yen, yen))

    def test_whose_sales_count_is_settled_with_the_group(self):
        other = self.env["res.company"].create({"name": "Our Other Company"})
        campaign = self.make_frozen()
        own = campaign.company_id
        self.marketer.write({"company_ids": [(4, other.id)], "company_id": other.id})
        self.assertEqual(campaign.company_id, own)
        with self.assertRaises(AccessError):
            campaign.with_user(self.marketer).write({"company_id": other.id})
        campaign.action_back_to_group()
        self.assertEqual(campaign.company_id, other)

    def test_another_responsible_writes_no_recipients(self):
        campaign = self.make_sent()
        before = self.read_rows(campaign)
        campaign.sudo().user_id = self.head
        other = self.env["res.company"].create({"name": "Our Other Company"})
        self.head.sudo().write({"company_ids": [(4, other.id)], "company_id": other.id})
        self.assertEqual(self.read_rows(campaign), before)

    def read_rows(self, campaign):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env.execute_query(
            SQL("SELECT id, ctid::text FROM client_campaign_recipient WHERE campaign_id = %s ORDER BY id", campaign.id)
        )

    def test_where_invoices_are_the_purchases_they_are_the_results(self):
        self.env.company.client_purchase_source = "invoice"
        campaign = self.make_sent()
        self.order(self.alpha, 0, price=100)
        self.make_invoice(self.alpha, 1, 30)
        self.make_invoice(self.alpha, 6, 7)
        self.make_invoice(self.alpha, 0, 5, "out_refund")
        self.make_invoice(self.beta, 9, 2).campaign_id = campaign.utm_campaign_id
        campaign.action_refresh_results()
        self.assertEqual((campaign.order_count, campaign.turnover), (2, 32))
        campaign.count_orders = "marked"
        campaign.action_refresh_results()
        self.assertEqual((campaign.order_count, campaign.turnover), (1, 2))

    def test_the_return_is_shown_to_those_only_who_see_all_that_it_is_of(self):
        campaign = self.make_sent(cost=50)
        self.order(self.alpha, 0, price=100)
        campaign.action_refresh_results()
        campaign.action_to_results()
        self.assertEqual(campaign.with_user(self.head).return_percent, 100)
        self.assertIn("Return on cost", campaign.with_user(self.head).summary)
        with self.assertRaises(AccessError):
            campaign.with_user(self.manager).read(["return_percent"])
        self.assertNotIn("Return on cost", campaign.with_user(self.manager).summary)

    def test_letters_are_printed_for_those_only_who_get_one(self):
        self.env["mail.blacklist"]._add(self.beta.email)
        recipients = self.make_sent().sudo().recipient_ids
        for report in ("client_campaign_recipient_letters", "client_campaign_recipient_labels"):
            page, _kind = self.env["ir.actions.report"]._render_qweb_html(
                f"client_base_campaigns.{report}", recipients.ids
            )
            self.assertIn(b"Alpha Ltd", page)
            self.assertNotIn(b"Beta GmbH", page)

    def test_what_is_on_its_way_can_be_paused_at_any_time(self):
        campaign = self.make_sent(report_back=True, report_subject="So it ended", report_body="<p>Well</p>")
        self.get_recipient(campaign, self.alpha)._confirm_receipt("page", "yes")
        self.assertTrue(campaign.is_going_out)
        campaign.action_to_results()
        self.assertFalse(campaign.is_going_out)
        campaign.action_close()
        self.env.invalidate_all()
        self.assertTrue(campaign.is_going_out, "the report")

    def test_orders_of_who_was_left_out_are_no_result(self):
        self.env["mail.blacklist"]._add("beta@clients.example.com")
        campaign = self.make_sent()
        self.order(self.beta, 0)
        campaign.action_refresh_results()
        self.assertEqual((campaign.order_count, campaign.turnover), (0, 0))

    def test_the_daily_job_keeps_running_campaigns_up_to_date(self):
        running, closed = self.make_sent(), self.make_sent()
        closed.action_to_results()
        closed.action_close()
        self.order(self.alpha, 0, price=50)
        with self.enter_registry_test_mode():
            self.env.ref("client_base_campaigns.ir_cron_refresh_results").method_direct_trigger()
        self.assertEqual((running.order_count, closed.order_count), (1, 0))

    def test_a_manager_notes_the_receipt_and_the_result(self):
        campaign = self.make_sent()
        recipient = self.get_recipient(campaign, self.alpha).with_user(self.manager)
        self.note_receipt(recipient)
        first = recipient.receipt_date
        self.assertTrue(first)
        self.assertEqual(recipient.receipt_how, "manager")
        recipient.write({"answer": "yes", "result": "Will order in spring"})
        self.note_receipt(recipient)
        self.assertEqual(recipient.receipt_date, first)
        self.assertEqual((campaign.receipt_count, campaign.participant_count), (1, 1))
        self.assertAlmostEqual(campaign.receipt_percent, 100 / 3)

    def test_a_manager_notes_nothing_for_others_clients(self):
        recipient = self.get_recipient(self.make_sent(), self.beta)
        with self.assertRaises(AccessError):
            self.note_receipt(recipient.with_user(self.manager))

    def test_of_what_was_not_sent_there_is_no_receipt(self):
        self.env["mail.blacklist"]._add(self.beta.email)
        campaign = self.make_frozen(control_percent=50)
        for recipient in campaign.sudo().recipient_ids.with_user(self.head):
            with self.subTest(delivery=recipient.delivery):
                self.assert_refused(lambda recipient=recipient: self.note_receipt(recipient), "Nothing was sent")
                self.assertFalse(recipient.receipt_date)

    def test_a_closed_campaign_takes_no_receipts(self):
        campaign = self.make_sent()
        campaign.action_to_results()
        campaign.action_close()
        recipient = self.get_recipient(campaign, self.alpha).with_user(self.manager)
        self.assert_refused(lambda: self.note_receipt(recipient), "contact register")
        self.assertFalse(recipient.receipt_date)

    def test_figures_lead_to_their_recipients(self):
        self.env["mail.blacklist"]._add("beta@clients.example.com")
        campaign = self.make_sent()
        self.note_receipt(self.get_recipient(campaign, self.alpha))
        action = campaign.with_context(recipient_filter="filter_confirmed").action_open_recipients()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), campaign.sudo().recipient_ids)
        self.assertEqual(action["context"], {"search_default_filter_confirmed": 1})
        for action in (campaign.action_open_recipients(), self.alpha.action_open_campaigns()):
            self.assertEqual(action["context"], {"search_default_filter_group": 1}, "nobody who was left out")

    def test_closing_counts_once_more_and_sums_up(self):
        campaign = self.make_sent(goal="Sell <all> the paper")
        self.assertFalse(campaign.summary, "there is nothing to sum up yet")
        self.get_recipient(campaign, self.alpha)._confirm_receipt("page", "yes")
        self.order(self.alpha, 0, price=1234)
        campaign.conclusion = "Worth repeating"
        campaign.action_to_results()
        campaign.action_close()
        self.assertEqual((campaign.state, campaign.closed_on), ("closed", self.today))
        for words in ("Sell &lt;all&gt; the paper", "1 (33 %)", "1,234", "Worth repeating"):
            self.assertIn(words, campaign.summary)
        theirs = campaign.with_user(self.second)
        self.assertNotIn("1,234", theirs.summary, "each sees what own clients brought")
        self.assertFalse(theirs.message_ids.filtered(lambda message: "1,234" in message.body))

    def test_nobody_counts_anew_but_who_may_change_the_campaign(self):
        with self.assertRaises(AccessError):
            self.make_sent().with_user(self.second).action_refresh_results()

    def test_kept_counts_go_with_a_client(self):
        campaign = self.make_sent()
        campaign._keep_counts()
        self.alpha.sudo().unlink()
        self.assertEqual(campaign.with_user(self.head).recipient_count, 2)

    def test_to_find_that_all_counts_are_kept_takes_no_longer_for_more_campaigns(self):
        self.make_sent()
        self.rest()
        few = self.rest()
        for _campaign in range(3):
            self.make_sent()
        self.rest()
        self.assertEqual(self.rest(), few)

    def test_there_is_nothing_to_keep_of_a_campaign_without_recipients(self):
        campaign = self.make_frozen()
        campaign.sudo().recipient_ids.unlink()
        self.rest()
        self.assertFalse(campaign.sudo().kept_on)

    def test_what_comes_back_makes_kept_counts_void(self):
        self.alpha.phone = "+32470123456"
        campaign = self.make_sent(clients=self.alpha, fallback_channel="sms", sms_text="News")
        recipient = self.get_recipient(campaign, self.alpha)
        campaign.sudo()._queue_where("offer", SQL("'sms'"), SQL("TRUE"))
        self.run_mailer()
        self.rest()
        recipient.delivery_ids.filtered(lambda one: one.channel == "email")._record_bounce("No such user")
        channels = campaign.with_user(self.head)._get_summary_values()["channels"]
        self.assertEqual([row["name"] for row in channels], ["SMS"])

    def test_kept_counts_hold_until_something_changes(self):
        campaign = self.make_sent()
        self.rest()
        head = campaign.with_user(self.head)
        self.assertTrue(head._get_kept())
        self.assertFalse(campaign.with_user(self.manager)._get_kept(), "they are over all clients")
        counted = head.read(["sent_count", "turnover", "receipt_count"])
        self.env.invalidate_all()
        self.assertEqual(head.with_context(again=True).read(["sent_count", "turnover", "receipt_count"]), counted)
        self.get_recipient(campaign, self.alpha)._confirm_receipt("page", "yes")
        self.env.invalidate_all()
        self.assertFalse(head._get_kept())
        self.assertEqual((head.receipt_count, head.participant_count), (1, 1))
