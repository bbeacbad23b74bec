"""The picture of a decision-making unit: who stands where, and who influences whom.

Plain geometry in pixels, without a database: what is drawn with it, and in which colours, is the
template's business.  Who has more authority stands higher; persons who influence each other stand
near each other, by the force-directed layout of networkx (Fruchterman and Reingold, 1991).
"""

import math
from dataclasses import dataclass, field

import networkx

ROW_HEIGHT = 130
COLUMN_WIDTH = 150
MARGIN = 80
PERSONS_IN_ROW = 7
HEAD = 9
# The name and what the person does there stand below the outline: so high, half so wide, so far from it.
LABEL_HEIGHT = 36
LABEL_HALF_WIDTH = 50
LABEL_GAP = 4
# Corners of the shapes, and the angle of the first one in degrees, clockwise from the right.
CORNERS = {"triangle": (3, -90), "diamond": (4, -90), "square": (4, -45), "pentagon": (5, -90), "hexagon": (6, 0)}


@dataclass(frozen=True)
class Person:
    """One person of the unit.

    :param key: any hashable
    :param authority: 0 to 5, higher stands higher and is drawn larger
    :param shape: a key of :data:`CORNERS`, or ``circle``
    """

    key: object
    authority: int = 0
    shape: str = "circle"


@dataclass
class Map:
    """Where everything is: ``spots`` by person, ``arrows`` by ``(from, to)``, the whole in pixels."""

    width: float = 0
    height: float = 0
    spots: dict = field(default_factory=dict)
    arrows: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Spot:
    """A person's place: centre and radius in pixels, outline as the data of an SVG path."""

    x: float
    y: float
    radius: float
    outline: str


@dataclass(frozen=True)
class Arrow:
    """An influence: the data of two SVG paths. The head is drawn, not a marker: print knows no markers."""

    line: str
    head: str


def draw_map(persons, links):
    """Return the :class:`Map` of ``persons``, with an arrow for each pair of keys in ``links``.

    The same unit gives the same picture each time.

    >>> boss, clerk = Person("boss", authority=5, shape="square"), Person("clerk", authority=1)
    >>> drawn = draw_map([clerk, boss], [("clerk", "boss")])
    >>> drawn.spots["boss"].y < drawn.spots["clerk"].y
    True
    >>> drawn.spots["boss"].radius > drawn.spots["clerk"].radius
    True
    >>> list(drawn.arrows)
    [('clerk', 'boss')]
    >>> draw_map([], []).height
    0
    """
    rows = arrange(persons, links)
    drawn = Map()
    if not rows:
        return drawn
    columns = max(3, *map(len, rows))
    drawn.width = 2 * MARGIN + COLUMN_WIDTH * (columns - 1)
    drawn.height = 2 * MARGIN + ROW_HEIGHT * (len(rows) - 1)
    for number, row in enumerate(rows):
        wanted = [MARGIN + (drawn.width - 2 * MARGIN) * (1 + place) / 2 for _person, place in row]
        for (person, _place), spot_x in zip(
            row, spread(wanted, COLUMN_WIDTH, MARGIN, drawn.width - MARGIN), strict=True
        ):
            spot_y = MARGIN + ROW_HEIGHT * number
            radius = 18 + 3 * person.authority
            drawn.spots[person.key] = Spot(spot_x, spot_y, radius, outline(person.shape, spot_x, spot_y, radius))
    drawn.arrows = {link: arrow(*(drawn.spots[key] for key in link)) for link in links}
    return drawn


def arrange(persons, links):
    """Return the rows from the top, each of ``(person, place)`` from the left, places from -1 to 1.

    >>> persons = [Person(number, authority=number % 2) for number in range(20)]
    >>> [(len(row), row[0][0].authority) for row in arrange(persons, [])]
    [(5, 1), (5, 1), (5, 0), (5, 0)]
    """
    graph = networkx.Graph()
    graph.add_nodes_from(person.key for person in persons)
    graph.add_edges_from(links)
    places = {key: float(place[0]) for key, place in networkx.spring_layout(graph, seed=1).items()}
    rows = []
    for authority in sorted({person.authority for person in persons}, reverse=True):
        equals = [(person, places[person.key]) for person in persons if person.authority == authority]
        equals.sort(key=lambda found: found[1])
        rows += split(equals, PERSONS_IN_ROW)
    return rows


