"""How regularly a client buys, and when it will again.

The days on which a client bought are the turns of its spiral: each purchase ends one turn and
begins the next.  The typical interval is the median of the last intervals: one long holiday or two
orders in one week do not change it.  Percentiles interpolate as PostgreSQL's ``percentile_cont``.
"""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

# So many intervals back is what a client is used to; older ones are of another life.
LAST_INTERVALS = 12
# Below this a rhythm is a guess.
LEAST_INTERVALS = 2


@dataclass(frozen=True)
class Rhythm:
    """``turns`` is on how many days the client bought; the rest is unknown for few purchases."""

    turns: int
    interval: int | None = None
    next_from: date | None = None
    next_expected: date | None = None
    next_to: date | None = None


def percentile(values, share):
    """Return what ``share`` of the sorted ``values`` lie below, between two of them in proportion.

    >>> percentile([10, 20, 40], 0.5), percentile([10, 20], 0.5), percentile([10, 20, 40], 0.9)
    (20.0, 15.0, 36.0)
    """
    place = share * (len(values) - 1)
    low, high = math.floor(place), math.ceil(place)
    return values[low] + (place - low) * (values[high] - values[low]) * 1.0


def get_rhythm(days):
    """Return the :class:`Rhythm` of the sorted, different ``days`` on which a client bought.

    >>> monthly = [date(2026, 1, 1), date(2026, 1, 31), date(2026, 3, 2), date(2026, 6, 1)]
    >>> get_rhythm(monthly).interval
    30
    >>> get_rhythm(monthly).next_expected, get_rhythm(monthly).next_to
    (datetime.date(2026, 7, 1), datetime.date(2026, 8, 19))

    From two purchases nobody knows a habit:

    >>> get_rhythm(monthly[:2])
    Rhythm(turns=2, interval=None, next_from=None, next_expected=None, next_to=None)
    """
    gaps = [(later - earlier).days for earlier, later in list(pairwise(days))[-LAST_INTERVALS:]]
    return Rhythm(len(days), *expect(gaps, days[-1] if days else None))


def expect(intervals, last):
    """Return the typical one of the last ``intervals``, and from when, when, and until when the next purchase is due.

    :param last: the day of the last purchase

    >>> expect([30, 30, 91], date(2026, 6, 1))
    (30, datetime.date(2026, 7, 1), datetime.date(2026, 7, 1), datetime.date(2026, 8, 19))
    >>> expect([30], date(2026, 6, 1))
    (None, None, None, None)
    """
    if len(intervals) < LEAST_INTERVALS:
        return None, None, None, None
    ordered = sorted(intervals)
    low, middle, high = (percentile(ordered, share) for share in (0.1, 0.5, 0.9))
    ahead = (math.floor(low), round(middle), math.ceil(high))
    return round(middle), *(later(last, days) for days in ahead)


def later(day, days):
    """Return the day so many ``days`` after ``day``; the last one that there is where that is beyond it.

    >>> later(date(2026, 2, 28), 1), later(date(9999, 12, 31), 1)
    (datetime.date(2026, 3, 1), datetime.date(9999, 12, 31))
    """
    return day + timedelta(days=min(days, (date.max - day).days))


def get_overdue(last, interval, today):
    """Return how many typical intervals have passed since the last purchase.

    >>> get_overdue(date(2026, 1, 1), 30, date(2026, 3, 2))
    2.0
    """
    return (today - last).days / interval if last and interval else 0.0
