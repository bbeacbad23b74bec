import base64
import io
import random
from itertools import islice
from pathlib import Path
from unittest.mock import patch

import openpyxl
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.modules.migration import load_script
from odoo.tests import Form
from odoo.tools import mute_logger

from odoo.addons.client_base.models import client_import, client_import_work

from .common import ClientBaseCommon

UPGRADE = Path(__file__).parents[1] / "migrations" / "19.0.1.12.0" / "post-number_rows.py"
LIST = """Name,Country,City,Phone,E-mail,Website,Employees
Gamma Corp,Germany,Berlin,+49 30 100,info@gamma.example.com,www.gamma.example.com,120
Delta SA,France,Paris,+33 1 200,info@delta.example.com,https://delta.example.com,45
"""
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
CYRILLIC = """Название;Страна;Город;Телефон;Менеджер
ООО «Ромашка»;Germany;Мюнхен;+49 89 100;Manager
ТОВ «Соняшник»;France;Париж;+33 1 300;Manager
АО «Северный ветер»;Germany;Гамбург;+49 40 400;Manager
"""


class TestImport(ClientBaseCommon):
    """A spreadsheet becomes clients: read as it comes, checked row by row, then all or nothing."""

    def check(self, content, filename="clients.csv", user=None, **values):
        """Return the import of a file with this ``content``, checked."""
        batch = self.make_import(content, filename, user, **values)
        batch.action_check()
        return batch

    def make_import(self, content, filename="clients.csv", user=None, **values):
        content = content.encode() if isinstance(content, str) else content
        imports = self.env["client.import"].with_user(user or self.operator)
        return imports.create({"file": base64.b64encode(content), "filename": filename, **values})

    def load(self, *args, **values):
        batch = self.check(*args, **values)
        batch.action_import()
        return batch

    def get_xlsx(self, rows):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        file = io.BytesIO()
        book.save(file)
        return file.getvalue()

    def get_clients(self, batch):
        return batch.sudo().row_ids.partner_id

    def count_partners(self):
        self.env.flush_all()
        self.env.cr.execute("SELECT count(*) FROM res_partner")
        return self.env.cr.fetchone()[0]

    # --- what a file may look like ---

    def test_a_list_becomes_clients(self):
        batch = self.check(LIST)
        self.assertEqual((batch.state, batch.row_count, batch.pending_count), ("checked", 2, 2))
        self.assertFalse(self.get_clients(batch))
        batch.action_import()
        gamma, delta = self.get_clients(batch)
        self.assertRecordValues(
            gamma | delta,
            [
                {"name": "Gamma Corp", "city": "Berlin", "email": "info@gamma.example.com", "client_employees": 120},
                {"name": "Delta SA", "city": "Paris", "email": "info@delta.example.com", "client_employees": 45},
            ],
        )
        self.assertEqual(gamma.country_id, self.env.ref("base.de"))
        self.assertEqual(gamma.website, "https://www.gamma.example.com")
        self.assertEqual((gamma | delta).mapped("is_company"), [True, True])
        self.assertEqual((batch.state, batch.imported_count, batch.pending_count), ("done", 2, 0))

    def test_encodings(self):
        for encoding in ("utf-8", "utf-8-sig", "cp1251", "utf-16"):
            with self.subTest(encoding=encoding):
                batch = self.check(CYRILLIC.encode(encoding, "replace"))
                self.assertEqual(batch.row_ids.mapped("city"), ["Мюнхен", "Париж", "Гамбург"])
                self.assertIn("Ромашка", batch.row_ids[0].name)
                self.assertEqual(batch.row_ids.owner_id, self.manager)

    def test_headers_alone_tell_the_encoding(self):
        rows = "".join(f"Firm {number};Germany;a{number}@b.example\n" for number in range(200))
        for encoding in ("cp1251", "cp866", "utf-8"):
            with self.subTest(encoding=encoding):
                batch = self.check(("Название;Страна;E-mail\n" + rows).encode(encoding))
                self.assertEqual(batch.row_ids[0].name, "Firm 0")
                self.assertEqual(batch.row_count, 200)

    def test_separators(self):
        for separator in ",;\t|":
            with self.subTest(separator=separator):
                batch = self.check(LIST.replace(",", separator))
                self.assertEqual(batch.row_ids.mapped("name"), ["Gamma Corp", "Delta SA"])
                self.assertEqual(batch.row_ids.mapped("state"), ["clean", "clean"])

    def test_a_cell_may_hold_separators_and_line_breaks(self):
        batch = self.check('Name;City;Street\n"Gamma; and Sons";Berlin;"Hauptstr. 1\nHinterhaus"\n')
        self.assertEqual(batch.row_ids.name, "Gamma; and Sons")
        self.assertEqual(batch.row_ids.street, "Hauptstr. 1 Hinterhaus")

    def test_xlsx(self):
        rows = [
            ["Name", "City", "Employees", "Founded"],
            ["Gamma Corp", "Berlin", 120, 1899],
            ["Delta SA", None, None, None],
        ]
        batch = self.load(self.get_xlsx(rows), "clients.xlsx")
        gamma, delta = self.get_clients(batch)
        self.assertEqual((gamma.city, gamma.client_employees), ("Berlin", 120))
        self.assertEqual((delta.name, delta.city), ("Delta SA", False))
        self.assertIn("1899", gamma.comment)

    def test_a_list_of_names_alone(self):
        batch = self.load("Client\nGamma Corp\nDelta SA\n")
        self.assertEqual(self.get_clients(batch).mapped("name"), ["Gamma Corp", "Delta SA"])

    def test_what_no_field_takes_goes_into_the_notes(self):
        batch = self.load("Name,Colour,Website\nGamma Corp,<b>red</b>,ask them\n")
        self.assertEqual(batch.unread_columns, "Colour")
        notes = self.get_clients(batch).comment
        self.assertIn("Colour: &lt;b&gt;red&lt;/b&gt;", notes)
        self.assertIn("Website: ask them", notes)

    def test_every_cell_finds_a_place(self):
        batch = self.load(
            "Назва;Країна;Область;Місто;Телефон;Телефон;Телефон;;\n"
            "Соняшник;Україна;Київська;Буча;+380 44 100;+380 44 200;+380 44 300;Анна;Борис\n"
        )
        client = self.get_clients(batch)
        self.assertEqual((client.city, client.phone), ("Буча", "+380 44 100"))
        for words in ("Область: Київська", "Телефон: +380 44 200; +380 44 300", "<br>Анна; Борис"):
            self.assertIn(words, client.comment)

    def test_addresses_are_read_and_what_else_they_say_is_kept(self):
        batch = self.load(
            "Name,Country,City,Street,Address\n"
            'Whole,,,,"Hauptstr. 3, 69115 Heidelberg, Germany"\n'
            'Both,Germany,Hamburg,Main 1,"Postfach 77, Hamburg"\n'
            "Empty,Germany,Hamburg,,Lager 12\n"
            'Elsewhere,Germany,Bonn,Main 1,"Main 2, Berlin, Germany"\n'
        )
        whole, both, empty, elsewhere = self.get_clients(batch)
        self.assertRecordValues(
            whole | both | empty | elsewhere,
            [
                {"zip": "69115", "city": "Heidelberg", "street": "Hauptstr. 3", "comment": False},
                {"zip": False, "city": "Hamburg", "street": "Main 1", "comment": both.comment},
                {"zip": False, "city": "Hamburg", "street": "Lager 12", "comment": False},
                {"zip": False, "city": "Bonn", "street": "Main 1", "comment": elsewhere.comment},
            ],
        )
        self.assertIn("Address: Postfach 77, Hamburg", both.comment)
        self.assertIn("Address: Main 2, Berlin, Germany", elsewhere.comment)

    def test_a_state_alone_tells_the_country(self):
        row = self.check("Name,City,State\nAcme Steel,Houston,Texas\n").row_ids
        self.assertEqual((row.state_id.code, row.country_id.code, row.state), ("TX", "US", "mended"))

    def test_a_cell_names_a_state_of_any_country(self):
        rows = self.check(
            "Name,Country,State,Address\n"
            "Steel,Russia,Belgorod Oblast,\nBeer,Germany,bayern,\nCode,Germany,BY,\n"
            'Elsewhere,Germany,Texas,\nNowhere,,Bayern,\nAddress,,,"Main 1, Bayern, Germany"\n'
        ).row_ids
        states = [(row.country_id.code, row.state_id.code) for row in rows]
        self.assertEqual(states[:3], [("RU", "BEL"), ("DE", "DE-BY"), ("DE", "DE-BY")])
        self.assertEqual(states[3:], [("DE", False), (False, False), ("DE", False)])
        self.assertEqual(rows.mapped("state"), ["clean"] * 3 + ["mended"] * 3)
        self.assertIn("“Texas” is no known state", rows[3].note)
        self.assertEqual((rows[3].rest, rows[5].city), ({"State": "Texas"}, "Bayern"))

    def test_every_country_has_a_code(self):
        codes = self.env["res.country"].search([]).mapped("code")
        batch = self.check("Name,Country\n" + "".join(f"Firm {code},{code}\n" for code in codes))
        self.assertEqual(batch.row_ids.mapped(lambda row: row.country_id.code or ""), codes)
        self.assertEqual(set(batch.row_ids.mapped("state")), {"clean"})

    def test_rows_of_an_ods_file_may_end_in_empty_cells(self):
        table = Table(name="Clients")
        for cells in (["Name", "Country", "City"], ["Gamma Corp", "Germany", "Berlin"], ["Delta SA"]):
            row = TableRow()
            for text in cells:
                cell = TableCell()
                cell.addElement(P(text=text))
                row.addElement(cell)
            table.addElement(row)
        book, file = OpenDocumentSpreadsheet(), io.BytesIO()
        book.spreadsheet.addElement(table)
        book.save(file)
        self.assertEqual(self.check(file.getvalue(), "clients.ods").row_ids.mapped("state"), ["clean", "clean"])

    def test_rows_have_the_numbers_that_they_have_in_the_file(self):
        rows = [["Name", "City"], [None, " "], ["Gamma Corp", "Berlin"], [], ["Delta SA", "Paris"], ["", "Rome"]]
        text = "".join(f"{','.join(cell or '' for cell in row)}\n" for row in rows)
        for filename, content in (("clients.csv", text), ("clients.xlsx", self.get_xlsx(rows))):
            with self.subTest(filename=filename):
                batch = self.check(content, filename)
                self.assertEqual(batch.row_ids.mapped("number"), [3, 5, 6])
                with self.assertRaisesRegex(UserError, "\n6: No name"):
                    batch.row_ids.action_import_anyway()
                    batch.action_import()
                book = openpyxl.load_workbook(io.BytesIO(batch._get_rest_workbook()))
                self.assertEqual(next(book.active.values)[:2], ("Name", "City"))
                self.assertEqual([cells[1] for cells in book.active.values], ["City", "Berlin", "Paris", "Rome"])

    def test_an_upgrade_numbers_the_rows_that_wait(self):
        batch = self.check("Name\n\nGamma Corp\n\nDelta SA\n")
        for number, row in enumerate(batch.row_ids, 2):
            row.sudo().number = number
        self.env.flush_all()
        load_script(str(UPGRADE), UPGRADE.stem).migrate(self.cr, "19.0.1.11.0")
        self.env.invalidate_all()
        self.assertEqual(batch.row_ids.mapped("number"), [3, 5])

    def test_a_title_above_the_table_is_no_row(self):
        title = ["Clients of the North; as of 1 March", ""]
        table = [["Название", "Город", "Сайт"], ["Gamma Corp", "Berlin", ""], ["Delta SA", "Paris", ""]]
        lines = "\n".join(map(";".join, table))
        for filename, content in (
            ("clients.xlsx", self.get_xlsx([title, [], *table])),
            ("clients.csv", f'"{title[0]}"\n\n{lines}\n'),
            ("clients.csv", f"Export 2026\n\n{lines}\n".encode("cp1251")),
            ("clients.csv", f"Клиенты;;\n;;\n{lines}\n"),
        ):
            with self.subTest(filename=filename, content=content[:20]):
                batch = self.make_import(content, filename)
                batch.action_choose_columns()
                self.assertEqual(batch.column_ids.mapped("header"), table[0])
                self.assertEqual(batch.column_ids[1].sample, "Berlin; Paris")
                batch.action_check()
                self.assertEqual(batch.row_ids.mapped("name"), ["Gamma Corp", "Delta SA"])
                self.assertEqual(batch.row_ids.mapped("number"), [4, 5])

    def test_the_form_takes_a_file(self):
        # The browser fills in the name of the file.
        imports = self.env["client.import"].with_user(self.operator).with_context(default_filename="clients.csv")
        form = Form(imports)
        form.file = base64.b64encode(LIST.encode())
        batch = form.save()
        batch.action_check()
        self.assertEqual(batch.name, "clients.csv")
        self.assertEqual(len(batch.row_ids), 2)

    # --- whose clients they become ---

    def test_rows_are_dealt_out_in_turn(self):
        names = "".join(f"Dealt {number}\n" for number in range(5))
        batch = self.load(f"Name\n{names}", owner_ids=[Command.set((self.manager | self.second).ids)])
        owners = self.get_clients(batch).mapped(lambda client: client.client_owner_id.id)
        first, second = owners[0], owners[1]
        self.assertEqual({first, second}, {self.manager.id, self.second.id})
        self.assertEqual(owners, [first, second, first, second, first])

    def test_rows_that_stay_outside_take_nobodys_turn(self):
        for number in range(0, 6, 2):
            self.make_client(f"Known {number} Firm", self.second)
        names = "".join(f"{'Fresh' if number % 2 else 'Known'} {number} Firm\n" for number in range(6))
        batch = self.load(f"Name\n{names}", owner_ids=[Command.set((self.manager | self.second).ids)])
        self.assertEqual(batch.imported_count, 3)
        self.assertEqual(self.get_clients(batch).client_owner_id, self.manager | self.second)

    def test_who_is_chosen_after_the_check_gets_the_clients(self):
        batch = self.check(LIST)
        batch.owner_ids = self.manager
        self.assertEqual(batch.state, "draft", "it has to be checked again")
        batch.action_import()
        self.assertEqual(self.get_clients(batch).client_owner_id, self.manager)

    def test_who_has_left_since_the_check_gets_no_clients(self):
        batch = self.check("Name,Manager\nGamma,second\nDelta,manager\n")
        self.beta.user_id = False
        self.second.active = False
        batch.action_import()
        self.assertEqual([client.user_id for client in self.get_clients(batch)], [self.env["res.users"], self.manager])

    def test_a_name_of_two_colleagues_is_an_error(self):
        twin = self.make_user("twin", "sales_team.group_sale_salesman")
        (self.manager | twin).name = "Ivan"
        batch = self.check("Name,Manager\nGamma,Ivan\nDelta,twin\n")
        self.assertEqual(batch.row_ids.mapped("state"), ["error", "clean"])
        self.assertIn("more than one", batch.row_ids[0].note)

    def test_without_anybody_to_deal_out_to_nobody_owns_them(self):
        self.assertFalse(self.get_clients(self.load(LIST)).client_owner_id)

    def test_the_manager_stands_in_the_file(self):
        batch = self.load(
            "Name,Manager\nBy Login,second\nBy Name,MANAGER\nBy E-mail,second@ours.example.com\nNobody,\n",
            owner_ids=[Command.set(self.manager.ids)],
        )
        owners = [client.client_owner_id for client in self.get_clients(batch)]
        self.assertEqual(owners, [self.second, self.manager, self.second, self.manager])

    def test_an_unknown_manager_is_an_error(self):
        before = self.count_partners()
        batch = self.check("Name,Manager\nGamma Corp,Nobody Known\nDelta SA,second\n")
        wrong = batch.row_ids[0]
        self.assertEqual((wrong.state, wrong.decision), ("error", "skip"))
        self.assertIn("Nobody Known", wrong.note)
        wrong.action_import_anyway()
        self.assert_refused(batch.action_import, "Nobody Known")
        self.assertEqual(self.count_partners(), before)
        wrong.owner_id = self.manager
        batch.action_import()
        self.assertEqual(self.get_clients(batch).mapped("client_owner_id"), self.manager | self.second)

    # --- duplicates ---

    def test_duplicates_within_the_file(self):
        batch = self.check(
            "Name,Country,E-mail\nGamma Corp,Germany,a@gamma.example.com\nGAMMA,Germany,\n"
            "Other Name,France,a@gamma.example.com\nGamma,France,\n"
        )
        self.assertEqual(batch.row_ids.mapped("state"), ["clean", "duplicate", "duplicate", "clean"])
        self.assertIn("2", batch.row_ids[1].note)
        batch.action_import()
        self.assertEqual(batch.imported_count, 2)

    def test_duplicates_of_clients_one_sees(self):
        self.alpha.vat = "US 123-456"
        batch = self.check("Name,Tax ID\nALPHA,\nOther,US123456\nFree,\n", user=self.head)
        self.assertEqual(batch.row_ids.mapped("state"), ["duplicate"] * 3)
        self.assertIn("Alpha Ltd", batch.row_ids[1].note)

    def test_a_hidden_duplicate_reveals_nothing(self):
        self.alpha.email = self.beta.email = False
        self.beta.write({"email": "secret@beta.example.com", "vat": "DE777", "city": "Hamburg"})
        batch = self.check("Name,E-mail,Tax ID\nALPHA,,\nUnsuspecting,secret@beta.example.com,\nAnother,,DE 777\n")
        self.assertEqual(batch.row_ids.mapped("state"), ["duplicate"] * 3)
        self.assertEqual(len(set(batch.row_ids.mapped("note"))), 1, "whoever it is, the same is said")
        told = str(batch.row_ids.read()) + str(batch.read(["display_name", "unread_columns"]))
        for secret in ("Alpha Ltd", "Beta", "Hamburg", str(self.manager.name), str(self.second.name)):
            self.assertNotIn(secret, told)
        self.assertNotIn(
            self.beta.id,
            [argument for row in batch.row_ids for _code, arguments in row.findings for argument in arguments.values()],
        )

    def test_what_stands_for_nothing_is_no_duplicate(self):
        batch = self.check("Название;Код;ИНН\nРомашка;-;-\nЛютик;-;нет\nПион;-;нет\n")
        self.assertEqual(batch.duplicate_count, 0)

    def test_firms_of_one_name_with_two_tax_numbers_are_two(self):
        batch = self.check(
            "Название;Страна;ИНН\nООО Вектор;Россия;7707083893\nООО Вектор;Россия;7736050003\nВектор;Россия;\n"
        )
        self.assertEqual(batch.row_ids.mapped("state"), ["clean", "clean", "duplicate"])

    def test_what_another_import_brought_in_meanwhile_comes_in_once(self):
        first, second = self.check(LIST), self.check(LIST, user=self.head)
        first.action_import()
        before = self.count_partners()
        second.action_import()
        self.assertEqual((self.count_partners(), second.imported_count, second.duplicate_count), (before, 0, 2))
        self.assertIn("Already in the base", second.row_ids[0].note)

    def test_archived_clients_are_known_too(self):
        self.alpha.active = False
        batch = self.check("Name,City\nAlpha,Boston\n", user=self.head)
        self.assertEqual(batch.row_ids.state, "duplicate")
        self.assertIn("archived: Alpha Ltd", batch.row_ids.note)
        batch.row_ids.action_fill()
        batch.action_import()
        self.assertEqual((self.alpha.active, self.alpha.city), (True, "Boston"))

    def test_colleagues_and_contacts_are_no_clients(self):
        batch = self.check(f"Name\n{self.manager.name}\nAnna Alpha\n")
        self.assertEqual(batch.row_ids.mapped("state"), ["clean", "clean"])

    def test_the_same_file_again_adds_nothing(self):
        self.load(LIST)
        before = self.count_partners()
        again = self.check(LIST)
        self.assertEqual(again.row_ids.mapped("state"), ["duplicate", "duplicate"])
        self.assert_refused(again.action_import)
        self.assertEqual(self.count_partners(), before)

    def test_a_second_press_adds_nothing(self):
        batch = self.load(LIST)
        before = self.count_partners()
        self.assert_refused(batch.action_import)
        self.assert_refused(batch.action_check, "imported already")
        self.assertEqual(self.count_partners(), before)

    def test_a_duplicate_comes_in_when_a_person_says_so(self):
        batch = self.check("Name\nALPHA\nGamma\n")
        batch.row_ids[0].action_import_anyway()
        batch.row_ids[1].action_skip()
        batch.action_import()
        self.assertEqual(self.get_clients(batch).name, "ALPHA")

    # --- columns, decisions, the rest as a file ---

    def test_columns_are_chosen_and_remembered(self):
        content = "Firma,Ort,Colour\nGamma Corp,Berlin,red\n"
        batch = self.make_import(content)
        self.assert_refused(batch.action_check, "Choose the Columns")
        batch.action_choose_columns()
        self.assertEqual(batch.column_ids.mapped("sample"), ["Gamma Corp", "Berlin", "red"])
        batch.column_ids[0].field, batch.column_ids[1].field = "name", "city"
        with self.assertRaises(ValidationError):
            batch.column_ids = [Command.update(batch.column_ids[2].id, {"field": "name"})]
        batch.column_ids[2].field = False
        batch.action_import()
        self.assertEqual((self.get_clients(batch).name, self.get_clients(batch).city), ("Gamma Corp", "Berlin"))
        self.assertIn("red", self.get_clients(batch).comment)
        again = self.load("firma;ORT\nDelta SA;Paris\n")
        self.assertEqual((self.get_clients(again).name, self.get_clients(again).city), ("Delta SA", "Paris"))

    def test_columns_are_changed_after_the_check_and_swapped_at_once(self):
        batch = self.check("Name,Kontakt,City,Street\nGamma,+49 30 100,Main 1,Berlin\n")
        name, contact, city, street = batch.column_ids
        contact.field = "phone"
        batch.column_ids = [Command.update(city.id, {"field": "street"}), Command.update(street.id, {"field": "city"})]
        self.assertEqual((batch.state, name.field), ("draft", "name"))
        batch.action_import()
        self.assertRecordValues(
            self.get_clients(batch), [{"phone": "+49 30 100", "city": "Berlin", "street": "Main 1", "comment": False}]
        )

    def test_a_second_column_of_a_header_teaches_nothing(self):
        self.load("Name,Phone,Phone\nGamma,+49 30 100,+49 30 200\n")
        self.assertEqual(self.check("Name,Phone\nDelta,+49 30 300\n").row_ids.phone, "+49 30 300")

    def test_another_file_has_other_columns(self):
        batch = self.make_import("Firma\nGamma\n")
        batch.action_choose_columns()
        batch.file = base64.b64encode(b"Name\nDelta\n")
        batch.action_check()
        self.assertEqual(batch.column_ids.mapped("header"), ["Name"])

    def test_a_known_clients_gaps_are_filled(self):
        content = "Name,City,Phone\nAlpha,Boston,+1 555 9999\n"
        for decision, phone in (("fill", "+1 555 0100"), ("overwrite", "+1 555 9999")):
            batch = self.check(content, user=self.head)
            self.assertEqual(batch.row_ids.known_id, self.alpha)
            batch.row_ids.decision = decision
            batch.action_import()
            with self.subTest(decision=decision):
                self.assertEqual((self.alpha.city, self.alpha.phone), ("Boston", phone))
                self.assertEqual(batch.row_ids.partner_id, self.alpha)
        hidden = self.check(content)
        self.assertFalse(hidden.row_ids.known_id)
        hidden.row_ids.decision = "fill"
        self.assert_refused(hidden.action_import, "no client of yours is known")

    def test_a_manager_of_another_company_is_told_of_before_anything_is_written(self):
        company = self.env["res.company"].create({"name": "Our Company"})
        self.head.company_ids += company
        self.alpha.write({"user_id": False, "company_id": company.id})
        batch = self.check("Name,City\nAlpha,Boston\nGamma,Bonn\n", user=self.head, owner_ids=self.second.ids)
        known = batch.row_ids[0]
        self.assertEqual((known.known_id, known.owner_id), (self.alpha, self.second))
        known.decision = "fill"
        self.assert_refused(batch.action_import, "does not work for Our Company")
        known.decision = "skip"
        batch.action_import()
        self.assertFalse(self.alpha.city)

    def test_a_state_of_another_country_fills_no_gap(self):
        self.alpha.country_id = self.env.ref("base.ua")
        batch = self.check("Name,Country,State,Phone\nAlpha Inc,USA,Texas,+1 555 0100\n", user=self.head)
        batch.row_ids.action_fill()
        batch.action_import()
        self.assertEqual((self.alpha.country_id.code, self.alpha.state_id.id), ("UA", False))

    def test_another_country_leaves_no_state_behind(self):
        usa, texas = self.env.ref("base.us"), self.env.ref("base.state_us_44")
        for country, state, told in (("USA", "", texas), ("USA", "Ohio", self.env.ref("base.state_us_30"))):
            self.alpha.write({"country_id": usa.id, "state_id": texas.id})
            self.overwrite(f"Name,Country,State,Phone\nAlpha Inc,{country},{state},+1 555 0100\n")
            self.assertEqual(self.alpha.state_id, told)
        self.overwrite("Name,Country,City,Phone\nAlpha Inc,Germany,Berlin,+1 555 0100\n")
        self.assertEqual((self.alpha.country_id.code, self.alpha.state_id.id), ("DE", False))

    def overwrite(self, content):
        batch = self.check(content, user=self.head)
        self.assertTrue(batch.row_ids.known_id)
        batch.row_ids.decision = "overwrite"
        batch.action_import()

    def test_rows_of_no_known_client_fill_nothing(self):
        rows = self.check("Name\nAlpha\nGamma\nGAMMA\n", user=self.head).row_ids
        self.assert_refused(rows[2].action_fill, "import or skip them")
        self.assertIn("is known: 2.", rows.action_fill()["params"]["message"])
        self.assertEqual(rows.mapped("decision"), ["fill", "import", "skip"])
        self.assertEqual(rows[0].action_fill()["type"], "ir.actions.act_window_close")

    def test_what_is_imported_is_decided(self):
        batch = self.load(LIST)
        batch.row_ids.action_skip()
        self.assertEqual((batch.imported_count, set(batch.row_ids.mapped("decision"))), (2, {"import"}))

    def test_an_overwritten_client_keeps_its_notes_and_its_manager(self):
        self.alpha.comment = "Likes tea"
        for _time in range(2):
            batch = self.check("Name,Colour,City\nAlpha Ltd,red,Bonn\n", user=self.head, owner_ids=self.second.ids)
            batch.row_ids.decision = "overwrite"
            batch.action_import()
        self.assertEqual((self.alpha.city, self.alpha.user_id), ("Bonn", self.manager))
        self.assertIn("Likes tea", self.alpha.comment)
        self.assertEqual(self.alpha.comment.count("Colour: red"), 1, "the same file again adds nothing")

    def test_the_rest_is_corrected_and_loaded_again(self):
        batch = self.load("Name,City,Colour\nGamma,Berlin,=1+1\n,Paris,\n")
        workbook = openpyxl.load_workbook(io.BytesIO(batch._get_rest_workbook()))
        _header, row = workbook.active.iter_rows(values_only=True)
        self.assertEqual((row[1], row[3]), ("Paris", "3"))
        self.assertIn("No name", row[4])
        workbook.active["A2"] = "Delta SA"
        file = io.BytesIO()
        workbook.save(file)
        again = self.load(file.getvalue(), "rest.xlsx")
        self.assertEqual(self.get_clients(again).name, "Delta SA")
        self.assertFalse(self.get_clients(again).comment, "our own columns are no notes")

    def test_who_takes_the_rest_is_noted_and_leaves_one_file(self):
        batch = self.load("Name,City\nGamma,Berlin\n,Paris\n")
        for _time in range(2):
            batch.action_download_rest()
        files = self.env["ir.attachment"].search([("res_model", "=", batch._name), ("res_id", "=", batch.id)])
        self.assertEqual(len(files.filtered(lambda file: "not imported" in file.name)), 1)
        journal = self.env["client.export"].search([("model", "=", "client.import.row")])
        self.assertEqual((journal.user_id, journal.mapped("record_count")), (batch.env.user, [1, 1]))

    def test_a_row_longer_than_the_header_shifts_nothing_in_the_rest(self):
        batch = self.check("Name,City\n,Paris,left,over\n,Berlin\n")
        sheet = openpyxl.load_workbook(io.BytesIO(batch._get_rest_workbook())).active
        header, longer, shorter = sheet.iter_rows(values_only=True)
        self.assertEqual(header[:4], ("Name", "City", "", ""))
        self.assertEqual(longer[:5], ("", "Paris", "left", "over", "2"))
        self.assertEqual(shorter[:5], ("", "Berlin", "", "", "3"))

    def test_texts_are_no_formulas_in_the_rest(self):
        batch = self.check('Name,City\n,"=HYPERLINK(""http://evil.example"")"\n,@SUM(A1)\n,+1\n')
        sheet = openpyxl.load_workbook(io.BytesIO(batch._get_rest_workbook())).active
        self.assertFalse([cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"])

    def test_several_addresses_in_a_cell_are_all_taken(self):
        several = "info@gamma.example.com; sales@gamma.example.com"
        batch = self.load(f'Name,E-mail\nGamma Corp,"{several}"\n')
        self.assertEqual(batch.row_ids.state, "clean")
        self.assertEqual(self.get_clients(batch).email, several)

    def test_a_wrong_tax_number_is_a_question(self):
        rows = "Right;Россия;7707083893\nWrong;РФ;7707083894\nUnchecked;KZ;12\n"
        batch = self.check(f"Название;Страна;ИНН\n{rows}".encode("cp1251"))
        right, wrong, unchecked = batch.row_ids
        self.assertEqual([row.state for row in batch.row_ids], ["clean", "question", "clean"])
        self.assertIn("“7707083894” is no tax number", wrong.note)
        wrong.vat = "7736207543"
        wrong.action_import_anyway()
        batch.action_import()
        self.assertEqual(self.get_clients(batch).mapped("vat"), ["7707083893", "7736207543", "12"])
        self.assertEqual(right.country_id, wrong.country_id)
        self.assertEqual(unchecked.country_id.code, "KZ")

    def test_countries_as_people_call_them(self):
        # Of these languages one is installed; Odoo's own names are official ones.
        said = ["Россия", "США", "Украина", "Україна", "Велика Британія", "South Korea", "DE", "Russian Federation"]
        batch = self.check("Название;Страна\n" + "".join(f"Firm {name};{name}\n" for name in said))
        codes = [row.country_id.code for row in batch.row_ids]
        self.assertEqual(codes, ["RU", "US", "UA", "UA", "GB", "KR", "DE", "RU"])

    # --- long files ---

    def work(self, batch):
        with self.enter_registry_test_mode():
            self.env.ref("client_base.ir_cron_import").method_direct_trigger()
        self.env.invalidate_all()

    def test_a_long_file_goes_through_the_background(self):
        content = "Name,City\n" + "".join(f"Firm {number} Nr,Berlin\n" for number in range(25))
        with patch.multiple(client_import, AT_ONCE=10, BATCH=7), patch.object(client_import_work, "BATCH", 7):
            batch = self.make_import(content)
            batch.action_check()
            self.assertEqual((batch.job, batch.state), ("check", "draft"))
            self.assert_refused(batch.action_import, "wait until it is through")
            self.work(batch)
            self.assertEqual((batch.job, batch.state, batch.clean_count), (False, "checked", 25))
            batch.action_import()
            self.assertEqual(batch.job, "import")
            self.work(batch)
        self.assertEqual((batch.job, batch.state, batch.imported_count), (False, "done", 25))
        self.assertEqual(batch.row_ids.mapped("number"), list(range(2, 27)))

    def test_a_check_that_was_broken_off_goes_on(self):
        content = "Name\n" + "".join(f"Firm {number} Nr\n" for number in range(20)) + "Firm 3 Nr\n"
        with patch.multiple(client_import, AT_ONCE=10, BATCH=7), patch.object(client_import_work, "BATCH", 7):
            batch = self.make_import(content)
            batch.action_check()
            header, rows = batch._read_table()
            batch._check_rows(batch._get_reader(header), dict(islice(rows.items(), 7)))
            self.assertEqual(round(batch.progress), 33)
            self.work(batch)
        self.assertEqual((batch.row_count, batch.state), (21, "checked"))
        self.assertEqual(batch.row_ids[-1].findings, [["duplicate_in_file", {"row": 5}]])

    def test_what_goes_wrong_in_the_background_is_said(self):
        content = "Name\n" + "".join(f"Firm {number} Nr\n" for number in range(20))
        with patch.multiple(client_import, AT_ONCE=10, BATCH=7), patch.object(client_import_work, "BATCH", 7):
            batch = self.make_import(content)
            batch.action_check()
            self.work(batch)
            batch.action_import()
            with patch.object(type(batch.row_ids), "_import", side_effect=UserError("The disk is full.")):
                self.work(batch)
            self.assertEqual((batch.job, batch.state, batch.job_error), (False, "checked", "The disk is full."))
            batch.action_import()
            self.work(batch)
        self.assertEqual((batch.state, batch.imported_count, batch.job_error), ("done", 20, False))

    def test_a_long_import_brings_in_all_or_none(self):
        clients = self.env["res.partner"].with_user(self.operator)
        known = clients.create({"name": "Firm 19 Nr", "is_company": True}).sudo()
        content = "Name,City\n" + "".join(f"Firm {number} Nr,Berlin\n" for number in range(20))
        with patch.multiple(client_import, AT_ONCE=10, BATCH=7), patch.object(client_import_work, "BATCH", 7):
            batch = self.make_import(content)
            batch.action_check()
            self.work(batch)
            batch.row_ids[-1].action_fill()
            batch.action_import()
            before = self.count_partners()
            # What is done last fails: the client that is filled goes to somebody else meanwhile.
            known.user_id = self.second
            self.work(batch)
            self.assertEqual((batch.job, batch.state, batch.imported_count), (False, "checked", 0))
            self.assertIn("not yours to see", batch.job_error)
            self.assertEqual(self.count_partners(), before)
            batch.row_ids[-1].action_skip()
            batch.action_import()
            self.work(batch)
        self.assertEqual((batch.state, batch.imported_count, self.count_partners()), ("done", 19, before + 19))

    def test_a_long_import_goes_on_as_who_began_it(self):
        known = self.make_client("Firm 19 Nr", self.second)
        content = "Name,City\n" + "".join(f"Firm {number} Nr,Berlin\n" for number in range(20))
        with patch.multiple(client_import, AT_ONCE=10, BATCH=7), patch.object(client_import_work, "BATCH", 7):
            batch = self.make_import(content)
            batch.action_check()
            self.work(batch)
            self.assertFalse(batch.row_ids[-1].known_id, "the operator does not see it")
            batch = batch.with_user(self.head)
            batch.action_check()
            self.work(batch)
            self.assertEqual(batch.row_ids[-1].known_id, known)
            batch.row_ids[-1].action_fill()
            batch.action_import()
            self.work(batch)
        self.assertEqual((batch.state, batch.imported_count, known.city), ("done", 20, "Berlin"))

    def test_nobody_has_work_go_on_as_somebody_else(self):
        batch = self.make_import(LIST, job_user_id=self.head.id)
        self.assertFalse(batch.job_user_id)
        with self.assertRaises(AccessError):
            batch.job_user_id = self.head

    def test_what_somebody_works_with_already_is_not_taken_back(self):
        content = "Name\n" + "".join(f"Firm {number} Nr\n" for number in range(20))
        with patch.multiple(client_import, AT_ONCE=10, BATCH=7), patch.object(client_import_work, "BATCH", 7):
            batch = self.make_import(content)
            batch.action_check()
            self.work(batch)
            batch.action_import()
            batch.row_ids[:7]._import()
            clients = batch.row_ids.sudo().partner_id
            ordering, talking, staffed, planned = clients[2:6]
            self.make_order(ordering)
            self.env["client.interaction"].create({"partner_id": talking.id, "kind": "call_out", "comment": "An offer"})
            self.make_contact(staffed, "Petra")
            planned.activity_schedule("mail.mail_activity_data_call", user_id=self.manager.id)
            batch.sudo().job = "undo"
            self.work(batch)
        self.assertEqual((batch.job, self.get_clients(batch)), (False, ordering | talking | staffed | planned))

    # --- what cannot be read ---

    def test_broken_files_leave_everything_as_it_was(self):
        rubbish = random.Random(7).randbytes(5000)
        workbook = self.get_xlsx([["Name"], ["Gamma Corp"]])
        for what, content, filename, words in (
            ("nothing", " ", "clients.csv", "is empty"),
            ("only line breaks", "\r\n\r\n", "clients.csv", "is empty"),
            ("only a header", "Name,City\n", "clients.csv", "no rows under its header"),
            ("no names", "Town,Colour\nBerlin,red\n", "clients.csv", "no column with the clients' names"),
            ("no header", "Gamma Corp,Berlin\nDelta SA,Paris\n", "clients.csv", "no column with the clients' names"),
            ("rubbish", rubbish, "clients.csv", "clients.csv"),
            ("rubbish in a workbook", rubbish, "clients.xlsx", "clients.xlsx"),
            ("half a workbook", workbook[: len(workbook) // 2], "clients.xlsx", "clients.xlsx"),
            ("an empty workbook", self.get_xlsx([]), "clients.xlsx", "no rows under its header"),
            ("a picture", PICTURE, "logo.png", ""),
            ("zeros", b"\0" * 3000, "clients.csv", "is empty"),
        ):
            with self.subTest(what=what):
                batch = self.make_import(content, filename)
                before = self.count_partners()
                self.assert_refused(batch.action_check, words)
                self.assert_refused(batch.action_import, words)
                self.assertEqual(self.count_partners(), before)
                self.assertEqual((batch.state, len(batch.row_ids)), ("draft", 0))

    def test_a_row_that_is_cut_off(self):
        for separator in ",;\t":
            with self.subTest(separator=separator):
                before = self.count_partners()
                batch = self.check(f"{LIST}Epsilon AG,Germany,Ber".replace(",", separator))
                whole, cut = batch.row_ids[:2], batch.row_ids[2]
                self.assertNotIn("error", whole.mapped("state"))
                self.assertEqual((cut.state, cut.decision), ("error", "skip"))
                cut.action_import_anyway()
                self.assert_refused(batch.action_import, "4:")
                self.assertEqual(self.count_partners(), before)

    def test_a_row_without_a_name(self):
        batch = self.check("Name,City\n,Berlin\nDelta SA,Paris\n")
        nameless = batch.row_ids[0]
        self.assertEqual((nameless.state, nameless.decision), ("error", "skip"))
        message = nameless.action_import_anyway()["params"]["message"]
        self.assertRegex(message, "cannot come in as they are: 1. 1 × No name")
        self.assert_refused(batch.action_import, "Nothing was imported")
        nameless.name = "Gamma Corp"
        batch.action_import()
        self.assertEqual(self.get_clients(batch).mapped("name"), ["Gamma Corp", "Delta SA"])

    def test_a_name_that_was_deleted_by_hand(self):
        batch = self.check(LIST)
        batch.row_ids[0].name = False
        self.assert_refused(batch.action_import, "Nothing was imported")

    def test_odd_cells_are_told_and_kept(self):
        batch = self.check(
            "Name,Country,E-mail,Employees\n"
            "Gamma,Atlantis,,\nDelta,,not an address,\nEpsilon,,,plenty\nZeta,,,c. 250 (2024)\nEta,,,99999999999\n"
        )
        states = batch.row_ids.mapped("state")
        self.assertEqual(states, ["question", "question", "question", "mended", "question"])
        for row, words in zip(
            batch.row_ids, ("Atlantis", "not an address", "plenty", "250", "99999999999"), strict=True
        ):
            self.assertIn(words, row.note)
        batch.row_ids.filtered(lambda row: row.decision == "skip").action_import_anyway()
        batch.action_import()
        gamma, delta, epsilon, zeta, eta = self.get_clients(batch)
        self.assertIn("Atlantis", gamma.comment)
        self.assertIn("not an address", delta.comment)
        self.assertIn("plenty", epsilon.comment)
        self.assertEqual(zeta.client_employees, 250)
        self.assertIn("99999999999", eta.comment)

    def test_control_characters_do_no_harm(self):
        batch = self.load(f"{LIST}Ze\0ta\x07 Ltd,,Ber\x02lin,,,,\n".encode("utf-16"))
        zeta = self.get_clients(batch)[-1]
        self.assertEqual((zeta.name, zeta.city), ("Zeta Ltd", "Berlin"))

    def test_all_or_nothing(self):
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE res_partner ADD CONSTRAINT refused CHECK (name <> 'Delta SA')")
        batch = self.check(f"{LIST}Epsilon AG,,,,,,\n")
        before = self.count_partners()
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
            batch.action_import()
        self.assertEqual(self.count_partners(), before)
        self.assertEqual(batch.state, "checked")
        batch.row_ids[1].action_skip()
        batch.action_import()
        self.assertEqual(self.get_clients(batch).mapped("name"), ["Gamma Corp", "Epsilon AG"])

    def test_checking_again_starts_afresh(self):
        batch = self.check(LIST)
        batch.file = base64.b64encode(b"Name\nZeta Ltd\n")
        batch.action_check()
        self.assertEqual(batch.row_ids.mapped("name"), ["Zeta Ltd"])

    # --- who may ---

    def test_operators_see_their_own_imports(self):
        batch = self.check(LIST)
        colleague = self.make_user("operator2", "client_base.group_client_operator")
        self.assertFalse(self.env["client.import"].with_user(colleague).search([("id", "=", batch.id)]))
        self.assertFalse(self.env["client.import.row"].with_user(colleague).search([("import_id", "=", batch.id)]))
        with self.assertRaises(AccessError):
            batch.with_user(colleague).action_import()
        self.assertTrue(self.env["client.import"].with_user(self.head).search([("id", "=", batch.id)]))

    def test_who_enters_no_data_imports_nothing(self):
        for user in (self.manager, self.accountant, self.stranger):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self.make_import(LIST, user=user)

    def test_figures_lead_to_their_rows(self):
        batch = self.check("Name\nGamma Corp\nGamma\n")
        self.assertEqual((batch.clean_count, batch.duplicate_count, batch.row_count), (1, 1, 2))
        action = batch.with_context(row_state="duplicate").action_open_rows()
        self.assertEqual(self.env["client.import.row"].search(action["domain"]), batch.row_ids.sudo())
        self.assertIn("search_default_filter_duplicate", action["context"])

    def test_an_import_refused_says_which_rows(self):
        batch = self.check("Name,City\nGamma Corp,Berlin\n,Paris\n,Rome\n")
        batch.row_ids.action_import_anyway()
        with self.assertRaises(UserError) as caught:
            batch.action_import()
        self.assertIn("2 rows", str(caught.exception))
        self.assertIn("3: ", str(caught.exception))
        self.assertIn("4: ", str(caught.exception))
