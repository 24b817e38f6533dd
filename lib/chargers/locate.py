"""Gives a WARP wallbox its address while all goes on. Loaded for the call only."""


def locate(chargers, i: int, address) -> None:
    """Let wallbox i of WarpChargers be asked at that address; None: it has none."""
    was = chargers.addresses[i]
    if was is not None and chargers._by_address.get(was) == i:
        del chargers._by_address[was]
    chargers.addresses[i] = address
    if address is not None:
        chargers._by_address[address] = i
    chargers.sequence[i] = 0xFFFF  # whoever is there counts from where it likes
    polled = bytearray()
    for k in range(len(chargers.points)):
        if chargers.addresses[k] is not None and not chargers.points[k].name_error:
            polled.append(k)
    if bytes(polled) != chargers._polled:
        chargers._polled = bytes(polled)
        chargers._slot = -1  # the round begins anew
