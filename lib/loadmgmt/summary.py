"""The site for people: house, cars, reserve and budget per circuit and phase. Not in the pass."""

from loadmgmt.circuit import NONE_MA
from loadmgmt.weigh import FALLBACK, MEASURED, fallback_ma, is_unplaced


def summarize(site) -> None:
    """Bring cars_ma, may_ma, reserved_ma, house_ma and budget_ma of every circuit up to date.

    cars_ma is what the wallboxes report; a draw on an unknown phase stands in the house load below
    a meter that includes it. reserved_ma is the part of may_ma kept for lost wallboxes.
    """
    for circuit in site.circuits:
        cars = circuit.cars_ma
        may = circuit.may_ma
        reserved = circuit.reserved_ma
        for k in range(3):
            cars[k] = may[k] = reserved[k] = 0
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
        mode = site.dynamic[circuit.index]
        for k in range(3):
            budget = NONE_MA if circuit.limit_ma is None else circuit.limit_ma[k]
            if mode == MEASURED:
                house = circuit.meter_ma[k] - (cars[k] if circuit.includes else 0)
                circuit.house_ma[k] = house
                budget = min(budget, circuit.target_ma[k] - house)
            elif mode == FALLBACK:
                budget = min(budget, fallback_ma(circuit, k))
            circuit.budget_ma[k] = min(NONE_MA, max(0, budget))
