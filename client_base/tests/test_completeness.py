from unittest.mock import patch

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form
from odoo.tools import mute_logger

from .common import ClientBaseCommon


class TestCompleteness(ClientBaseCommon):
    """What is known of a client, in percent of what the standards require."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.standard = cls.env["client.standard"].create(
            {
                "name": "Companies",
                "requirement_ids": [
                    Command.create({"name": "Phone", "field_id": cls.get_field("phone").id, "weight": 3}),
                    Command.create({"name": "Website", "field_id": cls.get_field("website").id}),
                ],
            }
        )
        cls.phone, cls.website = cls.standard.requirement_ids

    @classmethod
    def get_field(cls, name):
        return cls.env["ir.model.fields"]._get("res.partner", name)

    def require(self, name, **values):
        return self.env["client.requirement"].create({"name": name, "standard_id": self.standard.id, **values})

    def get_gaps(self, client):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["client.gap.report"].search([("partner_id", "=", client.id)])

    def test_weights_make_the_percentage(self):
        self.assertEqual(self.alpha.client_completeness, 75)
        self.assertEqual(self.alpha.client_missing_ids, self.website)
        self.assertEqual(self.free.client_completeness, 0)
        self.assertEqual(self.free.client_missing_ids, self.phone | self.website)

    def test_what_is_entered_counts_at_once(self):
        with Form(self.alpha.with_user(self.manager)) as form:
            form.website = "https://alpha.example.com"
        self.assertEqual(self.alpha.client_completeness, 100)
        self.assertFalse(self.alpha.client_missing_ids)
        self.alpha.phone = False
        self.assertEqual(self.alpha.client_completeness, 25)

    def test_who_is_required_nothing_is_complete(self):
        person = self.env["res.partner"].create({"name": "A Person"})
        self.assertEqual(person.client_completeness, 100)
        self.assertFalse(person.client_missing_ids)

    def test_contacts_and_colleagues_are_not_judged(self):
        self.standard.domain = "[]"
        for partner in (self.anna, self.manager.partner_id, self.env.company.partner_id):
            with self.subTest(partner=partner.name):
                self.assertFalse(partner.client_missing_ids)

    def test_a_contact_person_with_a_phone(self):
        known = self.require("Person", kind="person")
        reached = self.require("Person with a phone", kind="person_phone")
        self.assertEqual(self.free.client_missing_ids & (known | reached), known | reached)
        address = self.make_contact(self.free, "Warehouse", type="delivery", phone="+1 555 0301")
        self.assertEqual(self.free.client_missing_ids & (known | reached), known | reached, "an address is nobody")
        person = self.make_contact(self.free, "Fred Free")
        self.assertEqual(self.free.client_missing_ids & (known | reached), reached)
        person.phone = "+1 555 0302"
        self.assertFalse(self.free.client_missing_ids & (known | reached))
        (address | person).parent_id = self.alpha
        self.assertEqual(self.free.client_missing_ids & (known | reached), known | reached)
        self.assertFalse(self.alpha.client_missing_ids & (known | reached))

    def test_a_person_who_left_is_no_contact_person(self):
        known = self.require("Person", kind="person")
        self.assertNotIn(known, self.alpha.client_missing_ids)
        self.anna.active = False
        self.assertIn(known, self.alpha.client_missing_ids)

    def test_what_is_entered_must_be_right(self):
        self.phone.valid = True
        self.assertNotIn(self.phone, self.alpha.client_missing_ids)
        self.alpha.phone = "ask Maria"
        self.assertIn(self.phone, self.alpha.client_missing_ids)
        email = self.require("E-mail", field_id=self.get_field("email").id, valid=True)
        self.alpha.email = "office@alpha.example"
        self.assertNotIn(email, self.alpha.client_missing_ids)
        self.alpha.message_bounce = 1
        self.assertIn(email, self.alpha.client_missing_ids)
        vat = self.require("Tax number", field_id=self.get_field("vat").id, valid=True)
        for country, number, right in (("base.ru", "7707083893", True), ("base.ru", "7707083894", False)):
            self.alpha.write({"country_id": self.env.ref(country).id, "vat": number})
            self.assertEqual(vat not in self.alpha.client_missing_ids, right)
        with self.assertRaises(ValidationError):
            self.website.valid = True

    def test_cards_from_before_the_addon_are_checked_by_the_job(self):
        self.phone.valid = True
        self.alpha.phone = "ask Maria"
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_partner SET client_invalid = NULL WHERE id = %s", [self.alpha.id])
        self.env.invalidate_all()
        self.env["client.standard"]._refresh_clients()
        self.assertNotIn(self.phone, self.alpha.client_missing_ids, "nothing is known against it yet")
        with self.enter_registry_test_mode():
            self.env.ref("client_base.ir_cron_validity").method_direct_trigger()
        self.assertEqual(self.alpha.client_invalid, "phone")
        self.assertIn(self.phone, self.alpha.client_missing_ids)

    def test_the_worst_gap_stands_first_and_leads_to_its_field(self):
        self.require("Decider", kind="decider", severity="must")
        hints = self.free.with_user(self.head)._get_tile_data()["hints"]
        self.assertEqual([hint["name"] for hint in hints], ["Decider", "Phone", "Website"])
        self.assertEqual((hints[0]["tab"], hints[1]["field"]), ("client_people", "phone"))

    def test_a_confirmed_decision_maker_and_a_next_contact(self):
        decider, planned = self.require("Decider", kind="decider"), self.require("Next", kind="next_contact")
        self.assertLessEqual(decider | planned, self.alpha.client_missing_ids)
        member = self.env["client.dmu.member"].create(
            {
                "partner_id": self.alpha.id,
                "person_id": self.anna.id,
                "role_id": self.env.ref("client_base.dmu_role_decision_maker").id,
            }
        )
        self.assertIn(decider, self.alpha.client_missing_ids)
        member.action_confirm_authority()
        self.assertNotIn(decider, self.alpha.client_missing_ids)
        self.alpha.activity_schedule("mail.mail_activity_data_call", user_id=self.manager.id)
        self.env.flush_all()
        self.assertNotIn(planned, self.alpha.client_missing_ids)

    def test_a_change_of_the_standard_judges_every_client_again(self):
        city = self.require("City", field_id=self.get_field("city").id, weight=4)
        self.assertIn(city, self.alpha.client_missing_ids)
        self.assertEqual(self.alpha.client_completeness, 37.5)
        city.weight = 1
        self.assertEqual(self.alpha.client_completeness, 60)
        city.unlink()
        self.assertEqual(self.alpha.client_completeness, 75)
        self.standard.active = False
        self.assertEqual(self.alpha.client_completeness, 100)

    def test_a_standard_applies_to_its_clients_only(self):
        self.standard.domain = "[('country_id.code', '=', 'DE')]"
        self.assertEqual(self.alpha.client_completeness, 100)
        self.alpha.country_id = self.env.ref("base.de")
        self.assertEqual(self.alpha.client_completeness, 75)

    def test_the_nightly_job_judges_by_what_is_not_on_the_card(self):
        tag = self.env["res.partner.category"].create({"name": "Small"})
        self.alpha.category_id = tag
        self.standard.domain = "[('category_id.name', '=', 'Big')]"
        self.assertEqual(self.alpha.client_completeness, 100)
        tag.name = "Big"
        with self.enter_registry_test_mode():
            self.env.ref("client_base.ir_cron_refresh_clients").method_direct_trigger()
        self.assertEqual(self.alpha.client_completeness, 75)

    @patch("odoo.addons.client_base.models.client_standard_judging.AT_ONCE", 1)
    @patch("odoo.addons.client_base.models.client_standard_judging.BATCH", 2)
    def test_a_large_base_is_judged_by_the_job_portion_by_portion(self):
        self.assertFalse(self.standard.judging)
        city = self.require("City", field_id=self.get_field("city").id, weight=4)
        self.standard.invalidate_recordset(["judging"])
        self.assertTrue(self.standard.judging, "the editor is told that it takes a while")
        self.assertEqual(self.alpha.client_completeness, 75, "nobody waits for it")
        with self.enter_registry_test_mode():
            self.env.ref("client_base.ir_cron_refresh_clients").method_direct_trigger()
        self.assertEqual(self.alpha.client_completeness, 37.5)
        self.assertIn(city, self.free.client_missing_ids)

    @patch("odoo.addons.client_base.models.client_standard_judging.AT_ONCE", 1)
    @patch("odoo.addons.client_base.models.client_standard_judging.BATCH", 2)
    @patch("odoo.addons.base.models.ir_cron.MIN_TIME_PER_JOB", 0)
    def test_a_job_whose_time_is_up_goes_on_where_it_ended(self):
        last = self.make_client("Last Ltd")
        city = self.require("City", field_id=self.get_field("city").id)
        with self.enter_registry_test_mode():
            for _run in range(self.env["res.partner"].with_context(active_test=False).search_count([])):
                self.env.ref("client_base.ir_cron_refresh_clients").method_direct_trigger()
        self.assertIn(city, self.alpha.client_missing_ids)
        self.assertIn(city, last.client_missing_ids)

    def test_an_archived_tag_is_entered_as_well(self):
        tagged = self.require("Tag", field_id=self.get_field("category_id").id)
        self.alpha.category_id = self.env["res.partner.category"].create({"name": "Old", "active": False})
        self.assertNotIn(tagged, self.alpha.client_missing_ids)
        self.env["client.standard"]._refresh_clients()
        self.assertNotIn(tagged, self.alpha.client_missing_ids)

    def test_a_standard_whose_addon_is_gone_requires_nothing(self):
        self.assertTrue(self.standard.usable)
        self.env.cr.execute(
            "UPDATE client_standard SET domain = %s WHERE id = %s", ["[('gone', '=', 1)]", self.standard.id]
        )
        self.env.invalidate_all()
        self.assertFalse(self.standard.usable)
        self.assertEqual(self.make_client("New Ltd").client_completeness, 100)
        self.env["client.standard"]._refresh_clients()
        self.assertEqual(self.alpha.client_completeness, 100)
        self.standard.domain = "[]"
        self.assertEqual(self.alpha.client_completeness, 75)

    def test_the_gap_report_has_a_row_for_each_thing_missing(self):
        gaps = self.get_gaps(self.free)
        self.assertEqual(gaps.requirement_id, self.phone | self.website)
        self.assertEqual(self.get_gaps(self.alpha).owner_id, self.manager)
        self.free.phone = "+1 555 0300"
        self.assertEqual(self.get_gaps(self.free).requirement_id, self.website)
        self.assertEqual(self.get_gaps(self.free).mapped("completeness"), [75])

    def test_archived_clients_are_not_in_the_gap_report(self):
        self.free.active = False
        self.assertFalse(self.get_gaps(self.free))

    def test_a_gap_leads_to_its_client(self):
        action = self.get_gaps(self.alpha).with_user(self.manager).action_open_client()
        self.assertEqual((action["res_model"], action["res_id"]), ("res.partner", self.alpha.id))

    def test_a_standard_that_cannot_work_is_refused(self):
        for domain in ("[('no_such_field', '=', 1)]", "[(", "name", "[('name', '~', 'x')]"):
            with self.subTest(domain=domain), self.assertRaises(ValidationError):
                self.standard.domain = domain
                self.env.flush_all()
        with self.assertRaises(ValidationError):
            self.require("Nothing")
        with self.assertRaises(ValidationError):
            self.require("Something else", field_id=self.get_field("comment").id)
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
            self.require("City", field_id=self.get_field("city").id, weight=0)

    def test_standards_are_read_by_all_and_set_by_the_head(self):
        self.assertEqual(self.phone.with_user(self.manager).name, "Phone")
        for user in (self.manager, self.lead, self.accountant, self.operator):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self.phone.with_user(user).weight = 9
        self.phone.with_user(self.head).weight = 1
        self.assertEqual(self.alpha.client_completeness, 50)
