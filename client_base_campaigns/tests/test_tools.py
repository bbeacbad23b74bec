import doctest
import importlib
import pkgutil

from odoo.tests.common import BaseCase

from odoo.addons.client_base_campaigns import tools


class TestTools(BaseCase):
    def test_examples(self):
        """The examples in the docstrings of the plain modules hold."""
        for found in pkgutil.iter_modules(tools.__path__):
            with self.subTest(module=found.name):
                result = doctest.testmod(importlib.import_module(f"{tools.__name__}.{found.name}"))
                self.assertTrue(result.attempted)
                self.assertFalse(result.failed)
