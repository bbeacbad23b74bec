from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import ClientBaseCommon

SECRET = "secret@beta.example.com"


@tagged("post_install", "-at_install")
class TestWaysRound(ClientBaseCommon):
    """What the browser's methods can be asked for beside a client's own row, by a manager who must not know it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.beta.write({"email": SECRET, "street": "Secret street 1"})
        cls.branch = cls.make_client("Branch Ltd", cls.manager, parent_id=cls.beta.id)
        cls.order = cls.make_order(cls.alpha, partner_shipping_id=cls.beta.id)
        cls.beta_order = cls.make_order(cls.beta, client_order_ref="secret order")
        cls.env.flush_all()
        cls.env.invalidate_all()

    def ask(self, model, user=None, **context):
        return self.env[model].with_user(user or self.manager).with_context(**context)

    def assert_untold(self, ask):
        """Check that ``ask`` is refused, or answers without a word of the other manager's client."""
        self.env.invalidate_all()
        try:
            with mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"):
                answer = str(ask())
        except AccessError as error:
            answer = str(error)
        for word in (SECRET, "Secret street", "Beta GmbH", "0200", "secret order"):
            self.assertNotIn(word, answer)

    # --- searching and grouping ---

    def test_files_are_not_found_by_what_they_hang_on(self):
        self.env["ir.attachment"].create(
            {"name": "Secret street plan", "res_model": "res.partner", "res_id": self.beta.id, "raw": b"x"}
        )
        files = [("res_model", "=", "res.partner"), ("name", "ilike", "street plan")]
        for user in (self.manager, self.operator):
            with self.subTest(user.login):
                self.assertFalse(self.ask("ir.attachment", user).search(files))
        self.assertTrue(self.ask("ir.attachment", self.second).search(files))

    def test_groups_do_not_follow_a_path_to_a_hidden_client(self):
        for model, row, path in (
            ("sale.order", self.order, "partner_shipping_id.email"),
            ("sale.order", self.order, "partner_shipping_id.street"),
            ("res.partner", self.branch, "parent_id.email"),
        ):
            with self.subTest(path):
                domain = [("id", "=", row.id)]
                self.assert_untold(
                    lambda m=model, d=domain, p=path: self.ask(m).formatted_read_group(d, [p], ["__count"])
                )

    def test_a_hidden_parent_is_not_named(self):
        self.assertEqual(self.branch.parent_name, "Beta GmbH")
        self.assert_untold(lambda: self.branch.with_user(self.manager).read(["parent_name", "parent_id"]))
        self.assertEqual(self.anna.with_user(self.manager).parent_name, "Alpha Ltd")

    # --- naming a hidden client in a row that is not saved ---

    def test_an_unsaved_row_tells_nothing_of_a_hidden_client(self):
        beta, reach = self.beta.id, {"email": {}, "phone": {}, "common_name": {}}
        attendee = {"partner_id": {"id": beta}}
        asks = {
            "id": lambda: self.ask("calendar.attendee").onchange({"partner_id": beta}, ["partner_id"], reach),
            "row": lambda: self.ask("calendar.attendee").onchange(attendee, ["partner_id"], reach),
            "default": lambda: self.ask("calendar.attendee", default_partner_id=beta).onchange({}, [], reach),
            "default row": lambda: self.ask("calendar.attendee", default_partner_id={"id": beta}).onchange(
                {}, [], {"partner_id": {}, **reach}
            ),
            "row within a row": lambda: self.ask("calendar.event").onchange(
                {"attendee_ids": [Command.create({"partner_id": beta})]},
                ["attendee_ids"],
                {"attendee_ids": {"fields": reach}},
            ),
            "own default": lambda: self.with_own_default("calendar.attendee", "partner_id", beta).onchange(
                {}, [], {"partner_id": {}, **reach}
            ),
            "document": lambda: self.ask("sale.order.line").onchange(
                {"order_id": self.beta_order.id}, ["order_id"], {"order_partner_id": {"fields": {"display_name": {}}}}
            ),
        }
        for way, ask in asks.items():
            with self.subTest(way):
                self.assert_untold(ask)

    def with_own_default(self, model, field, value):
        self.env["ir.default"].with_user(self.manager).set(model, field, value, user_id=True)
        return self.ask(model)

    def test_a_row_with_a_hidden_client_is_not_made_by_a_default(self):
        with self.assertRaises(AccessError):
            self.ask("sale.order", default_partner_shipping_id=self.beta.id).create({"partner_id": self.alpha.id})

    def test_a_contact_is_not_made_with_what_was_said_to_a_hidden_client(self):
        letter = self.beta.message_post(body="Secret street")
        meeting = self.env["calendar.event"].with_user(self.second)
        meeting = meeting.create({"name": "Secret", "partner_ids": [Command.link(self.beta.id)]})
        values = {"partner_id": self.alpha.id, "kind": "call_out", "subject": "Prices"}
        for name, row in (("message_id", letter), ("event_id", meeting)):
            with self.subTest(name), self.assertRaises(AccessError):
                self.ask("client.interaction").create({**values, name: row.id})
        self.ask("client.interaction").create(values)

    def test_a_client_below_a_hidden_one_is_edited_as_others(self):
        with Form(self.branch.with_user(self.manager)) as form:
            form.street = "Main street 2"
        self.assertEqual((self.branch.street, self.beta.street), ("Main street 2", "Secret street 1"))

    def test_a_message_to_a_hidden_meeting_is_not_prepared(self):
        meeting = self.env["calendar.event"].with_user(self.second)
        meeting = meeting.create({"name": "Meeting", "partner_ids": [Command.link(self.beta.id)]})
        spec = {"recipient_single_description": {}, "recipient_single_number": {}, "res_id": {}, "res_model": {}}
        self.assert_untold(
            lambda: self.ask("sms.composer", default_res_model="calendar.event", default_res_id=meeting.id).onchange(
                {}, [], spec
            )
        )

    # --- people who left, managers who left ---

    def test_who_left_for_a_hidden_client_is_not_reached_by_the_old_part(self):
        role = self.env.ref("client_base.dmu_role_decision_maker")
        member = self.env["client.dmu.member"].create(
            {"partner_id": self.alpha.id, "person_id": self.anna.id, "role_id": role.id}
        )
        self.anna.phone = "+1 555 0101"
        self.assertEqual(member.with_user(self.manager).phone, "+1 555 0101")
        self.anna.write(
            {"parent_id": self.beta.id, "email": SECRET, "phone": "+1 555 0200", "function": "Secret street"}
        )
        names = ["function", "phone", "email"]
        self.assert_untold(lambda: member.with_user(self.manager).read(names))
        self.assert_untold(lambda: self.alpha.with_user(self.manager).get_client_panel("people"))
        self.assertEqual(member.with_user(self.head).email, SECRET)

    def test_whose_a_client_is_cannot_be_written(self):
        for user, values in (
            (self.manager, {"client_open": True}),
            (self.manager, {"client_owner_id": self.second.id}),
            (self.lead, {"client_owner_id": self.lead.id}),
            (self.manager, {"commercial_partner_id": self.env.company.partner_id.id}),
        ):
            with self.subTest(user.login, **values), self.assertRaises(AccessError):
                self.alpha.with_user(user).write(values)

    def test_who_lost_a_client_to_the_pool_hears_no_more_of_it(self):
        self.alpha.message_subscribe((self.manager | self.lead).partner_id.ids)
        self.alpha.user_id = False
        self.assertFalse(self.alpha.with_user(self.manager).has_access("read"))
        message = self.alpha.message_post(body="New prices", subtype_xmlid="mail.mt_comment")
        self.assertEqual(message.notification_ids.res_partner_id, self.lead.partner_id)

    def test_followers_hear_of_what_concerns_no_client_and_of_own_cards(self):
        meeting = self.env["calendar.event"].create(
            {"name": "Stocktaking", "start": "2026-11-02 09:00", "stop": "2026-11-02 10:00"}
        )
        card = self.env["res.partner"].with_user(self.operator).create({"name": "Entered", "is_company": True})
        card = card.with_env(self.env)
        for record, user in ((meeting, self.manager), (self.manager.partner_id, self.manager), (card, self.operator)):
            with self.subTest(record=record):
                record.message_subscribe(user.partner_id.ids)
                message = record.message_post(body="Later", subtype_xmlid="mail.mt_comment", author_id=1)
                self.assertIn(user.partner_id, message.notified_partner_ids)

    def test_the_end_of_a_team_takes_effect_at_once(self):
        self.assertTrue(self.alpha.with_user(self.lead).has_access("read"))
        self.team.unlink()
        self.env.invalidate_all()
        self.assertFalse(self.alpha.with_user(self.lead).has_access("read"))

    # --- companies ---

    def test_demand_is_told_within_the_company(self):
        other = self.env["res.company"].create({"name": "Two"})
        paper = self.env["product.category"].create({"name": "Paper"})
        values = {"partner_id": self.alpha.id, "category_id": paper.id, "capacity": 9, "source": "told"}
        ours, theirs = self.env["client.market"].create([values, {**values, "company_id": other.id}])
        self.env.flush_all()
        self.assertEqual(self.ask("client.market").search([("partner_id", "=", self.alpha.id)]), ours)
        rows = self.ask("client.market.report").search([("partner_id", "=", self.alpha.id)])
        self.assertEqual(rows.company_id, self.env.company)
        self.assertFalse(theirs.with_user(self.manager).has_access("write"))

    # --- history is not written by defaults ---

    def test_nobody_scores_in_another_s_name(self):
        criterion = self.env["client.criterion"].search([], limit=1)
        values = {"partner_id": self.alpha.id, "criterion_id": criterion.id, "value": 1}
        with self.assertRaises(AccessError):
            self.ask("client.score", default_user_id=self.second.id).create(values)

    def test_a_handover_begins_as_a_draft(self):
        forged = {"default_state": "applied", "default_requester_id": self.head.id, "default_moved_on": "2020-01-01"}
        handover = self.ask("client.handover", self.lead, **forged).create(
            {
                "receiver_id": self.lead.id,
                "reason": "other",
                "source": "list",
                "line_ids": [Command.create({"partner_id": self.alpha.id})],
            }
        )
        self.assertEqual((handover.state, handover.requester_id), ("draft", self.lead))
        self.assertFalse(handover.line_ids.moved_on)
        line = self.ask("client.handover.line", self.lead, default_state="confirmed", default_moved_on="2020-01-01")
        line = line.create({"handover_id": handover.id, "partner_id": self.free.id})
        self.assertEqual((line.state, line.moved_on), ("planned", False))

    def test_exports_of_raw_cards_and_activities_are_noted(self):
        (self.manager | self.operator).group_ids += self.env.ref("base.group_allow_export")
        activity = self.alpha.activity_schedule("mail.mail_activity_data_todo", user_id=self.manager.id)
        card = self.ask("client.intake", self.operator).create({"name": "Gamma", "phone": "+1 555 0300"})
        for row, user, clients in ((activity, self.manager, 1), (card, self.operator, 0)):
            with self.subTest(row._name):
                row.with_user(user).export_data(["display_name"])
                noted = self.env["client.export"].search([("model", "=", row._name)])
                self.assertEqual((noted.user_id, noted.client_count), (user, clients))
