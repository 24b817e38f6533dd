"""What the protocol knows of WARP wallboxes stays known when new settings replace them."""


def take_over(old, new) -> list:
    """Let `new` go on where `old` stands, both WarpChargers.

    Returns for each point of `old` its point in `new`, None where it was taken out.
    """
    successors = []
    for i, address in enumerate(old.addresses):
        if address is None or address not in new.addresses:
            successors.append(None)
            continue
        j = new.addresses.index(address)
        successors.append(new.points[j])
        for name in ("error", "version", "sequence", "_uptime_ms", "_car_stopped"):
            getattr(new, name)[j] = getattr(old, name)[i]
        new._counts_charging[j] = old._counts_charging[i]
    new._sequence = old._sequence
    if new._polled == old._polled:  # nobody's turn comes later for it
        for name in ("_slot", "_second_ms", "_polled_ms"):
            setattr(new, name, getattr(old, name))
    return successors


def let_go(old) -> None:
    """Free what a successor does not need of WarpChargers."""
    old.points = ()
    old._by_address = None
