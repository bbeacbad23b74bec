import re

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import CampaignCommon


@tagged("-at_install", "post_install")
class TestUnsubscribe(CampaignCommon, HttpCase):
    """One click, and only a click, ends the mailings; the links of a message can be made void."""

    registry_test_mode = True

    def setUp(self):
        super().setUp()
        self.campaign = self.make_sent()
        self.recipient = self.get_recipient(self.campaign, self.alpha)
        [message] = [one for one in self.server.messages if one["To"] == self.recipient.email]
        self.page = message["List-Unsubscribe"].strip("<>").removeprefix(self.base_url())

    def is_blocked(self):
        self.env.invalidate_all()
        return bool(self.env["mail.blacklist"].search_count([("email", "=", self.recipient.email)]))

    def test_looking_ends_nothing(self):
        for method in ("GET", "HEAD"):
            self.assertEqual(self.url_open(self.page, method=method).status_code, 200)
        self.assertFalse(self.is_blocked())

    def test_one_click_ends_the_mailings(self):
        # As mail programs do it, without cookies or a look at the page (RFC 8058).
        answer = self.url_open(self.page, data={"List-Unsubscribe": "One-Click"})
        self.assertEqual(answer.status_code, 200)
        self.assertTrue(self.is_blocked())
        again = self.make_frozen()
        self.assertEqual(self.get_recipient(again, self.alpha).exclusion, "opt_out")
        self.assertFalse(self.recipient.receipt_date, "it is no receipt")

    def test_the_personal_page_shows_the_way_out(self):
        # An SMS holds the address of that page and no other.
        self.alpha.write({"phone": "0470 12 34 56", "country_id": self.env.ref("base.be").id})
        recipient = self.make_sent(clients=self.alpha, channel="sms", sms_text="News").recipient_ids
        shown = self.url_open(recipient._get_receipt_url().removeprefix(self.base_url()))
        page = re.search(r'href="([^"]*/client/unsubscribe/[^"]+)"', shown.text)[1].removeprefix(self.base_url())
        self.assertIn("+32470123456", self.url_open(page).text)
        self.assertFalse(self.is_blocked(), "to look ends nothing")
        self.url_open(page, data={"x": "1"})
        self.assertTrue(self.is_blocked())
        self.assertTrue(self.env["phone.blacklist"].search([("number", "=", "+32470123456")]))

    def test_keys_open_one_door_each(self):
        token = self.page.rpartition("/")[2]
        offer = self.recipient._get_receipt_url().rpartition("/")[2]
        with mute_logger("odoo.http"):
            self.assertEqual(self.url_open(f"/client/offer/{token}").status_code, 404)
            self.assertEqual(self.url_open(f"/client/unsubscribe/{offer}", data={"x": "1"}).status_code, 404)
        self.assertFalse(self.is_blocked())

    def test_links_can_be_made_void(self):
        offer = self.recipient._get_receipt_url().removeprefix(self.base_url())
        self.assertEqual(self.url_open(offer).status_code, 200)
        self.recipient.action_revoke_links()
        with mute_logger("odoo.http"):
            self.assertEqual(self.url_open(offer).status_code, 404)
            self.assertEqual(self.url_open(self.page, data={"x": "1"}).status_code, 404)
        self.assertEqual(self.url_open(self.recipient._get_receipt_url()).status_code, 200)

    def test_a_look_is_noted_only_where_that_is_asked_for(self):
        offer = self.recipient._get_receipt_url().removeprefix(self.base_url())
        for page in (offer, f"{offer}/seen.gif"):
            self.assertEqual(self.url_open(page).status_code, 200)
        self.env.invalidate_all()
        self.assertFalse(self.recipient.seen_date)

    def test_a_look_is_a_hint_and_no_receipt(self):
        self.campaign.with_hints = True
        offer = self.recipient._get_receipt_url().removeprefix(self.base_url())
        self.url_open(offer, headers={"Sec-Purpose": "prefetch"})
        self.url_open(offer, method="HEAD")
        self.env.invalidate_all()
        self.assertFalse(self.recipient.seen_date)
        self.assertEqual(self.url_open(f"{offer}/seen.gif").headers["Content-Type"], "image/gif")
        self.env.invalidate_all()
        self.assertTrue(self.recipient.seen_date)
        self.assertFalse(self.recipient.receipt_date)

    def test_an_answer_is_noted_in_the_manager_s_language(self):
        self.speak_ukrainian(self.manager)
        self.recipient.with_context(lang="en_US")._confirm_receipt("page", "call")
        self.assertRegex(self.recipient.activity_ids.summary, "[а-я].*: Spring Offer")
        contact = self.env["client.interaction"].search(
            [("campaign_id", "=", self.campaign.id), ("direction", "=", "in")]
        )
        self.assertRegex(contact.comment, "[а-я]")

    def test_asking_for_a_call_makes_a_call(self):
        self.recipient._confirm_receipt("page", "call", "After five")
        self.recipient._confirm_receipt("page", "call", "After six")
        [task] = self.recipient.activity_ids
        self.assertEqual(task.user_id, self.manager)
        contacts = self.env["client.interaction"].search(
            [("campaign_id", "=", self.campaign.id), ("direction", "=", "in")]
        )
        self.assertIn("After six", contacts[0].comment)
