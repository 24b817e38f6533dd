"""A model of WARP's current allocation, for comparison: static limits, first pass from idle.

Follows reference/warp.md 3.1 to 3.3 with nothing but load management in use: no PV, one charge
mode, enable factor 100 %, all limits steady (raw = min = spread). Of the nine stages these are
left: 4 (switch on in the order of the list while the minimum fits), 6 (minimum current), 7 (fair
share), 8 (what is left). The cars are taken as charging already, which is in WARP's favour:
stage 7 would hold them at the minimum until they do.
"""

from loadmgmt.point import order_of


def allocate(limits, chargers) -> list[int]:
    """Current in mA for each of `chargers`, below one connection with `limits` (mA per phase).

    chargers: dicts as in contract C4; phases, rotation, min and asked (or max) count. WARP knows
    neither circuits nor cars on two phases: the latter are taken as three-phase.
    """
    left = list(limits)
    lines = [_lines(charger) for charger in chargers]
    asked = [_asked(charger) for charger in chargers]
    current = [0] * len(chargers)
    on = []
    for i, charger in enumerate(chargers):  # stage 4: nothing was allocated yet, so list order
        least = charger.get("min", 6000)
        if charger.get("wants", True) and asked[i] >= least:
            if all(left[k] >= least for k in lines[i]):
                on.append(i)
                for k in lines[i]:
                    left[k] -= least
    # stages 7 and 8: three-phase first, there the smaller remaining capacity first
    on.sort(key=lambda i: (chargers[i].get("phases", 3) == 1, asked[i] - current[i]))
    left = list(limits)
    kept = [0, 0, 0]  # the minima of those whose turn comes
    waiting = [0, 0, 0]
    for i in on:
        for k in lines[i]:
            kept[k] += chargers[i].get("min", 6000)
            waiting[k] += 1
    for i in on:
        least = chargers[i].get("min", 6000)
        for k in lines[i]:
            kept[k] -= least
        fair = min(left[k] // waiting[k] for k in lines[i])
        room = min(left[k] - kept[k] for k in lines[i])
        current[i] = max(least, min(fair, room, asked[i]))
        for k in lines[i]:
            left[k] -= current[i]
            waiting[k] -= 1
    for i in on:
        more = max(0, min(asked[i] - current[i], min(left[k] for k in lines[i])))
        current[i] += more
        for k in lines[i]:
            left[k] -= more
    return current


def _lines(charger):
    """Grid phases that it counts on; of unknown rotation: all."""
    rotation = charger.get("rotation")
    if charger.get("phases", 3) == 1 and rotation:
        return order_of(rotation)[:1]
    return (0, 1, 2)


def _asked(charger):
    """What it asks for; its maximum where nothing is said."""
    asked = charger.get("asked")
    return charger.get("max", 32000) if asked is None else asked
