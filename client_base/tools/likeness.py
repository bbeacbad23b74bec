"""How likely two cards are the same client, and why."""

import re
from urllib.parse import urlsplit

from rapidfuzz import fuzz

from .names import sound

# What each thing in common is worth, of 100. None alone makes two cards one beyond doubt but the tax number.
WORTH = {"vat": 100, "email": 90, "ref": 85, "phone": 80, "website": 75, "name": 75, "alike": 60}
FURTHER = 8  # each further thing in common adds so much
CONTRADICTION = 30  # what is known of both and differs takes so much away
SHOWN = 60  # less is chance
ALIKE, ALIKE_WORD = 86, 75  # of 100: names, and their words, that differ by a typo or two
SHORT = 6  # shorter names must be the same
PHONE_DIGITS = 9  # the end of a number, without the ways to write the country


def get_keys(card):
    """Return what two cards of one client have in common: ``{kind: value}``, the kinds as in ``WORTH``.

    :param dict card: texts by "name", "vat", "ref", "email", "phone", "website"; any may be missing

    >>> keys = get_keys({"name": "ООО Ромашка", "phone": "8 (495) 123-45-67", "website": "https://www.romashka.example/ru"})
    >>> keys["name"], keys["phone"], keys["website"]
    ('romashka', '951234567', 'romashka.example')

    What stands for "nothing" is in common with nobody:

    >>> get_keys({"vat": "нет", "ref": "-", "email": "-", "phone": "0", "website": "-"})
    {}
    """
    texts = {name: (card.get(name) or "").strip().casefold() for name in ("vat", "ref", "email", "phone", "website")}
    digits = re.sub(r"\D", "", texts["phone"])
    keys = {
        "vat": re.sub(r"[\W_]", "", texts["vat"]) if re.search(r"\d", texts["vat"]) else "",
        "ref": texts["ref"] if re.search(r"\w", texts["ref"]) else "",
        "email": texts["email"] if "@" in texts["email"] else "",
        "phone": digits[-PHONE_DIGITS:] if len(digits) >= PHONE_DIGITS - 2 else "",
        "website": _get_host(texts["website"]),
        "name": sound(card.get("name") or ""),
    }
    return {kind: value[:200] for kind, value in keys.items() if value}


def _get_host(website):
    """Return the host of a web address, an empty text of what is none.

    >>> _get_host("www.acme.example/ru"), _get_host("http://[acme"), _get_host("http://ac℀me.example")
    ('acme.example', '', '')
    """
    try:
        host = (urlsplit(website if "//" in website else f"//{website}").hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    return host if "." in host else ""


def get_likeness(one, other):
    """Return ``(score, reasons)`` of two cards' keys: a score of 0–100, and what they have in common.

    :param dict one: what :func:`get_keys` returned, and "country", its code, where it is known

    >>> get_likeness({"name": "romashka", "phone": "951234567"}, {"name": "romashka", "phone": "951234567"})
    (88, ['phone', 'name'])
    >>> get_likeness({"name": "romashka moskva"}, {"name": "romaska moskva"})
    (60, ['alike'])
    >>> get_likeness({"name": "romashka", "vat": "1"}, {"name": "romashka", "vat": "2"})
    (45, ['name'])
    """
    reasons = [kind for kind in WORTH if kind in one and one[kind] == other.get(kind)]
    if "name" not in reasons and is_alike(one.get("name", ""), other.get("name", "")):
        reasons.append("alike")
    if not reasons:
        return 0, reasons
    score = max(WORTH[reason] for reason in reasons) + FURTHER * (len(reasons) - 1)
    score -= CONTRADICTION * sum(
        kind in one and kind in other and one[kind] != other[kind] for kind in ("vat", "country")
    )
    return max(0, min(score, 100)), reasons


def is_alike(one, other):
    """Tell whether two names sound alike but for a typo or two; short ones must be the same.

    >>> is_alike("severni veter", "severni vetr"), is_alike("alfa", "alta"), is_alike("golden tools", "penn tools")
    (True, False, False)
    """
    if min(len(one), len(other)) < SHORT or fuzz.ratio(one, other) < ALIKE:
        return False
    # What they share proves little: “… Pharmaceuticals”. What differs must be alike by itself.
    ours, theirs = set(one.split()), set(other.split())
    return fuzz.ratio(" ".join(sorted(ours - theirs)), " ".join(sorted(theirs - ours))) >= ALIKE_WORD
