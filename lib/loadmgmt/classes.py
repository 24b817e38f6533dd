"""Shares where wallboxes differ in priority or weight. Loaded where they do."""

from loadmgmt.fill import fill


def fill_classes(site, on, room):
    """The highest priority is served first; the minima of the lower ones are kept for them."""
    low = site.low
    points = site.points
    for i in on:
        for j in points[i].seat.places:
            room[j] -= low[i]
    left = on
    while left:
        highest = max([points[i].priority for i in left])
        now = [i for i in left if points[i].priority == highest]
        left = [i for i in left if points[i].priority < highest]
        for i in now:
            for j in points[i].seat.places:
                room[j] += low[i]
        weight = site.weight
        for i in now:
            weight[i] = points[i].weight
        fill(now, low, site.cap, site.uses, room, site.out, site.bound, weight)
        for i in now:
            for j in points[i].seat.places:
                room[j] -= site.out[i]
