from odoo.tests import tagged

from odoo.addons.client_base.tests.translations import TranslationsCase


@tagged("post_install", "-at_install")
class TestTranslations(TranslationsCase):
    addon = "client_base_crm"

    def test_template_is_current(self):
        self.check_template_is_current()

    def test_languages_are_complete(self):
        self.check_languages_are_complete()
