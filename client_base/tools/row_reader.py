"""Read one row of a client list into the fields of a client, and say what was odd about it.

Nothing here knows Odoo.  What a cell may refer to (countries, industries, managers) comes in as
plain mappings; what was found comes out as codes with arguments, so that whoever shows them can
say them in the reader's language.
"""

import re
from dataclasses import dataclass, field

from .address import Place, read_count, read_place, read_website, strip_coordinates, tidy
from .client_index import ClientIndex
from .validity import is_email, is_tax_number

# Field -> the headers it is known under, without case.
HEADERS = {
    "name": ("name", "company", "client", "customer", "название", "наименование", "клиент", "компания", "организация")
    + ("назва", "найменування", "клієнт", "компанія", "організація", "контрагент", "наименование организации")
    + ("название организации", "название компании", "назва організації", "назва компанії"),
    "country": ("country", "страна", "країна"),
    "state": ("state", "province", "область", "регион", "регіон"),
    "city": ("city", "town", "город", "місто"),
    "address": ("headquarters", "address", "адрес", "адреса", "юридический адрес", "юридична адреса"),
    "street": ("street", "улица", "вулиця"),
    "zip": ("zip", "postal code", "postcode", "индекс", "почтовый индекс", "індекс", "поштовий індекс"),
    "phone": ("phone", "telephone", "телефон", "телефоны", "телефони", "контактный телефон", "контактний телефон"),
    "email": ("email", "e-mail", "mail", "почта", "эл. почта", "электронная почта")
    + ("пошта", "ел. пошта", "електронна пошта"),
    "website": ("website", "site", "web", "сайт", "веб-сайт"),
    "vat": ("vat", "tax id", "tax number", "инн", "унп", "едрпоу", "код едрпоу", "іпн", "єдрпоу", "код єдрпоу")
    + ("налоговый номер", "податковий номер"),
    "ref": ("ref", "reference", "code", "isin", "код", "номер") + ("внутренний код", "внутрішній код", "референс"),
    "industry": ("industry", "industries", "отрасль", "галузь"),
    "employees": ("employees", "number of employees", "staff", "сотрудники", "количество сотрудников")
    + ("работники", "численность сотрудников", "працівники", "кількість працівників"),
    "manager": ("manager", "salesperson", "owner", "менеджер", "ответственный", "відповідальний")
    + ("ответственный менеджер", "відповідальний менеджер"),
}

# What a finding makes of its row; a row is as bad as its worst finding.
SEVERITIES = ("clean", "mended", "question", "duplicate", "error")
FINDINGS = {
    "address_cleaned": "mended",
    "city_from_address": "mended",
    "country_disputed": "question",
    "country_from_address": "mended",
    "country_is_place": "mended",
    "country_unknown": "question",
    "duplicate_archived": "duplicate",
    "duplicate_hidden": "duplicate",
    "duplicate_in_base": "duplicate",
    "duplicate_in_file": "duplicate",
    "email_unreadable": "question",
    "employees_read": "mended",
    "employees_unreadable": "question",
    "manager_unknown": "error",
    "name_missing": "error",
    "name_too_long": "error",
    "row_length": "error",
    "state_unknown": "mended",
    "text_too_long": "mended",
    "vat_wrong": "question",
    "website_unreadable": "mended",
}

# Columns that our own report added begin so: they say nothing of the client.
OUR_HEADER = "Client Base: "
HEADER_WITHIN = 20  # rows: above the header may stand a title
MAX_LENGTH = 250  # of a text that an index holds
MAX_COUNT = 2**31 - 1  # what an integer of the database holds


@dataclass
class Reading:
    """What a row says: ``values`` by field, ``findings`` as ``(code, arguments)``, the ``rest``.

    ``rest`` maps the headers of what found no field to its text: nothing is lost.
    """

    values: dict
    findings: list = field(default_factory=list)
    rest: dict = field(default_factory=dict)

    def find(self, code, **arguments):
        self.findings.append((code, arguments))

    @property
    def state(self):
        return worst(code for code, _arguments in self.findings)


