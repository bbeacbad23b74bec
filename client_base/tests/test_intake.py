from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, tagged

from .common import ClientBaseCommon


class TestIntake(ClientBaseCommon):
    """A raw card goes from whoever brought it through an operator to the manager."""

    def make_card(self, name="Gamma", user=None, **values):
        return self.env["client.intake"].with_user(user or self.manager).create({"name": name, **values})

    def take(self, card, user=None):
        card = card.with_user(user or self.operator)
        card.action_take()
        return card

    def test_a_card_becomes_a_client_whose_manager_plans_the_contact(self):
        card = self.make_card(phone="+49 30 123456", person="Greta Gamma", function="Buyer", source="card")
        self.assertEqual((card.owner_id, card.state), (self.manager, "new"))
        self.take(card).action_done()
        client = card.partner_id
        self.assertEqual((client.name, client.phone, client.client_owner_id), ("Gamma", "+49 30 123456", self.manager))
        self.assertEqual(client.child_ids.mapped("name"), ["Greta Gamma"])
        self.assertEqual(client.activity_ids.user_id, self.manager)
        self.assertTrue(client.with_user(self.manager).has_access("read"))
        self.assertFalse(client.with_user(self.operator).has_access("read"))
        self.assertEqual(card.with_user(self.operator).state, "done", "the operator's own work stays in sight")

    def test_the_longest_waiting_is_next_and_urgent_ones_before(self):
        first, second, urgent = (self.make_card(name, urgent=name == "C") for name in "ABC")
        queue = self.env["client.intake"].with_user(self.operator)
        self.env.flush_all()
        self.assertEqual([queue.action_take_next()["res_id"] for _turn in range(3)], [urgent.id, first.id, second.id])
        with self.assertRaises(UserError):
            queue.action_take_next()

    def test_what_one_operator_has_no_other_takes(self):
        other = self.make_user("operator2", "client_base.group_client_operator")
        card = self.take(self.make_card())
        with self.assertRaises(AccessError):
            card.with_user(other).read(["name"])
        card.action_give_back()
        self.assertEqual(self.take(card, other).operator_id, other)

    def test_a_question_goes_back_to_who_brought_the_card(self):
        card = self.take(self.make_card())
        with self.assertRaises(UserError):
            card.action_ask()
        card.question = "Which of the two firms?"
        card.action_ask()
        self.assertEqual(card.state, "question")
        messages = self.env["mail.message"].search([("model", "=", card._name), ("res_id", "=", card.id)])
        notified = messages.filtered(lambda message: self.manager.partner_id in message.partner_ids)
        self.assertIn("Which of the two firms?", notified.body)
        card.with_user(self.manager).text = "The one in Berlin"
        self.take(card).action_done()
        self.assertTrue(card.sudo().partner_id)

    def test_a_question_about_a_visitors_card_goes_to_nobody_outside(self):
        visitor = self.env.ref("base.public_user")
        card = self.env["client.intake"].with_user(visitor).sudo().create({"name": "Web", "owner_id": False})
        card = self.take(card.with_user(self.operator))
        card.question = "Which firm?"
        with self.assertRaises(UserError):
            card.action_ask()
        card.owner_id = self.manager
        card.action_ask()
        self.assertEqual(card.state, "question")

    def test_a_rejection_says_why(self):
        card = self.take(self.make_card())
        with self.assertRaises(UserError):
            card.action_reject()
        card.reason = "A private person's card"
        card.action_reject()
        self.assertEqual(card.state, "rejected")
        with self.assertRaises(UserError):
            card.action_done()
        card.action_reopen()
        self.assertEqual(card.state, "new")

    def test_who_is_known_already_is_said_to_who_may_know(self):
        card = self.take(self.make_card("ALPHA Limited"))
        self.assertEqual(card.with_user(self.manager).known, "Alpha Ltd")
        hidden = self.take(self.make_card("Beta"))
        self.assertIn("ask your lead", hidden.known)
        self.assertNotIn("Beta", hidden.known)
        self.assertFalse(self.make_card("Nobody Ever").known)

    def test_the_card_of_a_known_client_fills_its_gaps_only(self):
        self.alpha.comment = "Likes tea"
        card = self.take(
            self.make_card("Alpha", phone="+1 555 9999", city="Boston", text="Call <before> ten"), self.manager
        )
        card.partner_id = self.alpha
        card.action_done()
        self.assertEqual((self.alpha.phone, self.alpha.city), ("+1 555 0100", "Boston"))
        for words in ("Likes tea", "Call &lt;before&gt; ten", "Phone: +1 555 9999"):
            self.assertIn(words, self.alpha.comment)
        self.assertNotIn("Boston", self.alpha.comment)

    def test_the_card_of_an_archived_client_brings_it_back(self):
        self.alpha.active = False
        card = self.take(self.make_card("Alpha", city="Boston"), self.manager)
        self.assertEqual(card.known, "Alpha Ltd (archived)")
        with Form(card) as form:
            form.partner_id = self.alpha
        card.action_done()
        self.assertEqual((self.alpha.active, self.alpha.city), (True, "Boston"))

    def test_another_person_of_a_known_client_is_reached(self):
        self.alpha.email = "info@alpha.example"
        card = self.make_card("Alpha", person="Carla", phone="+1 555 9999", email="info@alpha.example")
        card = self.take(card, self.manager)
        card.partner_id = self.anna
        card.action_done()
        carla = self.alpha.child_ids - self.anna
        self.assertEqual((carla.name, carla.phone, carla.email), ("Carla", "+1 555 9999", False))
        self.assertEqual(card.partner_id, self.alpha, "the client, whosever card was chosen")

    def test_a_card_changes_no_client_that_its_user_may_not(self):
        self.env["ir.config_parameter"].set_param("client_base.pool", "request")
        self.env.registry.clear_cache()
        card = self.take(self.make_card("Free", city="Rome"), self.manager)
        card.partner_id = self.free
        with self.assertRaises(AccessError):
            card.action_done()
        self.assertFalse(self.free.city)

    def test_the_card_of_who_has_left_becomes_nobodys_client(self):
        gone = self.make_user("gone", "sales_team.group_sale_salesman")
        card = self.take(self.make_card(user=gone))
        gone.active = False
        card.action_done()
        client = card.sudo().partner_id
        self.assertFalse(client.client_owner_id)
        self.assertFalse(client.activity_ids)

    def test_a_text_is_no_html(self):
        card = self.take(self.make_card(text="From: Ivan <ivan@firm.example>\n<img src='https://evil.example/x.png'>"))
        card.action_done()
        notes = card.sudo().partner_id.comment
        self.assertIn("&lt;ivan@firm.example&gt;", notes)
        self.assertNotIn("<img", notes)

    def test_a_private_person_is_nobodys_contact(self):
        card = self.take(self.make_card("Ivan Petrov", person="Ivan Petrov", is_company=False))
        card.action_done()
        self.assertFalse(card.sudo().partner_id.child_ids)

    def test_no_card_reaches_a_client_that_the_operator_does_not_see(self):
        card = self.take(self.make_card(website="https://gamma.example"))
        with self.assertRaises(AccessError):
            card.partner_id = self.beta.id
            card.action_done()
        self.env.invalidate_all()
        self.assertFalse(self.beta.website)

    def test_turn_around(self):
        card = self.take(self.make_card())
        card.sudo().taken_on = card.create_date.replace(year=card.create_date.year + 1)
        self.assertGreater(card.wait_hours, 8000)

    def test_cards_that_still_wait_do_not_shorten_the_average(self):
        taken, closed, waiting, rejected = cards = [self.make_card(name) for name in "ABCD"]
        rejected.reason = "No company"
        rejected.action_reject()
        for card, hours in ((taken, 4), (closed, 8)):
            card.sudo().taken_on = card.create_date + timedelta(hours=hours)
        closed.sudo().closed_on = closed.taken_on + timedelta(hours=6)
        measures = ["wait_hours:avg", "work_hours:avg"]
        report = self.env["client.intake"].with_user(self.head)
        [average] = report._read_group([("id", "in", [card.id for card in cards])], [], measures)
        self.assertEqual(average, (6, 6))
        [nothing] = report._read_group([("id", "=", waiting.id)], [], measures)
        self.assertFalse(any(nothing))

    def test_cards_are_seen_by_whom_they_concern(self):
        card = self.make_card()
        seen = {
            user.name: bool(self.env["client.intake"].with_user(user).search([("id", "=", card.id)]))
            for user in (self.manager, self.second, self.lead, self.head, self.operator)
        }
        self.assertEqual(seen, {"Manager": True, "Second": False, "Lead": True, "Head": True, "Operator": True})
        with self.assertRaises(AccessError):
            self.env["client.intake"].with_user(self.stranger).search([])

    def test_a_letter_to_the_queue_is_a_card(self):
        letter = """From: Greta Gamma <greta@gamma.example>
To: new-clients@ours.example
Subject: Prices
Message-Id: <one@gamma.example>
Content-Type: text/plain

Send us your prices, please.
"""
        card_id = self.env["mail.thread"].message_process("client.intake", letter)
        card = self.env["client.intake"].browse(card_id)
        self.assertEqual((card.name, card.email, card.source), ("Greta Gamma", "greta@gamma.example", "email"))
        self.assertIn("prices", card.text)
        urgent = self.make_card("Urgent", urgent=True)
        self.env.flush_all()
        self.assertEqual(card.with_user(self.operator).action_take_next()["res_id"], urgent.id)
        self.assertFalse(card.owner_id)


@tagged("post_install", "-at_install")
class TestIntakeForm(HttpCase):
    """What a visitor of the web form leaves is a raw card; robots leave none."""

    def post(self, **values):
        self.authenticate(None, None)
        page = self.url_open("/client/request")
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0] if page.ok else ""
        return self.url_open("/client/request", data={"csrf_token": token, **values})

    def get_cards(self):
        return self.env["client.intake"].search([("source", "=", "web")])

    def test_a_visitor_leaves_a_card(self):
        self.assertEqual(self.url_open("/client/request").status_code, 404, "closed unless the setting says so")
        self.env["ir.config_parameter"].set_param("client_base.intake_web", "True")
        self.assertIn("a phone number or an e-mail", self.post(name="Gamma").text)
        self.post(name="Robot", phone="1", website="https://robot.example")
        self.assertFalse(self.get_cards())
        self.assertIn("Thank you", self.post(name="<b>Gam\0ma</b>", phone="+49 30 1", text="x" * 9000).text)
        card = self.get_cards()
        self.assertEqual((card.name, card.phone, len(card.text)), ("<b>Gamma</b>", "+49 30 1", 5000))
