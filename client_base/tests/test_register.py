import random
from datetime import date, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.modules.migration import load_script
from odoo.tests import Form

from .common import ClientBaseCommon

UPGRADE = Path(__file__).parents[1] / "migrations" / "19.0.1.9.0" / "post-hide_private_subjects.py"


class RegisterCommon(ClientBaseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreed = cls.env.ref("client_base.result_agreed")
        cls.today = fields.Date.context_today(cls.env.user)

    def make_contact_with(self, client, user=None, **values):
        return (
            self.env["client.interaction"]
            .with_user(user or self.manager)
            .create({"partner_id": client.id, "kind": "call_out", **values})
        )

    def finish(self, interaction, **values):
        interaction.write({"comment": "Wants paper", "result_id": self.agreed.id, "next_date": self.today, **values})
        interaction.action_done()

    def get_activities(self, client, user=None):
        domain = [("res_model", "=", "res.partner"), ("res_id", "=", client.id)]
        return self.env["mail.activity"].search([*domain, *([("user_id", "=", user.id)] if user else [])])


class TestRegister(RegisterCommon):
    """No contact is lost, and none ends without what comes next."""

    def test_a_contact_is_done_with_comment_result_and_next_step(self):
        contact = self.make_contact_with(self.alpha)
        for values, missing in (
            ({}, "what was said"),
            ({"comment": "Wants paper"}, "the result"),
            ({"result_id": self.agreed.id}, "the next contact"),
            ({"comment": "  "}, "what was said"),
        ):
            contact.write(values)
            with self.subTest(values=values), self.assertRaisesRegex(ValidationError, missing), self.cr.savepoint():
                contact.action_done()
        contact.write({"comment": "Wants paper", "no_next_reason": "The shop closed"})
        contact.action_done()
        self.assertEqual(contact.state, "done")
        self.assertFalse(self.get_activities(self.alpha))

    def test_the_next_date_becomes_an_activity_of_the_clients_manager(self):
        contact = self.make_contact_with(self.alpha, user=self.lead)
        self.finish(contact, next_date=self.today + timedelta(days=3), next_kind="meeting")
        activity = self.get_activities(self.alpha)
        self.assertEqual(activity.user_id, self.manager)
        self.assertEqual(activity.date_deadline, self.today + timedelta(days=3))
        self.assertEqual(activity.activity_type_id, self.env.ref("mail.mail_activity_data_meeting"))
        self.assertEqual(self.alpha.client_next_contact, activity.date_deadline)
        contact.next_date = self.today + timedelta(days=5)
        self.assertEqual(self.get_activities(self.alpha).date_deadline, self.today + timedelta(days=5))
        contact.write({"next_date": False, "no_next_reason": "They call"})
        self.assertFalse(self.get_activities(self.alpha))

    def test_in_an_absence_the_next_contact_is_the_substitutes(self):
        self.stand_in(self.second, self.manager)
        self.finish(self.make_contact_with(self.alpha, user=self.lead))
        self.assertEqual(self.get_activities(self.alpha).user_id, self.second)

    def test_where_the_manager_has_left_the_next_contact_is_planned_for_who_had_this_one(self):
        self.second.active = False
        self.finish(self.make_contact_with(self.beta, user=self.head))
        self.assertEqual(self.get_activities(self.beta).user_id, self.head)

    def test_a_suggestion_comes_from_the_result(self):
        form = Form(
            self.env["client.interaction"].with_user(self.manager).with_context(default_partner_id=self.alpha.id)
        )
        form.result_id = self.env.ref("client_base.result_interested")
        self.assertEqual(form.next_date, self.today + timedelta(days=3))
        self.assertEqual(form.next_kind, "letter")

    def test_what_is_still_to_come_is_not_done(self):
        contact = self.make_contact_with(self.alpha, date=fields.Datetime.now() + timedelta(days=1))
        with self.assertRaisesRegex(ValidationError, "still to come"):
            self.finish(contact)

    def test_the_next_contact_does_not_lie_in_the_past(self):
        contact = self.make_contact_with(self.alpha, date=fields.Datetime.now() - timedelta(days=7))
        with self.assertRaisesRegex(ValidationError, "which is over"), self.cr.savepoint():
            self.finish(contact, next_date=self.today - timedelta(days=1))
        self.finish(contact, next_date=self.today)
        with freeze_time(fields.Datetime.now() + timedelta(days=30)):
            contact.comment = "Wants paper, and soon"
            with self.assertRaisesRegex(ValidationError, "which is over"), self.cr.savepoint():
                contact.next_date = self.today + timedelta(days=1)

    def test_the_next_contact_is_on_a_day_of_the_user(self):
        """When it is Tuesday in Greenwich, Monday is still to be worked on in Hawaii, and over in Samoa."""
        with freeze_time("2026-03-03 05:00:00"):
            self.manager.tz, self.lead.tz = "Pacific/Honolulu", "Pacific/Apia"
            self.finish(self.make_contact_with(self.alpha), next_date="2026-03-02")
            with self.assertRaisesRegex(ValidationError, "which is over"), self.cr.savepoint():
                self.finish(self.make_contact_with(self.alpha, user=self.lead), next_date="2026-03-02")

    def test_a_done_activity_enters_the_register_once(self):
        activity = self.alpha.with_user(self.manager).activity_schedule("mail.mail_activity_data_call", summary="Ask")
        self.assertEqual(self.alpha.client_next_contact, activity.date_deadline)
        activity.action_feedback(feedback="He is ill")
        contact = self.alpha.client_interaction_ids
        self.assertEqual((contact.kind, contact.subject, contact.comment), ("call_out", "Ask", "He is ill"))
        self.assertEqual((contact.user_id, contact.state), (self.manager, "open"))
        self.assertFalse(self.alpha.client_next_contact)
        self.alpha.with_user(self.manager).activity_schedule("mail.mail_activity_data_todo").action_feedback()
        self.assertEqual(self.alpha.client_interaction_ids, contact, "a task is no contact")

    def test_a_contact_that_was_planned_ends_its_activity(self):
        activity = self.alpha.with_user(self.manager).activity_schedule("mail.mail_activity_data_call")
        contact = self.make_contact_with(self.alpha, activity_id=activity.id)
        self.finish(contact)
        self.assertFalse(activity.active)
        self.assertEqual(self.alpha.client_interaction_ids, contact)
        self.assertEqual(len(self.get_activities(self.alpha)), 1, "the next one")

    def test_a_contact_begun_and_then_done_in_the_chatter_is_one(self):
        activity = self.alpha.with_user(self.manager).activity_schedule("mail.mail_activity_data_call")
        contact = self.make_contact_with(self.alpha, activity_id=activity.id)
        activity.action_feedback(feedback="He is ill")
        self.assertEqual(self.alpha.client_interaction_ids, contact)
        self.assertEqual((contact.comment, contact.state), ("He is ill", "open"))

    def test_what_was_planned_with_who_left_can_be_done(self):
        activity = self.anna.with_user(self.manager).activity_schedule(
            "mail.mail_activity_data_call", user_id=self.manager.id
        )
        self.anna.parent_id = self.free
        self.env.flush_all()
        self.env.invalidate_all()
        activity.action_feedback(feedback="Works elsewhere")
        self.assertFalse(activity.active)

    def test_a_done_contact_that_is_corrected_plans_nothing_again(self):
        contact = self.make_contact_with(self.alpha)
        self.finish(contact, next_date=self.today + timedelta(days=3))
        correct = {"result_id": self.env.ref("client_base.result_interested").id, "next_date": contact.next_date}
        self.get_activities(self.alpha).with_user(self.manager).action_feedback(feedback="Had already")
        contact.write(correct)
        self.assertFalse(self.get_activities(self.alpha))
        contact.next_date = self.today + timedelta(days=9)
        self.get_activities(self.alpha).unlink()
        contact.write({"result_id": self.agreed.id, "date": contact.date - timedelta(hours=1)})
        self.assertFalse(self.get_activities(self.alpha), "who cancelled it did not want it")

    def test_the_next_contact_takes_the_way_that_is_chosen_later(self):
        contact = self.make_contact_with(self.alpha)
        self.finish(contact, next_kind="call_out")
        contact.next_kind = "meeting"
        meeting = self.env.ref("mail.mail_activity_data_meeting")
        self.assertEqual(self.get_activities(self.alpha).activity_type_id, meeting)

    def test_a_contact_that_was_with_another_client_is_followed_up_there(self):
        other = self.make_client("Other", self.lead)
        contact = self.make_contact_with(self.alpha, user=self.lead)
        self.finish(contact, next_date=self.today + timedelta(days=3))
        contact.action_reopen()
        contact.partner_id = other
        self.assertFalse(self.get_activities(self.alpha))
        contact.action_done()
        activity = self.get_activities(other)
        self.assertEqual((activity.user_id, activity.date_deadline), (self.lead, contact.next_date))
        self.assertEqual((self.alpha.client_next_contact, other.client_next_contact), (False, contact.next_date))
        contact.partner_id = self.alpha
        self.assertFalse(self.get_activities(other))
        self.assertEqual(self.get_activities(self.alpha).user_id, self.manager)

    def test_a_contact_moved_to_a_person_is_one_with_its_company(self):
        contact = self.make_contact_with(self.make_client("Other", self.manager), user=self.manager)
        contact.partner_id = self.anna
        self.assertEqual((contact.partner_id, contact.person_id), (self.alpha, self.anna))

    def test_an_operator_registers_what_comes_next(self):
        card = self.env["res.partner"].with_user(self.operator).create({"name": "Raw Ltd", "is_company": True})
        contact = self.make_contact_with(
            card,
            user=self.operator,
            comment="Asks for prices",
            result_id=self.agreed.id,
            next_date=self.today,
            state="done",
        )
        self.assertEqual(contact.sudo().next_activity_id, self.get_activities(card))
        self.assertEqual(card.client_next_contact, self.today)

    def test_an_operator_finishes_own_contacts(self):
        card = self.env["res.partner"].with_user(self.operator).create({"name": "Raw Ltd", "is_company": True})
        contacts = self.env["client.interaction"].with_user(self.operator)
        with Form(contacts.with_context(default_partner_id=card.id)) as form:
            form.subject = "First call"
        contact = form.record
        with Form(contact) as form:
            form.comment = "Asks for prices"
            form.result_id = self.agreed
        contact.action_done()
        self.assertEqual((contact.state, card.client_next_contact), ("done", contact.next_date))
        others = self.make_contact_with(card, user=self.head)
        self.assertTrue(others.with_user(self.operator).has_access("read"))
        with self.assertRaises(AccessError):
            others.with_user(self.operator).comment = "Never mind"
        self.manager.group_ids += self.env.ref("client_base.group_client_operator")
        self.make_contact_with(self.alpha, user=self.head).with_user(self.manager).comment = "Who sells works them all"

    def test_an_activity_of_an_order_is_about_its_client(self):
        order = self.make_order(self.anna).with_user(self.manager)
        order.activity_schedule("mail.mail_activity_data_call", user_id=self.manager.id)
        self.assertEqual(self.alpha.client_next_contact, self.today)
        order.activity_ids.action_feedback(feedback="Delivered")
        self.assertEqual(self.alpha.client_interaction_ids.comment, "Delivered")

    def test_an_activity_follows_its_document_to_another_client(self):
        order = self.make_order(self.alpha, state="draft", user_id=self.manager.id)
        order.activity_schedule("mail.mail_activity_data_call", user_id=self.manager.id)
        other = self.make_client("Other", self.manager)
        order.with_user(self.manager).partner_id = other
        self.assertEqual(order.activity_ids.client_partner_id, other)
        self.assertEqual((self.alpha.client_next_contact, other.client_next_contact), (False, self.today))

    def test_meetings_enter_when_they_are_over_once(self):
        now = fields.Datetime.now()
        guests = self.alpha | self.anna | self.manager.partner_id
        past = self.make_meeting(guests, now - timedelta(hours=3))
        self.make_meeting(guests, now + timedelta(hours=3))
        day = self.make_meeting(guests, now - timedelta(days=2), allday=True)
        for _time in range(2):
            with self.enter_registry_test_mode():
                self.env.ref("client_base.ir_cron_register_meetings").method_direct_trigger()
        self.env.invalidate_all()
        contacts = self.alpha.client_interaction_ids
        self.assertEqual(contacts.event_id, past | day)
        self.assertEqual(len(contacts), 2)
        self.assertEqual(contacts.person_id, self.anna)
        self.assertEqual(contacts.user_id, self.manager)

    def make_meeting(self, guests, start, **values):
        return self.env["calendar.event"].create(
            {
                "name": "Talk",
                "user_id": self.manager.id,
                "partner_ids": [Command.set(guests.ids)],
                "start": start,
                "stop": start + timedelta(hours=1),
                **values,
            }
        )

    def test_what_is_to_be_done_about_a_meeting_is_about_the_client_among_its_guests(self):
        self.manager.name = "Aaron"
        meeting = self.make_meeting(self.manager.partner_id | self.anna, fields.Datetime.now())
        self.assertEqual(meeting.partner_ids[0], self.manager.partner_id)
        activity = self.env["mail.activity"].create(
            {"res_model_id": self.env["ir.model"]._get_id(meeting._name), "res_id": meeting.id, "summary": "Prepare"}
        )
        self.assertEqual(activity.client_partner_id, self.alpha)

    def test_what_a_private_meeting_is_about_stays_private(self):
        now, guests = fields.Datetime.now(), self.alpha | self.manager.partner_id
        self.manager.with_user(self.manager).calendar_default_privacy = "private"
        for privacy, subject in (("private", False), (False, False), ("public", "Talk"), ("confidential", "Talk")):
            meeting = self.make_meeting(guests, now - timedelta(hours=3), privacy=privacy)
            with self.subTest(privacy=privacy):
                meeting._register_meetings()
                contact = self.env["client.interaction"].with_user(self.lead).search([("event_id", "=", meeting.id)])
                self.assertEqual(contact.subject, subject)
                self.assertEqual("Talk" in contact.display_name, bool(subject))

    def test_an_upgrade_hides_what_private_meetings_were_about(self):
        now, guests = fields.Datetime.now(), self.alpha | self.manager.partner_id
        meetings = [
            self.make_meeting(guests, now - timedelta(hours=3), privacy=privacy)
            for privacy in ("private", "private", "public")
        ]
        self.manager.with_user(self.manager).calendar_default_privacy = "private"
        meetings.append(self.make_meeting(guests, now - timedelta(hours=3)))
        subjects = ("Talk", "What I wrote", "Talk", "Talk")
        contacts = [
            self.make_contact_with(self.alpha, event_id=meeting.id, subject=subject)
            for meeting, subject in zip(meetings, subjects, strict=True)
        ]
        self.env.flush_all()
        load_script(str(UPGRADE), UPGRADE.stem).migrate(self.cr, "19.0.1.8.0")
        self.assertEqual([contact.subject for contact in contacts], [False, "What I wrote", "Talk", False])

    def test_a_meeting_that_cannot_be_entered_stops_no_other(self):
        now, guests = fields.Datetime.now(), self.alpha | self.manager.partner_id
        broken, whole = (self.make_meeting(guests, now - timedelta(hours=hours)) for hours in (5, 3))
        model = type(self.env["calendar.event"])
        prepare = model._prepare_interaction

        def fail(meeting, *parties):
            if meeting == broken:
                raise ZeroDivisionError
            return prepare(meeting, *parties)

        with (
            patch.object(model, "_prepare_interaction", fail),
            self.assertLogs("odoo.addons.client_base.models.ir_cron", "ERROR"),
            self.enter_registry_test_mode(),
        ):
            self.env.ref("client_base.ir_cron_register_meetings").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.alpha.client_interaction_ids.event_id, whole)

    def test_a_meeting_enters_once_whoever_says_first_that_it_was(self):
        """The calendar enters it when it is over, the manager when the planned activity is done or registered."""
        for first in ("calendar", "manager", "register"):
            meeting, activity = self.plan_meeting()
            if first == "calendar":
                self.run_meetings()
            if first == "register":
                self.finish(self.make_contact_with(self.alpha, activity_id=activity.id))
            else:
                activity.action_feedback(feedback="Wants paper")
            self.run_meetings()
            contacts = self.env["client.interaction"].search([("event_id", "=", meeting.id)], order="partner_id")
            with self.subTest(first=first):
                said = [(contact.partner_id, contact.comment) for contact in contacts]
                self.assertEqual(said, [(self.alpha, "Wants paper"), (self.free, False)])

    def plan_meeting(self):
        """Return a meeting of an hour ago with two clients, and the manager's activity about the one."""
        guests = self.alpha | self.free | self.manager.partner_id
        meeting = self.make_meeting(guests, fields.Datetime.now() - timedelta(hours=2))
        activity = self.alpha.with_user(self.manager).activity_schedule(
            "mail.mail_activity_data_meeting", calendar_event_id=meeting.id, user_id=self.manager.id
        )
        return meeting, activity

    def test_a_contact_that_the_calendar_entered_ends_what_was_planned(self):
        _meeting, activity = self.plan_meeting()
        self.run_meetings()
        self.finish(self.alpha.client_interaction_ids.with_user(self.manager))
        self.assertFalse(activity.active)
        self.assertEqual(len(self.alpha.client_interaction_ids), 1)

    def test_each_meeting_of_a_series_enters(self):
        start = fields.Datetime.now() - timedelta(days=2, hours=2)
        self.make_meeting(
            self.alpha | self.manager.partner_id,
            start,
            recurrency=True,
            rrule_type="daily",
            interval=1,
            end_type="count",
            count=5,
            event_tz="UTC",
        )
        self.run_meetings()
        self.assertEqual(len(self.alpha.client_interaction_ids), 3)

    def run_meetings(self):
        with self.enter_registry_test_mode():
            self.env.ref("client_base.ir_cron_register_meetings").method_direct_trigger()
        self.env.invalidate_all()

    def test_a_letter_that_was_planned_and_sent_is_one_contact(self):
        own = self.alpha.with_user(self.manager)
        planned = own.activity_schedule("mail.mail_activity_data_email", summary="Send the offer")
        own.message_post(
            body="Our offer", partner_ids=self.anna.ids, message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        planned.action_feedback(feedback="Sent")
        [letter] = self.alpha.client_interaction_ids
        self.assertEqual((letter.state, letter.activity_id, letter.comment), ("open", planned, "Sent"))
        own.activity_schedule("mail.mail_activity_data_email").action_feedback()
        self.assertEqual(len(self.alpha.client_interaction_ids), 2, "another letter, of which nothing was noted")

    def test_letters_are_noted_by_themselves(self):
        own = self.alpha.with_user(self.manager)
        own.message_post(
            body="Our offer", partner_ids=self.anna.ids, message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.alpha.message_post(
            body="Thanks", author_id=self.anna.id, message_type="email", subtype_xmlid="mail.mt_comment"
        )
        own.message_post(body="He is nice", subtype_xmlid="mail.mt_note")
        letters = self.alpha.client_interaction_ids.sorted("id")
        self.assertEqual(letters.mapped("direction"), ["out", "in"])
        self.assertEqual(set(letters.mapped("state")), {"noted"})
        self.assertEqual(letters.person_id, self.anna)
        self.assertEqual(self.alpha.client_last_contact, self.today)

    def test_a_contact_with_a_person_is_one_with_the_client(self):
        contacts = self.env["client.interaction"].with_user(self.manager)
        rows = [[str(self.anna.id), "call_out", "2026-01-10 10:00:00", "old", "noted"]]
        loaded = contacts.load(["partner_id/.id", "kind", "date", "comment", "state"], rows)
        made = contacts.browse(loaded["ids"]) | contacts.with_context(default_partner_id=self.anna.id).create({})
        self.assertEqual((made.partner_id, made.person_id), (self.alpha, self.anna))
        self.assertTrue(self.alpha.client_last_contact)

    def test_who_gets_a_company_brings_what_is_known_along(self):
        person, other = self.make_client("Ivan", self.manager, is_company=False), self.make_client("Solo", self.manager)
        contact = self.make_contact_with(person, state="noted")
        activity = person.activity_schedule("mail.mail_activity_data_call", user_id=self.manager.id)
        paper = self.env["product.category"].create({"name": "Paper"})
        market = self.env["client.market"].create(
            {"partner_id": other.id, "category_id": paper.id, "capacity": 1, "source": "told"}
        )
        person.with_user(self.manager).parent_id = self.alpha
        other.with_user(self.manager).write({"is_company": False, "parent_id": self.alpha.id})
        self.assertEqual((contact.partner_id, contact.person_id), (self.alpha, person))
        self.assertEqual((activity.client_partner_id, market.partner_id), (self.alpha, self.alpha))
        self.assertEqual(self.alpha.client_last_contact, contact.date.date())
        self.assertEqual(self.alpha.client_next_contact, activity.date_deadline)
        self.assertFalse(person.client_last_contact or person.client_next_contact)
        person.parent_id = False
        self.assertEqual(activity.client_partner_id, person, "what is to be done goes with the person")
        self.assertEqual(contact.partner_id, self.alpha, "what was said there stays there")
        self.assertEqual((self.alpha.client_next_contact, person.client_next_contact), (False, activity.date_deadline))

    def test_a_client_merged_into_a_contact(self):
        person = self.make_client("Ivan", self.manager, is_company=False)
        contact = self.make_contact_with(person, state="noted")
        activity = person.activity_schedule("mail.mail_activity_data_call", user_id=self.manager.id)
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(self.head)
        wizard._merge((person | self.anna).ids, self.anna, extra_checks=False)
        self.env.invalidate_all()
        self.assertEqual((contact.partner_id, contact.person_id), (self.alpha, self.anna))
        self.assertEqual(activity.client_partner_id, self.alpha)
        self.assertEqual(self.alpha.client_last_contact, contact.date.date())

    def test_who_follows_a_document_gets_its_letters(self):
        order = self.make_order(self.alpha, state="draft", user_id=self.manager.id)
        order.message_subscribe((self.anna | self.free).ids)
        order.with_user(self.manager).message_post(
            body="Our price", partner_ids=self.alpha.ids, message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        letters = self.env["client.interaction"].search([("kind", "=", "letter")])
        self.assertEqual(letters.partner_id, self.alpha | self.free)
        self.assertEqual(len(letters), 2, "once with each client, whomever of it the letter went to")
        self.assertEqual(letters.user_id, self.manager)
        self.assertEqual(set(letters.mapped("direction")), {"out"})

    def test_a_letter_to_a_list_is_one_to_each(self):
        other = self.make_client("Other", self.manager, email="other@example.com")
        self.alpha.email = "alpha@example.com"
        composer = self.env["mail.compose.message"].with_user(self.manager)
        composer.create(
            {
                "composition_mode": "mass_mail",
                "model": "res.partner",
                "res_ids": str((self.alpha | other).ids),
                "subject": "Our offer",
                "body": "<p>Paper</p>",
            }
        )._action_send_mail()
        for client in self.alpha | other:
            letter = client.client_interaction_ids
            with self.subTest(client=client.name):
                self.assertEqual((letter.subject, letter.user_id), ("Our offer", self.manager))

    def test_a_success_is_what_the_result_says(self):
        contact = self.make_contact_with(self.alpha, success=True)
        contact.success = True
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(contact.success)
        contact.result_id = self.agreed
        self.assertTrue(contact.success)

    def test_who_was_not_reached_was_not_spoken_to(self):
        contact = self.make_contact_with(self.alpha)
        self.finish(contact, result_id=self.env.ref("client_base.result_not_reached").id)
        self.assertFalse(self.alpha.client_last_contact)

    def test_what_a_result_says_later_counts_for_all_who_had_it(self):
        self.alpha.active = False
        clients = self.alpha | self.beta
        for client in clients:
            self.make_contact_with(client, user=self.head, result_id=self.agreed.id)
        self.assertEqual(clients.mapped("client_last_contact"), [self.today] * 2)
        self.agreed.with_user(self.head).missed = True
        self.assertEqual(clients.mapped("client_last_contact"), [False] * 2)
        self.agreed.with_user(self.head).missed = False
        self.assertEqual(clients.mapped("client_last_contact"), [self.today] * 2)

    def test_a_result_that_contacts_have_is_not_deleted(self):
        self.finish(self.make_contact_with(self.beta, user=self.second))
        self.assert_refused(self.agreed.with_user(self.head).unlink, "archive it instead of deleting it")

    def test_each_sees_the_contacts_with_own_clients(self):
        self.make_contact_with(self.alpha)
        self.make_contact_with(self.beta, user=self.second)
        contacts = self.env["client.interaction"]
        for user, count in (
            (self.manager, 1),
            (self.second, 1),
            (self.lead, 1),
            (self.accountant, 2),
            (self.operator, 0),
        ):
            with self.subTest(user=user.name):
                self.assertEqual(contacts.with_user(user).search_count([]), count)
        with self.assertRaises(AccessError):
            self.make_contact_with(self.beta)
        with self.assertRaises(AccessError):
            self.alpha.client_interaction_ids.with_user(self.manager).unlink()

    def test_a_handover_brings_what_waits_to_the_receiver_and_leaves_what_was(self):
        self.finish(self.make_contact_with(self.alpha))
        waiting = self.make_contact_with(self.alpha).with_user(self.env.user)
        handover = (
            self.env["client.handover"]
            .with_user(self.head)
            .create({"source": "owner", "owner_id": self.manager.id, "receiver_id": self.second.id})
        )
        handover.action_preview()
        handover.action_apply()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(waiting.user_id, self.second)
        done = self.alpha.client_interaction_ids - waiting
        self.assertEqual(done.user_id, self.manager)
        contacts = self.env["client.interaction"]
        self.assertFalse(contacts.with_user(self.manager).search([]), "nothing of it is left to the former manager")
        self.assertEqual(contacts.with_user(self.second).search([]), waiting | done)
        self.assertFalse(self.env["client.day"].with_user(self.manager)._get_day()["sections"][1]["rows"])

    def test_random_working_days(self):
        """However contacts come and go: what is closed has a next date or a reason, and nothing is there twice."""
        chance = random.Random(7)
        own = self.alpha.with_user(self.manager)
        done = planned = 0
        for _step in range(60):
            step = chance.choice(["plan", "finish", "feedback", "enter", "cancel"])
            activities = self.get_activities(self.alpha).with_user(self.manager)
            if step == "plan":
                own.activity_schedule("mail.mail_activity_data_call", user_id=self.manager.id)
                planned += 1
            elif step == "feedback" and activities:
                activities[0].action_feedback(feedback=chance.choice(["Said yes", ""]))
                done += 1
            elif step == "enter":
                self.make_contact_with(self.alpha)
                done += 1
            elif step == "cancel" and activities:
                activities[-1].unlink()
            elif step == "finish":
                waiting = own.client_interaction_ids.filtered(lambda contact: contact.state == "open")[:1]
                values = chance.choice([{}, {"next_date": False}, {"next_date": False, "no_next_reason": "Enough"}])
                try:
                    with self.cr.savepoint():
                        self.finish(waiting, **values)
                except UserError:
                    self.assertFalse(values.get("no_next_reason") or "next_date" not in values)
        contacts = self.alpha.client_interaction_ids
        self.assertEqual(len(contacts), done)
        closed = contacts.filtered(lambda contact: contact.state == "done")
        self.assertTrue(closed)
        for contact in closed:
            self.assertTrue(contact.comment and contact.result_id and (contact.next_date or contact.no_next_reason))
        open_activities = self.get_activities(self.alpha)
        earliest = min(open_activities.mapped("date_deadline"), default=False)
        self.assertEqual(self.alpha.client_next_contact, earliest)
        self.assertLessEqual(closed.filtered("next_date").next_activity_id & open_activities, open_activities)


class TestQuickEntry(RegisterCommon):
    """A missed call in two fields, also from who is not known."""

    def enter(self, caller, comment=False):
        form = Form(self.env["client.quick.contact"].with_user(self.manager))
        form.caller = caller
        if comment:
            form.comment = comment
        form.save().action_save()

    def test_a_caller_is_found_by_any_part_of_the_number(self):
        self.anna.phone = "+380 (44) 123-45-67"
        for text in ("1234567", "44 123", "123-45", "8 (044) 123-45-67", "Anna Al"):
            with self.subTest(text=text):
                found = self.env["client.quick.contact"].with_user(self.manager).new({"caller": text})._find_callers()
                self.assertEqual(found, self.anna)
        foreign = self.env["client.quick.contact"].with_user(self.second).new({"caller": "1234567"})
        self.assertFalse(foreign._find_callers())

    def test_a_missed_call_is_to_be_answered_today(self):
        self.anna.phone = "+380 (44) 123-45-67"
        self.enter("1234567")
        contact = self.alpha.client_interaction_ids
        self.assertEqual((contact.person_id, contact.state, contact.kind), (self.anna, "done", "call_in"))
        self.assertEqual(self.get_activities(self.alpha, self.manager).date_deadline, self.today)
        self.assertFalse(self.alpha.client_last_contact)

    def test_an_unknown_caller_is_not_lost(self):
        self.enter("+380 50 765 43 21", "Asks for prices")
        client = self.env["res.partner"].search([("phone", "like", "765 43 21")])
        self.assertEqual(client.client_owner_id, self.manager)
        self.assertEqual(client.client_interaction_ids.comment, "Asks for prices")
        with self.assertRaises(UserError):
            self.env["client.quick.contact"].with_user(self.manager).create({}).action_save()


class TestDay(RegisterCommon):
    """The morning's list: what yesterday's work made of today."""

    def get_section(self, name, user=None):
        page = self.env["client.day"].with_user(user or self.manager)
        sections = [*page._get_day()["sections"], *page._get_rest()["sections"]]
        return next(section for section in sections if section["name"] == name)

    def get_clients(self, name, user=None):
        return self.env["res.partner"].union(*(row["client"] for row in self.get_section(name, user)["rows"]))

    def plan(self, client, days):
        client.with_user(self.manager).activity_schedule(
            "mail.mail_activity_data_call", date_deadline=self.today + timedelta(days=days), user_id=self.manager.id
        )

    def test_what_is_due_and_what_waits(self):
        others = [self.make_client(f"Client {number}", self.manager) for number in range(3)]
        self.plan(self.alpha, -2)
        self.plan(others[0], 0)
        self.plan(others[1], 1)
        self.make_contact_with(others[2])
        self.assertEqual(self.get_clients("overdue"), self.alpha)
        self.assertEqual(self.get_clients("today"), others[0])
        self.assertEqual(self.get_clients("tomorrow"), others[1])
        self.assertEqual(self.get_clients("open"), others[2])
        self.assertFalse(self.get_clients("overdue", self.second))
        html = self.env["client.day"].with_user(self.manager).get_page()
        self.assertIn("days late: 2", html)

    def test_forgotten_clients(self):
        self.make_contact_with(self.alpha, date=fields.Datetime.now() - timedelta(days=61), state="noted")
        self.assertEqual(self.get_clients("silent"), self.alpha)
        retail = self.env.ref("client_base.channel_retail")
        retail.contact_days = 90
        self.alpha.client_channel_id = retail
        self.assertFalse(self.get_clients("silent"))
        retail.contact_days = 30
        self.assertEqual(self.get_clients("silent"), self.alpha)
        self.plan(self.alpha, 10)
        self.assertFalse(self.get_clients("silent"), "it is not forgotten")
        new = self.make_client("New", self.manager)
        self.assertEqual(self.get_clients("unplanned"), new)

    def test_clients_of_a_format_that_is_archived_are_not_forgotten(self):
        self.make_contact_with(self.alpha, date=fields.Datetime.now() - timedelta(days=61), state="noted")
        self.alpha.client_channel_id = self.env.ref("client_base.channel_retail")
        self.alpha.client_channel_id.active = False
        self.assertEqual(self.get_clients("silent"), self.alpha)

    def test_a_company_within_a_company_is_a_client_of_its_own(self):
        branch = self.make_client("Alpha Branch", self.manager, parent_id=self.alpha.id)
        self.assertEqual(self.get_clients("unplanned"), self.alpha | branch)
        self.make_contact_with(branch, date=fields.Datetime.now() - timedelta(days=61), state="noted")
        self.assertEqual(self.get_clients("silent"), branch)

    def test_the_larger_client_first(self):
        other = self.make_client("Other", self.manager)
        self.plan(other, -3)
        self.plan(self.alpha, -3)
        criterion = self.env["client.criterion"].search([], limit=1)
        self.env["client.score"].create({"partner_id": self.alpha.id, "criterion_id": criterion.id, "value": 5})
        rows = self.get_section("overdue")["rows"]
        self.assertEqual([row["client"] for row in rows], [self.alpha, other])
        self.assertIn("fit: 100 %", rows[0]["why"])

    def test_today_is_the_users_day(self):
        """At 23:30 UTC it is tomorrow in Kyiv, and today still in New York."""
        for zone, expected in (("Europe/Kyiv", "overdue"), ("UTC", "today"), ("America/New_York", "today")):
            with self.subTest(zone=zone), freeze_time("2026-10-24 23:30:00"), self.cr.savepoint():
                self.manager.tz = zone
                self.alpha.with_user(self.manager).activity_schedule(
                    "mail.mail_activity_data_call", date_deadline=date(2026, 10, 24), user_id=self.manager.id
                )
                self.assertEqual(self.get_clients(expected), self.alpha)
                self.get_activities(self.alpha).unlink()

    def test_the_day_on_which_the_clock_changes_is_one_day(self):
        """In Kyiv 25 October 2026 lasts 25 hours, 29 March 23; the due call is today's from its first to its last."""
        self.manager.tz = "Europe/Kyiv"
        for due, moments in (
            (date(2026, 10, 25), ("2026-10-24 21:30", "2026-10-25 00:30", "2026-10-25 01:30", "2026-10-25 21:30")),
            (date(2026, 3, 29), ("2026-03-28 22:30", "2026-03-29 00:30", "2026-03-29 01:30", "2026-03-29 20:30")),
        ):
            with freeze_time(f"{due} 12:00:00"):
                self.alpha.with_user(self.manager).activity_schedule(
                    "mail.mail_activity_data_call", date_deadline=due, user_id=self.manager.id
                )
            for moment in moments:
                with self.subTest(moment=moment), freeze_time(f"{moment}:00"):
                    self.assertEqual(self.get_clients("today"), self.alpha)
            with freeze_time(fields.Datetime.to_datetime(f"{moments[-1]}:00") + timedelta(hours=1)):
                self.assertEqual(self.get_clients("overdue"), self.alpha)
            self.get_activities(self.alpha).unlink()

    def make_meeting(self, **values):
        guests = [Command.set([self.anna.id, self.manager.partner_id.id])]
        return (
            self.env["calendar.event"]
            .with_user(self.manager)
            .create({"name": "Talk", "partner_ids": guests, "user_id": self.manager.id, **values})
        )

    def test_the_calendar_shows_the_users_today_and_tomorrow(self):
        """In Kyiv, three hours ahead of UTC in summer, 10 and 11 June."""
        self.manager.tz = "Europe/Kyiv"
        with freeze_time("2026-06-10 12:00:00"):
            meetings = {
                start: self.make_meeting(start=start, stop=fields.Datetime.to_datetime(start) + timedelta(minutes=30))
                for start in ("2026-06-09 20:30", "2026-06-09 21:00", "2026-06-11 20:30", "2026-06-11 21:00")
            }
        with freeze_time("2026-06-10 16:00:00"):
            shown = self.env["client.day"].with_user(self.manager)._get_day()["events"]
        self.assertEqual(shown, meetings["2026-06-09 21:00"] | meetings["2026-06-11 20:30"])

    def test_meetings_that_last_all_day(self):
        with freeze_time("2026-06-10 12:00:00"):
            meeting = self.make_meeting(allday=True, start_date="2026-06-10", stop_date="2026-06-10")
            day = self.env["client.day"].with_user(self.manager)
            self.assertIn(meeting, day._get_day()["events"])
        with freeze_time("2026-06-11 12:00:00"), self.enter_registry_test_mode():
            self.env.ref("client_base.ir_cron_register_meetings").method_direct_trigger()
            self.env.ref("client_base.ir_cron_register_meetings").method_direct_trigger()
        contact = self.alpha.client_interaction_ids
        self.assertEqual((contact.event_id, contact.duration, contact.date.date()), (meeting, 0, date(2026, 6, 10)))

    def test_each_of_recurring_meetings_enters_the_register_once(self):
        with freeze_time("2026-06-10 06:00:00"):
            self.make_meeting(
                start="2026-06-10 08:00:00",
                stop="2026-06-10 09:00:00",
                recurrency=True,
                rrule_type="daily",
                end_type="count",
                count=3,
                event_tz="Europe/Kyiv",
            )
        for moment, count in (
            ("2026-06-10 12:00", 1),
            ("2026-06-11 12:00", 2),
            ("2026-06-11 13:00", 2),
            ("2026-06-20 12:00", 3),
        ):
            with freeze_time(f"{moment}:00"), self.enter_registry_test_mode():
                self.env.ref("client_base.ir_cron_register_meetings").method_direct_trigger()
            self.env.invalidate_all()
            with self.subTest(moment=moment):
                self.assertEqual(len(self.alpha.client_interaction_ids), count)
        self.assertEqual(len(self.alpha.client_interaction_ids.event_id), 3)

    def test_birthdays_over_the_turn_of_the_year(self):
        self.anna.client_birthday = datetime(1980, 1, 2)
        with freeze_time("2026-12-30 12:00:00"):
            self.assertEqual(self.get_section("birthdays")["rows"][0]["text"], "Anna Alpha")
        with freeze_time("2026-06-30 12:00:00"):
            self.assertFalse(self.get_section("birthdays")["rows"])

    def test_who_left_hides_no_birthday(self):
        with freeze_time("2026-06-30 12:00:00"):
            gone = [
                {"name": f"Gone {number}", "parent_id": self.alpha.id, "client_birthday": "1980-07-01", "active": False}
                for number in range(25)
            ]
            self.env["res.partner"].create(gone)
            there = self.make_contact(self.alpha, "Born in July", client_birthday="1980-07-02")
            self.assertEqual([row["text"] for row in self.get_section("birthdays")["rows"]], [there.name])

    def test_who_was_born_on_29_february_has_a_birthday_every_year(self):
        self.anna.client_birthday = date(1980, 2, 29)
        for today, count in (("2026-02-28", 1), ("2026-03-01", 0), ("2028-02-22", 0), ("2028-02-29", 1)):
            with self.subTest(today=today), freeze_time(f"{today} 12:00:00"):
                self.assertEqual(len(self.get_section("birthdays")["rows"]), count)

    def test_public_holidays_of_the_clients_countries(self):
        self.alpha.country_id = self.env.ref("base.de")
        with freeze_time("2026-09-30 12:00:00"):
            html = self.env["client.day"].with_user(self.manager).get_rest()
            self.assertIn("German Unity Day", html)
            self.assertNotIn("German Unity Day", self.env["client.day"].with_user(self.second).get_rest())

    def test_a_substitute_sees_and_does_what_the_absent_manager_planned(self):
        self.plan(self.alpha, -2)
        self.plan(self.make_client("Later", self.manager), 3)
        self.assertFalse(self.get_section("lent", self.second)["count"])
        self.stand_in(self.second, self.manager)
        section = self.get_section("lent", self.second)
        [row] = section["rows"]
        self.assertEqual((row["client"], row["absent"], section["count"]), (self.alpha, "Manager", 1))
        self.assertEqual(self.get_clients("overdue"), self.alpha, "it stays the manager's")
        done = self.make_contact_with(self.alpha, user=self.second, activity_id=row["activity"].id)
        self.finish(done, next_date=False, no_next_reason="It is settled")
        self.assertFalse(self.get_section("lent", self.second)["count"])

    def test_what_a_substitute_does_for_somebody_is_marked(self):
        self.stand_in(self.second, self.manager)
        self.alpha.with_user(self.lead).activity_schedule("mail.mail_activity_data_call", user_id=self.manager.id)
        [row] = self.get_section("today", self.second)["rows"]
        self.assertEqual((row["client"], row["absent"]), (self.alpha, "Manager"))

    def test_queries_do_not_grow_with_the_rows(self):
        counts = {}
        for size in (3, 15):  # both fit on the page: beyond it one more query counts
            for number in range(size):
                self.plan(self.make_client(f"Client {size} {number}", self.manager), -1)
            day = self.env["client.day"].with_user(self.manager)
            day.get_page(), day.get_rest()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            day.get_page(), day.get_rest()
            counts[size] = self.cr.sql_log_count - before
        self.assertEqual(counts[3], counts[15])


class TestHistory(RegisterCommon):
    """The client's total business experience on one page."""

    def test_the_time_line_tells_everything_in_order(self):
        self.make_order(self.anna, on="2026-03-03")
        self.finish(self.make_contact_with(self.alpha, date="2026-04-04 10:00:00", subject="First talk"))
        self.env["client.dmu.member"].create(
            {
                "partner_id": self.alpha.id,
                "person_id": self.anna.id,
                "role_id": self.env.ref("client_base.dmu_role_buyer").id,
                "date_from": "2026-02-02",
            }
        )
        rows = self.alpha.with_user(self.manager)._get_panel_history()["rows"]
        self.assertEqual([row["kind"] for row in rows], ["contact", "order", "person"])
        html = self.env["res.partner"].with_user(self.manager).browse(self.alpha.id).get_client_panel("history")
        for word in ("First talk", "Wants paper", "Anna Alpha"):
            self.assertIn(word, html)
        with self.assertRaises(AccessError):
            self.alpha.with_user(self.second).get_client_panel("history")

    def test_a_contact_stands_on_the_day_that_it_was_for_the_reader(self):
        self.finish(self.make_contact_with(self.alpha, date="2026-04-04 23:30:00"))
        reader = self.alpha.with_user(self.manager)
        for zone, day in (("Asia/Vladivostok", date(2026, 4, 5)), ("UTC", date(2026, 4, 4))):
            [row] = reader.with_context(tz=zone)._get_panel_history()["rows"]
            self.assertEqual(row["date"], day)

    def test_an_invoice_in_another_currency_stands_there_as_it_was_written(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create({"currency_id": euro.id, "name": "2026-01-01", "rate": 0.02})
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.alpha.id,
                "currency_id": euro.id,
                "invoice_date": "2026-05-05",
                "invoice_line_ids": [Command.create({"name": "Paper", "price_unit": 1000, "tax_ids": False})],
            }
        )
        invoice.action_post()
        [row] = self.alpha.with_user(self.accountant)._get_history_invoices()
        self.assertIn("1,000.00", row["who"])

    def test_who_left_for_another_managers_client_is_named_no_more(self):
        self.make_contact_with(self.alpha, person_id=self.anna.id, state="noted")
        self.anna.parent_id = self.beta
        self.env.flush_all()
        self.env.invalidate_all()
        html = self.alpha.with_user(self.manager).get_client_panel("history")
        self.assertIn("Another manager", html)
        self.assertNotIn("Anna", html)
        self.assertIn("Anna", self.alpha.with_user(self.head).get_client_panel("history"))
