import base64

from odoo.exceptions import UserError
from odoo.tools import mute_logger

from .common import ClientBaseCommon
from .hostile_files import CLIENTS, MESSAGE, get_hostile_files


class TestHostileFiles(ClientBaseCommon):
    """Whatever is sent: a message that says what to do, or the right clients; never half of them, never a crash."""

    def load(self, filename, content):
        """Import a file as an operator would; return the clients' names, or what was said against it."""
        imports = self.env["client.import"].with_user(self.operator)
        batch = imports.create({"file": base64.b64encode(content), "filename": filename})
        try:
            with self.env.cr.savepoint():
                batch.action_check()
                batch.row_ids.filtered(lambda row: row.state == "question").action_import_anyway()
                batch.action_import()
        except UserError as error:
            return str(error)
        return batch.sudo().row_ids.partner_id.mapped("name")

    @mute_logger("odoo.addons.base_import.models.base_import")
    def test_hostile_files(self):
        files = get_hostile_files()
        self.assertGreaterEqual(len(files), 40)
        for what, (filename, content, expected, names) in files.items():
            with self.subTest(what=what), self.cr.savepoint() as each:
                before = self.env["res.partner"].search_count([])
                result = self.load(filename, content)
                added = self.env["res.partner"].search_count([]) - before
                if isinstance(result, str):
                    self.assertNotEqual(expected, CLIENTS, result)
                    self.assertFalse(added, "half of it came in")
                    self.assertGreater(len(result), 20)
                    self.assertNotIn("Traceback", result)
                else:
                    self.assertNotEqual(expected, MESSAGE, result)
                    self.assertEqual(added, len(result))
                    if expected == CLIENTS:
                        self.assertEqual(result, names)
                    self.assertFalse([name for name in result if "root:" in name], "it read our files")
                # The next file finds the base as this one did.
                each.rollback()
