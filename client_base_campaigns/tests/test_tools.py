from odoo.addons.client_base.tests.doctests import DoctestsCase
from odoo.addons.client_base_campaigns import tools


class TestTools(DoctestsCase):
    tools = tools

    def test_examples(self):
        self.check_examples()
