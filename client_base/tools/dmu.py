"""What is not right with what we know of those who decide at a client; without a database."""

from typing import NamedTuple

GAPS = ("no_decision_maker", "unconfirmed", "hostile", "single_thread")


class Member(NamedTuple):
    """One row of the unit: the person's key, whether the role decides, whether its real authority
    was confirmed in person, and the person's interest from -5 to +5."""

    person: object
    decides: bool = False
    confirmed: bool = False
    interest: int = 0


def get_gaps(members):
    """Return the gaps, in the order of :data:`GAPS`.

    >>> get_gaps([])
    ['no_decision_maker']
    >>> get_gaps([Member("Ann", decides=True, interest=-2)])
    ['unconfirmed', 'hostile', 'single_thread']
    >>> get_gaps([Member("Ann", decides=True, confirmed=True), Member("Bob", interest=3)])
    []
    """
    deciding = [member for member in members if member.decides]
    found = {
        "no_decision_maker": not deciding,
        "unconfirmed": bool(deciding) and not any(member.confirmed for member in deciding),
        "hostile": bool(members) and all(member.interest < 0 for member in members),
        "single_thread": len({member.person for member in members}) == 1,
    }
    return [gap for gap in GAPS if found[gap]]
