"""Do the terms that a client has only get worse for us?

The nightly alarm says the same in SQL (``models/client_decision_due.py``): a rule is changed in both,
and a test compares the two over turns that chance wrote.
"""

from itertools import pairwise

# So many turns in a row show a direction.
LEAST_TURNS = 3


def worsen(turns):
    """Tell whether discounts only rose, or margins only fell, over the last turns.

    :param turns: ``[(discount, margin)]`` in percent, the oldest first; a margin may be ``None``

    >>> worsen([(0, 30), (5, 27), (10, 20)])
    True
    >>> worsen([(5, 30), (5, 25), (5, 20)])
    True
    >>> worsen([(0, 30), (10, 25), (5, 28)])
    False
    >>> worsen([(0, 30), (10, None)])
    False
    """
    latest = turns[-LEAST_TURNS:]
    if len(latest) < LEAST_TURNS:
        return False
    discounts = [discount for discount, _margin in latest]
    margins = [margin for _discount, margin in latest]
    falling = None not in margins and _rises([-margin for margin in margins])
    return _rises(discounts) or falling


def _rises(values):
    return all(later > earlier for earlier, later in pairwise(values))
