"""How many purchases to expect of each client, and whether it is still with us.

The Pareto/NBD model ("Counting Your Customers", Schmittlein, Morrison and Colombo 1987): while a
client is awake it buys at random times with a rate of its own, and at some moment it falls asleep,
with a hazard of its own; both differ from client to client as gamma distributions.  Two things are
done otherwise here:

- The four parameters of the gamma distributions are not fixed at one best guess: few clients or a
  short history bear out many.  The forecast is the average over a grid of them, each weighted by
  how well it explains the purchases.
- Sleep need not be death: of those asleep a few return (``RETURNS`` a week).

So the forecast of a client asks only for three numbers: how many repeat purchases (several on one
day are one), how old the client was at the last of them, and how old it is now.  Ages are weeks
since the first purchase.  All arrays are of one length, one element a client.
"""

from dataclasses import dataclass

import numpy as np

# Of the clients asleep so many wake up in a week: not quite one in four within a year.  With so many, what
# was forecast from month to month within a known history adds up to what came (tests/test_forecast.py).
RETURNS = 0.005
# Points of the grid of rates and of hazards.
POINTS = 32
# So many different histories tell the parameters; more would tell the same.
SAMPLE = 4000
# Beyond so many clients ages are rounded to weeks, which makes most histories alike.
EXACT = 10_000
CHUNK = 2000


@dataclass(frozen=True)
class History:
    """Arrays of the repeat purchases, the age at the last purchase, and the age now, in weeks."""

    repeats: np.ndarray
    last: np.ndarray
    age: np.ndarray

    def distinct(self):
        """Return the different histories, which of them each client has, and how many clients have each."""
        rows = np.column_stack([self.repeats, self.last, self.age]).astype(float)
        if len(rows) > EXACT:
            rows = np.round(rows)
        rows, which, counts = np.unique(rows, axis=0, return_inverse=True, return_counts=True)
        return History(*rows.T), which.ravel(), counts

    def take(self, indexes):
        return History(self.repeats[indexes], self.last[indexes], self.age[indexes])

    def __len__(self):
        return len(self.repeats)


@dataclass(frozen=True)
class Model:
    """A mixture of types of clients: each with a rate of purchases, a hazard of falling asleep, and a weight."""

    rates: np.ndarray
    hazards: np.ndarray
    weights: np.ndarray

    def forecast(self, history, *horizons):
        """Return the probability that each client is awake, and for each of ``horizons`` the purchases expected.

        :param horizons: weeks from now
        :return: ``(awake, [purchases, …])``, arrays of one element a client
        """
        distinct, which, _counts = history.distinct()
        parts = [self._forecast(distinct.take(rows), horizons) for rows in _chunks(len(distinct))]
        if not parts:
            return np.zeros(0), [np.zeros(0) for _horizon in horizons]
        awake, *expected = (np.concatenate(column)[which] for column in zip(*parts, strict=True))
        return awake, expected

    def _forecast(self, history, horizons):
        likely, awake = _get_likelihoods(history, self.rates, self.hazards)
        total = likely @ self.weights
        columns = [awake @ self.weights / total]
        for horizon in horizons:
            from_awake, from_asleep = (
                _expect(self.rates, self.hazards, horizon, state) * self.weights for state in (1, 0)
            )
            columns.append((awake @ from_awake + (likely - awake) @ from_asleep) / total)
        return columns


def fit(history):
    """Return the :class:`Model` that the purchases of all clients bear out.

    >>> chance = np.random.default_rng(1)
    >>> rates, hazards = chance.gamma(0.8, 0.2, 800), chance.gamma(0.6, 0.1, 800)
    >>> asleep = chance.exponential(1 / hazards)
    >>> buys = [np.cumsum(chance.exponential(1 / rate, 300)) for rate in rates]
    >>> kept = [times[(times < end) & (times < 52)] for times, end in zip(buys, asleep)]
    >>> history = History(*(np.array(column) for column in (
    ...     [len(times) for times in kept], [times[-1] if len(times) else 0 for times in kept], [52] * 800)))
    >>> later = sum(((times >= 52) & (times < 78) & (times < end)).sum() for times, end in zip(buys, asleep))
    >>> awake, (expected,) = fit(history).forecast(history, 26)
    >>> bool(abs(expected.sum() / later - 1) < 0.2)
    True
    >>> bool(abs(awake.mean() - (asleep > 52).mean()) < 0.05)
    True
    >>> bool(np.isfinite(fit(history.take([])).weights).all())
    True
    """
    distinct, _which, counts = history.distinct()
    if len(distinct) > SAMPLE:
        chosen = np.sort(np.random.default_rng(0).choice(len(distinct), SAMPLE, replace=False))
        distinct, counts = distinct.take(chosen), counts[chosen]
    # Nobody has bought yet: a model for nobody.
    clients = max(counts.sum(), 1)
    weeks = max(float(distinct.age @ counts) / clients, 1.0)
    pace = max(float(distinct.repeats @ counts), 1.0) / (weeks * clients)
    fastest = float((distinct.repeats / np.maximum(distinct.age, 1)).max(initial=0))
    rate_points = np.geomspace(0.003 * pace, max(100 * pace, 2 * fastest), POINTS)
    hazard_points = np.geomspace(0.003 / weeks, 160 / weeks, POINTS)
    rates, hazards = (grid.ravel() for grid in np.meshgrid(rate_points, hazard_points, indexing="ij"))
    likely, _awake = _get_likelihoods(distinct, rates, hazards)
    rate_shapes = _get_gammas(rate_points, np.geomspace(0.2, 2, 9), np.geomspace(0.7, 6, 9) * pace)
    hazard_shapes = _get_gammas(hazard_points, np.geomspace(0.15, 2, 14), np.geomspace(0.1, 20, 14) / weeks)
    return Model(rates, hazards, _weigh(likely, counts, rate_shapes, hazard_shapes))