def spread(wanted, distance, least, most):
    """Return the positions nearest to ``wanted``, in its order, ``distance`` apart, within the bounds.

    >>> [round(position) for position in spread([50, 50, 60], 40, 0, 100)]
    [13, 53, 93]
    >>> spread([10], 40, 0, 100)
    [10.0]
    """
    positions = []
    for position in wanted:
        positions.append(max(position, positions[-1] + distance if positions else least))
    # Pushed too far to the right, they move back to the left.
    bound = most
    for number in reversed(range(len(positions))):
        positions[number] = min(positions[number], bound)
        bound = positions[number] - distance
    # On average nobody is moved, where there is room.
    shift = min(
        sum(position - want for position, want in zip(positions, wanted, strict=True)) / len(wanted),
        positions[0] - least,
    )
    return [position - max(shift, 0) for position in positions]


def split(items, most):
    """Return ``items`` in as few parts of at most ``most`` as possible, of about equal length.

    >>> split([1, 2, 3, 4, 5], 3)
    [[1, 2, 3], [4, 5]]
    """
    parts = math.ceil(len(items) / most)
    length = math.ceil(len(items) / parts)
    return [items[start : start + length] for start in range(0, len(items), length)]


def outline(shape, x, y, radius):
    """Return the data of the SVG path around a spot.

    >>> outline("diamond", 0, 0, 10)
    'M0.0,-10.0 L10.0,0.0 L0.0,10.0 L-10.0,0.0 Z'
    >>> outline("circle", 0, 0, 10)
    'M-10,0 a10,10 0 1,0 20,0 a10,10 0 1,0 -20,0 Z'
    """
    if shape not in CORNERS:
        return f"M{x - radius},{y} a{radius},{radius} 0 1,0 {2 * radius},0 a{radius},{radius} 0 1,0 {-2 * radius},0 Z"
    count, first = CORNERS[shape]
    angles = [math.radians(first + 360 * number / count) for number in range(count)]
    # Plus zero, for no path needs a minus before it.
    points = [
        f"{round(x + radius * math.cos(angle), 1) + 0:.1f},{round(y + radius * math.sin(angle), 1) + 0:.1f}"
        for angle in angles
    ]
    return "M" + " L".join(points) + " Z"


def arrow(start, end):
    """Return the :class:`Arrow` from one spot to another: a bow, so that there and back are two.

    >>> arrow(Spot(0, 0, 10, ""), Spot(100, 0, 10, "")).line
    'M11.7,2.8 Q50.0,12.0 79.6,4.9'
    """
    distance = math.hypot(end.x - start.x, end.y - start.y) or 1
    along_x, along_y = (end.x - start.x) / distance, (end.y - start.y) / distance
    bow = 0.12 * distance
    middle = (start.x + end.x) / 2 - along_y * bow, (start.y + end.y) / 2 + along_x * bow
    foot = toward(start, *middle, leave(start, *middle))
    tip = toward(end, *middle, leave(end, *middle))
    neck = toward(end, *middle, leave(end, *middle) + HEAD)
    side_x, side_y = (neck[1] - tip[1]) / 2, (tip[0] - neck[0]) / 2
    head = [tip, (neck[0] + side_x, neck[1] + side_y), (neck[0] - side_x, neck[1] - side_y)]
    return Arrow(f"M{point(foot)} Q{point(middle)} {point(neck)}", "M" + " L".join(map(point, head)) + " Z")


def leave(spot, x, y):
    """Return how far from the centre of ``spot`` an arrow on the way to ``(x, y)`` clears its outline and its label.

    >>> leave(Spot(0, 0, 10, ""), 0, -100), leave(Spot(0, 0, 10, ""), 100, 0), leave(Spot(0, 0, 10, ""), 0, 100)
    (12, 12, 46.0)
    """
    distance = math.hypot(x - spot.x, y - spot.y) or 1
    aside, down = abs(x - spot.x) / distance, (y - spot.y) / distance
    if down <= 0:
        return spot.radius + 2
    below = (spot.radius + LABEL_HEIGHT) / down
    beside = LABEL_HALF_WIDTH / aside if aside else below
    way = min(below, beside)
    return way if way * down > spot.radius + LABEL_GAP else spot.radius + 2


def point(place):
    """Return a place as SVG writes it."""
    return ",".join(f"{coordinate:.1f}" for coordinate in place)


def shorten(text, most):
    """Return ``text``, or its beginning with dots where it would run into its neighbour's.

    >>> shorten("Maximilian Wetherington-Smythe", 20)
    'Maximilian Wethering…'
    >>> shorten("Ann", 20)
    'Ann'
    """
    return text if len(text) <= most + 1 else text[:most].rstrip() + "…"


def toward(spot, x, y, length):
    """Return the point ``length`` away from the centre of ``spot``, on the way to ``(x, y)``."""
    distance = math.hypot(x - spot.x, y - spot.y) or 1
    return spot.x + (x - spot.x) * length / distance, spot.y + (y - spot.y) * length / distance