def worst(codes):
    """Return the state of a row with these findings.

    >>> worst([]), worst(["employees_read", "country_unknown"])
    ('clean', 'question')
    """
    return max((FINDINGS[code] for code in codes), key=SEVERITIES.index, default="clean")


def map_headers(headers):
    """Return ``{column number: field}`` for the headers that are known, each field once.

    >>> map_headers(["Название", "ISIN", "Colour"])
    {0: 'name', 1: 'ref'}
    """
    known = {alias: name for name, aliases in HEADERS.items() for alias in aliases}
    columns = {}
    for number, header in enumerate(headers):
        name = known.get(tidy(str(header)).casefold())
        if name and name not in columns.values():
            columns[number] = name
    return columns


def find_header(rows, taught=()):
    """Return the place of the header: the first row in which two headers are known, else the first row.

    :param taught: headers without case that are known beside those that all lists use

    >>> find_header([["Clients, 2026", ""], ["Name", "City"], ["Acme GmbH", "Bonn"]])
    1
    >>> find_header([["Firm", "Colour"], ["Acme GmbH", "red"]])
    0
    """
    for place, row in enumerate(rows[:HEADER_WITHIN]):
        told = {number for number, cell in enumerate(row) if tidy(str(cell)).casefold() in taught}
        if len(told | map_headers(row).keys()) > 1:
            return place
    return 0


