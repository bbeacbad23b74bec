"""Which rows of a spreadsheet hold something: Odoo's readers leave out the others without counting them."""

import csv
import io
from itertools import count

import openpyxl


def number_csv(text, separator):
    """Return the numbers of the rows of a text that hold something, as spreadsheets count them.

    >>> number_csv('Name,City\\n\\n"Gamma\\nCorp",Berlin\\n,\\nDelta,Paris\\n', ",")
    [1, 3, 5]
    """
    rows = csv.reader(io.StringIO(text), delimiter=separator)
    return [number for number, cells in zip(count(1), rows) if any(cell.strip() for cell in cells)]


def number_xlsx(content):
    """Return the numbers of the rows of a workbook's first sheet that hold something."""
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    rows = book[book.sheetnames[0]].iter_rows(values_only=True)
    return [
        number for number, cells in zip(count(1), rows) if any(cell is not None and str(cell).strip() for cell in cells)
    ]
