from odoo import Command
from odoo.tests import tagged
from odoo.tools import sql

from odoo.addons.client_base.hooks import post_init_hook, pre_init_hook
from odoo.addons.client_base.models import late_index

from .common import ClientBaseCommon


@tagged("post_install", "-at_install")
class TestSetBased(ClientBaseCommon):
    """What SQL writes for all at once is what the fields compute for one at a time."""

    def get_values(self, names):
        partners = self.env["res.partner"].with_context(active_test=False).search([])
        return {partner.id: [partner[name] for name in names] for partner in partners}

    def recompute(self, names):
        partners = self.env["res.partner"].with_context(active_test=False).search([])
        for name in names:
            self.env.add_to_compute(partners._fields[name], partners)
        self.env.flush_all()
        self.env.invalidate_all()

    def test_installation(self):
        names = ["client_owner_id", "client_open"]
        self.make_user("leaver", "base.group_user", active=False)
        self.recompute(names)
        computed = self.get_values(names)
        self.env.cr.execute("UPDATE res_partner SET client_owner_id = NULL, client_open = NULL")
        self.addCleanup(late_index.build, self.env["res.partner"])
        pre_init_hook(self.env)
        self.env.invalidate_all()
        self.assertEqual(self.get_values(names), computed)

    def test_fragments_are_indexed_when_the_installation_is_through(self):
        partners = self.env["res.partner"]
        names = ["res_partner_client_search_index", "res_partner_client_digits_index"]
        self.addCleanup(late_index.build, partners)
        pre_init_hook(self.env)
        for name in names:
            sql.drop_index(self.env.cr, name, "res_partner")
        partners._add_sql_constraints()
        self.assertFalse([name for name in names if sql.index_exists(self.env.cr, name)])
        partners._register_hook()
        self.assertEqual([name for name in names if sql.index_exists(self.env.cr, name)], names)

    def test_what_is_planned_before_the_installation_shows_on_the_cards(self):
        activity = self.alpha.activity_schedule("mail.mail_activity_data_call", user_id=self.manager.id)
        self.env.cr.execute("UPDATE res_partner SET client_next_contact = NULL")
        self.env.invalidate_all()
        post_init_hook(self.env)
        self.assertEqual(self.alpha.client_next_contact, activity.date_deadline)

    def test_completeness(self):
        field = self.env["ir.model.fields"]._get
        requirements = [
            {"name": name, "field_id": field("res.partner", name).id, "weight": weight}
            for weight, name in enumerate(("phone", "category_id", "country_id", "client_employees"), 1)
        ]
        requirements += [{"name": kind, "kind": kind} for kind in ("person", "person_phone", "decider", "next_contact")]
        requirements += [
            {"name": f"Right {name}", "field_id": field("res.partner", name).id, "valid": True}
            for name in ("phone", "email", "vat")
        ]
        germany = self.env.ref("base.de").id
        self.make_client("Wrong AG", self.manager, phone="ask Anna", email="a@b", vat="DE1", country_id=germany)
        right = self.make_client("Right AG", self.manager, email="a@b.example", vat="DE136695976", country_id=germany)
        right.activity_schedule("mail.mail_activity_data_call", user_id=self.manager.id)
        role = self.env.ref("client_base.dmu_role_decision_maker").id
        for client, person, on in ((self.alpha, self.anna, "2026-01-01"), (self.beta, self.boris, False)):
            self.env["client.dmu.member"].create(
                {"partner_id": client.id, "person_id": person.id, "role_id": role, "confirmed_on": on}
            )
        self.make_client(
            "Full Ltd", self.manager, phone="1", client_employees=5, category_id=[Command.create({"name": "T"})]
        )
        self.anna.phone = "+1 555 0101"
        for domain in ("[('is_company', '=', True)]", "[('name', 'ilike', 'a')]"):
            self.env["client.standard"].create(
                {
                    "name": domain,
                    "domain": domain,
                    "requirement_ids": [Command.create(values) for values in requirements],
                }
            )
        names = ["client_completeness", "client_missing_ids"]
        in_one_pass = self.get_values(names)
        self.recompute(names)
        one_at_a_time = self.get_values(names)
        for partner_id, (percent, missing) in one_at_a_time.items():
            self.assertAlmostEqual(in_one_pass[partner_id][0], percent, 6)
            self.assertEqual(in_one_pass[partner_id][1], missing)
        self.assertTrue(any(missing for _percent, missing in one_at_a_time.values()))