class RowReader:
    """Reads the rows of one file, and knows which clients it has already seen in it.

    :param headers: the file's header row
    :param world: a :class:`~.address.Gazetteer`
    :param industries: ``{name without case: anything}``, what an industry cell may say
    :param managers: ``{login, e-mail or name without case: anything}``
    :param columns: ``{column number: field}``; by the headers where nothing is said

    >>> from .address import Gazetteer
    >>> reader = RowReader(["name", "country", "employees"], Gazetteer({"Germany": "DE"}), {}, {})
    >>> reading = reader.read(2, ["Acme GmbH", "Germany", "c. 250 (2024)"])
    >>> reading.state, reading.values["country"], reading.values["employees"]
    ('mended', 'DE', 250)
    >>> reader.read(3, ["ACME", "Germany", ""]).findings
    [('duplicate_in_file', {'row': 2})]
    >>> reader.read(4, ["Acme Steel"]).state
    'error'
    """

    def __init__(self, headers, world, industries, managers, columns=None):
        self.headers = [tidy(str(header)) for header in headers]
        self.columns = columns or map_headers(headers)
        self.world = world
        self.industries = industries
        self.managers = managers
        self._seen = ClientIndex()

    def read(self, number, cells):
        """Return the :class:`Reading` of row ``number`` of the file."""
        cells = [str(cell) if cell is not None else "" for cell in cells]
        reading = Reading({name: tidy(cells[i]) for i, name in self.columns.items() if i < len(cells)})
        for i, (header, cell) in enumerate(zip(self.headers, cells, strict=False)):
            if i not in self.columns and not header.startswith(OUR_HEADER):
                self._put_aside(reading, header, tidy(cell))
        if len(cells) != len(self.headers):
            # Its cells may stand under other headers: only the name is told, to know the row by.
            reading.values = {"name": reading.values.get("name", "")}
            reading.find("row_length", cells=len(cells), headers=len(self.headers))
            return reading
        self._cut_long(reading)
        if not reading.values.get("name"):
            reading.find("name_missing")
        for read in (self._read_place, self._read_contact, self._read_employees, self._read_references):
            read(reading)
        self._remember(number, reading)
        return reading

    def _cut_long(self, reading):
        """Put texts into the rest that are too long for what they should be."""
        for name, text in reading.values.items():
            if len(text) > MAX_LENGTH:
                reading.values[name] = text[:MAX_LENGTH] if name == "name" else ""
                self._keep(reading, name, text)
                reading.find("name_too_long" if name == "name" else "text_too_long", text=text[:40])

    def _read_place(self, reading):
        values = reading.values
        said = values.get("country", "")
        address = values.pop("address", "")
        bare = tidy(strip_coordinates(address))
        if bare != address:
            reading.find("address_cleaned", text=address)
        country = self.world.country(said) or self.world.code(said)
        # A code like "DE" is a country in a cell for the country, and a state in an address.
        by_address, by_country = read_place(bare, self.world), Place() if country else read_place(said, self.world)
        place = by_address if by_address.country else by_country
        values["country"] = country or place.country
        if said and not country:
            if place.country:
                reading.find("country_is_place", text=said)
            else:
                reading.find("country_unknown", text=said)
                self._keep(reading, "country", said)
        elif not said and place.country:
            reading.find("country_from_address", text=bare)
        agreed = place.country and place.country == values["country"]
        if place.country and not agreed:
            reading.find("country_disputed", text=bare, country=said)
        self._read_state(reading)
        if agreed:
            self._take_place(reading, place, *(("address", bare) if place is by_address else ("country", said)))
        if bare != values.get("city") and not (agreed and place is by_address):
            self._fill(reading, "street", bare, "address", bare)

    def _read_state(self, reading):
        values = reading.values
        said = values.get("state")
        if not said:
            return
        country, values["state"] = self.world.state(said, within=values["country"])
        values["state"] = values["state"] or self.world.division(said, values["country"])
        if not values["state"]:
            reading.find("state_unknown", text=said)
            self._keep(reading, "state", said)
        elif not values["country"]:
            values["country"] = country
            reading.find("country_from_address", text=said)

    def _take_place(self, reading, place, name, text):
        """Put what ``text``, the cell for ``name``, says of the place where nothing else is said."""
        values = reading.values
        city = values.get("city", "")
        values["state"] = values.get("state") or place.state
        if place.city and re.search(r"\d|\(", city):
            reading.find("city_from_address", text=city)
            values["city"] = place.city
        street = ", ".join(part for part in place.street.split(", ") if part != city)
        for field_name, value in (("city", place.city), ("zip", place.zip), ("street", street)):
            self._fill(reading, field_name, value, name, text)

    def _fill(self, reading, field_name, value, name, text):
        """Fill a field that is empty; where it says something else, keep the cell that ``value`` was read from."""
        if value and not reading.values.get(field_name):
            reading.values[field_name] = value
        elif value and value != reading.values[field_name] and text not in reading.rest.values():
            self._keep(reading, name, text)

    def _read_contact(self, reading):
        values = reading.values
        if values.get("website"):
            address = read_website(values["website"])
            if not address:
                reading.find("website_unreadable", text=values["website"])
                self._keep(reading, "website", values["website"])
            values["website"] = address
        if values.get("email") and not is_email(values["email"]):
            reading.find("email_unreadable", text=values["email"])
            self._keep(reading, "email", values.pop("email"))
        if values.get("vat") and is_tax_number(values["vat"], values.get("country")) is False:
            reading.find("vat_wrong", text=values["vat"])
            self._keep(reading, "vat", values.pop("vat"))

    def _read_employees(self, reading):
        said = reading.values.pop("employees", "")
        if not said:
            return
        count = read_count(said)
        if count is None or count > MAX_COUNT:
            reading.find("employees_unreadable", text=said)
            self._keep(reading, "employees", said)
            return
        reading.values["employees"] = count
        if said != str(count):
            reading.find("employees_read", text=said, count=count)

    def _read_references(self, reading):
        values = reading.values
        manager = values.get("manager", "")
        if manager and manager.casefold() not in self.managers:
            reading.find("manager_unknown", text=manager)
        said = values.pop("industry", "")
        names = [part.strip() for part in said.split(";") if part.strip()]
        values["industry"] = next((name.casefold() for name in names if name.casefold() in self.industries), "")
        others = [name for name in names if name.casefold() != values["industry"]]
        if others:
            self._keep(reading, "industry", "; ".join(others))

    def _remember(self, number, reading):
        first = self._seen.find(reading.values)
        if first:
            reading.find("duplicate_in_file", row=first)
        else:
            self._seen.add(reading.values, number)

    def _keep(self, reading, name, text):
        header = next(self.headers[number] for number, field_name in self.columns.items() if field_name == name)
        self._put_aside(reading, header, text)

    def _put_aside(self, reading, header, text):
        """Add a text to the rest; several columns may have one header, or none."""
        if text:
            reading.rest[header] = "; ".join(filter(None, (reading.rest.get(header), text)))
