"""Days of the year that come back, as numbers: month × 100 + day."""

from calendar import isleap


def get_days_of_year(day):
    """Return the days that are kept on ``day``: 29 February on the 28th too, in years that have none.

    >>> from datetime import date
    >>> get_days_of_year(date(2026, 3, 1)), get_days_of_year(date(2026, 2, 28)), get_days_of_year(date(2028, 2, 28))
    ([301], [228, 229], [228])
    """
    number = day.month * 100 + day.day
    return [228, 229] if number == 228 and not isleap(day.year) else [number]
