"""Colours of a table that is looked at rather than read."""


def get_heat(share):
    """Return the background of a figure: green where nothing is missing, red where everything is.

    :param float share: from 0 (good) to 1 (bad)

    >>> get_heat(0), get_heat(0.5), get_heat(1)
    ('hsl(130, 45%, 85%)', 'hsl(65, 62%, 82%)', 'hsl(0, 80%, 78%)')
    """
    share = min(max(share, 0), 1)
    return f"hsl({130 * (1 - share):.0f}, {45 + 35 * share:.0f}%, {85 - 7 * share:.0f}%)"
