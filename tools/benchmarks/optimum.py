"""The solver against the exact optimum: random sites, first pass from idle.

`.venv/bin/python tools/benchmarks/optimum.py` prints a row per kind of site (random_sites.py):

- current: phase-amperes of the firmware's solver / the most that any allocation could draw, mean
  and tenth percentile over the sites. The optimum: each wallbox off or between its minimum and its
  request, no limit exceeded; one of unknown rotation counts on all three phases and earns those
  that it feeds. Found by scipy's MILP solver to a gap of 1e-4, or the best within 20 s (marked).
- cars: charging / most that can charge at once (a second MILP), all sites together.
- Jain: the fairness index among those with the same request, minimum, phases and circuit, the
  least of all sites; and, over all phases together, its mean.
- WARP: the model of warp_allocation.py on those sites of the same kind that have one circuit
  only, since WARP knows no more; and the firmware's solver on just these.

`--fixture FILE` stores the optima, for the test that has to be quick.
"""

import argparse
import hashlib
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "lib")]

if __name__ == "__main__":
    from tools import environment

    environment.rerun()

from loadmgmt.choose import choose
from loadmgmt.fill import fill
from tools.benchmarks import random_sites, warp_allocation

SEED = 2026
COUNT = 300
GAP = 1e-4
PATIENCE_S = 20
# kinds for which figures are promised: (mean, tenth percentile, cars)
GOALS = {"mixed": (0.96, 0.88, 0.96), "known": (0.98, 0.88, 0.96)}
GOAL_JAIN = 0.999
STORED = {"mixed": 300, "known": 300, "flat": 100, "tight": 100, "half unknown": 100}


def first_pass(site: dict, patient: bool = True) -> list[int]:
    """Currents in mA by the firmware's solver, nobody charging yet, whoever waited longest first.

    patient: cars may be left to wait for the sake of the others.
    """
    low, cap, uses, earn, budget = random_sites.problem(site)
    boxes = site["chargers"]
    order = sorted(range(len(low)), key=lambda i: (-boxes[i]["waiting_s"], boxes[i]["name"]))
    alike = [0] * len(low)
    on = choose(order, low, cap, uses, budget[:], earn, alike, [] if patient else None)
    out = [0] * len(low)
    if on:
        fill(on, low, cap, uses, budget, out, [-1] * len(low))
    return out


def most_current(low, cap, uses, earn, budget) -> tuple[float, bool]:
    """The most phase-current (mA) that can be drawn, and whether that is certain to the gap."""
    n = len(low)
    rows = _Rows()
    for j, limit in enumerate(budget):
        rows.at_most(limit / 1000, [(i, 1) for i in range(n) if j in uses[i]])
    for i in range(n):  # variables: current of each, then whether it is on
        rows.at_most(0, [(i, 1), (n + i, -cap[i] / 1000)])
        rows.at_most(0, [(i, -1), (n + i, low[i] / 1000)])
    found, certain = rows.maximum([*earn, *[0] * n], [a / 1000 for a in cap] + [1] * n, n)
    return found * 1000, certain


def most_cars(low, cap, uses, earn, budget) -> tuple[int, bool]:
    """How many can charge at once at most, and whether that is certain."""
    n = len(low)
    rows = _Rows()
    for j, limit in enumerate(budget):
        rows.at_most(limit / 1000, [(i, low[i] / 1000) for i in range(n) if j in uses[i]])
    found, certain = rows.maximum([1] * n, [1] * n, 0)
    return round(found), certain


class _Rows:
    """Inequalities of a linear program, collected row by row."""

    def __init__(self):
        self._places = ([], [])
        self._values = []
        self._limits = []

    def at_most(self, limit, terms):
        """Sum of factor * variable over terms [(variable, factor)] <= limit."""
        for variable, factor in terms:
            self._places[0].append(len(self._limits))
            self._places[1].append(variable)
            self._values.append(factor)
        self._limits.append(limit)

    def maximum(self, factors, upper, real):
        """Maximise sum(factors * variables), 0 <= variables <= upper, the first `real` ones not
        whole. Returns (value, whether it is certain to the gap)."""
        # a tenth of a second and 60 MB: only where the optimum is worked out
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_matrix

        shape = (len(self._limits), len(factors))
        matrix = csr_matrix((self._values, self._places), shape=shape)
        found = milp(
            [-factor for factor in factors],
            constraints=LinearConstraint(matrix, ub=self._limits),
            integrality=[0] * real + [1] * (len(factors) - real),
            bounds=Bounds(0, upper),
            options={"mip_rel_gap": GAP, "time_limit": PATIENCE_S},
        )
        if found.x is None:
            raise RuntimeError(found.message)
        return -found.fun, found.status == 0


def optima(kind: str, seed: int, count: int) -> dict:
    """The most phase-current (mA) and the most cars for each site, and how many are uncertain."""
    current, cars, uncertain = [], [], 0
    for site in random_sites.sites(kind, seed, count):
        problem = random_sites.problem(site)
        value, certain = most_current(*problem)
        current.append(round(value))
        value, sure = most_cars(*problem)
        cars.append(value)
        uncertain += not (certain and sure)
    return {"current": current, "cars": cars, "uncertain": uncertain}


