"""Who could take the place of a client that is about to leave."""

from dataclasses import dataclass

# What each likeness counts for, in points of 100.
POINTS = {"fit": 35, "channel": 15, "region": 15, "industry": 15, "awake": 10, "growth": 10}


@dataclass(frozen=True)
class Profile:
    """What two clients are compared by; ``fit`` and ``awake`` are percent, the rest is whatever identifies it."""

    fit: float = 0
    channel: object = None
    region: object = None
    industry: object = None
    awake: float = 0
    turnover: float = 0
    before: float = 0


def get_reasons(leaving, candidate):
    """Return what speaks for ``candidate``, as ``{what: points}``, without what counts nothing.

    >>> lost = Profile(channel="retail", region="North", industry="food", turnover=1000)
    >>> get_reasons(lost, Profile(fit=80, channel="retail", region="North", turnover=300, before=100))
    {'fit': 28, 'channel': 15, 'region': 15, 'growth': 10}
    >>> get_reasons(lost, Profile())
    {}
    """
    alike = {name: getattr(leaving, name) for name in ("channel", "region", "industry")}
    parts = {
        "fit": candidate.fit / 100,
        **{name: bool(value and value == getattr(candidate, name)) for name, value in alike.items()},
        "awake": candidate.awake / 100,
        "growth": candidate.turnover > candidate.before,
    }
    points = {name: round(POINTS[name] * part) for name, part in parts.items()}
    return {name: count for name, count in points.items() if count}
