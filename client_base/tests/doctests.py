"""What every addon of the suite promises of its plain modules."""

import doctest
import importlib
import pkgutil

from odoo.tests.common import BaseCase


class DoctestsCase(BaseCase):
    """Runs the examples in the docstrings of the modules of the package ``tools``."""

    tools = None

    def check_examples(self):
        for found in pkgutil.iter_modules(self.tools.__path__):
            with self.subTest(module=found.name):
                result = doctest.testmod(importlib.import_module(f"{self.tools.__name__}.{found.name}"))
                self.assertTrue(result.attempted)
                self.assertFalse(result.failed)
