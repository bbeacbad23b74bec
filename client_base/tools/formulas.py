"""Keep what people typed from being computed by the spreadsheet that it is exported to.

A client may be called ``=HYPERLINK(…)``; whoever opens the exported list would run it.  Such texts get an
apostrophe before them, as Odoo does for some of them.
"""

# Some programs take the wide signs of East Asian keyboards, and what follows blanks, for the same.
_SIGNS = "=+-@\t\r\n＝＋－＠"
_BLANKS = " \u00a0\u3000"


def quote_text(value):
    """Return a cell of a text file (CSV), where a program guesses what each text means.

    >>> quote_text("=1+1"), quote_text(" @SUM(A1)"), quote_text("\\tx"), quote_text("Acme = Co"), quote_text(-5)
    ("'=1+1", "' @SUM(A1)", "'\\tx", 'Acme = Co', -5)
    """
    live = isinstance(value, str) and value.lstrip(_BLANKS).startswith(tuple(_SIGNS))
    return f"'{value}" if live else value


def quote_cell(value):
    """Return a cell of a workbook (XLSX): its writer makes formulas of these only, and texts of phones.

    >>> quote_cell("=1+1"), quote_cell("{=1+1}"), quote_cell("+49 30 1"), quote_cell(None)
    ("'=1+1", "'{=1+1}", '+49 30 1', None)
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "{=")) else value


def quote_all(data):
    """Return nested lists and mappings with every text in them as a cell of a workbook.

    >>> quote_all({"rows": [{"title": "=1+1", "values": [{"value": 3}]}]})
    {'rows': [{'title': "'=1+1", 'values': [{'value': 3}]}]}
    """
    if isinstance(data, dict):
        return {key: quote_all(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return type(data)(quote_all(value) for value in data)
    return quote_cell(data)
