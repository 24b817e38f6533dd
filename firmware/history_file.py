"""The history in flash: rows are appended half an hour at a time. Loaded for the call.

Two files take turns, `history` and `history.old`: a full one holds 24 hours and takes the place of
the old one. So with the days' energy, 32 in `energy` and `energy.old`. `energy.now` is the energy
of the day that has not ended; the file system writes it whole or not at all.

A file is a row of frames: length and kind, content, CRC-32 of all that. A torn frame is the end of
the file. LAYOUT (how many columns) and NAMEs say what the columns of the ROWs after them are.

Wear, measured on littlefs: 56 blocks of 4 KiB are erased a day with 16 wallboxes, 110 with 64, and
all take turns. Of a file system of 384 KiB the busiest one is erased twice a day: its 100,000
cycles last 137 years. Sizes: 21 and 50 KB a file, 0.7 and 2.5 KB for four days of energy. What a
power cut costs is half an hour.
"""

import binascii
import os
import struct

from compat import const

from firmware.history import NO_DAY, OF_CIRCUIT, OF_METER, ROW

FILE = "history"
DAYS = "energy"
NOW = "energy.now"
OLD = ".old"

LAYOUT = const(1)
NAME = const(2)
ROW_KIND = const(3)

METER = const(0)  # what a name stands for
CIRCUIT = const(1)
CHARGER = const(2)
OF = (OF_METER, OF_CIRCUIT, 1)  # how many columns

_OF_FILE = const(288)  # rows: 24 hours
_OF_DAYS = const(32)
_SPARE = const(131072)  # bytes of flash that settings and log need
_LONGEST = const(1024)  # of a frame


def names(history):
    """Generate (kind, name) of what a history has, in the order of the columns; OF of a kind is
    how many they are."""
    for meter in history.meters:
        yield METER, meter.circuit.name
    for circuit in history.circuits:
        yield CIRCUIT, circuit.name
    for point in history.points:
        yield CHARGER, point.name or point.host or ""


def mark(history) -> int:
    """What tells one layout from another."""
    crc = 0
    for kind, name in names(history):
        crc = binascii.crc32(b"%d%s\n" % (kind, name.encode()), crc)
    return crc


def flush(history) -> None:
    """Append the rows to the file, and keep the energy of the day. A flash that is full or broken
    costs the rows only."""
    size = ROW + 2 * history.width
    view = memoryview(history.rows)
    count = history.count
    _date(history, size)
    try:
        if _append(history, FILE, [view[i * size : (i + 1) * size] for i in range(count)]):
            history.count = 0
        keep_energy(history)
    except OSError:
        pass


def _date(history, size: int) -> None:
    """Give rows from before the clock was set their time."""
    newest_s, utc_s = struct.unpack_from("<II", history.rows, (history.count - 1) * size)
    for at in range(0, (history.count - 1) * size, size):
        row_s, known_s = struct.unpack_from("<II", history.rows, at)
        if utc_s and not known_s:
            struct.pack_into("<I", history.rows, at + 4, utc_s - (newest_s - row_s))


def _append(history, name: str, contents: list) -> bool:
    """Append rows to a file of this history's layout. OSError."""
    most = _OF_FILE if name == FILE else _OF_DAYS
    rows = history.headed.get(name)
    if rows is None:
        is_whole, rows = _look(name)
        if not is_whole or rows >= most:
            _turn(name)
            rows = 0
    status = os.statvfs(".")
    if name == FILE and status[0] * status[3] < _SPARE:  # free blocks
        _remove(FILE + OLD)
        _remove(FILE)
        history.headed.pop(FILE, None)
        return False
    is_headed = history.headed.pop(name, None) is not None
    with open(name, "ab") as file:
        if not is_headed:
            frame(file, LAYOUT, struct.pack("<IH", mark(history), history.width))
            for kind, text in names(history):
                frame(file, NAME, bytes([kind]) + text.encode())
        for content in contents:
            frame(file, ROW_KIND, content)
    rows += len(contents)
    if rows < most:
        history.headed[name] = rows
    else:
        _turn(name)
    return True


