"""The geometry of a flow picture: who went from where to where, the wider the more of them."""

from dataclasses import dataclass

WIDTH, HEIGHT = 760, 380
NODE_WIDTH, GAP = 14, 16
# Between the names on both sides.
LEFT, RIGHT = 170, 590


@dataclass(frozen=True)
class Node:
    """One side of a segment: ``x``, ``y`` is its upper left corner."""

    name: str
    count: int
    x: float
    y: float
    height: float


@dataclass(frozen=True)
class Ribbon:
    """A flow: ``path`` is an SVG path along its middle, ``width`` how thick it is."""

    origin: str
    target: str
    count: int
    path: str
    width: float


def lay_out(flows, order):
    """Return ``(nodes, ribbons)`` of ``flows``, ``{(origin, target): count}``; from top to bottom it goes by ``order``.

    >>> nodes, ribbons = lay_out({("a", "b"): 3, ("a", "c"): 1}, ["a", "b", "c"])
    >>> [(node.name, node.count) for node in nodes]
    [('a', 4), ('b', 3), ('c', 1)]
    >>> sum(ribbon.count for ribbon in ribbons), round(ribbons[0].width / ribbons[1].width)
    (4, 3)
    >>> lay_out({}, ["a"])
    ([], [])
    """
    if not flows:
        return [], []
    rank = {name: number for number, name in enumerate(order)}
    ordered = sorted(flows.items(), key=lambda flow: (rank[flow[0][0]], rank[flow[0][1]]))
    sides = [_add_up(ordered, side, rank) for side in (0, 1)]
    most = max(len(side) for side in sides)
    scale = (HEIGHT - GAP * (most - 1)) / sum(flows.values())
    columns = [_stack(side, x, scale) for side, x in zip(sides, (LEFT, RIGHT - NODE_WIDTH), strict=True)]
    return [*columns[0].values(), *columns[1].values()], _bend(ordered, columns, scale)


def _add_up(flows, side, rank):
    counts = {}
    for pair, count in flows:
        counts[pair[side]] = counts.get(pair[side], 0) + count
    return dict(sorted(counts.items(), key=lambda part: rank[part[0]]))


def _stack(counts, x, scale):
    nodes, y = {}, 0.0
    for name, count in counts.items():
        nodes[name] = Node(name, count, x, round(y, 1), round(count * scale, 1))
        y += count * scale + GAP
    return nodes


def _bend(flows, columns, scale):
    used = [dict.fromkeys(column, 0.0) for column in columns]
    ribbons, middle = [], (LEFT + RIGHT) / 2
    for (origin, target), count in flows:
        width = count * scale
        y1, y2 = (
            column[name].y + taken[name] + width / 2
            for column, taken, name in zip(columns, used, (origin, target), strict=True)
        )
        used[0][origin] += width
        used[1][target] += width
        path = f"M{LEFT + NODE_WIDTH} {y1:.1f} C{middle} {y1:.1f} {middle} {y2:.1f} {RIGHT - NODE_WIDTH} {y2:.1f}"
        ribbons.append(Ribbon(origin, target, count, path, round(width, 2)))
    return ribbons
