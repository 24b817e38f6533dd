"""Takes the stored events over at the start; loaded for that only. Format: firmware.eventlog."""

import os
import struct

from compat import const

from firmware.eventlog import FILE, OLD

_SIZE = const(14)


def take_over(ring, size: int) -> int:
    """Fill the ring of `size` records; return the number of the event to come.

    A file whose end is torn gets the old one's name: nothing is appended to it.
    """
    following = 1
    for name in (OLD, FILE):
        try:
            with open(name, "rb") as file:
                data = file.read(_SIZE)
                while len(data) == _SIZE:
                    number = struct.unpack_from("<I", data)[0]
                    if number >= following:
                        at = number % size * _SIZE
                        ring[at : at + _SIZE] = data
                        following = number + 1
                    data = file.read(_SIZE)
            if data:
                os.rename(name, OLD)
        except OSError:
            pass
    return following
