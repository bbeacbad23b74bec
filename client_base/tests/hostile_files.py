"""Files that nobody should send, and somebody will."""

import io
import random
import zipfile
from datetime import datetime

import openpyxl
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

ROWS = [["Name", "City"], ["Gamma Corp", "Berlin"], ["Delta SA", "Paris"]]
GOOD = "Name,City\nGamma Corp,Berlin\nDelta SA,Paris\n"
MESSAGE, CLIENTS = "message", "clients"


def make_book(rows=ROWS, prepare=None):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if prepare:
        prepare(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def replace_part(content, part, change):
    """Return the archive ``content`` with what ``change`` makes of one of its parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return file.getvalue()


def make_archive(**parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), text)
    return file.getvalue()


def make_ods(rows):
    book, table = OpenDocumentSpreadsheet(), Table(name="A")
    book.spreadsheet.addElement(table)
    for row in rows:
        line = TableRow()
        table.addElement(line)
        for text in row:
            cell = TableCell(valuetype="string")
            cell.addElement(P(text=text))
            line.addElement(cell)
    file = io.BytesIO()
    book.write(file)
    return file.getvalue()


def make_laughing_book():
    """A workbook whose first sheet holds an entity that would unfold into thousands of millions of letters."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<?xml version="1.0"?><!DOCTYPE worksheet [<!ENTITY l0 "lol">{laughs}]>'
    return replace_part(
        make_book(),
        "xl/worksheets/sheet1.xml",
        lambda xml: (doctype + xml.decode().split("?>", 1)[-1].replace("Gamma", "&l9;")).encode(),
    )


def make_spying_book():
    doctype = '<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY spy SYSTEM "file:///etc/passwd">]>'
    return replace_part(
        make_book(),
        "xl/sharedStrings.xml",
        lambda xml: (doctype + xml.decode().split("?>", 1)[-1].replace("Gamma Corp", "&spy;Gamma Corp")).encode(),
    )


def get_hostile_files():
    """Return ``{what: (file name, content, what comes of it, names of the clients)}``."""
    noise = random.Random(7).randbytes(5000)
    book, ods = make_book(), make_ods(ROWS)
    both = ["Gamma Corp", "Delta SA"]
    zeros = b"0" * (400 << 20)
    wide = [[f"Column {number}" for number in range(2000)], [f"value {number}" for number in range(2000)]]
    wide[0][7] = "Name"
    files = {
        "nothing at all": ("a.csv", b"", MESSAGE),
        "spaces": ("a.csv", b"   \r\n ", MESSAGE),
        "zeros": ("a.csv", b"\0" * 3000, MESSAGE),
        "noise": ("a.csv", noise, MESSAGE),
        "noise in a workbook": ("a.xlsx", noise, MESSAGE),
        "noise in an ODS": ("a.ods", noise, MESSAGE),
        "half a workbook": ("a.xlsx", book[: len(book) // 2], MESSAGE),
        "a workbook without its end": ("a.xlsx", book[:-30], MESSAGE),
        "half an ODS": ("a.ods", ods[: len(ods) // 2], MESSAGE),
        "an encrypted workbook": ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + noise, MESSAGE),
        "a workbook of the last century": ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + noise, MESSAGE),
        "a zip bomb": ("a.xlsx", replace_part(book, "xl/worksheets/sheet1.xml", lambda _xml: zeros), MESSAGE),
        "a zip bomb of an ODS": ("a.ods", make_archive(content_dot_xml=zeros), MESSAGE),
        "another archive": ("a.xlsx", make_archive(readme_dot_txt="hello"), MESSAGE),
        "a letter": ("a.xlsx", make_archive(word__document_dot_xml="<w/>"), MESSAGE),
        "a PDF": ("a.csv", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n", MESSAGE),
        "a picture": ("a.png", b"\x89PNG\r\n\x1a\n" + noise, MESSAGE),
        "a web page": ("a.csv", b"<html><body><p>Please log in</p></body></html>", MESSAGE),
        "JSON": ("a.csv", b'{"name": "Gamma Corp", "city": "Berlin"}\n{"name": "Delta SA"}\n', MESSAGE),
        "a header alone": ("a.csv", b"Name,City\n", MESSAGE),
        "no header": ("a.csv", b"Gamma Corp,Berlin\nDelta SA,Paris\n", MESSAGE),
        "an empty workbook": ("a.xlsx", make_book([]), MESSAGE),
        "entities that unfold": ("a.xlsx", make_laughing_book(), MESSAGE),
        "sheets that lead out of the archive": ("a.xlsx", make_archive(**{"..__..__etc__passwd": "x"}), MESSAGE),
        "entities that read files": ("a.xlsx", make_spying_book(), None),
        "macros": ("a.xlsm", replace_part(book, "nothing", bytes), None),
        "formulas in a workbook": (
            "a.xlsx",
            make_book([["Name", "City"], ["Gamma Corp", "=1+1"]]),
            CLIENTS,
            ["Gamma Corp"],
        ),
        "formulas in a text": (
            "a.csv",
            b'Name,City\n"=HYPERLINK(""http://evil.example"")",Berlin\n@SUM(A1),Paris\n',
            CLIENTS,
            ['=HYPERLINK("http://evil.example")', "@SUM(A1)"],
        ),
        "2,000 columns": ("a.xlsx", make_book(wide), CLIENTS, ["value 7"]),
        "the same header twice": ("a.csv", b"Name,Name,City\nGamma Corp,Other,Berlin\n", CLIENTS, ["Gamma Corp"]),
        "from right to left": ("a.csv", "Name,City\nشركة غاما,برلين\n".encode(), CLIENTS, ["شركة غاما"]),
        "marks that turn the text round": ("a.csv", "Name\nGamma \u202eproC\n".encode(), CLIENTS, ["Gamma \u202eproC"]),
        "letters of Windows": (
            "a.csv",
            "Название;Город\nООО Ромашка;Москва\nТОВ Їжак;Київ\n".encode("cp1251"),
            CLIENTS,
            ["ООО Ромашка", "ТОВ Їжак"],
        ),
        "two bytes a letter": ("a.csv", GOOD.encode("utf-16"), CLIENTS, both),
        "with a mark": ("a.csv", GOOD.encode("utf-8-sig"), CLIENTS, both),
        "old line ends": ("a.csv", GOOD.replace("\n", "\r").encode(), None),
        "line ends of Windows": ("a.csv", GOOD.replace("\n", "\r\n").encode(), CLIENTS, both),
        "zeros among letters": ("a.csv", GOOD.replace("Corp", "Co\0rp").encode("utf-16"), CLIENTS, both),
        "broken letters": ("a.csv", GOOD.encode() + b"\xff\xfe\xfa\xf0,Rome\n", None),
        "a quote that never ends": ("a.csv", b'Name,City\n"Gamma Corp,Berlin\nDelta SA,Paris\n', None),
        "a cell of a million letters": ("a.csv", b"Name,Note\nGamma Corp," + b"x" * 1_000_000 + b"\n", None),
        "a name of a million letters": ("a.csv", b"Name\n" + b"x" * 1_000_000 + b"\n", None),
        "days of 1900": (
            "a.xlsx",
            make_book([["Name", "Since"], ["Gamma Corp", datetime(1900, 1, 1)]]),
            CLIENTS,
            ["Gamma Corp"],
        ),
        "days that are none": (
            "a.xlsx",
            make_book(
                [["Name", "Since"], ["Gamma Corp", -5]],
                lambda book: setattr(book.active["B2"], "number_format", "yyyy-mm-dd"),
            ),
            None,
        ),
        "numbers for names": ("a.xlsx", make_book([["Name"], [42], [1e308], [True]]), None),
        "errors in cells": ("a.xlsx", make_book([["Name", "City"], ["Gamma Corp", "#REF!"]]), None),
        "joined cells": ("a.xlsx", make_book(prepare=lambda book: book.active.merge_cells("A2:A3")), None),
        "several sheets": ("a.xlsx", make_book(prepare=lambda book: book.create_sheet("Other")), CLIENTS, both),
        "a hidden sheet": ("a.xlsx", make_book(prepare=lambda book: book.create_sheet("Hidden")), CLIENTS, both),
        "pictograms": ("a.csv", "Name,City\nGamma 🏭 Corp,Berlin 🐻\n".encode(), CLIENTS, ["Gamma 🏭 Corp"]),
        "script": ("a.csv", b"Name,City\n<script>alert(1)</script>,Berlin\n", CLIENTS, ["<script>alert(1)</script>"]),
        "statements": (
            "a.csv",
            b'Name,City\n"Robert\'); DROP TABLE res_partner;--",Berlin\n',
            CLIENTS,
            ["Robert'); DROP TABLE res_partner;--"],
        ),
        "format signs": ("a.csv", b"Name,City\n100% {0} %(name)s %s,Berlin\n", CLIENTS, ["100% {0} %(name)s %s"]),
        "another separator": ("a.csv", GOOD.replace(",", "|").encode(), CLIENTS, both),
        "a good ODS": ("a.ods", ods, CLIENTS, both),
        "a row that is cut off": ("a.csv", (GOOD + "Epsilon").encode(), CLIENTS, both),
    }
    return {what: (*said, ())[:4] for what, said in files.items()}