def _turn(name: str) -> None:
    """The file is the old one from now on."""
    try:
        os.rename(name, name + OLD)
    except OSError:
        pass  # there is none


def _remove(name: str) -> None:
    try:
        os.remove(name)
    except OSError:
        pass


def frame(file, kind: int, content) -> None:
    """Write a frame."""
    head = struct.pack("<HB", len(content), kind)
    file.write(head)
    file.write(content)
    file.write(struct.pack("<I", binascii.crc32(content, binascii.crc32(head))))


def frames(file):
    """Generate (kind, content) of the whole frames at the beginning of a file; the content is
    overwritten by the next one."""
    buffer = bytearray(_LONGEST)
    view = memoryview(buffer)
    head = bytearray(3)
    while file.readinto(head) == 3:
        size, kind = struct.unpack("<HB", head)
        if size + 4 > _LONGEST or file.readinto(view[: size + 4]) != size + 4:
            return
        crc = binascii.crc32(view[:size], binascii.crc32(head))
        if crc != struct.unpack_from("<I", buffer, size)[0]:
            return
        yield kind, view[:size]


def _look(name: str) -> tuple:
    """(whether all of a file is whole, rows in it)."""
    rows = used = 0
    try:
        with open(name, "rb") as file:
            for kind, content in frames(file):
                rows += kind == ROW_KIND
                used += 7 + len(content)
        return used == os.stat(name)[6], rows
    except OSError:
        return True, 0


# --- energy


def keep_energy(history) -> None:
    """Write the energy of the day that has not ended. OSError."""
    head = struct.pack("<Ii", mark(history), history.day)
    content = head + bytes(history.energy)
    with open(NOW, "wb") as file:
        frame(file, ROW_KIND, content)


def recall(history, today: int) -> None:
    """Go on with the energy of the day before the start; that of another day is closed."""
    try:
        with open(NOW, "rb") as file:
            found = [bytes(content) for _, content in frames(file)]
    except OSError:
        return
    if not found or len(found[0]) < 20:
        return
    layout, day = struct.unpack_from("<Ii", found[0])
    stored = struct.unpack("<%di" % (len(found[0]) // 4 - 2), found[0][8:])
    energy = history.energy
    is_same = layout == mark(history) and len(stored) == len(energy)
    added = stored if is_same else stored[:3]  # the sums are the same in any layout
    if today == NO_DAY or day in (NO_DAY, today):
        for i, value in enumerate(added):
            energy[i] += value
        if history.day == NO_DAY:
            history.day = day
        return
    before = bytes(energy)
    was = history.day
    for i in range(len(energy)):
        energy[i] = added[i] if i < len(added) else 0
    history.day = day
    end_day(history)
    history.day = was
    for i, value in enumerate(struct.unpack("<%di" % len(energy), before)):
        energy[i] = value


def end_day(history) -> None:
    """Append the energy of the day to the days; the next one begins at 0."""
    try:
        _append(history, DAYS, [struct.pack("<i", history.day) + bytes(history.energy)])
        _remove(NOW)
    except OSError:
        pass
    for i in range(len(history.energy)):
        history.energy[i] = 0


def take_over(history, was) -> None:
    """Go on where the history of the site before stands."""
    if mark(history) == mark(was):
        for name in ("drawn", "looks", "metered", "peaks", "samples", "rows", "energy"):
            setattr(history, name, getattr(was, name))
        history.count = was.count
        history.headed = was.headed
        history.step_s = was.step_s
    else:
        if was.count:
            flush(was)
        index = {}
        for i, point in enumerate(was.points):
            index[point.name or point.host] = i
        for i in range(3):
            history.energy[i] = was.energy[i]
        for i, point in enumerate(history.points):
            at = index.get(point.name or point.host)
            if at is not None:
                history.energy[3 + i] = was.energy[3 + at]
    history.day = was.day
    history.day_s = was.day_s
    history.read_s = was.read_s
    history.is_recalled = was.is_recalled
