"""The site for people: house, cars, reserve and budget per circuit and phase. Not in the pass."""

from loadmgmt.circuit import NONE_MA
from loadmgmt.weigh import FALLBACK, MEASURED, fallback_ma, is_unplaced


def sums(site):
    """Generate (house, cars, may, reserved, budget) of each circuit, lists of three mA.

    cars is what the wallboxes report; a draw on an unknown phase stands in the house load below
    a meter that includes it. may: what they may draw; reserved: the part of it kept for lost ones;
    budget: what the cars may have together. house is None where nothing is measured.
    """
    for circuit in site.circuits:
        cars = [0, 0, 0]
        may = [0, 0, 0]
        reserved = [0, 0, 0]
        for p in circuit.points:
            if p.name_error:
                continue
            for k in range(3) if p.rotation is None else p.seat.grid[: p.phases_now]:
                if not p.heard:
                    reserved[k] += p.may_ma
                may[k] += p.may_ma
            if p.measures and p.heard and not is_unplaced(p):
                for k in range(p.phases_now):
                    cars[p.seat.grid[k]] += p.drawn[k]
        house = None
        budget = [NONE_MA] * 3 if circuit.limit_ma is None else list(circuit.limit_ma)
        if circuit.metered and circuit.samples:
            house = [circuit.meter_ma[k] - cars[k] * circuit.includes for k in range(3)]
            for k in range(3):
                if circuit.target_ma[k] >= NONE_MA:
                    house[k] = None  # a phase that its meter does not see
        mode = site.dynamic[circuit.index]
        for k in range(3):
            if mode == MEASURED and house[k] is not None:
                budget[k] = min(budget[k], circuit.target_ma[k] - house[k])
            elif mode == FALLBACK:
                budget[k] = min(budget[k], fallback_ma(circuit, k))
            budget[k] = min(NONE_MA, max(0, budget[k]))
        yield house, cars, may, reserved, budget
