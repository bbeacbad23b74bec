from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from .common import ClientBaseCommon

BEFORE = "2026-03-02 07:59:59"
BEGIN = "2026-03-02 08:00:00"
WITHIN = "2026-03-05 12:00:00"
LAST = "2026-03-09 16:59:59"
END = "2026-03-09 17:00:00"


class SubstitutionCommon(ClientBaseCommon):
    """The second manager is away from Monday to Monday; the manager stands in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.third = cls.make_user("third", "sales_team.group_sale_salesman,base.group_partner_manager")
        cls.gamma = cls.make_client("Gamma SA", cls.third)
        cls.south = cls.env["crm.team"].create(
            {"name": "South", "user_id": cls.head.id, "member_ids": [Command.set(cls.second.ids)]}
        )
        for user, zone in ((cls.manager, "America/New_York"), (cls.second, "Asia/Tokyo"), (cls.lead, "Europe/Kyiv")):
            user.tz = zone

    @classmethod
    def stand_in(cls, substitute=None, absent=None, begin=BEGIN, end=END, **values):
        people = (substitute or cls.manager, absent or cls.second)
        return super().stand_in(*people, date_from=begin, date_to=end, **values)

    def ask(self, user, **values):
        """Return the request that ``user`` makes for himself."""
        values = {"substitute_id": self.third.id, "date_from": BEGIN, "date_to": END, **values}
        return self.env["client.substitution"].with_user(user).create(values)

    def sees(self, user, record=None, **context):
        """Tell whether ``user`` finds and may read ``record``, which must be the same."""
        record = record or self.beta
        self.env.invalidate_all()
        own = record.with_user(user).with_context(**context)
        found = own.browse().search([("id", "=", record.id)])
        self.assertEqual(bool(found), own.has_access("read"))
        return bool(found)

    def assert_refused_everywhere(self, acts):
        for number, act in enumerate(acts):
            with self.subTest(number=number), self.assertRaises(AccessError), self.env.cr.savepoint():
                act()


@tagged("post_install", "-at_install")
class TestSubstitution(SubstitutionCommon):
    """A substitute sees and works the absent manager's clients, in time and not a second longer."""

    # --- time ---

    def test_access_begins_and_ends_by_the_clock_alone(self):
        self.stand_in()
        for moment, expected in ((BEFORE, False), (BEGIN, True), (WITHIN, True), (LAST, True), (END, False)):
            with self.subTest(moment=moment), freeze_time(moment):
                for record in (self.beta, self.boris):
                    self.assertEqual(self.sees(self.manager, record), expected)
                self.assertTrue(self.sees(self.manager, self.alpha))
                self.assertTrue(self.sees(self.second), "the clients stay the absent manager's")
                self.assertFalse(self.sees(self.manager, self.gamma))
        self.assertEqual(self.beta.user_id, self.second)

    def test_the_clock_goes_back_and_forth_without_a_query(self):
        self.stand_in()
        self.env.flush_all()
        self.manager._client_scope()
        for moment, expected in ((BEGIN, True), (BEFORE, False), (LAST, True), (END, False), (WITHIN, True)):
            with freeze_time(moment), self.assertQueryCount(0):
                self.assertEqual(self.second.id in self.manager._client_scope(), expected)

    def test_rule_domains_are_kept_apart(self):
        """The same environment, and nothing but the clock changes."""
        self.stand_in()
        rules = self.env["ir.rule"].with_user(self.manager)
        with freeze_time(BEFORE):
            before = rules._compute_domain("res.partner", "read")
        with freeze_time(WITHIN):
            within = rules._compute_domain("res.partner", "read")
        with freeze_time(END):
            after = rules._compute_domain("res.partner", "read")
        self.assertEqual(before, after)
        self.assertNotEqual(before, within)

    def test_no_time_zone_of_the_user_moves_the_moment(self):
        self.stand_in()
        zones = ("Pacific/Kiritimati", "America/New_York", "Asia/Tokyo", "Pacific/Pago_Pago")
        for moment, expected in ((BEFORE, False), (BEGIN, True), (LAST, True), (END, False)):
            for zone in zones:
                with self.subTest(moment=moment, zone=zone), freeze_time(moment):
                    self.assertEqual(self.sees(self.manager, tz=zone, lang="en_US"), expected)
                    self.manager.tz = zone
                    self.assertEqual(self.sees(self.manager), expected)

    def test_a_period_without_a_date_is_refused_as_not_filled_in(self):
        period = self.stand_in()
        for name in ("date_from", "date_to"):
            with self.subTest(name), self.assertRaisesRegex(Exception, "null value"), self.cr.savepoint():
                period.with_user(self.head).write({name: False})
                self.env.flush_all()

    def test_the_form_begins_at_the_user_s_midnight(self):
        # At that time it is the 5th in New York and Kyiv, and the 6th in Tokyo already.
        with freeze_time("2026-03-05 16:00:00"):
            for user, begin in (
                (self.manager, datetime(2026, 3, 6, 5)),
                (self.lead, datetime(2026, 3, 5, 22)),
                (self.second, datetime(2026, 3, 6, 15)),
            ):
                values = self.env["client.substitution"].with_user(user).default_get(["date_from", "date_to"])
                self.assertEqual(values["date_from"], begin)
                self.assertAlmostEqual(values["date_to"], begin + timedelta(days=7), delta=timedelta(hours=1))

    # --- reach ---

    def test_several_may_stand_in(self):
        self.stand_in()
        self.stand_in(self.third)
        with freeze_time(WITHIN):
            self.assertTrue(self.sees(self.manager))
            self.assertTrue(self.sees(self.third))
            self.assertFalse(self.sees(self.manager, self.gamma))

    def test_it_does_not_pass_on(self):
        self.stand_in()
        self.stand_in(self.third, absent=self.manager)
        with freeze_time(WITHIN):
            self.assertTrue(self.sees(self.third, self.alpha))
            self.assertFalse(self.sees(self.third, self.beta))

    def test_to_stand_in_for_a_lead_does_not_make_a_lead(self):
        led = self.make_client("Led by the lead", self.lead)
        self.stand_in(self.third, absent=self.lead)
        request = self.ask(self.manager, substitute_id=self.second.id)
        with freeze_time(WITHIN):
            self.assertTrue(self.sees(self.third, led))
            for record in (self.alpha, self.free, request):
                self.assertFalse(self.sees(self.third, record))

    def test_who_sees_all_sees_all(self):
        self.stand_in(self.accountant)
        with freeze_time(WITHIN):
            self.assertIsNone(self.accountant._client_scope())

    def test_a_substitute_who_lost_the_level_stands_in_no_more(self):
        self.stand_in()
        self.manager.group_ids = self.env.ref("base.group_user") + self.env.ref("client_base.group_client_operator")
        with freeze_time(WITHIN):
            self.assertEqual(self.manager._client_scope(), ())

    def test_documents_are_open_in_that_time(self):
        order = self.make_order(self.boris)
        order.user_id = False
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.beta.id,
                "invoice_user_id": self.second.id,
                "invoice_line_ids": [Command.create({"name": "Paper", "price_unit": 10})],
            }
        )
        activity = self.beta.activity_schedule("mail.mail_activity_data_todo", user_id=self.second.id)
        message = self.beta.message_post(body="Plans")
        self.stand_in()
        self.env.flush_all()
        report = self.env["sale.report"].search([("order_reference", "=", f"sale.order,{order.id}")])
        self.assertTrue(report)
        documents = (order, order.order_line, invoice, invoice.invoice_line_ids, activity, message, report)
        for moment, expected in ((BEFORE, False), (WITHIN, True), (END, False)):
            for document in documents:
                with self.subTest(moment=moment, document=document), freeze_time(moment):
                    self.assertEqual(self.sees(self.manager, document), expected)

    def test_the_substitute_works_the_clients(self):
        self.stand_in()
        with freeze_time(WITHIN):
            beta = self.beta.with_user(self.manager)
            beta.phone = "+1 555 0299"
            beta.child_ids = [Command.create({"name": "Bella Beta"})]
            beta.message_post(body="Hello")
            order = (
                self.env["sale.order"]
                .with_user(self.manager)
                .create({"partner_id": beta.id, "order_line": [Command.create({"product_id": self.product.id})]})
            )
            order.action_confirm()
        self.assertEqual(order.sudo().user_id, self.second, "the order is the absent manager's")
        self.assertEqual(
            self.beta.child_ids.filtered(lambda child: child.name == "Bella Beta").client_owner_id, self.second
        )

    def test_the_substitute_cannot_take_the_clients(self):
        self.stand_in()
        with freeze_time(WITHIN):
            beta, boris, alpha = (record.with_user(self.manager) for record in (self.beta, self.boris, self.alpha))
            wizard = self.env["base.partner.merge.automatic.wizard"].with_user(self.manager)
            # Commands on lines run as who began the transaction: in a request the user.
            self.patch(self.env.transaction, "default_env", beta.env)
            self.assert_refused_everywhere(
                [
                    lambda: beta.write({"user_id": self.manager.id}),
                    lambda: beta.write({"user_id": False}),
                    lambda: beta.write({"parent_id": alpha.id, "is_company": False}),
                    lambda: boris.write({"parent_id": alpha.id}),
                    lambda: alpha.write({"child_ids": [Command.link(boris.id)]}),
                    lambda: wizard._merge((alpha | beta).ids, alpha, extra_checks=False),
                    boris.unlink,
                    (boris | beta).unlink,
                ]
            )
        self.assertEqual((self.beta | self.boris).client_owner_id, self.second)

    def test_a_lead_who_stands_in_hands_over_own_teams_clients_only(self):
        self.stand_in(self.lead)
        handovers = self.env["client.handover"].with_user(self.lead)
        with freeze_time(WITHIN):
            self.assertTrue(self.sees(self.lead))
            for client, receiver, refusal in (
                (self.beta, self.lead, "hidden"),
                (self.alpha, self.second, "receiver"),
                (self.alpha, self.lead, False),
            ):
                handover = handovers.create(
                    {
                        "source": "list",
                        "receiver_id": receiver.id,
                        "line_ids": [Command.create({"partner_id": client.id})],
                    }
                )
                handover.action_preview()
                with self.subTest(client=client.name, receiver=receiver.name):
                    self.assertEqual(handover.line_ids.refusal, refusal)
                    self.assertEqual(self.second in handover.allowed_receiver_ids, False)

    def test_a_lead_who_stands_in_does_not_plan_for_the_absent_manager(self):
        self.stand_in(self.lead)
        plan = self.env["client.plan"].create({"user_id": self.second.id, "measure": "contacts", "target": 10})
        with freeze_time(WITHIN):
            plan = plan.with_user(self.lead)
            self.assert_refused_everywhere([lambda: plan.write({"target": 1}), plan.unlink])

    # --- revocation ---

    def test_what_a_lead_revokes_ends_at_once(self):
        for name, revoke in {
            "cancel": lambda record: record.action_cancel(),
            "shorten": lambda record: record.write({"date_to": WITHIN}),
            "end": lambda record: record.action_end(),
            "somebody else": lambda record: record.write({"substitute_id": self.third.id}),
            "delete": lambda record: record.unlink(),
        }.items():
            record = self.stand_in().with_user(self.head)
            with self.subTest(name), freeze_time(WITHIN):
                self.assertTrue(self.sees(self.manager))
                revoke(record)
                self.assertFalse(self.sees(self.manager))
            record.exists().sudo().unlink()

    def test_the_absent_manager_revokes(self):
        with freeze_time(WITHIN):
            for method in ("action_cancel", "action_end"):
                record = self.stand_in().with_user(self.second)
                self.assertTrue(self.sees(self.manager))
                getattr(record, method)()
                self.assertFalse(self.sees(self.manager))

    def test_who_stands_in_cannot_prolong_or_end(self):
        record = self.stand_in().with_user(self.manager)
        with freeze_time(WITHIN):
            self.assertTrue(self.sees(self.manager, record))
            self.assert_refused_everywhere(
                [
                    lambda: record.write({"date_to": "2027-01-01 00:00:00"}),
                    lambda: record.write({"note": "mine"}),
                    record.action_end,
                    record.action_cancel,
                    record.unlink,
                ]
            )
            record.message_post(body="What about Beta?")

    # --- who grants ---

    def test_a_request_gives_nothing_until_it_is_approved(self):
        request = self.ask(self.manager, substitute_id=self.second.id)
        self.assertEqual((request.absent_id, request.state), (self.manager, "requested"))
        with freeze_time(WITHIN):
            self.assertFalse(self.sees(self.second, self.alpha))
            request.with_user(self.lead).action_approve()
            self.assertTrue(self.sees(self.second, self.alpha))
        self.assertEqual(request.sudo().decided_by_id, self.lead)

    def test_a_refused_request_gives_nothing(self):
        request = self.ask(self.manager)
        request.with_user(self.lead).action_refuse()
        with freeze_time(WITHIN):
            self.assertFalse(self.sees(self.third, self.alpha))
        self.assert_refused(request.with_user(self.lead).action_approve, "cannot take this step")
        request.action_request()
        request.with_user(self.lead).action_approve()
        self.assertEqual(request.state, "approved")

    def test_who_may_approve(self):
        for user, expected in (
            (self.manager, False),
            (self.second, False),
            (self.third, False),
            (self.lead, True),
            (self.accountant, True),
            (self.head, True),
        ):
            request = self.ask(self.manager, substitute_id=self.third.id)
            with self.subTest(user=user.name):
                if expected:
                    self.assertTrue(request.with_user(user).can_decide)
                    request.with_user(user).action_approve()
                else:
                    self.assert_refused_everywhere([request.with_user(user).action_approve])
            request.sudo().unlink()

    def test_a_lead_decides_for_own_team_only(self):
        record = self.ask(self.second)
        self.assert_refused_everywhere(
            [
                record.with_user(self.lead).action_approve,
                lambda: (
                    self.env["client.substitution"]
                    .with_user(self.lead)
                    .create({"absent_id": self.second.id, "substitute_id": self.lead.id, "state": "approved"})
                ),
                lambda: (
                    self.env["client.substitution"]
                    .with_user(self.lead)
                    .create({"absent_id": self.lead.id, "substitute_id": self.manager.id, "state": "approved"})
                ),
            ]
        )
        granted = (
            self.env["client.substitution"]
            .with_user(self.lead)
            .create({"absent_id": self.manager.id, "substitute_id": self.third.id, "state": "approved"})
        )
        self.assertEqual(granted.decided_by_id, self.lead)
        self.assert_refused_everywhere([lambda: granted.write({"absent_id": self.second.id})])

    def test_nobody_grants_himself_access(self):
        model = self.env["client.substitution"].with_user(self.third)
        grant = {"absent_id": self.second.id, "substitute_id": self.third.id, "date_from": BEGIN, "date_to": END}
        swapped = {**grant, "absent_id": self.third.id, "substitute_id": self.second.id}
        own = self.ask(self.third, substitute_id=self.manager.id)
        approved = self.stand_in(absent=self.third, begin="2026-05-01 00:00:00", end="2026-06-01 00:00:00")
        mine = approved.with_user(self.third)
        self.assert_refused_everywhere(
            [
                lambda: model.create(grant),
                lambda: model.create({**grant, "state": "approved"}),
                lambda: model.create({**swapped, "state": "approved"}),
                lambda: model.with_context(default_state="approved", default_decided_by_id=self.head.id).create(
                    swapped
                ),
                lambda: own.write({"state": "approved"}),
                lambda: own.write({"state": "approved", "decided_by_id": self.head.id}),
                lambda: own.write({"decided_by_id": self.head.id}),
                lambda: own.write({"absent_id": self.second.id, "substitute_id": self.third.id}),
                lambda: own.copy({"state": "approved"}),
                lambda: mine.write({"date_from": BEGIN}),
                lambda: mine.write({"date_to": "2027-01-01 00:00:00"}),
                lambda: mine.write({"substitute_id": self.second.id}),
                lambda: mine.write({"absent_id": self.second.id, "substitute_id": self.third.id}),
                lambda: mine.write({"state": "cancelled", "absent_id": self.second.id}),
            ]
        )
        self.assert_refused(lambda: mine.write({"state": "requested"}), "cannot take this step")
        result = model.load(
            ["absent_id/.id", "substitute_id/.id", "date_from", "date_to", "state"],
            [[str(self.second.id), str(self.third.id), BEGIN, END, "approved"]],
        )
        self.assertFalse(result["ids"])
        with freeze_time(WITHIN):
            self.assertFalse(self.sees(self.third))
        for user in (self.operator, self.stranger):
            self.assert_refused_everywhere([lambda user=user: model.with_user(user).create(grant)])

    def test_who_sees_a_substitution(self):
        record = self.stand_in(absent=self.manager, substitute=self.second)
        for user, expected in (
            (self.manager, True),
            (self.second, True),
            (self.lead, True),
            (self.head, True),
            (self.accountant, True),
            (self.third, False),
        ):
            with self.subTest(user=user.name):
                self.assertEqual(self.sees(user, record), expected)

    # --- what makes sense ---

    def test_nonsense_is_refused(self):
        self.stand_in()
        for words, values in (
            ("later than the beginning", {"begin": END, "end": BEGIN}),
            ("later than the beginning", {"begin": BEGIN, "end": BEGIN}),
            ("stand in for oneself", {"substitute": self.second}),
            ("no level under “Clients”", {"substitute": self.operator}),
            ("no level under “Clients”", {"substitute": self.stranger}),
            ("stands in for Second already", {"begin": LAST, "end": "2026-04-01 00:00:00"}),
        ):
            with self.subTest(words), self.assertRaisesRegex(ValidationError, words), self.env.cr.savepoint():
                self.stand_in(**values)
        self.third.active = False
        with self.assertRaisesRegex(ValidationError, "archived"), self.env.cr.savepoint():
            self.stand_in(self.third)
        self.assertTrue(self.stand_in(begin=END, end="2026-04-01 00:00:00"), "the next begins where one ends")

    def test_a_substitution_begins_as_a_request_or_approved(self):
        with self.assertRaises(UserError):
            self.ask(self.manager, state="refused")

    def test_phases_and_filters(self):
        record = self.stand_in()
        for moment, phase in ((BEFORE, "coming"), (BEGIN, "now"), (LAST, "now"), (END, "ended")):
            with self.subTest(moment=moment), freeze_time(moment):
                self.env.invalidate_all()
                self.assertEqual(record.phase, phase)

    # --- activities ---

    def test_new_activities_go_to_the_substitute(self):
        order = self.make_order(self.beta)
        self.stand_in()
        for moment, expected in ((BEFORE, self.second), (WITHIN, self.manager), (END, self.second)):
            for document in (self.beta, self.boris, order):
                with self.subTest(moment=moment, document=document), freeze_time(moment):
                    activity = document.activity_schedule(
                        "mail.mail_activity_data_todo", user_id=self.second.id, note="<p>Call them</p>"
                    )
                    self.assertEqual(activity.user_id, expected)
                    self.assertIn("Call them", activity.note)
                    self.assertEqual("for Second" in activity.note, moment == WITHIN)

    def test_other_activities_stay(self):
        self.stand_in()
        old = self.beta.activity_schedule("mail.mail_activity_data_todo", user_id=self.second.id)
        with freeze_time(WITHIN):
            foreign = self.gamma.activity_schedule("mail.mail_activity_data_todo", user_id=self.second.id)
            self.assertEqual(foreign.user_id, self.second, "not about a client of the absent")
            own = self.beta.with_user(self.second).activity_schedule(
                "mail.mail_activity_data_todo", user_id=self.second.id
            )
            self.assertEqual(own.user_id, self.second, "who plans for oneself means oneself")
            self.assertTrue(self.sees(self.manager, old))
        self.assertEqual(old.user_id, self.second)

    def test_activities_go_to_who_is_there(self):
        self.stand_in(begin="2026-03-01 00:00:00")
        self.stand_in(self.third)
        self.stand_in(self.lead, absent=self.manager)
        with freeze_time(WITHIN):
            activity = self.beta.activity_schedule("mail.mail_activity_data_todo", user_id=self.second.id)
        self.assertEqual(activity.user_id, self.third)

    def test_who_left_or_lost_the_level_gets_no_activities(self):
        own = self.env.ref("client_base.group_client_operator")
        for leave in (
            lambda user: user.write({"active": False}),
            lambda user: user.write({"group_ids": [Command.set(own.ids)]}),
        ):
            substitute = self.make_user("substitute", "sales_team.group_sale_salesman")
            record = self.stand_in(substitute)
            with freeze_time(WITHIN):
                before = self.beta.activity_schedule("mail.mail_activity_data_todo", user_id=self.second.id)
                self.assertEqual(before.user_id, substitute)
                leave(substitute)
                after = self.beta.activity_schedule("mail.mail_activity_data_todo", user_id=self.second.id)
                self.env["mail.activity"]._return_to_owners()
                self.assertEqual((before | after).user_id, self.second)
            record.unlink()
            substitute.login = "former substitute"

    def test_open_activities_come_back(self):
        record = self.stand_in()
        with freeze_time(WITHIN):
            one, done, given = (
                self.beta.activity_schedule("mail.mail_activity_data_todo", user_id=self.second.id) for _ in range(3)
            )
            done.with_user(self.manager).action_feedback("Done")
            given.user_id = self.lead
            self.env["mail.activity"]._return_to_owners()
            self.assertEqual(one.user_id, self.manager)
            self.assertTrue(self.sees(self.manager, one))
        with freeze_time(END):
            self.assertFalse(self.sees(self.manager, one), "also before the job ran")
            self.env["mail.activity"]._return_to_owners()
            self.assertEqual(one.user_id, self.second)
            self.assertEqual(given.user_id, self.lead)
        with freeze_time(WITHIN):
            two = self.beta.activity_schedule("mail.mail_activity_data_todo", user_id=self.second.id)
            record.with_user(self.second).action_cancel()
            self.assertEqual(two.user_id, self.second)

    def test_what_a_substitute_planned_for_himself_goes_to_the_manager(self):
        self.stand_in()
        with freeze_time(WITHIN):
            planned, own = (
                client.with_user(self.manager).activity_schedule(
                    "mail.mail_activity_data_call", user_id=self.manager.id
                )
                for client in (self.beta, self.alpha)
            )
            self.assertEqual((planned | own).user_id, self.manager)
            self.env["client.substitution"]._return_work()
            self.assertEqual(planned.user_id, self.manager)
        with freeze_time(END):
            self.assertFalse(self.sees(self.manager, planned))
            self.env["client.substitution"]._return_work()
        self.assertEqual((planned.user_id, own.user_id), (self.second, self.manager))

    def test_what_a_substitute_left_to_complete_goes_to_the_manager(self):
        self.stand_in()
        with freeze_time(WITHIN):
            values = {"kind": "call_out", "date": WITHIN}
            contacts = self.env["client.interaction"].with_user(self.manager)
            left, own = contacts.create([{**values, "partner_id": one.id} for one in (self.beta, self.alpha)])
            meeting = (
                self.env["calendar.event"]
                .with_user(self.manager)
                .create(
                    {
                        "name": "Prices",
                        "start": "2026-03-10 09:00",
                        "stop": "2026-03-10 10:00",
                        "partner_ids": [Command.set((self.boris | self.manager.partner_id).ids)],
                    }
                )
            )
            self.env["client.substitution"]._return_work()
            self.assertEqual((left | own).sudo().user_id, self.manager)
        with freeze_time("2026-03-11 09:00:00"):
            self.env["client.substitution"]._return_work()
            meeting.sudo()._register_meetings()
        self.assertEqual((left.sudo().user_id, own.sudo().user_id), (self.second, self.manager))
        held = self.env["client.interaction"].search([("event_id", "=", meeting.id)])
        self.assertEqual(held.user_id, self.second)

    def test_who_stands_in_does_not_see_the_managers_results(self):
        self.stand_in()
        with freeze_time(WITHIN):
            managers = self.env["client.department"].with_user(self.manager)._get_managers()
        self.assertEqual(managers, self.manager)

    def test_activities_come_back_to_whose_the_client_is_then(self):
        self.stand_in()
        with freeze_time(WITHIN):
            activity = self.beta.activity_schedule("mail.mail_activity_data_todo", user_id=self.second.id)
        self.beta.user_id = self.third
        with freeze_time(END):
            self.env["mail.activity"]._return_to_owners()
        self.assertEqual(activity.user_id, self.third)

    def test_an_activity_that_cannot_come_back_stops_no_other(self):
        self.stand_in()
        with freeze_time(WITHIN):
            gone, broken, whole = (
                client.activity_schedule("mail.mail_activity_data_todo", user_id=self.second.id)
                for client in (self.beta, self.make_client("Broken", self.second), self.boris)
            )
        self.env.flush_all()
        self.env.cr.execute("UPDATE mail_activity SET res_model = 'gone.model' WHERE id = %s", [gone.id])
        self.env.invalidate_all()
        model = type(self.env["mail.activity"])
        find = model._get_owner_to_return_to

        def fail(activity):
            if activity == broken:
                raise ZeroDivisionError
            return find(activity)

        with (
            freeze_time(END),
            patch.object(model, "_get_owner_to_return_to", fail),
            self.assertLogs("odoo.addons.client_base.models.ir_cron", "ERROR") as logs,
        ):
            self.env["mail.activity"]._return_to_owners()
        self.assertEqual(len(logs.records), 1, "of a document that is gone nothing is expected")
        self.assertEqual((gone | broken).user_id, self.manager)
        self.assertEqual(whole.user_id, self.second)

    # --- what is told ---

    def test_what_the_substitute_does_says_for_whom(self):
        self.stand_in()
        order = self.make_order(self.beta)
        self.cr.flush()
        with freeze_time(WITHIN):
            messages = [
                document.with_user(self.manager).message_post(body="Hello")
                for document in (self.beta, self.boris, order)
            ]
            order.with_user(self.manager).with_context(tracking_disable=False, mail_notrack=False).action_cancel()
            self.cr.flush()
            tracked = order.message_ids.filtered("tracking_value_ids").filtered(
                lambda message: message.author_id == self.manager.partner_id
            )
            self.assertTrue(tracked)
            messages += list(tracked)
            own = self.alpha.with_user(self.manager).message_post(body="Mine")
            by_second = self.beta.with_user(self.second).message_post(body="Mine")
        with freeze_time(END):
            later = self.alpha.with_user(self.manager).message_post(body="Mine")
        for message in messages:
            self.assertEqual(message.sudo().client_for_id, self.second)
        for message in (own, by_second, later):
            self.assertFalse(message.sudo().client_for_id)

    def test_the_mark_reaches_the_browser(self):
        from odoo.addons.mail.tools.discuss import Store  # noqa: PLC0415

        self.stand_in()
        with freeze_time(WITHIN):
            message = self.beta.with_user(self.manager).message_post(body="Hello")
            [data] = Store().add(message).get_result()["mail.message"]
        self.assertEqual(data["client_for"], "Second")

    def test_the_mark_is_not_written_by_hand(self):
        message = self.alpha.with_user(self.manager).message_post(body="Hello")
        with self.assertRaises(AccessError):
            message.client_for_id = self.second
        forged = self.env["mail.message"].with_user(self.manager).with_context(default_client_for_id=self.second.id)
        values = {"model": "res.partner", "res_id": self.alpha.id, "body": "x", "client_for_id": self.second.id}
        self.assertFalse(forged.create(values).sudo().client_for_id)

    def test_the_card_says_who_stands_in(self):
        self.stand_in()
        with freeze_time(WITHIN):
            self.env.invalidate_all()
            words = self.beta.with_user(self.head).with_context(tz="UTC").client_absence
            self.assertIn("Second is away until 9 March 2026, 17:00", words)
            self.assertIn("Stands in: Manager.", words)
            self.assertFalse(self.alpha.client_absence)
        with freeze_time(END):
            self.env.invalidate_all()
            self.assertFalse(self.beta.client_absence)

    def test_people_are_told(self):
        request = self.ask(self.manager, substitute_id=self.third.id)
        [asked, *_] = request.message_ids.filtered("partner_ids")
        self.assertEqual(asked.partner_ids, self.lead.partner_id)
        request.with_user(self.lead).action_approve()
        told = request.message_ids.filtered("partner_ids") - asked
        self.assertEqual(told.partner_ids, (self.manager | self.third).partner_id)
        self.assertIn("Approved: Third stands in for Manager", told.body)

    def test_who_has_no_lead_asks_the_administrators(self):
        for user in (self.third, self.lead):
            [asked] = self.ask(user, substitute_id=self.manager.id).message_ids.filtered("partner_ids")
            self.assertIn(self.head.partner_id, asked.partner_ids)
            self.assertNotIn(user.partner_id, asked.partner_ids)

    def test_whose_lead_has_left_or_may_not_decide_asks_the_administrators(self):
        own = self.env.ref("client_base.group_client_own")
        for change in ({"active": False}, {"active": True, "group_ids": [Command.set(own.ids)]}):
            self.lead.write(change)
            request = self.ask(self.manager)
            [asked] = request.message_ids.filtered("partner_ids")
            with self.subTest(change=change):
                self.assertIn(self.head.partner_id, asked.partner_ids)
                self.assertNotIn(self.lead.partner_id, asked.partner_ids)
            request.with_user(self.head).unlink()

    def test_the_form_offers_those_one_may_enter(self):
        for user, expected in (
            (self.manager, self.manager),
            (self.lead, self.lead | self.manager),
            (self.head, self.lead | self.manager | self.second | self.third | self.head | self.accountant),
        ):
            description = self.env["client.substitution"].with_user(user).fields_get(["absent_id"])["absent_id"]
            offered = self.env["res.users"].with_user(user).search(description["domain"])
            self.assertFalse(expected - offered)
            self.assertFalse({self.operator, self.stranger} & set(offered))
            if user != self.head:
                self.assertEqual(offered, expected)

    def test_a_former_substitute_hears_no_more(self):
        self.stand_in()
        with freeze_time(WITHIN):
            self.beta.with_user(self.manager).message_subscribe(self.manager.partner_id.ids)
            heard = self.beta.message_post(body="Hi", subtype_xmlid="mail.mt_comment")
        with freeze_time(END):
            not_heard = self.beta.message_post(body="Hi", subtype_xmlid="mail.mt_comment")
            addressed = self.beta.message_post(body="Hi", partner_ids=self.manager.partner_id.ids)
        self.assertIn(self.manager.partner_id, heard.notified_partner_ids)
        self.assertNotIn(self.manager.partner_id, not_heard.notified_partner_ids)
        self.assertIn(self.manager.partner_id, addressed.notified_partner_ids)
