import re
from datetime import timedelta

from odoo.tests import HttpCase, tagged
from odoo.tools import hash_sign, mute_logger

from odoo.addons.client_base_campaigns.models.client_campaign_recipient_message import TOKEN_SCOPE

from .common import CampaignCommon


@tagged("-at_install", "post_install")
class TestReceipt(CampaignCommon, HttpCase):
    """The personal page: to look at it changes nothing, to answer there confirms the receipt."""

    registry_test_mode = True

    def setUp(self):
        super().setUp()
        self.campaign = self.make_sent()
        self.recipient = self.get_recipient(self.campaign, self.alpha)
        self.page = self.recipient._get_receipt_url().removeprefix(self.base_url())

    def answer(self, answer="yes", comment="", page=None):
        """Fill in the page's form and send it, as a browser does."""
        shown = self.url_open(page or self.page)
        csrf_token = re.search(r'name="csrf_token" value="(\w+)"', shown.text)[1]
        data = {"csrf_token": csrf_token, "answer": answer, "comment": comment}
        return self.url_open(f"{page or self.page}/answer", data=data)

    def read_recipient(self):
        self.env.invalidate_all()
        return self.recipient.read(["receipt_date", "receipt_how", "answer", "client_comment", "write_date"])[0]

    def test_looking_changes_nothing(self):
        before = self.read_recipient()
        for method in ("GET", "HEAD"):
            for path in (self.page, f"{self.page}?answer=yes&comment=hello"):
                with self.subTest(method=method, path=path):
                    self.assertEqual(self.url_open(path, method=method).status_code, 200)
        self.assertEqual(self.read_recipient(), before)
        self.assertFalse(before["receipt_date"])

    def test_links_in_the_page_confirm_nothing(self):
        for method in ("GET", "HEAD"):
            self.assertIn(self.url_open(f"{self.page}/answer?answer=yes", method=method).status_code, (404, 405))
        self.assertFalse(self.read_recipient()["receipt_date"])

    def test_the_page_says_whose_it_is(self):
        shown = self.url_open(self.page)
        for words in ("Spring Offer", "Alpha Ltd"):
            self.assertIn(words, shown.text)
        for words in ("Beta GmbH", "beta@clients.example.com"):
            self.assertNotIn(words, shown.text)
        self.assertEqual(shown.headers["Cache-Control"], "no-store")
        self.assertEqual(shown.headers["Referrer-Policy"], "no-referrer")

    def test_an_answer_confirms_the_receipt(self):
        shown = self.answer("yes", "  Call me first  ")
        self.assertEqual(shown.status_code, 200)
        self.assertIn("Thank you", shown.text)
        values = self.read_recipient()
        self.assertTrue(values["receipt_date"])
        self.assertEqual(
            (values["receipt_how"], values["answer"], values["client_comment"]), ("page", "yes", "Call me first")
        )
        self.assertFalse(self.get_recipient(self.campaign, self.beta).receipt_date)

    def test_the_answer_page_loaded_anew_answers_once(self):
        shown = self.answer("yes", "Gladly")
        self.assertEqual([answer.status_code for answer in shown.history], [303])
        self.assertIn("Thank you", self.url_open(shown.url.removeprefix(self.base_url())).text)
        self.answer("yes", "Gladly")
        answers = [("campaign_id", "=", self.campaign.id), ("direction", "=", "in")]
        self.assertEqual(self.env["client.interaction"].search_count(answers), 1)
        self.answer("no", "Gladly another time")
        self.assertEqual(self.env["client.interaction"].search_count(answers), 2)

    def test_nobody_is_thanked_who_said_nothing(self):
        self.assertNotIn("has reached", self.url_open(f"{self.page}?thanks=1").text.replace("has reached you", ""))

    def test_a_receipt_without_an_answer(self):
        self.answer("")
        values = self.read_recipient()
        self.assertTrue(values["receipt_date"])
        self.assertFalse(values["answer"])

    def test_the_answer_can_be_changed_and_the_first_date_stays(self):
        self.answer("yes")
        self.recipient.receipt_date = first = self.recipient.receipt_date - timedelta(days=2)
        self.answer("no", "On second thoughts")
        values = self.read_recipient()
        self.assertEqual((values["receipt_date"], values["answer"]), (first, "no"))
        self.assertRegex(self.url_open(self.page).text, r'value="no"[^>]*checked|checked[^>]*value="no"')

    def test_an_unknown_answer_is_none(self):
        self.answer("maybe")
        self.assertFalse(self.read_recipient()["answer"])

    def test_a_hostile_comment_is_text(self):
        hostile = "</textarea><script>alert('x')</script>{{ 7*7 }}<t t-out='user'/>"
        shown = self.answer("call", hostile)
        self.assertNotIn("<script>alert", shown.text)
        self.assertIn("&lt;script&gt;alert", shown.text)
        self.assertEqual(self.read_recipient()["client_comment"], hostile)
        self.assertNotIn("<script>alert", self.url_open(self.page).text)

    def test_a_long_comment_is_cut(self):
        self.answer("yes", "long " * 10_000)
        self.assertLessEqual(len(self.read_recipient()["client_comment"]), 2000)

    def test_a_form_without_the_session_s_token_is_refused(self):
        with mute_logger("odoo.http"):
            refused = self.url_open(f"{self.page}/answer", data={"answer": "yes"})
        self.assertEqual(refused.status_code, 400)
        self.assertFalse(self.read_recipient()["receipt_date"])

    def test_other_tokens_lead_nowhere(self):
        env = self.env(su=True)
        good = self.page.rpartition("/")[2]
        forged = good[:-2] + ("AA" if good[-2:] != "AA" else "BB")
        hours = timedelta(hours=1)
        for what, token in (
            ("forged", forged),
            ("half", good[: len(good) // 2]),
            ("another's number", hash_sign(env, "another.scope", self.recipient.id, expiration=hours)),
            ("expired", hash_sign(env, TOKEN_SCOPE, self.recipient.id, expiration=-hours)),
            ("of nobody", hash_sign(env, TOKEN_SCOPE, 2**31 - 1, expiration=hours)),
            ("of a number too large", hash_sign(env, TOKEN_SCOPE, 2**70, expiration=hours)),
            ("of no number", hash_sign(env, TOKEN_SCOPE, "1 OR 1=1", expiration=hours)),
            ("of a list", hash_sign(env, TOKEN_SCOPE, [self.recipient.id], expiration=hours)),
            ("a number", str(self.recipient.id)),
            ("one letter", "A"),
            ("no letters", "%21%22%C2%A7"),
            ("broken bytes", "%FF%FE"),
            ("a zero", "%00"),
            ("long", "A" * 5000),
        ):
            with self.subTest(what=what), mute_logger("odoo.http"):
                for page, data in ((token, None), (f"{token}/answer", {"answer": "yes"})):
                    self.assertIn(self.url_open(f"/client/offer/{page}", data=data).status_code, (400, 404))
        self.assertFalse(self.read_recipient()["receipt_date"])

    def test_a_forged_answer_with_a_good_session_is_refused(self):
        csrf_token = re.search(r'name="csrf_token" value="(\w+)"', self.url_open(self.page).text)[1]
        expired = hash_sign(self.env(su=True), TOKEN_SCOPE, self.recipient.id, expiration=timedelta(hours=-1))
        refused = self.url_open(f"/client/offer/{expired}/answer", data={"csrf_token": csrf_token, "answer": "yes"})
        self.assertEqual(refused.status_code, 404)
        self.assertFalse(self.read_recipient()["receipt_date"])

    def test_the_page_outlives_the_campaign(self):
        with self.subTest("a week after its end"):
            self.campaign.write({"date_start": self.day(40), "date_end": self.day(7)})
            self.assertEqual(self.url_open(self.recipient._get_receipt_url()).status_code, 200)
        with self.subTest("a hundred days after its end"):
            self.campaign.write({"date_start": self.day(140), "date_end": self.day(100)})
            with mute_logger("odoo.http"):
                self.assertEqual(self.url_open(self.recipient._get_receipt_url()).status_code, 404)

    def test_a_closed_campaign_accepts_nothing(self):
        csrf_token = re.search(r'name="csrf_token" value="(\w+)"', self.url_open(self.page).text)[1]
        self.campaign.action_to_results()
        self.campaign.action_close()
        shown = self.url_open(self.page)
        self.assertIn("has ended", shown.text)
        self.assertNotIn("<form", shown.text)
        late = self.url_open(f"{self.page}/answer", data={"csrf_token": csrf_token, "answer": "yes"})
        self.assertIn("has ended", late.text)
        self.assertFalse(self.read_recipient()["receipt_date"])

    def test_who_was_left_out_or_not_written_to_has_no_page(self):
        frozen = self.get_recipient(self.make_frozen(), self.alpha)
        with mute_logger("odoo.http"):
            self.assertEqual(self.url_open(frozen._get_receipt_url()).status_code, 404)

    def test_the_page_speaks_the_client_s_language(self):
        self.env["res.lang"]._activate_lang("uk_UA")
        self.env.ref("client_base_campaigns.receipt_page").update_field_translations(
            "arch_db", {"uk_UA": {"Confirm receipt and answer": "Підтвердити й відповісти"}}
        )
        self.assertIn("Confirm receipt and answer", self.url_open(self.page).text)
        self.alpha.lang = "uk_UA"
        shown = self.url_open(self.page)
        self.assertIn("Підтвердити й відповісти", shown.text)
        self.assertIn("Підтвердити й відповісти", self.answer("yes").text)

    def test_a_colleague_who_follows_the_link_sees_the_client_s_page(self):
        self.authenticate("second", "secondxx")
        self.assertIn("Alpha Ltd", self.url_open(self.page).text)
