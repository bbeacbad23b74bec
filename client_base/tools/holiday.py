"""Public holidays of the countries of the world, by the library ``holidays``."""

import functools

import holidays


def get_holidays(country, days, lang=None):
    """Return which of ``days`` are public holidays in a country: ``{day: name}``.

    :param str country: its ISO 3166 code
    :param str lang: of the names, as Odoo spells languages; the country's own where the library lacks it

    >>> from datetime import date
    >>> get_holidays("UA", [date(2021, 12, 24), date(2021, 12, 25)], "en_US")
    {datetime.date(2021, 12, 25): 'Christmas Day'}
    >>> get_holidays("DE", [date(2026, 10, 3)], "de_DE")
    {datetime.date(2026, 10, 3): 'Tag der Deutschen Einheit'}
    >>> get_holidays("XX", [date(2026, 1, 1)])
    {}
    """
    calendars = (_get_calendar(country, year, lang) for year in {day.year for day in days})
    return {day: calendar[day] for calendar in calendars for day in days if day in calendar}


@functools.lru_cache(maxsize=1024)
def _get_calendar(country, year, lang):
    """Return a year's holidays of a country: working them out takes milliseconds, and a page asks for many."""
    if country not in holidays.list_supported_countries(include_aliases=False):
        return {}
    known = holidays.country_holidays(country).supported_languages
    wanted = (lang, (lang or "").partition("_")[0], "en_US")
    return dict(
        holidays.country_holidays(country, years=year, language=next((name for name in wanted if name in known), None))
    )
