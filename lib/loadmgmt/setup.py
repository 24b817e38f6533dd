"""Makes a site ready, and keeps its clocks from wrapping. Loaded for the call only."""

from array import array

from compat import const, ticks_add, ticks_diff

from loadmgmt.place import place
from loadmgmt.shrink import SLOT_MS
from on_demand import unload

_OLD_MS = const(172800000)
_POINT_STAMPS = (
    "reading_ms",
    "before_ms",
    "moved_ms",
    "since_ms",
    "changed_ms",
    "sent_ms",
    "confirm_ms",
)
_MAX_POINTS = const(64)
_MAX_CIRCUITS = const(16)
_MAX_DEPTH = const(4)


def prepare(site, circuits: list, points: list, now_ms: int) -> None:
    """Give a new Site its attributes. Raises ValueError where the tree is not one."""
    if len(points) > _MAX_POINTS or not 0 < len(circuits) <= _MAX_CIRCUITS:
        raise ValueError("size")
    site.circuits = circuits
    site.points = points
    site.enabled = True
    site.on_event = None  # called with (code, subject, value)
    site.shared_ms = now_ms
    site.aged_ms = now_ms
    n = len(points)
    m = 6 * len(circuits)  # limits: 3c+p the static ones, 3C+3c+p the metered ones
    site.over = [0] * m  # mA that too much may be drawn, per limit
    site.low = [0] * n  # working space of cut and share, one entry a wallbox
    site.cap = [0] * n
    site.out = [0] * n
    site.bound = [-1] * n
    site.floor = [0] * n
    site.uses = [()] * n
    site.told_ms = now_ms
    site.told = bytearray(n)  # what has been reported of each wallbox
    # the queue and the cars' requests, one entry a wallbox
    site.slot_ms = SLOT_MS  # that or more; 0: no turns
    site.turn_ms = [now_ms] * n  # since when it charges, or waits for its turn
    site.rank = array("i", bytes(4 * n))
    site.accounted_ms = now_ms
    site.weighed_ms = now_ms
    site.served = array("I", bytes(4 * n))  # what its car has received: mA * s / 16
    site.asked_after_ms = 60000
    site.asked_margin_ma = 3000
    site.asked = array("i", bytes(4 * n))  # mA that its car asks for, 0: not learnt
    site.less_ms = [now_ms] * n  # since when it draws clearly less than it may
    site.weight = bytearray(b"\x01" * n)  # working space of share
    site.earn = bytearray(n)  # phases that an ampere of it feeds
    site.few = array("I", bytes(4 * n))  # how long its car has used fewer phases, see queue.py
    site.reason_ma = array("i", bytes(4 * n))
    site.meters = len([circuit for circuit in circuits if circuit.metered])
    site._seats = {}
    site.dynamic = [0] * len(circuits)  # weigh.NO_LIMIT, MEASURED or FALLBACK
    for index, circuit in enumerate(circuits):
        circuit.index = index
        if circuit.parent is None:
            circuit.path = (index,)
        else:
            if not 0 <= circuit.parent < index:
                raise ValueError("parent")
            circuit.path = (index,) + circuits[circuit.parent].path
        circuit.settled_ms = now_ms
        if len(circuit.path) > _MAX_DEPTH:
            raise ValueError("depth")
    for index, point in enumerate(points):
        point.index = index
        for stamp in _POINT_STAMPS:
            setattr(point, stamp, now_ms)
        for c in circuits[point.circuit].path:
            circuits[c].points.append(point)
        if point.name_error:
            point.may_ma = point.peak_ma = 0
        place(site, point)
    unload("loadmgmt", ("place",))


def _limit(record, stamps, now_ms):
    for stamp in stamps:
        then_ms = getattr(record, stamp)
        if then_ms is not None and ticks_diff(now_ms, then_ms) > _OLD_MS:
            setattr(record, stamp, ticks_add(now_ms, -_OLD_MS))


def keep_young(site, now_ms: int) -> None:
    """Make times of long ago two days old: ticks_diff is right for 6.2 days only."""
    _limit(site, ("told_ms", "weighed_ms"), now_ms)
    for p in site.points:
        _limit(p, _POINT_STAMPS, now_ms)
        _limit(p, ("applied_ok_ms", "opened_ms") if p.is_open else ("applied_ok_ms",), now_ms)
    for stamps in (site.turn_ms, site.less_ms):
        for i in range(len(stamps)):
            if ticks_diff(now_ms, stamps[i]) > _OLD_MS:
                stamps[i] = ticks_add(now_ms, -_OLD_MS)
    for circuit in site.circuits:
        _limit(circuit, ("settled_ms", "sample_ms", "seen_ms"), now_ms)
        if circuit.metered:
            _limit(circuit.trust, ("sample_ms", "same_ms"), now_ms)
