"""Find the same client again by what identifies it."""

from .likeness import get_keys

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
    """

    def __init__(self):
        self._clients = {}

    def add(self, client, who):
        """Remember ``client``; of several that are alike the first is kept."""
        keys = get_keys(client)
        for key in (*self._identifiers(keys), *self._names(keys, client.get("country") or "", "anywhere")):
            self._clients.setdefault(key, who)

    def find(self, client):
        """Return ``who`` of the client that is the same as this one, or ``None``."""
        keys, country = get_keys(client), client.get("country")
        names = self._names(keys, *((country, "") if country else ("anywhere",)))
        return next((self._clients[key] for key in (*self._identifiers(keys), *names) if key in self._clients), None)

    def _identifiers(self, keys):
        return [(kind, keys[kind]) for kind in IDENTIFIERS if kind in keys]

    def _names(self, keys, *places):
        return [("name", keys["name"], place) for place in places] if "name" in keys else []
