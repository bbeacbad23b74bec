"""What a campaign brought beyond what would have come anyway, and how sure that is."""

from math import sqrt
from typing import NamedTuple

# Of a normal distribution, 95 of 100 lie within so many standard deviations.
Z95 = 1.959964
# With fewer in either group nothing is said: the formulas do not hold.
SMALLEST_GROUP = 5


class Uplift(NamedTuple):
    """The share of buyers in both groups and its difference, with the bounds that hold 95 times of 100."""

    treated: float
    control: float
    difference: float
    low: float
    high: float

    @property
    def is_certain(self):
        """Tell whether chance alone hardly explains the difference."""
        return self.low > 0 or self.high < 0


def get_interval(successes, total):
    """Return Wilson's 95 % interval of a share, which holds in small groups too.

    >>> low, high = get_interval(0, 10)
    >>> round(low, 3), round(high, 3)
    (0.0, 0.278)
    >>> low, high = get_interval(50, 100)
    >>> round(low, 3), round(high, 3)
    (0.404, 0.596)
    """
    share, square = successes / total, Z95**2
    centre = (share + square / (2 * total)) / (1 + square / total)
    margin = Z95 * sqrt(share * (1 - share) / total + square / (4 * total**2)) / (1 + square / total)
    return max(0.0, centre - margin), min(1.0, centre + margin)


def get_uplift(bought, total, control_bought, control_total):
    """Return the :class:`Uplift` of the treated over the control group; None where a group is too small.

    The interval of the difference is Newcombe's (1998, method 10), made of Wilson's of both shares.

    >>> uplift = get_uplift(56, 70, 48, 80)
    >>> [round(part, 4) for part in uplift], uplift.is_certain
    ([0.8, 0.6, 0.2, 0.0524, 0.3339], True)
    >>> get_uplift(3, 20, 2, 20).is_certain
    False
    >>> get_uplift(1, 100, 0, 4) is None
    True
    """
    if min(total, control_total) < SMALLEST_GROUP:
        return None
    share, control = bought / total, control_bought / control_total
    (low, high), (control_low, control_high) = get_interval(bought, total), get_interval(control_bought, control_total)
    difference = share - control
    return Uplift(
        share,
        control,
        difference,
        difference - sqrt((share - low) ** 2 + (control_high - control) ** 2),
        difference + sqrt((high - share) ** 2 + (control - control_low) ** 2),
    )


def get_mean_difference(treated, control):
    """Return the difference of two means with its 95 % bounds (Welch); None where a group is too small.

    :param treated, control: each ``(count, mean, variance)``

    >>> [round(part, 2) for part in get_mean_difference((100, 12.0, 25.0), (80, 10.0, 16.0))]
    [2.0, 0.69, 3.31]
    """
    (count, mean, variance), (control_count, control_mean, control_variance) = treated, control
    if min(count, control_count) < SMALLEST_GROUP:
        return None
    margin = Z95 * sqrt((variance or 0) / count + (control_variance or 0) / control_count)
    difference = mean - control_mean
    return difference, difference - margin, difference + margin
