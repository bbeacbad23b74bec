"""Find the same client again by what identifies it."""

from .likeness import get_keys
from .names import fold

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
    """

    def __init__(self):
        self._clients = {}

    def add(self, client, who):
        """Remember ``client``; of several that are alike the first is kept."""
        kinds = ("letters", "any alphabet", "Latin" if self._is_latin(client) else "another")
        for key in (*self._identifiers(client), *self._names(client, kinds, client.get("country") or "", "anywhere")):
            self._clients.setdefault(key, who)

    def find(self, client):
        """Return ``who`` of the client that is the same as this one, or ``None``."""
        kinds = ("letters", "another" if self._is_latin(client) else "any alphabet")
        country = client.get("country")
        keys = (*self._identifiers(client), *self._names(client, kinds, *((country, "") if country else ("anywhere",))))
        return next((self._clients[key] for key in keys if key in self._clients), None)

    def _is_latin(self, client):
        return (client.get("name") or "").isascii()

    def _identifiers(self, client):
        return [(kind, value) for kind, value in get_keys(client).items() if kind in IDENTIFIERS]

    def _names(self, client, kinds, *places):
        name, sounding = fold(client.get("name") or ""), get_keys(client).get("name")
        if not sounding:
            return []
        return [(kind, name if kind == "letters" else sounding, place) for place in places for kind in kinds]
