"""The movements of a client that its purchases tell, day by day.

What the engine would have recorded, had it watched from the beginning: used for the past of clients
that were there before the addon, or whose old orders came in later.
"""

from datetime import timedelta
from itertools import pairwise

from .ladder import Facts, place


def tell(days, terms, today, entered=None, agreed_on=None):
    """Return the movements as ``[(day, segment, rule)]``, the oldest first.

    :param days: the days of purchases in order, a day once for each purchase on it
    :param entered: the day on which the client came into the base

    >>> from datetime import date
    >>> from odoo.addons.client_base_lifecycle.tools.ladder import Terms
    >>> days = [date(2020, 1, 1), date(2020, 2, 1), date(2020, 2, 1), date(2022, 1, 1)]
    >>> for move in tell(days, Terms(), date(2022, 6, 1), entered=date(2019, 12, 1)):
    ...     print(*move)
    2019-12-01 potential no_agreement
    2020-01-01 working first_orders
    2020-02-01 regular several_orders
    2021-02-01 dead silent
    2022-01-01 regular several_orders
    """
    first = days[0] if days else None
    moments = {*days, *(day + timedelta(days=terms.dead_days) for day in days)}
    if agreed_on:
        moments |= {agreed_on, agreed_on + timedelta(days=terms.dead_days)}
    born = min((day for day in (entered or today, agreed_on, first) if day), default=today)
    told = [_look(days, terms, day, agreed_on) for day in sorted({*moments, born}) if born <= day <= today]
    return [step for before, step in pairwise([(None, None, None), *told]) if before[1] != step[1]]


def _look(days, terms, today, agreed_on):
    """Return where the client stood at the end of the day ``today``."""
    before = [day for day in days if day <= today]
    known = agreed_on if agreed_on and agreed_on <= today else None
    facts = Facts(len(before), before[0] if before else None, before[-1] if before else None, known)
    verdict = place(facts, terms, today)
    return today, verdict.segment, verdict.rule
