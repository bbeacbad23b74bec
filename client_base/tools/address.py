"""Read addresses, places and figures as people type them into spreadsheets.

Nothing here knows Odoo: the names of countries and states come in as a :class:`Gazetteer`.
Every function takes text and returns what it could read of it, never raising for odd text.
"""

import re
from dataclasses import dataclass, field

_COORDINATES = re.compile(r"\s*\d{1,3}\s*°.*$", re.DOTALL)
_FOOTNOTE = re.compile(r"(?<=\S)\[(?:\d{1,2}|[a-z]|note \d{1,2})\]")
_INVISIBLE = re.compile("[\0-\x08\x0e-\x1b\x7f\u200b-\u200f\u2060\ufeff]")
_POSTCODE = re.compile(r"^(?:[A-Z]{1,2}-)?\d{4,6}(?:-\d{3,4})?\s+(?=\D)")
_YEAR = re.compile(r"\([^)]*\)?")

# How people write countries beside their official names.
_ALIASES = {
    "america": "US",
    "england": "GB",
    "great britain": "GB",
    "holland": "NL",
    "korea": "KR",
    "northern ireland": "GB",
    "russia": "RU",
    "scotland": "GB",
    "uae": "AE",
    "uk": "GB",
    "united states of america": "US",
    "us": "US",
    "usa": "US",
    "wales": "GB",
    "англия": "GB",
    "англія": "GB",
    "белоруссия": "BY",
    "рф": "RU",
    "сша": "US",
}


@dataclass(frozen=True)
class Place:
    """Where something is: codes of country and state, the city's name, what stands before it, the postal code."""

    country: str = ""
    state: str = ""
    city: str = ""
    street: str = ""
    zip: str = ""


@dataclass
class Gazetteer:
    """The countries and states that a place name may mean.

    ``countries`` maps a name to an ISO code; ``states`` maps a name to the ``(country, state)``
    codes it stands for, wherever it is read; ``divisions`` are the states that only a cell for the
    state may name, by country.  Names are compared without case and full stops.

    >>> world = Gazetteer({"Germany": "DE", "United States": "US", "Georgia": "GE"})
    >>> world.add_state("Texas", "US", "TX"); world.add_state("Georgia", "US", "GA")
    >>> world.country("germany"), world.country("U.S.A."), world.country("Houston")
    ('DE', 'US', '')
    >>> world.state("TEXAS"), world.state("Georgia", within="US")
    (('US', 'TX'), ('US', 'GA'))
    >>> world.add_division("Bavaria", "DE", "BY")
    >>> world.division("bavaria", "DE"), world.division("Bavaria", "US"), world.state("Bavaria")
    ('BY', '', ('', ''))
    """

    countries: dict
    states: dict = field(default_factory=dict)
    divisions: dict = field(default_factory=dict)

    def __post_init__(self):
        self.countries = {_fold(name): code for name, code in self.countries.items()}
        for alias, code in _ALIASES.items():
            self.countries.setdefault(alias, code)

    def add_state(self, name, country, state):
        self.states.setdefault(_fold(name), []).append((country, state))

    def add_division(self, name, country, state):
        self.divisions.setdefault((country, _fold(name)), []).append(state)

    def country(self, name):
        """Return the ISO code that ``name`` stands for, or an empty text."""
        return self.countries.get(_fold(name), "")

    def code(self, text):
        """Return ``text`` as an ISO code where it is one; only a cell for the country may hold nothing else.

        >>> world = Gazetteer({"Germany": "DE"})
        >>> world.code("de"), world.code("XX"), world.code("Germany")
        ('DE', '', '')
        """
        code = text.strip().upper()
        return code if code in self.countries.values() else ""

    def state(self, name, within=""):
        """Return ``(country, state)`` codes; ``("", "")`` if unknown, or if several countries have it."""
        found = [pair for pair in self.states.get(_fold(name), ()) if not within or pair[0] == within]
        return found[0] if len(found) == 1 else ("", "")

    def division(self, name, country):
        """Return the code of the division of ``country``; an empty text if unknown, or if several have the name."""
        found = self.divisions.get((country, _fold(name)), ())
        return found[0] if len(found) == 1 else ""


