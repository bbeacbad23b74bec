"""Find the same client again by what identifies it."""

import re

from .likeness import get_keys
from .names import fold
from .validity import is_tax_number

# Any one of these in common makes two records the same client; its name does within a country.
IDENTIFIERS = ("vat", "ref", "email", "phone")


class ClientIndex:
    """Knows clients by tax number, reference, e-mail, phone, and by how the name sounds within a country.

    Clients are plain mappings of texts; ``who`` is whatever the caller wants to get back.

    >>> index = ClientIndex()
    >>> index.add({"name": "Acme Inc", "country": "US", "vat": "US 12-3"}, "first")
    >>> index.find({"name": "ACME", "country": "US"}), index.find({"name": "other", "vat": "us123"})
    ('first', 'first')

    Firms of one name in two countries are two; where one country is not known, they may be one:

    >>> print(index.find({"name": "Acme", "country": "DE"}))
    None
    >>> index.find({"name": "Acme"})
    'first'

    In one alphabet the letters count, between two the sound: Cisco is not Sysco.

    >>> index.add({"name": "Cisco"}, "second")
    >>> print(index.find({"name": "Sysco"}))
    None
    >>> index.find({"name": "Сиско"})
    'second'

    Firms of one name with two right tax numbers are two:

    >>> index.add({"name": "Вектор", "country": "RU", "vat": "7707083893"}, "third")
    >>> print(index.find({"name": "Вектор", "country": "RU", "vat": "7736050003"}))
    None
    >>> index.find({"name": "Вектор", "country": "RU", "vat": "7736050004"}), index.find({"name": "Вектор"})
    ('third', 'third')
    """

    def __init__(self):
        self._identified = {}
        self._named = {}  # by tax number, as there may be several of one name

    def add(self, client, who):
        """Remember ``client``; of several that are alike the first is kept."""
        kinds = ("letters", "any alphabet", "Latin" if self._is_latin(client) else "another")
        for key in self._identifiers(client):
            self._identified.setdefault(key, who)
        for key in self._names(client, kinds, client.get("country") or "", "anywhere"):
            self._named.setdefault(key, {}).setdefault(self._get_tax_digits(client), who)

    def find(self, client):
        """Return ``who`` of the client that is the same as this one, or ``None``."""
        kinds = ("letters", "another" if self._is_latin(client) else "any alphabet")
        country = client.get("country")
        identified = (self._identified.get(key) for key in self._identifiers(client))
        digits = self._get_tax_digits(client)
        named = (
            who
            for key in self._names(client, kinds, *((country, "") if country else ("anywhere",)))
            for others, who in self._named.get(key, {}).items()
            if others == digits or len(others) != len(digits)
        )
        return next(filter(None, (*identified, next(named, None))), None)

    def _get_tax_digits(self, client):
        """Return the digits of a tax number that may be right; of one length, others are another firm's."""
        vat = client.get("vat")
        if not vat or is_tax_number(vat, client.get("country")) is False:
            return ""
        return re.sub(r"\D", "", vat)

    def _is_latin(self, client):
        return (client.get("name") or "").isascii()

    def _identifiers(self, client):
        return [(kind, value) for kind, value in get_keys(client).items() if kind in IDENTIFIERS]

    def _names(self, client, kinds, *places):
        name, sounding = fold(client.get("name") or ""), get_keys(client).get("name")
        if not sounding:
            return []
        return [(kind, name if kind == "letters" else sounding, place) for place in places for kind in kinds]
