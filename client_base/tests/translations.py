"""What every addon of the suite promises of its translations."""

import io
import re

import polib

from odoo.tests import TransactionCase
from odoo.tools.misc import file_path
from odoo.tools.translate import trans_export

LANGUAGES = ("ru", "uk")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\{.*?\}\}")


class TranslationsCase(TransactionCase):
    """Checks the addon named in ``addon``."""

    addon = None

    def get_file(self, name):
        return polib.pofile(file_path(f"{self.addon}/i18n/{name}"))

    def check_template_is_current(self):
        buffer = io.BytesIO()
        trans_export(None, [self.addon], buffer, "po", self.env)
        exported = {entry.msgid for entry in polib.pofile(buffer.getvalue().decode())}
        kept = {entry.msgid for entry in self.get_file(f"{self.addon}.pot")}
        self.assertEqual(exported, kept, "export the translations anew")

    def check_languages_are_complete(self):
        template = {entry.msgid for entry in self.get_file(f"{self.addon}.pot")}
        for language in LANGUAGES:
            entries = self.get_file(f"{language}.po")
            with self.subTest(language=language):
                self.assertEqual({entry.msgid for entry in entries}, template)
                self.assertFalse([entry.msgid for entry in entries if not entry.msgstr or "fuzzy" in entry.flags])
                odd = [
                    entry.msgid
                    for entry in entries
                    if sorted(PLACEHOLDER.findall(entry.msgid)) != sorted(PLACEHOLDER.findall(entry.msgstr))
                ]
                self.assertFalse(odd, "placeholders that differ")
