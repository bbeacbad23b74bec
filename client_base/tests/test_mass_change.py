from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form
from odoo.tools import mute_logger

from ..wizard import client_mass_change, client_mass_change_work
from .common import ClientBaseCommon


class TestMassChange(ClientBaseCommon):
    """One change over a selection: who would be changed is shown first, and who may not be is told."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tag = cls.env["res.partner.category"].create({"name": "Fair"})
        cls.others = cls.env["res.partner"].union(
            *(cls.make_client(f"Other {number}", cls.manager) for number in range(3))
        )

    def open_wizard(self, clients, user=None, domain=None, **values):
        wizards = self.env["client.mass.change"].with_user(user or self.manager)
        action = wizards._open_for_selection(clients.ids, domain)
        wizard = wizards.browse(action["res_id"])
        wizard.write(values)
        return wizard

    def test_a_tag_for_those_who_lack_it(self):
        self.alpha.category_id = self.tag
        wizard = self.open_wizard(self.alpha | self.others, change="tag_add", tag_ids=[Command.set(self.tag.ids)])
        self.assertEqual((wizard.client_count, wizard.change_count, wizard.same_count), (4, 3, 1))
        wizard.action_apply()
        self.assertEqual(wizard.changed_count, 3)
        self.assertEqual((self.alpha | self.others).category_id, self.tag)
        off = self.open_wizard(self.alpha, change="tag_remove", tag_ids=[Command.set(self.tag.ids)])
        off.action_apply()
        self.assertFalse(self.alpha.category_id)

    def test_what_is_shown_before_is_what_is_changed(self):
        self.alpha.category_id = self.tag
        with Form(self.open_wizard(self.alpha | self.others)) as form:
            form.tag_ids.add(self.tag)
            self.assertEqual((form.change_count, form.same_count), (3, 1))
            form.change = "tag_remove"
            self.assertEqual((form.change_count, form.same_count), (1, 3))

    def test_another_country_leaves_no_state_of_the_former(self):
        texas, germany = self.env.ref("base.state_us_44"), self.env.ref("base.de")
        self.alpha.write({"country_id": texas.country_id.id, "state_id": texas.id})
        self.open_wizard(self.alpha | self.others, change="country", country_id=germany.id).action_apply()
        self.assertEqual((self.alpha.country_id, self.alpha.state_id.id), (germany, False))

    def test_a_field_only_where_nothing_is_entered(self):
        retail, other = self.env["client.channel"].search([], limit=2)
        self.alpha.client_channel_id = other
        wizard = self.open_wizard(self.alpha | self.others, change="channel", channel_id=retail.id, only_empty=True)
        wizard.action_apply()
        self.assertEqual(self.others.client_channel_id, retail)
        self.assertEqual(self.alpha.client_channel_id, other)

    def test_who_may_not_be_changed_is_left_out_and_told(self):
        self.env["ir.config_parameter"].set_param("client_base.pool", "request")
        self.env.registry.clear_cache()
        wizard = self.open_wizard(
            self.alpha | self.free,
            change="industry",
            industry_id=self.env["res.partner.industry"].search([], limit=1).id,
        )
        self.assertEqual((wizard.client_count, wizard.change_count, wizard.refused_count), (2, 1, 1))
        self.assertIn("Free Inc", wizard.refused_names)
        wizard.action_apply()
        self.assertFalse(self.free.industry_id)
        self.assertTrue(self.alpha.industry_id)

    def test_foreign_clients_are_not_even_counted(self):
        wizard = self.open_wizard(self.alpha | self.beta, change="tag_add", tag_ids=[Command.set(self.tag.ids)])
        self.assertEqual((wizard.client_count, wizard.refused_count), (1, 0))
        wizard.action_apply()
        self.assertFalse(self.beta.category_id)

    def test_all_pages_are_changed(self):
        self.env["ir.config_parameter"].set_param("web.active_ids_limit", 1)
        wizard = self.open_wizard(
            self.others[0], domain=[("name", "like", "Other ")], change="tag_add", tag_ids=[Command.set(self.tag.ids)]
        )
        wizard.action_apply()
        self.assertEqual(self.others.category_id, self.tag)

    def test_clients_that_cannot_be_read_are_none(self):
        wizards = self.env["client.mass.change"].with_user(self.manager)
        for domain in ("[(", "[('no_such_field', '=', 1)]", "everybody()", "[('create_date', '>', 'once')]"):
            with self.subTest(domain=domain):
                with self.assertRaisesRegex(ValidationError, "cannot be used"):
                    wizards.create({"domain": domain})
                shown = wizards.onchange({"domain": domain}, [], {"domain": {}, "client_count": {}})
                self.assertEqual(shown["value"].get("client_count", 0), 0)

    def test_nothing_said_is_refused(self):
        with self.assertRaises(UserError):
            self.open_wizard(self.alpha, change="country").action_apply()

    def test_owners_change_by_a_handover_and_work_is_given_as_a_task(self):
        handover = self.open_wizard(self.others, self.head, change="owner").action_apply()
        self.assertEqual(handover["res_model"], "client.handover")
        task = self.open_wizard(self.others, self.head, change="task").action_apply()
        self.assertEqual((task["res_model"], task["context"]["client_ids"]), ("client.task", self.others.ids))

    def test_only_leads_are_offered_what_leads_alone_may_do(self):
        for user, offered in ((self.manager, False), (self.lead, True), (self.head, True)):
            form = Form(self.open_wizard(self.others, user))
            names = {name for name, _label in form._view["fields"]["change"]["selection"]}
            with self.subTest(user=user.name):
                self.assertIn("tag_add", names)
                self.assertEqual({"owner", "task"} <= names, offered)
                self.assertEqual({"owner", "task"} & names != set(), offered)

    # --- many clients ---

    def begin(self, **values):
        """Return a change of so many clients that it goes on in the background."""
        wizard = self.open_wizard(
            self.alpha | self.others, change="tag_add", tag_ids=[Command.set(self.tag.ids)], **values
        )
        with patch.object(client_mass_change, "AT_ONCE", 3):
            wizard.action_apply()
        return wizard

    def work(self):
        with self.enter_registry_test_mode(), patch.object(client_mass_change_work, "BATCH", 2):
            self.env.ref("client_base.ir_cron_mass_change").method_direct_trigger()
        self.env.invalidate_all()

    def get_letters(self):
        return self.env["mail.message"].search([("partner_ids", "in", self.manager.partner_id.ids)]).mapped("body")

    def test_many_clients_are_changed_in_the_background(self):
        wizard = self.begin()
        self.assertEqual((wizard.job, wizard.state, wizard.progress), ("change", "choose", 0))
        self.assertFalse(self.others.category_id, "the answer waits for none of them")
        self.work()
        self.assertEqual((wizard.job, wizard.state, wizard.changed_count), (False, "done", 4))
        self.assertEqual((self.alpha | self.others).mapped("category_id"), self.tag)
        self.assertIn("4", self.get_letters()[0])

    def test_a_long_change_goes_on_where_it_was_broken_off(self):
        wizard = self.begin()
        wizard.write({"reached": 2, "changed_count": 2})
        self.assertEqual(wizard.progress, 50)
        self.work()
        self.assertEqual((wizard.state, wizard.changed_count), ("done", 4))
        self.assertEqual(sum(tag == self.tag for tag in (self.alpha | self.others).mapped("category_id")), 1)
        self.assertEqual(
            len((self.alpha | self.others).filtered("category_id")), 2, "those before are not touched again"
        )

    def test_what_changed_meanwhile_is_left_as_it_is(self):
        retail, other = self.env["client.channel"].search([], limit=2)
        wizard = self.open_wizard(self.alpha | self.others, change="channel", channel_id=retail.id, only_empty=True)
        with patch.object(client_mass_change, "AT_ONCE", 3):
            wizard.action_apply()
        self.alpha.client_channel_id = other
        self.others[0].user_id = self.second
        self.others[1].unlink()
        self.work()
        self.assertEqual((wizard.state, wizard.changed_count), ("done", 1))
        self.assertEqual(self.alpha.client_channel_id, other)
        self.assertFalse(self.others[0].client_channel_id, "it is a colleague's now")
        self.assertEqual(self.others[2].client_channel_id, retail)

    @mute_logger("odoo.addons.client_base.models.client_background_mixin")
    def test_what_stops_a_long_change_is_told(self):
        wizard = self.begin()
        with patch.object(type(wizard), "_get_values", side_effect=[wizard._get_values(), UserError("No more room.")]):
            self.work()
        self.assertEqual((wizard.job, wizard.changed_count, wizard.job_error), (False, 2, "No more room."))
        self.assertIn("No more room.", self.get_letters()[0])
        with patch.object(client_mass_change, "AT_ONCE", 3):
            wizard.action_apply()
        self.assertEqual((wizard.state, wizard.changed_count, wizard.job_error), ("done", 2, False))

    def test_the_letter_is_in_the_language_of_who_began(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.manager.lang = "ru_RU"
        self.begin()
        self.work()
        self.assertIn("Изменено", self.get_letters()[0])
