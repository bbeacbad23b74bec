"""In which order a day's work is best done, without a database.

Points from 0 to 100: up to 40 for being late (all of them after a month), up to 30 for how well the
client fits, up to 30 for its turnover beside the largest on the list.
"""

LATE_POINTS, FIT_POINTS, TURNOVER_POINTS = 40, 30, 30
LATEST_DAYS = 30


def get_priority(late_days=0, fit=None, turnover=0.0, largest=0.0):
    """Return the points of one client's task.

    :param late_days: days since it was due, 0 or less when it is not
    :param fit: how well the client fits, in percent; None where nobody scored it counts as the middle
    :param turnover: what the client bought; ``largest`` is the most of all on the list

    >>> get_priority(late_days=30, fit=100, turnover=500, largest=500)
    100
    >>> get_priority(late_days=3, fit=50)
    19
    >>> get_priority()
    15
    """
    late = LATE_POINTS * min(max(late_days, 0), LATEST_DAYS) / LATEST_DAYS
    fitting = FIT_POINTS * (50 if fit is None else fit) / 100
    buying = TURNOVER_POINTS * turnover / largest if largest > 0 else 0
    return round(late + fitting + max(buying, 0))
