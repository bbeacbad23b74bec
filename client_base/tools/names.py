"""Compare the names of companies."""

import re
import unicodedata

# Legal forms say nothing about who a company is: the same client is written with and without.
LEGAL_FORMS = frozenset(
    """
    ab ag as asa bv co company corp corporation gmbh group holding holdings inc incorporated kg
    kgaa limited llc llp lp ltd nv oy oyj plc sa sarl se spa srl the
    ао зао ип оао ооо пао ат дп кп прат тов тдв фоп
    """.split()
)


def match_key(name):
    """Return what is left of a company's name when case, accents, signs and legal form are dropped.

    >>> match_key("Acme, Inc."), match_key("ACME Corp"), match_key("ООО «Ромашка»")
    ('acme', 'acme', 'ромашка')
    >>> match_key("Nestlé S.A.") == match_key("NESTLE")
    True

    A name that consists of nothing else keeps it:

    >>> match_key("The Group")
    'thegroup'
    """
    plain = "".join(char for char in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(char))
    words = re.findall(r"\w+", re.sub(r"(?<=\b\w)\.(?=\w\b)", "", plain))
    return "".join(word for word in words if word not in LEGAL_FORMS) or "".join(words)