def jain(values) -> float:
    """Jain's fairness index: 1 when all are equal, 1/n when one has all."""
    return sum(values) ** 2 / (len(values) * sum(value * value for value in values))


def jain_indices(site: dict, out, by_lines: bool) -> list[float]:
    """The index of every group of two or more charging cars with equal request, minimum, phases
    and circuit; by_lines: and equal grid phases."""
    uses = random_sites.problem(site)[2]
    groups = {}
    for i, box in enumerate(site["chargers"]):
        if out[i]:
            key = (box["asked"], box["min"], box["phases"], box["circuit"])
            lines = (uses[i], box["rotation"] is None) if by_lines else None
            groups.setdefault((key, lines), []).append(out[i])
    return [jain(group) for group in groups.values() if len(group) > 1]


class Tally:
    """What an allocation reaches of the optimum, over many sites."""

    def __init__(self):
        self.ratios = []
        self.on = self.most = 0

    def add(self, out, earn, current, cars):
        if current:
            self.ratios.append(sum(a * e for a, e in zip(out, earn)) / current)
        self.on += sum(a > 0 for a in out)
        self.most += cars

    def figures(self):
        """(mean, tenth percentile, cars), or None without a site."""
        if not self.ratios:
            return None
        ratios = sorted(self.ratios)
        mean = sum(ratios) / len(ratios)
        return mean, ratios[len(ratios) // 10], self.on / self.most


def row(kind: str, seed: int, best: dict) -> dict:
    """The figures of a kind of site, as documented above; best: what `optima` returned."""
    everyone, all_on, warp, beside = Tally(), Tally(), Tally(), Tally()
    narrow, wide = [], []
    for site, current, cars in zip(
        random_sites.sites(kind, seed, len(best["cars"])), best["current"], best["cars"]
    ):
        earn = random_sites.problem(site)[3]
        out = first_pass(site)
        everyone.add(out, earn, current, cars)
        all_on.add(first_pass(site, patient=False), earn, current, cars)
        narrow += jain_indices(site, out, True)
        wide += jain_indices(site, out, False)
        if not site["circuits"]:
            beside.add(out, earn, current, cars)
            shares = warp_allocation.allocate(site["limits"], site["chargers"])
            warp.add(shares, earn, current, cars)
    return {
        "kind": kind,
        "count": len(best["cars"]),
        "uncertain": best["uncertain"],
        "figures": everyone.figures(),
        "all on": all_on.figures(),
        "jain": (min(narrow, default=1), sum(wide) / max(1, len(wide))),
        "flat": len(beside.ratios),
        "beside": beside.figures(),
        "warp": warp.figures(),
    }


def measure(kinds=tuple(random_sites.KINDS), seed: int = SEED, count: int = COUNT) -> list[dict]:
    """A row per kind of site. All ten take half a minute on a PC."""
    return [row(kind, seed, optima(kind, seed, count)) for kind in kinds]


def _three(figures) -> str:
    if figures is None:
        return f"{'-':>21}"
    return "".join(f"{value:7.3f}" for value in figures)


def report(rows) -> None:
    """Print the rows with their goals."""
    print("First pass / exact optimum, random sites of 2-64 wallboxes; optimum by scipy milp")
    three = "   mean    p10   cars"
    print(f"{'':20}{'solver':22}{'nobody left to wait':22}{'Jain index':17}sites of one circuit")
    print(f"{'':81}{'solver':22}model of WARP")
    print(f"sites            {three} {three}    least   mean      {three} {three}")
    for found in rows:
        least, mean = found["jain"]
        print(
            f"{found['kind']:13}{found['count']:4}{_three(found['figures'])}"
            f" {_three(found['all on'])} {least:8.5f}{mean:7.3f} {found['flat']:5}"
            f"{_three(found['beside'])} {_three(found['warp'])}"
        )
        if found["uncertain"]:
            print(f"{'':19}{found['uncertain']} optima not certain within {PATIENCE_S} s")
        goal = GOALS.get(found["kind"])
        if goal:
            print(f"{'  goal, at least':17}{_three(goal)}{'':23}{GOAL_JAIN:8.3f}")
    print()


def digest(sites) -> str:
    """Short hash of sites: shows whether stored optima belong to what the generator makes."""
    return hashlib.sha256(json.dumps(sites, sort_keys=True).encode()).hexdigest()[:16]


def store(path: pathlib.Path) -> None:
    """Write the optima of STORED, with the seed and a hash of the sites they belong to."""
    kinds = {}
    for kind, count in STORED.items():
        found = optima(kind, SEED, count)
        found["digest"] = digest(random_sites.sites(kind, SEED, count))
        kinds[kind] = found
    path.write_text(json.dumps({"seed": SEED, "kinds": kinds}, separators=(",", ":")) + "\n")


def main(argv=None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", action="append", choices=list(random_sites.KINDS))
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--fixture", type=pathlib.Path, metavar="FILE", help="store the optima")
    options = parser.parse_args(argv)
    if options.fixture:
        store(options.fixture)
    else:
        report(measure(options.kind or tuple(random_sites.KINDS), options.seed, options.count))
    return 0


if __name__ == "__main__":
    sys.exit(main())
