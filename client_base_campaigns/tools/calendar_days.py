"""Days of the year that come back, without Odoo."""

from calendar import isleap
from datetime import timedelta


def get_days_of_year(day, late):
    """Return month × 100 + day of ``day`` and of the ``late`` days before it, for what was missed.

    Whoever is born on 29 February is greeted on the 28th in years that have none.

    >>> from datetime import date
    >>> get_days_of_year(date(2026, 3, 1), 2)
    [301, 228, 229, 227]
    >>> get_days_of_year(date(2028, 2, 28), 0)
    [228]
    """
    days = []
    for past in range(late + 1):
        one = day - timedelta(days=past)
        days.append(one.month * 100 + one.day)
        if (one.month, one.day) == (2, 28) and not isleap(one.year):
            days.append(229)
    return days
