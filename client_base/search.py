"""What search methods of computed fields share, and those who read domains that somebody typed."""

from ast import literal_eval

from odoo.exceptions import ValidationError
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


def parse_domain(text):
    """Return the domain that ``text`` says; an empty one where it says nothing.

    :raise ValueError: where it says none
    """
    try:
        return Domain(literal_eval(text or "[]"))
    except (SyntaxError, TypeError, KeyError, MemoryError, RecursionError) as error:
        raise ValueError(str(error)) from error


def find_fault(text, model):
    """Return why ``text`` cannot be used as a domain on ``model``; ``None`` where it can."""
    try:
        # As the query that it comes to, which is not run: only there Odoo asks whether the fields can be searched by.
        # sudo: what can be asked depends on nobody's rights
        model.sudo()._search(parse_domain(text))
    except (ValueError, TypeError, KeyError) as error:
        return error
    return None


def check_domains(records, words):
    """Raise ValidationError where the ``domain`` of one of ``records``, which chooses clients, cannot be used.

    :param words: that it cannot, in the user's language, with ``%s`` for why
    """
    for record in records:
        if fault := find_fault(record.domain, record.env["res.partner"]):
            raise ValidationError(words % fault)


def read_domain(text, model):
    """Return the domain on ``model`` that ``text`` says, as it is being typed: nobody fits one that cannot be used."""
    return Domain.FALSE if find_fault(text, model) else parse_domain(text)
