"""The rules that place a client on one of the eight segments.

Nothing here knows Odoo: facts about a client go in, a verdict with its rule and evidence comes
out.  Dates are :class:`datetime.date`; terms are counted in months of 30.44 days on average.

The engine places clients by SQL (``models/client_lifecycle_place.py``), which says the same, and a
client with a new order by these functions (``models/client_lifecycle_add.py``): a rule is changed in
both, and the tests compare the two over generated histories.
"""

import math
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import pairwise

from .rhythm import later

DAYS_A_MONTH = 30.44

# The segments, each above those before it: all else that goes by their order asks here.
SEGMENTS = ("dead", "potential", "active", "working", "regular", "partner", "vip", "key")
HEIGHTS = {code: height for height, code in enumerate(SEGMENTS)}
# The way up that the agreement and the orders lead; beyond it people decide.
STEPS = list(pairwise(SEGMENTS[HEIGHTS["potential"] : HEIGHTS["partner"] + 1]))

# The segment that each rule leads to.
SEGMENT_OF_RULE = {
    "agreed": "active",
    "chosen_key": "key",
    "dead_review_due": "dead",
    "declared_dead": "dead",
    "first_orders": "working",
    "many_orders": "partner",
    "named_vip": "vip",
    "never_ordered": "dead",
    "no_agreement": "potential",
    "several_orders": "regular",
    "silent": "dead",
    "vip_review_due": "vip",
}
# The rules by which a client is dead because a person said so.
DECLARED_DEAD = ("dead_review_due", "declared_dead")
# The decisions that stand above the orders until the next decision; and all decisions that say where a client stands.
LASTING = ("chosen_key", "named_vip", "vip_review_due")
DECIDED = (*LASTING, *DECLARED_DEAD)


def days_of(months):
    """Return the least whole number of days that make ``months``.

    >>> days_of(12), days_of(1)
    (366, 31)
    """
    return math.ceil(months * DAYS_A_MONTH)


@dataclass(frozen=True)
class Terms:
    """The thresholds that a company sets.

    ``regular_orders`` and ``partner_orders`` count purchases; ``partner_months`` is how long they
    must span; after ``dead_months`` without a purchase a client is dead.
    """

    regular_orders: int = 3
    partner_orders: int = 10
    partner_months: int = 12
    dead_months: int = 12

    @property
    def dead_days(self):
        return days_of(self.dead_months)

    @property
    def partner_days(self):
        return days_of(self.partner_months)


@dataclass(frozen=True)
class Decision:
    """What a person decided about a client: ``grade`` is "vip", "key" or "dead"."""

    grade: str
    on: date
    until: date | None = None
    at: datetime | None = None

    @property
    def moment(self):
        """When it was decided, by UTC; the end of that day where only the day is known.

        The day is that of the person who decided, which may be the one before or after.

        >>> Decision("dead", date(2026, 4, 1)).moment
        datetime.datetime(2026, 4, 1, 23, 59, 59, 999999)
        >>> Decision("dead", date(2026, 4, 1), at=datetime(2026, 4, 2, 3)).moment
        datetime.datetime(2026, 4, 2, 3, 0)
        """
        known = self.at and abs((self.at.date() - self.on).days) <= 1
        return self.at if known else datetime.combine(self.on, time.max)


@dataclass(frozen=True)
class Facts:
    """What is known of a client: purchases, the agreement, a person's decision.

    ``last_at`` is the moment of the last purchase, where more than its day is known.
    """

    orders: int = 0
    first: date | None = None
    last: date | None = None
    agreed_on: date | None = None
    decision: Decision | None = None
    last_at: datetime | None = None

    @property
    def last_moment(self):
        return self.last_at or (datetime.combine(self.last, time.min) if self.last else None)


@dataclass(frozen=True)
class Verdict:
    """The segment's code, the rule that placed the client there, and the evidence for it.

    ``due`` is the day on which time alone may lead to another verdict.
    """

    segment: str
    rule: str
    evidence: dict = field(default_factory=dict)
    due: date | None = None


