"""In which limits a wallbox counts. Loaded for the call: when one is new or changes its phases."""

from loadmgmt.point import Seat, order_of


def place(site, point) -> None:
    """Give it the seat of its circuit on its phases, or on all where those are not known."""
    circuits = site.circuits
    order = order_of(point.rotation)
    phases = point.phases_now
    counted = (0, 1, 2) if order is None else order[:phases]
    static = ()
    dynamic = ()
    for c in circuits[point.circuit].path:
        circuit = circuits[c]
        if circuit.limit_ma is not None:
            static += tuple([3 * c + p for p in counted])
        if circuit.metered:
            at = 3 * (len(circuits) + c)
            dynamic += ((c, tuple([at + p for p in counted])),)
    places = static
    for _, limits in dynamic:
        places += limits
    if site.balance is not None:
        places += site.balance.places(site, point, counted)
    places = tuple(sorted(places))
    key = (static, dynamic, places)
    seat = site._seats.get(key)
    if seat is None:
        places = site._seats.setdefault(places, places)  # of any rotation
        seat = site._seats[key] = Seat(static, dynamic, places, order or (0, 1, 2))
    point.seat = seat
    site.earn[point.index] = phases
    if point.minima:
        point.min_ma = point.minima[phases - 1]
    point.min_ma += -point.min_ma % point.step_ma
