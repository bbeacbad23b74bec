"""The rules that place a client on one of the eight segments.

Nothing here knows Odoo: facts about a client go in, a verdict with its rule and evidence comes
out.  Dates are :class:`datetime.date`; terms are counted in months of 30.44 days on average.
"""

from dataclasses import dataclass, field
from datetime import date

DAYS_A_MONTH = 30.44


@dataclass(frozen=True)
class Terms:
    """The thresholds that a company sets.

    ``regular_orders`` and ``partner_orders`` count confirmed orders; ``partner_months`` is how
    long they must span; after ``dead_months`` without an order a client is dead.
    """

    regular_orders: int = 3
    partner_orders: int = 10
    partner_months: int = 12
    dead_months: int = 12


@dataclass(frozen=True)
class Decision:
    """What a person decided about a client: ``grade`` is "vip", "key" or "dead"."""

    grade: str
    on: date
    until: date | None = None


@dataclass(frozen=True)
class Facts:
    """What is known of a client: confirmed orders, the agreement, a person's decision."""

    orders: int = 0
    first: date | None = None
    last: date | None = None
    agreed_on: date | None = None
    decision: Decision | None = None


@dataclass(frozen=True)
class Verdict:
    """The segment's code, the rule that placed the client there, and the evidence for it."""

    segment: str
    rule: str
    evidence: dict = field(default_factory=dict)


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
    >>> place(Facts(12, d(2024, 1, 1), d(2026, 5, 1)), terms, today)
    Verdict(segment='partner', rule='many_orders', evidence={'orders': 12, 'months': 27, 'first': '2024-01-01'})
    >>> place(Facts(12, d(2024, 1, 1), d(2025, 5, 1)), terms, today).rule
    'silent'

    What a person decided stands above it; a VIP whose review is due stays one, and says so:

    >>> vip = Decision("vip", d(2025, 1, 1), until=d(2026, 1, 1))
    >>> place(Facts(1, d(2026, 5, 1), d(2026, 5, 1), decision=vip), terms, today).rule
    'vip_review_due'

    An order after the client was declared dead brings it back to life:

    >>> dead = Decision("dead", d(2026, 4, 1))
    >>> place(Facts(1, d(2026, 3, 1), d(2026, 3, 1), decision=dead), terms, today).segment
    'dead'
    >>> place(Facts(2, d(2026, 3, 1), d(2026, 5, 1), decision=dead), terms, today).segment
    'working'
    """
    return _by_decision(facts, today) or _by_orders(facts, terms, today) or _before_orders(facts, terms, today)


def _by_decision(facts, today):
    decision = facts.decision
    if not decision:
        return None
    if decision.grade == "dead":
        revived = facts.last and facts.last > decision.on
        return None if revived else Verdict("dead", "declared_dead", {"on": decision.on.isoformat()})
    if decision.grade == "key":
        return Verdict("key", "chosen_key", {"on": decision.on.isoformat()})
    due = decision.until and decision.until < today
    evidence = {"on": decision.on.isoformat(), "until": decision.until.isoformat() if decision.until else ""}
    return Verdict("vip", "vip_review_due" if due else "named_vip", evidence)


def _by_orders(facts, terms, today):
    if not facts.orders:
        return None
    if months_between(facts.last, today) >= terms.dead_months:
        return Verdict("dead", "silent", {"last": facts.last.isoformat(), "months": terms.dead_months})
    months = months_between(facts.first, facts.last)
    if facts.orders >= terms.partner_orders and months >= terms.partner_months:
        evidence = {"orders": facts.orders, "months": int(months), "first": facts.first.isoformat()}
        return Verdict("partner", "many_orders", evidence)
    evidence = {"orders": facts.orders, "last": facts.last.isoformat()}
    if facts.orders >= terms.regular_orders:
        return Verdict("regular", "several_orders", evidence)
    return Verdict("working", "first_orders", evidence)


def _before_orders(facts, terms, today):
    if not facts.agreed_on:
        return Verdict("potential", "no_agreement")
    evidence = {"on": facts.agreed_on.isoformat(), "months": terms.dead_months}
    if months_between(facts.agreed_on, today) >= terms.dead_months:
        return Verdict("dead", "never_ordered", evidence)
    return Verdict("active", "agreed", evidence)


def months_between(start, end):
    """Return the average months from ``start`` to ``end``, as a number that may have a fraction.

    >>> from datetime import date as d
    >>> round(months_between(d(2026, 1, 1), d(2026, 7, 1)), 1)
    5.9
    """
    return (end - start).days / DAYS_A_MONTH
