from odoo.addons.client_base import tools

from .doctests import DoctestsCase


class TestTools(DoctestsCase):
    tools = tools

    def test_examples(self):
        self.check_examples()
