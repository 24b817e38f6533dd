"""The house behind the meter: mA per phase as a function of the seconds since the start, the same
for each seed.

Nothing in it depends on how often it is asked. The load is the sum of a base with slow noise, a
fridge, a kettle, a heat pump (profile "house"), an optional recorded trace, and named loads that
somebody switches (negative = a source).
"""

import random
from bisect import bisect_right
from dataclasses import dataclass, field


@dataclass
class HouseConfig:
    """profile "flat" = base and noise only; "house" adds appliances. trace: rows (t_s, l1, l2,
    l3) in mA, held, looped.
    """

    profile: str = "flat"
    base_ma: tuple[int, int, int] = (1500, 1200, 1000)
    noise_ma: int = 30
    trace: list = field(default_factory=list)


# name, phase (None = all three), mA, shortest and longest run in s, shortest and longest pause
# in s
_APPLIANCES = (
    ("fridge", 0, 600, 300, 600, 600, 1200),
    ("kettle", 1, 9000, 90, 210, 1200, 5400),
    ("oven", 2, 7000, 40, 120, 200, 2400),
    ("heat pump", None, 5500, 600, 1500, 600, 1800),
)


class House:
    """`load_ma(t_s)` gives the load; `switch(name, ma)` sets a named load from now on."""

    def __init__(self, config: HouseConfig | None = None, seed: int = 1):
        self.config = config or HouseConfig()
        self.seed = seed
        self.switched: dict[str, tuple[int, int, int]] = {}
        self._noise: dict[int, tuple] = {}
        self._plans = (
            {a[0]: self._plan(a) for a in _APPLIANCES} if self.config.profile == "house" else {}
        )
        self._trace = sorted(tuple(row) for row in self.config.trace)
        self._trace_times = [row[0] for row in self._trace]

    def switch(self, name: str, ma) -> None:
        """Set the named load: one number for all phases or three; 0 or None takes it away."""
        values = (ma,) * 3 if isinstance(ma, (int, float)) or ma is None else tuple(ma)
        if len(values) != 3:
            raise ValueError("a load is one current or three")
        self.switched[name] = tuple(int(v or 0) for v in values)
        if not any(self.switched[name]):
            del self.switched[name]

    def load_ma(self, t_s: float) -> list[int]:
        """Load on L1, L2, L3 in mA at t_s seconds after the start."""
        loads = [b + n for b, n in zip(self.config.base_ma, self._noise_ma(t_s))]
        for name, phase, ma, *_ in _APPLIANCES if self._plans else ():
            if self._is_on(name, t_s):
                for p in range(3) if phase is None else (phase,):
                    loads[p] += ma
        if self._trace:
            row = self._trace[max(0, bisect_right(self._trace_times, self._in_trace(t_s)) - 1)]
            loads = [a + b for a, b in zip(loads, row[1:4])]
        for values in self.switched.values():
            loads = [a + b for a, b in zip(loads, values)]
        return [int(v) for v in loads]

    def appliances_on(self, t_s: float) -> list[str]:
        """Names of the appliances that run now, for people."""
        return [name for name in self._plans if self._is_on(name, t_s)]

    def _in_trace(self, t_s: float) -> float:
        end = self._trace_times[-1]
        return t_s % end if end > 0 else 0

    def _noise_ma(self, t_s: float) -> list[float]:
        second = int(t_s)
        a, b = self._noise_at(second), self._noise_at(second + 1)
        part = t_s - second
        return [x + (y - x) * part for x, y in zip(a, b)]

    def _noise_at(self, second: int) -> tuple:
        if second not in self._noise:
            if len(self._noise) > 100:
                self._noise.clear()
            rng = random.Random(f"noise {self.seed} {second}")
            limit = self.config.noise_ma
            self._noise[second] = tuple(rng.uniform(-limit, limit) for _ in range(3))
        return self._noise[second]

    def _plan(self, appliance) -> list[float]:
        """Moments of switching (on, off, on, ...) over a day; t = index parity."""
        name, _, _, run_a, run_b, pause_a, pause_b = appliance
        rng = random.Random(f"{name} {self.seed}")
        moments, t = [], rng.uniform(5, pause_a)
        while t < 86400:
            moments.append(t)
            t += rng.uniform(run_a, run_b)
            moments.append(t)
            t += rng.uniform(pause_a, pause_b)
        return moments

    def _is_on(self, name: str, t_s: float) -> bool:
        return bisect_right(self._plans[name], t_s % 86400) % 2 == 1
