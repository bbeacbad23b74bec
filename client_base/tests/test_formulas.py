import base64
import csv
import io
import json

import openpyxl

from odoo.http import Request
from odoo.tests import HttpCase, tagged

from .common import ClientBaseCommon

FORMULA = '=HYPERLINK("http://evil.example")'
HOSTILE = [FORMULA, "{=1+1}", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "＝1+1", "＋1", "－1", "＠x", " =1+1"]
LIVE = "=+-@\t\r\n＝＋－＠"


@tagged("post_install", "-at_install")
class TestFormulas(HttpCase, ClientBaseCommon):
    """What is exported computes nothing, whatever clients are called."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.write({"password": "manager", "group_ids": [(4, cls.env.ref("base.group_allow_export").id)]})
        cls.hostile = cls.env["res.partner"].concat(*(cls.make_client(f"x{name}", cls.manager) for name in HOSTILE))
        for client, name in zip(cls.hostile, HOSTILE, strict=True):
            client.write({"city": name, "ref": name})
        cls.env.flush_all()
        cls.env.cr.execute("UPDATE res_partner SET name = ref, complete_name = ref WHERE ref = ANY(%s)", [HOSTILE])
        cls.env.invalidate_all()

    def download(self, path, data):
        self.authenticate("manager", "manager")
        response = self.url_open(path, data={"data": json.dumps(data), "csrf_token": Request.csrf_token(self)})
        self.assertEqual(response.status_code, 200, response.text[:500])
        return response.content

    def export(self, kind, model="res.partner", names=("name", "city"), groupby=(), domain=None):
        request = {
            "model": model,
            "fields": [{"name": name, "label": f"={name}", "type": "char"} for name in names],
            "ids": False,
            "domain": domain or [("id", "in", self.hostile.ids)],
            "groupby": list(groupby),
            "import_compat": False,
            "context": {},
        }
        return self.download(f"/web/export/{kind}", request)

    def assert_dead(self, workbook):
        """Check that no cell of the workbook is a formula or a link; return how many texts there are."""
        cells = [cell for row in openpyxl.load_workbook(io.BytesIO(workbook)).active.iter_rows() for cell in row]
        self.assertFalse([cell.value for cell in cells if cell.data_type == "f"])
        return sum(isinstance(cell.value, str) for cell in cells)

    def test_a_list_as_text(self):
        rows = list(csv.reader(io.StringIO(self.export("csv").decode(), newline="")))
        self.assertEqual(len(rows), len(HOSTILE) + 1)
        self.assertFalse([cell for row in rows for cell in row if cell.strip(" ")[:1] in tuple(LIVE)])

    def test_a_list_as_workbook(self):
        self.assertGreater(self.assert_dead(self.export("xlsx")), 2 * len(HOSTILE))

    def test_a_grouped_list(self):
        for groupby in (["city"], ["city", "name"]):
            with self.subTest(groupby=groupby):
                self.assertGreater(self.assert_dead(self.export("xlsx", groupby=groupby)), len(HOSTILE))

    def test_rows_that_name_clients(self):
        field = self.env["ir.model.fields"]._get("res.partner", "phone")
        requirement = {"name": "=Phone", "field_id": field.id}
        self.env["client.standard"].create({"name": "=All", "requirement_ids": [(0, 0, requirement)]})
        self.env["client.interaction"].create(
            [{"partner_id": client.id, "user_id": self.manager.id, "comment": client.ref} for client in self.hostile]
        )
        for model, names in (
            ("client.gap.report", ("partner_id/name", "requirement_id/name")),
            ("client.interaction", ("partner_id/name", "comment")),
        ):
            with self.subTest(model=model):
                domain = [("partner_id", "in", self.hostile.ids)]
                self.assertTrue(self.assert_dead(self.export("xlsx", model, names, domain=domain)))

    def test_a_pivot_table(self):
        header = {"title": FORMULA, "width": 1, "height": 1, "measure": FORMULA, "is_bold": True}
        table = {
            "title": "Missing",
            "model": "client.gap.report",
            "measure_count": 1,
            "origin_count": 1,
            "col_group_headers": [[header]],
            "measure_headers": [header],
            "origin_headers": [],
            "rows": [
                {"title": name, "indent": 0, "values": [{"value": name}, {"value": 3, "is_bold": True}]}
                for name in HOSTILE
            ],
        }
        self.assertGreater(self.assert_dead(self.download("/web/pivot/export_xlsx", table)), len(HOSTILE))

    def test_the_rest_of_an_import(self):
        operator = self.env["client.import"].with_user(self.operator)
        content = "Name;City;=1+1\n" + "".join(f';"{name.replace(chr(34), chr(34) * 2)}";@x\n' for name in HOSTILE)
        batch = operator.create({"file": base64.b64encode(content.encode()), "filename": "=1+1.csv"})
        batch.action_check()
        self.assertEqual(batch.error_count, len(HOSTILE))
        self.assertGreater(self.assert_dead(batch._get_rest_workbook()), 2 * len(HOSTILE))
