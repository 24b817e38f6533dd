"""The circuits in GET /api/status, see status.py."""

# ruff: noqa: C408

from loadmgmt import reason
from loadmgmt.circuit import NONE_MA
from on_demand import call


def _bounded(values):
    """Limits for people: None where there is none."""
    return values and [None if value >= NONE_MA else value for value in values]


def rows(context):
    """Generate the dicts of each circuit, three parts of one."""
    circuits = context.site.circuits
    learner = context.site.learner
    found = call("loadmgmt", "summary", "sums", context.site)
    for circuit, (house, cars, may, reserved, budget) in zip(circuits, found):
        if not circuit.name:  # where there is none, the brain has one without a name
            return
        metered = circuit.metered
        yield (
            dict(
                name=circuit.name,
                parent=None if circuit.parent is None else circuits[circuit.parent].name,
                main_ma=circuit.main_ma,
                limit_ma=_bounded(circuit.limit_ma),
                limit_by=circuit.why and [reason.NAMES[code] for code in circuit.why],
                hard_limit_ma=_bounded(circuit.sources and circuit.sources[0]),
            ),
            dict(
                target_ma=_bounded(circuit.target_ma) if metered else None,
                meter=circuit.meter_name,
                house_ma=house,
                cars_ma=cars,
                committed_ma=may,
                budget_ma=_bounded(budget),
                reserved_ma=reserved,
            ),
            dict(
                imbalance_ma=circuit.imbalance_ma,
                breaker=circuit.breaker,
                wiring=list(learner.wiring(circuit.index)) if learner and metered else None,
            ),
        )
