"""Tell whether what stands on a card can be right: phones, e-mail addresses, tax numbers.

What is not known to be wrong counts as right: a country without a check of its own, say.
"""

import functools
import importlib
import pkgutil
import re
from importlib.machinery import PathFinder

import phonenumbers
import stdnum.exceptions
from stdnum.util import get_cc_module

# Odoo's import hook leaves a loader that cannot find the data files of the package, which some checks read.
stdnum.__spec__.loader = PathFinder.find_spec("stdnum").loader

_EMAIL = re.compile(r"[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>.]{2,}")
# Tax numbers of firms where python-stdnum has them under other names than "vat".
_TAX_NUMBERS = (
    "inn",
    "edrpou",
    "rntrc",
    "unp",
    "ein",
    "tin",
    "nip",
    "bin",
    "nit",
    "cuit",
    "rut",
    "ruc",
    "rfc",
    "abn",
    "cn",
)
# And those of which python-stdnum knows nothing: the number of a Ukrainian payer of VAT, its checksum unpublished.
_FURTHER_NUMBERS = {"ua": re.compile(r"\d{12}")}


def is_phone(text, country=None):
    """Tell whether ``text`` can be dialled: a number of a length that its country has.

    :param str country: ISO 3166 code of the country of numbers without a prefix

    >>> is_phone("+49 30 123456"), is_phone("044 123-45-67", "UA"), is_phone("044 123-45-67")
    (True, True, True)
    >>> is_phone("ask Maria"), is_phone("+49"), is_phone("1", "DE")
    (False, False, False)
    """
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as error:
        # Without a country nothing is known of how long a number is.
        no_country = error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE
        return no_country and not text.strip().startswith("+") and 5 <= len(re.findall(r"\d", text)) <= 15
    return phonenumbers.is_possible_number(number)


def is_email(text):
    """Tell whether ``text`` is written like one address, or several with commas or semicolons between.

    >>> is_email("a@b.example"), is_email("a@b.example; c@d.example"), is_email("a@b"), is_email("a b@c.example")
    (True, True, False, False)
    """
    return all(_EMAIL.fullmatch(part.strip()) for part in re.split("[,;]", text))


def is_tax_number(text, country):
    """Tell whether ``text`` passes one of the checks of its country; None where that has no check.

    >>> is_tax_number("7707083893", "RU"), is_tax_number("7707083894", "RU"), is_tax_number("32855961", "UA")
    (True, False, True)
    >>> is_tax_number("DE136695976", "DE"), is_tax_number("whatever", "KZ")
    (True, None)
    >>> is_tax_number("91-1144442", "US"), is_tax_number("59-119/9013", "AT"), is_tax_number("143605704021", "UA")
    (True, True, True)
    """
    country = (country or "").lower()
    further = _FURTHER_NUMBERS.get(country)
    if further and further.fullmatch(text.strip()):
        return True
    checks = _get_tax_checks(country)
    return any(_passes(check, text) for check in checks) if checks else None


def _passes(check, text):
    try:
        check.validate(text)
    except stdnum.exceptions.ValidationError:
        return False
    return True


@functools.cache
def _get_tax_checks(country):
    """Return the modules of python-stdnum that check a country's tax numbers."""
    if not re.fullmatch("[a-z]{2}", country):
        return ()
    vat = get_cc_module(country, "vat")
    try:
        package = importlib.import_module(f"stdnum.{country if country != 'is' else 'is_'}")
    except ImportError:
        return (vat,) if vat else ()
    names = [found.name for found in pkgutil.iter_modules(package.__path__) if found.name in _TAX_NUMBERS]
    others = (importlib.import_module(f"{package.__name__}.{name}") for name in names)
    return tuple(dict.fromkeys(filter(None, (vat, *others))))
