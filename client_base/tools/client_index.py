"""Find the same client again by what identifies it."""

import re

from .names import match_key

# Any one of these in common makes two records the same client; its name does within a country.
IDENTIFIERS = ("vat", "ref", "email")


class ClientIndex:
    """Knows clients by tax number, reference, e-mail, and by name within a country.

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
        for key in (*self._identifiers(client), *self._names(client, client.get("country", ""), "anywhere")):
            self._clients.setdefault(key, who)

    def find(self, client):
        """Return ``who`` of the client that is the same as this one, or ``None``."""
        country = client.get("country")
        names = self._names(client, *((country, "") if country else ("anywhere",)))
        return next(
            (self._clients[key] for key in (*self._identifiers(client), *names) if key in self._clients),
            None,
        )

    def _identifiers(self, client):
        return [(name, re.sub(r"[\s-]", "", client[name]).casefold()) for name in IDENTIFIERS if client.get(name)]

    def _names(self, client, *places):
        return [("name", match_key(client["name"]), place) for place in places] if client.get("name") else []