def _weigh(likely, counts, rate_shapes, hazard_shapes):
    """Return the weights of the types: the average over all pairs of gammas, as the purchases bear them out."""
    cube = likely.reshape(len(counts), POINTS, POINTS)
    # For each distribution of rates: how likely each pair with it makes all that was bought.
    scores = np.array(
        [counts @ np.log(np.tensordot(cube, shape, (1, 0)) @ hazard_shapes.T + 1e-300) for shape in rate_shapes]
    )
    belief = np.exp(scores - scores.max())
    belief /= belief.sum()
    return np.einsum("ab,ai,bj->ij", belief, rate_shapes, hazard_shapes).ravel()


def _get_gammas(points, shapes, means):
    """Return a gamma distribution over ``points``, which lie evenly in logarithms, for each shape and mean."""
    logs = np.array([shape * np.log(points) - shape / mean * points for shape in shapes for mean in means])
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def _get_likelihoods(history, rates, hazards):
    """Return how likely each type has each history, and the part of it in which the client is awake still.

    Each row is divided by its largest value: only proportions matter.
    """
    repeats, last, age = (column[:, None] for column in (history.repeats, history.last, history.age))
    both = rates + hazards
    awake = repeats * np.log(rates) - both * age
    asleep = repeats * np.log(rates) + np.log(hazards / both) - both * last
    asleep = asleep + np.log(-np.expm1(-both * (age - last)) + 1e-300)
    top = np.maximum(awake, asleep).max(axis=1, keepdims=True)
    awake, asleep = np.exp(awake - top), np.exp(asleep - top)
    return awake + asleep, awake


def _expect(rates, hazards, weeks, awake):
    """Return the purchases that each type makes in the coming ``weeks``, who is awake now or not."""
    change = hazards + RETURNS
    in_the_end = RETURNS / change
    return rates * (in_the_end * weeks + (awake - in_the_end) * -np.expm1(-change * weeks) / change)


def _chunks(count):
    return [slice(start, start + CHUNK) for start in range(0, count, CHUNK)]


def get_order_values(counts, sums, credibility):
    """Return what a purchase of each client is worth: its own average, drawn to that of all the fewer it made.

    :param counts: purchases of each client; ``sums`` is what they came to
    :param credibility: of :func:`get_credibility`

    >>> values = get_order_values(np.array([1, 20]), np.array([500.0, 2000.0]), (200.0, 4.0))
    >>> [float(value) for value in values]
    [260.0, 116.66666666666667]
    """
    overall, strength = credibility
    return (sums + strength * overall) / (counts + strength)


def get_credibility(counts, sums, squares):
    """Return the average worth of a purchase, and how many purchases of a client weigh as much as it.

    Bühlmann's credibility: own purchases weigh the more, the more clients differ from each other and
    the less the purchases of one do.

    :param squares: the sums of the squares of the amounts

    >>> counts, averages = np.array([4, 4, 4, 4]), np.array([100.0, 110.0, 300.0, 310.0])
    >>> overall, strength = get_credibility(counts, counts * averages, counts * (averages**2 + 2500.0))
    >>> float(overall), round(float(strength), 2)
    (205.0, 0.36)
    """
    if not len(counts):
        return 0.0, 1.0
    averages = sums / counts
    inner = np.maximum(squares - counts * averages**2, 0).sum() / max((counts - 1).sum(), 1)
    between = max(averages.var() - inner * (1 / counts).mean(), 1e-9 * max(inner, 1.0))
    return averages.mean(), inner / between
