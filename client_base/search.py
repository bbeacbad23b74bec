"""What search methods of computed fields share."""

from odoo.fields import Domain


def search_flag(domain, operator, value):
    """Return what a computed boolean field's search method answers, where ``domain`` is when it holds.

    Odoo 19 asks search methods with "in" and a collection of booleans only, and does the rest itself.
    """
    if operator != "in":
        return NotImplemented
    if set(value) == {True, False}:
        return Domain.TRUE
    return Domain(domain) if True in value else ~Domain(domain)
