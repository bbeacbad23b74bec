"""How well a client fits: the arithmetic of the profile, without a database.

A client is judged by criteria of three pillars.  The score is what it reached of what it could
reach over the criteria that were judged; what nobody judged is missing, never zero, and lowers the
coverage, which stands beside the score.
"""

from typing import NamedTuple

PILLARS = ("goals", "market", "resources")


class Criterion(NamedTuple):
    """One thing to judge: ``pillar`` of :data:`PILLARS`, ``weight`` above zero, scores of 0 to ``scale``."""

    pillar: str
    weight: float
    scale: int


class Fit(NamedTuple):
    """Score and coverage in percent; ``score`` is None where nothing was judged."""

    score: float | None
    coverage: float


def get_fit(criteria, scores):
    """Return the :class:`Fit` by ``criteria``, ``{key: Criterion}``, of ``scores``, ``{key: points}``.

    Scores by other criteria than these do not count.

    >>> criteria = {"a": Criterion("goals", 3, 5), "b": Criterion("market", 1, 10)}
    >>> get_fit(criteria, {"a": 5, "b": 0})
    Fit(score=60.0, coverage=100.0)
    >>> get_fit(criteria, {"a": 4})
    Fit(score=80.0, coverage=60.0)
    >>> get_fit(criteria, {})
    Fit(score=None, coverage=0.0)
    >>> get_fit({}, {"a": 4})
    Fit(score=None, coverage=0.0)
    """
    most = sum(criterion.weight * criterion.scale for criterion in criteria.values())
    judged = {key: criterion for key, criterion in criteria.items() if key in scores}
    reachable = sum(criterion.weight * criterion.scale for criterion in judged.values())
    if not reachable:
        return Fit(None, 0.0)
    reached = sum(criterion.weight * scores[key] for key, criterion in judged.items())
    return Fit(100 * reached / reachable, 100 * reachable / most)


def get_profile(criteria, scores):
    """Return the :class:`Fit` per pillar and, under ``total``, in all.

    >>> criteria = {"a": Criterion("goals", 3, 5), "b": Criterion("market", 1, 10)}
    >>> profile = get_profile(criteria, {"a": 4})
    >>> profile["goals"], profile["market"]
    (Fit(score=80.0, coverage=100.0), Fit(score=None, coverage=0.0))
    >>> profile["resources"], profile["total"]
    (Fit(score=None, coverage=0.0), Fit(score=80.0, coverage=60.0))
    """
    parts = {
        pillar: {key: criterion for key, criterion in criteria.items() if criterion.pillar == pillar}
        for pillar in PILLARS
    }
    return {pillar: get_fit(part, scores) for pillar, part in [*parts.items(), ("total", criteria)]}
