"""What the protocol knows of WARP wallboxes stays known when new settings replace them."""

from on_demand import call


def take_over(old, new) -> list:
    """Let `new` go on where `old` stands, both WarpChargers.

    Returns for each point of `old` its point in `new`, None where it was taken out.
    """
    successors = []
    for i in range(len(old.addresses)):
        j = _index(old, new, i)
        if j < 0:
            successors.append(None)
            continue
        successors.append(new.points[j])
        for name in ("error", "version", "sequence", "_uptime_ms", "_car_stopped"):
            getattr(new, name)[j] = getattr(old, name)[i]
        new._counts_charging[j] = old._counts_charging[i]
    new._sequence = old._sequence
    if new._polled == old._polled:  # nobody's turn comes later for it
        for name in ("_slot", "_second_ms", "_polled_ms"):
            setattr(new, name, getattr(old, name))
    return successors


def _index(old, new, i: int) -> int:
    """Where wallbox i of `old` is in `new`, -1: nowhere. One that has a name keeps its address."""
    address = old.addresses[i]
    was = old.points[i]
    for j, point in enumerate(new.points if was.host else ()):
        if point.host and point.host.lower() == was.host.lower():
            point.name_error = was.name_error
            if address is not None and address not in new.addresses:
                call("chargers", "locate", "locate", new, j, address)
            return j
    return new.addresses.index(address) if address and address in new.addresses else -1
