"""How much of the turnover hangs on few clients."""


def get_top_shares(turnovers, total, sizes=(1, 5, 10, 20)):
    """Return ``{n: percent of total that the n largest bring}``; ``turnovers`` are the largest, in falling order.

    >>> get_top_shares([50, 30, 20], 100, (1, 2))
    {1: 50.0, 2: 80.0}
    >>> get_top_shares([], 0, (1,))
    {1: 0.0}
    """
    return {size: 100 * sum(turnovers[:size]) / total if total else 0.0 for size in sizes}


def get_curve(tiles):
    """Return the points of the Pareto curve, ``[(percent of clients, percent of turnover)]``.

    :param tiles: turnover of parts of one size of the clients, the largest first

    >>> get_curve([80, 15, 5, 0])
    [(0.0, 0.0), (25.0, 80.0), (50.0, 95.0), (75.0, 100.0), (100.0, 100.0)]
    """
    total, reached = sum(tiles), 0.0
    points = [(0.0, 0.0)]
    for number, turnover in enumerate(tiles, 1):
        reached += turnover
        points.append((100 * number / len(tiles), 100 * reached / total if total else 0.0))
    return points


def without_largest(turnovers, total):
    """Return what is left of the turnover in percent, and the share of the next largest in the rest.

    >>> without_largest([50, 30, 20], 100)
    (50.0, 60.0)
    """
    if not turnovers or not total:
        return 100.0, 0.0
    rest = total - turnovers[0]
    return 100 * rest / total, 100 * turnovers[1] / rest if rest > 0 and len(turnovers) > 1 else 0.0
