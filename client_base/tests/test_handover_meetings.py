from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from .common import ClientBaseCommon


@tagged("post_install", "-at_install")
class TestHandoverMeetings(ClientBaseCommon):
    """Meetings to come go with the client; past ones stay."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.member_ids = cls.manager | cls.second
        cls.staying = cls.make_client("Staying Ltd", cls.manager)

    def meet(self, *partners, days=1, organiser=None):
        organiser = organiser or self.manager
        begin = fields.Datetime.now() + timedelta(days=days)
        attendees = self.env["res.partner"].union(*partners) | organiser.partner_id
        return (
            self.env["calendar.event"]
            .with_user(organiser)
            .create(
                {
                    "name": "Prices",
                    "start": begin,
                    "stop": begin + timedelta(hours=1),
                    "partner_ids": [Command.set(attendees.ids)],
                }
            )
            .sudo()
        )

    def hand_over(self):
        values = {"source": "domain", "domain": f"[('id', '=', {self.alpha.id})]", "receiver_id": self.second.id}
        handover = self.env["client.handover"].with_user(self.lead).create(values)
        handover.action_preview()
        handover.action_apply()
        self.env.flush_all()
        self.env.invalidate_all()
        return handover

    def assert_people(self, event, organiser, attendees):
        self.assertEqual(event.user_id, organiser)
        self.assertEqual(event.partner_ids, attendees)
        self.assertEqual(event.attendee_ids.partner_id, attendees)
        self.assertEqual(len(event.attendee_ids), len(attendees))

    def test_meetings_to_come_move_and_come_back(self):
        event = self.meet(self.anna)
        event.attendee_ids.state = "accepted"
        key = event.attendee_ids.filtered(lambda attendee: attendee.partner_id == self.manager.partner_id).access_token
        handover = self.hand_over()
        self.assert_people(event, self.second, self.anna | self.second.partner_id)
        receiver = event.attendee_ids.filtered(lambda attendee: attendee.partner_id == self.second.partner_id)
        self.assertEqual((receiver.state, receiver.common_name), ("needsAction", self.second.name))
        self.assertNotEqual(receiver.access_token, key)
        event.with_user(self.second).name = "Prices again"
        self.assertFalse(self.env["calendar.event"].with_user(self.manager).search([("id", "=", event.id)]))
        handover.action_undo()
        self.env.invalidate_all()
        self.assert_people(event, self.manager, self.anna | self.manager.partner_id)

    def test_past_meetings_stay(self):
        event = self.meet(self.alpha, days=-2)
        self.hand_over()
        self.assert_people(event, self.manager, self.alpha | self.manager.partner_id)

    def test_a_meeting_with_a_client_that_stays_stays(self):
        event = self.meet(self.alpha, self.staying)
        self.hand_over()
        self.assert_people(event, self.manager, self.alpha | self.staying | self.manager.partner_id)

    def test_nobody_attends_twice(self):
        event = self.meet(self.alpha, self.second.partner_id)
        self.hand_over()
        self.assert_people(event, self.second, self.alpha | self.second.partner_id)

    def test_the_place_at_somebody_elses_meeting_moves(self):
        event = self.meet(self.alpha, self.manager.partner_id, organiser=self.lead)
        self.hand_over()
        self.assert_people(event, self.lead, self.alpha | (self.second | self.lead).partner_id)

    def test_meetings_with_a_released_client_go_to_who_takes_it(self):
        coming, past, other = self.meet(self.alpha), self.meet(self.alpha, days=-2), self.meet(self.staying)
        self.alpha.with_user(self.lead).user_id = False
        self.alpha.with_user(self.lead).user_id = self.second
        self.env.invalidate_all()
        self.assertEqual([event.user_id for event in (coming, past, other)], [self.second, self.manager, self.manager])
        self.assertEqual(coming.partner_ids, self.alpha | self.second.partner_id)

    def test_meetings_with_a_released_client_come_back_to_who_had_them(self):
        coming = self.meet(self.alpha)
        self.alpha.with_user(self.lead).user_id = False
        handover = self.hand_over()
        own = self.meet(self.alpha, organiser=self.second)
        self.assertEqual(coming.user_id, self.second)
        handover.action_undo()
        self.env.invalidate_all()
        self.assert_people(coming, self.manager, self.alpha | self.manager.partner_id)
        self.assertEqual(own.user_id, self.second)

    def test_a_lead_who_brings_in_nobodys_contact_need_not_see_who_else_was_invited(self):
        self.env["res.config.settings"].create({"client_pool": "claim"}).execute()
        outside = self.make_user("outside", "sales_team.group_sale_salesman")
        hidden = self.make_client("Hidden Ltd", self.head)
        person = self.env["res.partner"].create({"name": "Frida Free"})
        event = self.meet(person, organiser=outside)
        event.partner_ids += hidden
        self.env.flush_all()
        self.env.invalidate_all()
        person.with_user(self.lead).parent_id = self.alpha
        self.env.invalidate_all()
        self.assert_people(event, self.manager, person | hidden | self.manager.partner_id)
