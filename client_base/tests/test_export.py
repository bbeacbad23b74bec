import json
from io import BytesIO

from openpyxl import load_workbook

from odoo.exceptions import AccessError, UserError
from odoo.http import Request
from odoo.tests import HttpCase, tagged

from .common import ClientBaseCommon


@tagged("post_install", "-at_install")
class TestExport(ClientBaseCommon):
    """Whoever takes client data out of the base is noted, whatever way it goes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.group_ids += cls.env.ref("base.group_allow_export")

    def get_journal(self):
        return self.env["client.export"].search([("user_id", "=", self.manager.id)])

    def test_spreadsheet(self):
        mine = (self.alpha | self.anna).with_user(self.manager)
        mine.export_data(["name", "email"])
        entry = self.get_journal()
        self.assertEqual((entry.kind, entry.model, entry.content), ("spreadsheet", "res.partner", "name, email"))
        self.assertEqual((entry.record_count, entry.client_count), (2, 1))

    def test_entries_are_found_by_what_was_taken_out(self):
        self.alpha.with_user(self.manager).export_data(["name"])
        entry = self.get_journal()
        journal = self.env["client.export"].with_user(self.head)
        for words in (entry.model_name.lower(), "res.part"):
            self.assertIn(entry.id, [found for found, _name in journal.name_search(words, limit=None)])
        self.assertNotIn(entry, journal.search([("model_name", "not ilike", entry.model_name)]))

    def test_the_journal_calls_fields_what_its_reader_calls_them(self):
        self.alpha.with_user(self.manager).export_data(["name", "parent_id/phone", "id"])
        entry = self.get_journal().with_user(self.lead)
        self.assertEqual(entry.description, "Name, Related Company/Phone, ID")
        self.anna.with_user(self.manager)._get_vcard_file()
        self.assertEqual(self.get_journal()[0].description, "vCard")

    def test_documents_count_their_clients(self):
        orders = self.make_order(self.alpha) | self.make_order(self.anna)
        orders.with_user(self.manager).export_data(["name"])
        self.assertEqual((self.get_journal().record_count, self.get_journal().client_count), (2, 1))

    def test_print(self):
        order = self.make_order(self.alpha)
        reports = self.env["ir.actions.report"].with_user(self.manager)
        for number, (way, data) in enumerate(
            [
                (reports._render_qweb_html, {}),
                # What the address of a report may say.
                (reports._render_qweb_html, {"report_type": "pdf"}),
                (reports.with_context(client_print=True)._render_qweb_html, {}),
                (reports._render_qweb_text, {}),
                (reports._render_qweb_pdf, {}),
            ],
            start=1,
        ):
            way("sale.report_saleorder", order.ids, data=data)
            self.assertEqual(len(self.get_journal()), number)
        self.assertEqual((self.get_journal()[0].kind, self.get_journal()[0].model), ("print", "sale.order"))

    def test_contact_card(self):
        self.anna.with_user(self.manager)._get_vcard_file()
        self.assertEqual((self.get_journal().kind, self.get_journal().client_count), ("card", 1))

    def test_other_data_are_not_noted(self):
        self.product.with_user(self.manager).export_data(["name"])
        self.assertFalse(self.get_journal())

    def test_who_may_not_export_is_refused_and_nothing_noted(self):
        with self.assertRaises(UserError):
            self.beta.with_user(self.second).export_data(["name"])
        self.assertFalse(self.env["client.export"].search([("user_id", "=", self.second.id)]))

    def test_foreign_clients_do_not_leave(self):
        with self.assertRaises(AccessError):
            self.beta.with_user(self.manager).export_data(["name"])
        self.assertFalse(self.get_journal())

    def test_a_lead_reads_the_team_s_journal_only(self):
        self.alpha.with_user(self.manager).export_data(["name"])
        self.team.member_ids = self.second
        self.assertFalse(self.env["client.export"].with_user(self.lead).search([]))

    def test_the_journal_is_read_by_lead_and_head_and_changed_by_nobody(self):
        self.alpha.with_user(self.manager).export_data(["name"])
        entry = self.get_journal()
        for user in (self.head, self.lead):
            self.assertTrue(entry.with_user(user).read(["content"]), user.name)
        with self.assertRaises(AccessError):
            entry.with_user(self.manager).read(["content"])
        for action in (
            lambda: entry.with_user(self.head).write({"record_count": 0}),
            entry.with_user(self.head).unlink,
        ):
            with self.assertRaises(AccessError):
                action()


@tagged("post_install", "-at_install")
class TestPivotExport(HttpCase, ClientBaseCommon):
    """Tables of figures are noted too."""

    def download(self, model, titles, value=1):
        table = {
            "title": "Report",
            "model": model,
            "measure_count": 2,
            "col_group_headers": [],
            "measure_headers": [{"title": "Total", "is_bold": False}] * 2,
            "rows": [{"title": title, "indent": 0, "values": [{"value": value}] * 2} for title in titles],
        }
        data = {"data": json.dumps(table), "csrf_token": Request.csrf_token(self)}
        response = self.url_open("/web/pivot/export_xlsx", data=data)
        self.assertEqual(response.status_code, 200, response.text[:500])
        return load_workbook(BytesIO(response.content)).active

    def test_pivot_table(self):
        self.manager.password = "manager"
        self.authenticate("manager", "manager")
        self.download("res.users.log", ["Anna"])
        self.download("sale.report", ["Alpha", "Anna"])
        entry = self.env["client.export"].search([("user_id", "=", self.manager.id)])
        self.assertEqual((entry.kind, entry.model, entry.content), ("pivot", "sale.report", "Total"))
        self.assertEqual(entry.record_count, 2)

    def test_what_has_nothing_to_add_up_stays_empty(self):
        self.manager.password = "manager"
        self.authenticate("manager", "manager")
        for value, cell in ((False, None), (0, 0)):
            sheet = self.download("res.partner", ["Alpha"], value)
            self.assertEqual(sheet["B2"].value, cell)
