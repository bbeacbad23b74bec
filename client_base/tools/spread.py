"""Dealing clients out to several receivers."""

from heapq import heapify, heapreplace


def deal_out(count, loads):
    """Return who gets each of ``count`` clients, so that loads end as equal as they can.

    Each client goes to whoever has the fewest at that moment; of equals, to whoever is named first.
    So the same loads always give the same answer.

    :param dict loads: how many clients each receiver has already
    :rtype: list

    >>> deal_out(4, {"anna": 2, "boris": 0})
    ['boris', 'boris', 'anna', 'boris']
    >>> deal_out(3, {"anna": 0, "boris": 0})
    ['anna', 'boris', 'anna']
    >>> deal_out(2, {})
    []
    """
    if not loads:
        return []
    heap = [(load, position, receiver) for position, (receiver, load) in enumerate(loads.items())]
    heapify(heap)
    dealt = []
    for _client in range(count):
        load, position, receiver = heap[0]
        dealt.append(receiver)
        heapreplace(heap, (load + 1, position, receiver))
    return dealt
