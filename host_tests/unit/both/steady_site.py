"""A site at rest, told by hand: what each wallbox applies and draws, what each meter reads.

For tests of single formulas of the brain. Everything was said long enough ago to have settled,
the last meter value 1 s and the last answers 500 ms before NOW_MS.
"""

from loadmgmt import trust
from loadmgmt.circuit import Circuit
from loadmgmt.point import CHARGING, ChargePoint
from loadmgmt.site import Site

NOW_MS = 60000
BLIND = (-1, -1, -1)


def metered(main_ma=35000, name="grid", parent=None, limit_ma=None, includes=True):
    """A circuit steered to its fuse, with a meter that is asked once a second."""
    limit = limit_ma and [limit_ma] * 3
    circuit = Circuit(name, parent, limit, [main_ma] * 3)
    circuit.largest_ma = 0
    circuit.meter(0, 1000, includes, False)
    return circuit


def wallbox(name="a", rotation="L123", phases=3, circuit=0, **options):
    point = ChargePoint(name, circuit, phases, rotation)
    point.dead_man_ms = 30000
    for key in options:
        setattr(point, key, options[key])
    return point


def tell(point, now_ms, applied_ma, drawn, car=CHARGING, phases=0, supported_ma=32000):
    """The wallbox answers; a command with its setpoint went out just before."""
    point.sent_ms = now_ms - 1
    point.report(now_ms, applied_ma, drawn[0], drawn[1], drawn[2], car, supported_ma, phases)


def steady(circuits, points, applied, drawn, meters, believed=True):
    """A Site in which all this has long been so; `meters`: of each metered circuit, in order."""
    site = Site(circuits, points, 0)
    site.log = []
    site.on_event = lambda code, subject, value: site.log.append((code, subject, value))

    def answers(now_ms):
        for point, mA, row in zip(points, applied, drawn):
            tell(point, now_ms, mA, row)

    for now_ms in (1000, 2000, 58000):
        answers(now_ms)
    left = list(meters)
    for index, circuit in enumerate(circuits):
        if circuit.metered:
            if believed:
                circuit.trust.state = trust.GOOD
            row = left.pop(0)
            site.sample(index, NOW_MS - 1000, row[0], row[1], row[2], False)
    answers(NOW_MS - 500)
    for point in points:
        site.place(point)
    return site
