"""Fusekeeper itself: lib/loadmgmt, driven as firmware/ drives it (control.py, chargers/warp.py).

A law decides the setpoints: `sample`, `report` and `run` hand in what the devices say, `tick_ms`
is how often `run` is called besides; `setpoint_ma(i)` is what wallbox i is sent, None: nothing.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "lib"))

from loadmgmt import event, limits, options, reason, trust
from loadmgmt.circuit import Circuit
from loadmgmt.point import ChargePoint
from loadmgmt.site import Site

EVENT_NAMES = {
    value: name.lower() for name, value in vars(event).items() if isinstance(value, int)
}


def _options(given):
    """What the scenario switches on, as the brain calls it."""
    return {
        "start_margin_ma": given.start_margin_ma,
        "on_ms": given.minimum_on_ms,
        "off_ms": given.minimum_off_ms,
        "leave_ms": given.free_phases_ms,
        "welcomes": given.welcome_slot,
        "offers_full": given.offer_to_full,
        "learn": given.learn,
        "probe_ma": given.probe_ma,
        "wake": given.wake,
    }


class FusekeeperLaw:
    """The brain in its site."""

    tick_ms = 500
    pushes = True  # what it changed goes out at once

    def __init__(self, scenario, now, events):
        self.scenario = scenario
        self.events = events
        circuits = []
        for config in scenario.circuits:
            circuit = Circuit(config.name, config.parent, config.limit_ma, config.main_ma)
            circuit.largest_ma = config.largest_consumer_ma
            circuit.margin_pct = config.safety_margin_pct
            circuit.headroom_ma = config.headroom_ma
            circuit.fallback_ma = config.fallback_load_ma
            circuit.offline_ma = config.offline_ma
            circuit.imbalance_ma = config.imbalance_ma
            circuit.is_preventive = config.imbalance_mode == "preventive"
            circuit.breaker = None if config.breaker == "strict" else config.breaker
            if config.meter:
                period = config.meter.period_ms
                circuit.meter(now, period, config.includes_chargers, config.generation)
                if config.meter.resolution_ma > 1:
                    circuit.trust.grain_ma = config.meter.resolution_ma
                if config.meter.telegram_ms and config.meter.tells_telegram:
                    circuit.update_ms = max(period, config.meter.telegram_ms)
            circuits.append(circuit)
        points = []
        for config in scenario.chargers:
            phases = config.phases
            point = ChargePoint(
                config.name, config.circuit, phases, config.rotation, config.min_ma, config.max_ma
            )
            point.dead_man_ms = config.dead_man_ms
            point.failsafe_ma = config.failsafe_ma
            point.boot_ma = config.boot_ma
            point.step_ma = config.step_ma
            point.priority = config.priority
            if config.breaks_pilot:
                point.breaks_pilot = True
            points.append(point)
        self.points = points
        self.site = Site(circuits, points, now)
        self.site.enabled = scenario.enabled
        self.site.on_event = self._note
        options.attach(self.site, _options(scenario.options), now)
        if scenario.available_ma is not None:
            limits.set_available(self.site, scenario.available_ma)
        self._available_ma = scenario.available_ma
        self._now = now

    def _note(self, code, subject, value):
        self.events.append((self._now, EVENT_NAMES.get(code, str(code)), subject, value))

    def set_available(self, ma):
        """available_current is written; None lifts it."""
        self._available_ma = ma
        limits.set_available(self.site, ma)

    def set_limit(self, c, limit_ma):
        """A circuit gets another static limit."""
        circuit = self.site.circuits[c]
        limits.put(circuit, limit_ma, None)
        circuit.sources = None
        limits.set_available(self.site, self._available_ma)

    def sample(self, c, now, values, same):
        """A reading of circuit c's meter is here."""
        self._now = now
        self.site.sample(c, now, values[0], values[1], values[2], same)

    def report(self, i, now, applied, drawn, state, supported, phases):
        """A wallbox has answered."""
        a, b, c = drawn
        self.points[i].report(now, applied, a, b, c, state, supported, phases)

    def run(self, now):
        """One pass. True: a setpoint changed."""
        self._now = now
        return bool(self.site.step(now))

    def setpoint_ma(self, i):
        """What it is told: mA, -1 "go on as you are", None nothing at all."""
        point = self.points[i]
        return None if point.is_silent() else point.setpoint_ma

    def breaks_pilot(self, i):
        """Whether its control pilot is to be interrupted."""
        return self.points[i].is_open

    def decided_ma(self, i):
        """Its setpoint, 0 before the first decision."""
        return max(0, self.points[i].setpoint_ma)

    def sent(self, i, now):
        """A command went out."""
        self.points[i].sent_ms = now

    def believes(self, c):
        """Whether the circuit's meter is believed."""
        return self.site.circuits[c].believed()

    def target_ma(self, c, phase):
        """What a metered circuit's phase is steered to."""
        return self.site.circuits[c].target_ma[phase]

    def hears(self, i):
        """Whether it takes the wallbox for present."""
        return self.points[i].heard

    def reason(self, i):
        """Why the setpoint is what it is."""
        code = self.points[i].reason
        return reason.NAMES[code] if 0 <= code < len(reason.NAMES) else str(code)

    def trust_name(self, c):
        """The judgement of a circuit's meter."""
        circuit = self.site.circuits[c]
        return trust.NAMES[circuit.trust.state] if circuit.metered else "none"
