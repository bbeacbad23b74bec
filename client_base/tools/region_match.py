"""Which region an address lies in, without a database.

A region claims places: countries, states, beginnings of postal codes, cities.  Codes and cities
narrow its countries and states: a region that names any of them does not claim the rest.
"""

import re
from typing import NamedTuple

# Each code of a range is kept in memory: longer ones have a common beginning, which says the same.
CODES_IN_RANGE = 10_000


class Place(NamedTuple):
    """What an address says: keys of country and state, postal code and city as written."""

    country: object = None
    state: object = None
    zip: str | None = None
    city: str | None = None


class Claim(NamedTuple):
    """What a region claims; ``depth`` is its depth in the tree, the deeper decides."""

    region: object
    depth: int = 0
    countries: frozenset = frozenset()
    states: frozenset = frozenset()
    prefixes: tuple = ()
    cities: frozenset = frozenset()


def read_prefixes(text):
    """Return the beginnings of postal codes that ``text`` lists, with ranges written out.

    :raise ValueError: with the part that cannot be read

    >>> read_prefixes("01, 03-05; SW1A")
    ('01', '03', '04', '05', 'SW1A')
    >>> read_prefixes(None)
    ()
    >>> read_prefixes("05-01")
    Traceback (most recent call last):
    ValueError: 05-01
    >>> read_prefixes("000000-999999")
    Traceback (most recent call last):
    ValueError: 000000-999999
    """
    found = []
    for part in re.split(r"[,;\n]+", text or ""):
        part = part.strip()
        span = re.fullmatch(r"(\d{1,6})\s*[-–]\s*(\d{1,6})", part)
        if span and len(span[1]) == len(span[2]) and 0 <= int(span[2]) - int(span[1]) < CODES_IN_RANGE:
            found += [str(code).zfill(len(span[1])) for code in range(int(span[1]), int(span[2]) + 1)]
        elif re.fullmatch(r"[\w ]+", part):
            found.append(fold_zip(part))
        elif part:
            raise ValueError(part)
    return tuple(found)


def read_cities(text):
    """Return the cities that ``text`` lists, folded for comparison.

    >>> sorted(read_cities("Kyiv; New  York"))
    ['kyiv', 'new york']
    """
    return frozenset(fold_city(part) for part in re.split(r"[,;\n]+", text or "") if part.strip())


def fold_zip(text):
    """Return a postal code without spaces and dashes, in capitals.

    >>> fold_zip("sw1a 2-aa")
    'SW1A2AA'
    """
    return re.sub(r"[\s-]", "", text or "").upper()


def fold_city(text):
    """Return a city's name without case and doubled spaces.

    >>> fold_city(" New  York ")
    'new york'
    """
    return " ".join((text or "").split()).casefold()


class RegionMatcher:
    """Finds the region of an address among claims.

    The most exact word decides: the longest beginning of the postal code, then the city, the
    state, the country; of two regions that claim the same, the deeper in the tree, then the first.

    >>> matcher = RegionMatcher([
    ...     Claim("Germany", countries=frozenset({"de"})),
    ...     Claim("East", 1, countries=frozenset({"de"}), prefixes=("0", "10")),
    ...     Claim("Potsdam", 1, countries=frozenset({"de"}), cities=frozenset({"potsdam"})),
    ...     Claim("Bavaria", 1, states=frozenset({"by"})),
    ... ])
    >>> matcher.find(Place("de", None, "10115", "Berlin"))
    ('East', 'zip')
    >>> matcher.find(Place("de", None, "14467", "POTSDAM"))
    ('Potsdam', 'city')
    >>> matcher.find(Place("de", "by", "80331", "Munich"))
    ('Bavaria', 'state')
    >>> matcher.find(Place("de", "he", "60311", "Frankfurt"))
    ('Germany', 'country')
    >>> matcher.find(Place("fr", None, "01000", "Bourg"))
    (None, None)
    """

    def __init__(self, claims):
        self.by_zip, self.by_city, self.by_state, self.by_country = {}, {}, {}, {}
        # Later ones overwrite: so the deepest comes last, and of equals the first.
        for _number, claim in sorted(enumerate(claims), key=lambda found: (found[1].depth, -found[0])):
            within = [("state", state) for state in claim.states] or [
                ("country", country) for country in claim.countries
            ]
            for area in within:
                self.by_zip.update({(area, prefix): claim.region for prefix in claim.prefixes})
                self.by_city.update({(area, city): claim.region for city in claim.cities})
            if not claim.prefixes and not claim.cities:
                self.by_state.update(dict.fromkeys(claim.states, claim.region))
                self.by_country.update(dict.fromkeys(claim.countries, claim.region))
        self.longest = max((len(prefix) for _area, prefix in self.by_zip), default=0)

    def find(self, place):
        """Return ``(region, by)``, where ``by`` is zip, city, state or country; or ``(None, None)``."""
        areas = [("state", place.state), ("country", place.country)]
        code = fold_zip(place.zip) if self.by_zip else ""
        for length in range(min(len(code), self.longest), 0, -1):
            for area in areas:
                if region := self.by_zip.get((area, code[:length])):
                    return region, "zip"
        city = fold_city(place.city) if self.by_city else ""
        for area in areas:
            if region := self.by_city.get((area, city)):
                return region, "city"
        if region := self.by_state.get(place.state):
            return region, "state"
        if region := self.by_country.get(place.country):
            return region, "country"
        return None, None