def place(facts, terms, today):
    """Return the :class:`Verdict` for a client with these ``facts`` on the day ``today``.

    The ladder follows the orders, up and down:

    >>> from datetime import date as d
    >>> terms, today = Terms(), d(2026, 6, 1)
    >>> place(Facts(), terms, today).segment
    'potential'
    >>> place(Facts(agreed_on=d(2026, 5, 1)), terms, today).segment
    'active'
    >>> place(Facts(1, d(2026, 5, 1), d(2026, 5, 1)), terms, today).segment
    'working'
    >>> place(Facts(3, d(2026, 1, 1), d(2026, 5, 1)), terms, today).segment
    'regular'
    >>> verdict = place(Facts(12, d(2024, 1, 1), d(2026, 5, 1)), terms, today)
    >>> verdict.rule, verdict.evidence, verdict.due
    ('many_orders', {'orders': 12, 'months': 27, 'first': '2024-01-01'}, datetime.date(2027, 5, 2))
    >>> place(Facts(12, d(2024, 1, 1), d(2025, 5, 1)), terms, today).rule
    'silent'

    What a person decided stands above it; a VIP whose review is due stays one, and says so:

    >>> vip = Decision("vip", d(2025, 1, 1), until=d(2026, 1, 1))
    >>> place(Facts(1, d(2026, 5, 1), d(2026, 5, 1), decision=vip), terms, today).rule
    'vip_review_due'

    An order after the client was declared dead brings it back to life, on the same day as well:

    >>> dead = Decision("dead", d(2026, 4, 1), at=datetime(2026, 4, 1, 9))
    >>> place(Facts(1, d(2026, 3, 1), d(2026, 3, 1), decision=dead), terms, today).segment
    'dead'
    >>> place(Facts(2, d(2026, 3, 1), d(2026, 5, 1), decision=dead), terms, today).segment
    'working'
    >>> same_day = Facts(2, d(2026, 3, 1), d(2026, 4, 1), decision=dead, last_at=datetime(2026, 4, 1, 10))
    >>> place(same_day, terms, today).segment
    'working'
    """
    return _by_decision(facts, today) or _by_orders(facts, terms, today) or _before_orders(facts, terms, today)


def _verdict(rule, evidence=None, due=None):
    return Verdict(SEGMENT_OF_RULE[rule], rule, evidence or {}, due)


def _by_decision(facts, today):
    decision = facts.decision
    if not decision or (decision.grade == "dead" and facts.last and facts.last_moment > decision.moment):
        return None
    evidence = {"on": decision.on.isoformat()}
    if decision.grade == "key":
        return _verdict("chosen_key", evidence)
    late = bool(decision.until and decision.until < today)
    due = later(decision.until, 1) if decision.until and not late else None
    evidence["until"] = decision.until.isoformat() if decision.until else ""
    rules = {"vip": ("named_vip", "vip_review_due"), "dead": ("declared_dead", "dead_review_due")}
    return _verdict(rules[decision.grade][late], evidence, due)


def _by_orders(facts, terms, today):
    if not facts.orders:
        return None
    due = later(facts.last, terms.dead_days)
    if due <= today:
        return _verdict("silent", {"last": facts.last.isoformat(), "months": terms.dead_months})
    span = (facts.last - facts.first).days
    if facts.orders >= terms.partner_orders and span >= terms.partner_days:
        months = int(span / DAYS_A_MONTH)
        return _verdict(
            "many_orders", {"orders": facts.orders, "months": months, "first": facts.first.isoformat()}, due
        )
    rule = "several_orders" if facts.orders >= terms.regular_orders else "first_orders"
    return _verdict(rule, {"orders": facts.orders, "last": facts.last.isoformat()}, due)


def _before_orders(facts, terms, today):
    if not facts.agreed_on:
        return _verdict("no_agreement")
    evidence = {"on": facts.agreed_on.isoformat(), "months": terms.dead_months}
    due = later(facts.agreed_on, terms.dead_days)
    return _verdict("never_ordered", evidence) if due <= today else _verdict("agreed", evidence, due)
