"""When to try again and when not to disturb: arithmetic of times, without Odoo."""

from datetime import datetime, time, timedelta
from functools import lru_cache
from math import ceil

import pytz

FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=6)
# Where most people live, of the countries whose first zone in the zone database is another one.
MAIN_ZONES = {
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
}


def get_wait(attempts):
    """Return how long to wait after so many attempts that failed: each time twice as long.

    >>> [str(get_wait(attempts)) for attempts in (1, 2, 3, 4, 20)]
    ['0:05:00', '0:10:00', '0:20:00', '0:40:00', '6:00:00']
    """
    return min(LONGEST_WAIT, FIRST_WAIT * 2 ** (min(attempts, 10) - 1))


def get_timezone(names, countries):
    """Return the time zone of who lives in the first of ``countries`` (codes); UTC where nothing says it.

    One of ``names`` counts only where its clock is one of that country's: Odoo gives a card the time zone of
    whoever typed it. Of a country with several zones it is otherwise the one where most people live.

    >>> str(get_timezone(["Europe/Kyiv", "America/Chicago"], ["US"]))
    'America/Chicago'
    >>> [str(get_timezone([name], ["UA"])) for name in ("Europe/Kiev", "Europe/London")]
    ['Europe/Kiev', 'Europe/Kyiv']
    >>> str(get_timezone(["", "Europe/Kyiv"], ["", "US"]))
    'Europe/Kyiv'
    >>> str(get_timezone(["Nowhere/Land"], ["", "DE"]))
    'Europe/Berlin'
    >>> str(get_timezone([], [""]))
    'UTC'
    """
    home = _get_clocks(countries[0])
    for name in names:
        if name in pytz.all_timezones_set and (not home or _get_clock(name) in home):
            return pytz.timezone(name)
    zones = [zone for code in countries for zone in _get_zones(code)[:1]]
    return pytz.timezone(zones[0]) if zones else pytz.utc


def _get_zones(country):
    """Return the names of the time zones of ``country``, that of most people first."""
    zones = pytz.country_timezones.get(country or "", [])
    return sorted(zones, key=lambda zone: zone != MAIN_ZONES.get(country))


@lru_cache
def _get_clocks(country):
    return {_get_clock(zone) for zone in _get_zones(country)}


@lru_cache
def _get_clock(name):
    """Return what makes two zones one to the eye, whatever they are called: how far they are from UTC in the year."""
    zone, year = pytz.timezone(name), datetime.now().year
    return tuple(zone.utcoffset(datetime(year, month, 1)) for month in (1, 7))


def is_within(hour, start, end):
    """Tell whether ``hour`` lies in the quiet hours, which may go over midnight.

    >>> is_within(23, 20, 8), is_within(7.5, 20, 8), is_within(8, 20, 8), is_within(13, 12, 14)
    (True, True, False, True)
    >>> is_within(3, 0, 0)
    False
    """
    return start <= hour < end if start <= end else hour >= start or hour < end


def _get_minute(hour):
    """Return the first whole minute of the day that is not before ``hour``.

    >>> [_get_minute(hour) for hour in (8, 8.1, 8 + 7 / 60, 8.116667, 8.99, 23.999)]
    [480, 486, 487, 487, 540, 1440]
    """
    return ceil(round(hour * 60, 3))


def get_end_of_quiet(now, zone, start, end):
    """Return the UTC time when the quiet hours end in ``zone``; None when it is not quiet there.

    :param now: naive UTC
    :param start, end: hours of the day as floats; equal: never quiet

    >>> berlin = pytz.timezone("Europe/Berlin")
    >>> get_end_of_quiet(datetime(2026, 1, 10, 22, 30), berlin, 20, 8)
    datetime.datetime(2026, 1, 11, 7, 0)
    >>> get_end_of_quiet(datetime(2026, 1, 11, 5, 0), berlin, 20, 8)
    datetime.datetime(2026, 1, 11, 7, 0)
    >>> get_end_of_quiet(datetime(2026, 1, 11, 10, 0), berlin, 20, 8) is None
    True

    They end at the first minute that is not quiet any more.

    >>> get_end_of_quiet(datetime(2026, 1, 11, 7, 58), berlin, 20, 8.99)
    datetime.datetime(2026, 1, 11, 8, 0)
    >>> get_end_of_quiet(datetime(2026, 1, 11, 8, 0), berlin, 20, 8.99) is None
    True
    >>> get_end_of_quiet(datetime(2026, 1, 11, 7, 59), berlin, 20, 8.99)
    datetime.datetime(2026, 1, 11, 8, 0)
    >>> get_end_of_quiet(datetime(2026, 1, 11, 22, 30), berlin, 20, 23.999)
    datetime.datetime(2026, 1, 11, 23, 0)
    """
    local = pytz.utc.localize(now).astimezone(zone)
    end = _get_minute(end)
    if not is_within(local.hour * 60 + local.minute, _get_minute(start), end):
        return None
    wake = time(end // 60 % 24, end % 60)
    day = local.date() + timedelta(days=local.time() >= wake)
    return zone.localize(datetime.combine(day, wake)).astimezone(pytz.utc).replace(tzinfo=None)