def tidy(text):
    """Drop footnotes, invisible characters and stray spaces.

    >>> tidy("Milwaukee, Wisconsin , U.S.[1] \\ufeff")
    'Milwaukee, Wisconsin, U.S.'
    >>> tidy("[044] 123-45-67"), tidy("Acme [Holding] Steel")
    ('[044] 123-45-67', 'Acme [Holding] Steel')
    """
    text = _INVISIBLE.sub("", _FOOTNOTE.sub("", text))
    return re.sub(r"\s+,", ",", " ".join(text.split())).strip(" ,;/")


def strip_coordinates(text):
    """Drop map coordinates that stick to an address.

    >>> strip_coordinates("Wood Dale, Illinois 41°59′15″N 87°58′55″W / 41.987; -87.981")
    'Wood Dale, Illinois'
    >>> strip_coordinates("Fleet Street 17")
    'Fleet Street 17'
    """
    return _COORDINATES.sub("", text)


def read_place(text, world):
    """Read a place from general text, going from its end: country, state, city, the rest.

    >>> world = Gazetteer({"Germany": "DE", "United States": "US", "Georgia": "GE"})
    >>> world.add_state("Texas", "US", "TX"); world.add_state("Georgia", "US", "GA")
    >>> read_place("260 Franklin Street, Houston, Texas, U.S.", world)
    Place(country='US', state='TX', city='Houston', street='260 Franklin Street', zip='')
    >>> read_place("Houston, Texas", world)
    Place(country='US', state='TX', city='Houston', street='', zip='')
    >>> read_place("Hauptstr. 3, 69115 Heidelberg, Germany", world)
    Place(country='DE', state='', city='Heidelberg', street='Hauptstr. 3', zip='69115')

    A name that is a country here and a state there stays open unless the rest decides:

    >>> read_place("Atlanta, Georgia", world)
    Place(country='', state='', city='', street='Atlanta, Georgia', zip='')
    >>> read_place("Atlanta, Georgia, USA", world).state
    'GA'
    >>> read_place("somewhere", world)
    Place(country='', state='', city='', street='somewhere', zip='')
    """
    parts = [part.strip() for part in tidy(strip_coordinates(text)).split(",") if part.strip()]
    if not parts:
        return Place()
    country, state = world.country(parts[-1]), world.state(parts[-1])
    if country and country == state[1]:
        state = ("", "")  # a territory, listed both ways: Puerto Rico
    if country and state[0] and len(parts) > 1:
        return Place(street=", ".join(parts))
    if country:
        parts.pop()
        state = world.state(parts[-1], within=country) if len(parts) > 1 else ("", "")
    country = country or state[0]
    if not country:
        return Place(street=", ".join(parts))
    if state[0]:
        parts.pop()
    last = parts.pop() if parts else ""
    city = _POSTCODE.sub("", last)
    return Place(country, state[1], city, ", ".join(parts), last.removesuffix(city).strip())


def read_count(text):
    """Read how many from "c. 2,100 (2022)", "3 500" or "23,299 (December, 2024)"; ``None`` if nothing.

    >>> read_count("c.250 (2024)"), read_count("12,700 (2024)"), read_count("3 500"), read_count("many")
    (250, 12700, 3500, None)
    >>> read_count("1.2 million"), read_count("45.000"), read_count("> 2'000")
    (1200000, 45000, 2000)
    >>> read_count("2 500 млн"), read_count("1,234.5 million")
    (2500000000, 1234500000)
    """
    found = re.search(r"\d[\d.,'\s\u00a0\u202f]*", _YEAR.sub("", text))
    if not found:
        return None
    number, after = found[0].strip(" ,.'\u00a0\u202f"), _YEAR.sub("", text)[found.end() :].lower()
    if after.startswith(("million", "млн")):
        *whole, part = re.split("[.,]", re.sub(r"[\s']", "", number))
        return round(float(f"{''.join(whole)}.{part}" if whole else part) * 1_000_000)
    digits = re.match(r"\d{1,3}(?:[.,'\s\u00a0\u202f]\d{3})+|\d+", number)[0]
    return int(re.sub(r"\D", "", digits))


def read_website(text):
    """Return ``text`` as a web address, or an empty text if it is none.

    >>> read_website("www.aosmith.com"), read_website("https://abnamro.com/"), read_website("Official website")
    ('https://www.aosmith.com', 'https://abnamro.com', '')
    """
    text = tidy(text)
    if not re.fullmatch(r"(?:https?://)?[^\s/@:]+\.[^\s@.]{2,}\S*", text):
        return ""
    return text if "://" in text else f"https://{text}"


def _fold(name):
    return tidy(name).replace(".", "").casefold()
