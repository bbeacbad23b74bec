"""What an important client brings us, against what it costs."""


def get_balance(margin, hours, expenses, credit):
    """Return the balance of a year: the margin less what hours, other things and the client's credit cost.

    Discounts are not taken off again: the margin is of what was really paid.

    >>> get_balance(margin=1000, hours=300, expenses=100, credit=200)
    400.0
    >>> print(get_balance(None, 300, 100, 200))
    None
    """
    if margin is None:
        return None
    return float(margin - hours - expenses - credit)
