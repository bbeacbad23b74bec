"""ABC, XYZ and RFM: clients by what they bring, how evenly, how lately and how often.

The SQL in ``models/client_lifecycle_classes.py`` says the same; the tests compare the two.
"""

from bisect import bisect_right
from math import isfinite
from statistics import fmean, pstdev

from .rhythm import percentile

SCORES = 5
# In fewer months than these nobody can buy evenly or not.
LEAST_PARTS = 3


def get_abc(turnovers, share_a=80.0, share_b=95.0):
    """Return the class of each turnover: A are the largest that together bring ``share_a`` percent.

    The client that crosses a line is still on the better side of it, so A is never empty; who bought nothing is C.

    >>> get_abc([50, 30, 10, 6, 4, 0])
    ['A', 'A', 'B', 'B', 'C', 'C']
    """
    total = sum(turnover for turnover in turnovers if turnover > 0)
    order = sorted(range(len(turnovers)), key=lambda number: -turnovers[number])
    classes, before = ["C"] * len(turnovers), 0.0
    for number in order:
        if turnovers[number] > 0:
            share = 100 * before / total
            classes[number] = "A" if share < share_a else "B" if share < share_b else "C"
            before += turnovers[number]
    return classes


def get_xyz(months, even=50.0, uneven=100.0):
    """Return the class of a row of monthly turnovers: X buys evenly, Z irregularly.

    The measure is the coefficient of variation, in percent; there is no class without a turnover, nor of a client
    that is too new.

    >>> get_xyz([100, 110, 90, 100]), get_xyz([100, 0, 100, 200]), get_xyz([0, 0, 0, 400])
    ('X', 'Y', 'Z')
    >>> get_xyz([0, 0, 0]), get_xyz([100, 100])
    (None, None)
    """
    if len(months) < LEAST_PARTS:
        return None
    average = fmean(months)
    if average <= 0:
        return None
    variation = 100 * pstdev(months) / average
    return "X" if variation <= even else "Y" if variation <= uneven else "Z"


def get_cuts(values):
    """Return the values that part ``values`` into five parts of one size.

    >>> get_cuts([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    [3.0, 5.0, 7.0, 9.0]
    """
    ordered = sorted(values)
    return [percentile(ordered, number / SCORES) for number in range(1, SCORES)]


def parse_cuts(text):
    """Return the rising numbers in ``text``, four of them, or ``None`` where it is empty.

    >>> parse_cuts("30, 90, 180, 365"), parse_cuts("")
    ([30.0, 90.0, 180.0, 365.0], None)

    :raise ValueError: where they are not four rising numbers
    """
    if not (text or "").strip():
        return None
    cuts = [float(part) for part in text.replace(";", ",").split(",")]
    if len(cuts) != SCORES - 1 or cuts != sorted(set(cuts)) or not all(map(isfinite, cuts)):
        raise ValueError(text)
    return cuts


def get_score(value, cuts, falling=False):
    """Return the score from 1 to 5 of ``value`` between the ``cuts``; ``falling`` where less is better.

    >>> get_score(6, [1, 3, 6, 12]), get_score(6, [30, 90, 180, 365], falling=True)
    (4, 5)
    """
    below = bisect_right(cuts, value)
    return SCORES - below if falling else below + 1
