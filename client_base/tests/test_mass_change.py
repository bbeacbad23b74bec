from odoo import Command
from odoo.exceptions import UserError

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

    def test_nothing_said_is_refused(self):
        with self.assertRaises(UserError):
            self.open_wizard(self.alpha, change="country").action_apply()

    def test_owners_change_by_a_handover_and_work_is_given_as_a_task(self):
        handover = self.open_wizard(self.others, self.head, change="owner").action_apply()
        self.assertEqual(handover["res_model"], "client.handover")
        task = self.open_wizard(self.others, self.head, change="task").action_apply()
        self.assertEqual((task["res_model"], task["context"]["client_ids"]), ("client.task", self.others.ids))
