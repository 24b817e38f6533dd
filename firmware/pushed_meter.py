"""A meter that nobody asks: its values are written to /meters/N/update. Model "api".

Loaded only where the settings have one. It stands in the list of the bus's meters like any other,
so that circuits, inputs, status and history see no difference, but its turn there never comes.
Whether it is believed is judged as always (loadmgmt.trust): it is silent after `max_age_s`, and
without that after the time of rule R6.
"""

from compat import const, ticks_add, ticks_diff, ticks_ms
from loadmgmt.trust import STARTING

_NEVER_MS = const(0x0FFFFFFF)
_FRESH_MS = const(60000)


class PushedMeter:
    """The last sample that was written, as integers; import is positive. See meters.meter."""

    phases = 3
    input_live = None
    input_ms = None
    frequency_mhz = None
    slow_failures = 0

    def __init__(self, settings, circuit):
        self.name = settings["name"]
        self.circuit = circuit
        self.period_ms = settings["period_ms"]
        self.taken_ms = None  # no sample yet
        self.current_ma = [0, 0, 0]
        self.power_w = [0, 0, 0]
        self.voltage_mv = [0, 0, 0]
        self.sum_w = None
        self.energy_import_wh = None
        self.energy_export_wh = None
        self.same = False  # the sample is the one before once more
        self.failures = 0  # what was written and refused
        max_age_s = settings.get("max_age_s")
        if circuit is not None and max_age_s:
            circuit.trust.silent_ms = max_age_s * 1000

    @property
    def due_ms(self) -> int:
        return ticks_add(ticks_ms(), _NEVER_MS)

    @property
    def trust(self) -> int:
        return STARTING if self.circuit is None else self.circuit.trust.state

    def go_on(self, before: list, site) -> None:
        """Under new settings the last sample holds until the next one comes, which may take long:
        a limit that is lower now is not to wait for that."""
        for was in before:
            if was.name == self.name and hasattr(was, "sum_w") and was.taken_ms is not None:
                if not 0 <= ticks_diff(ticks_ms(), was.taken_ms) <= _FRESH_MS:
                    return
                values = was.current_ma + was.power_w + was.voltage_mv
                values += [was.sum_w, was.energy_import_wh, was.energy_export_wh]
                self.take(was.taken_ms, values)
                if self.circuit is not None:
                    l1, l2, l3 = self.current_ma
                    site.sample(self.circuit.index, self.taken_ms, l1, l2, l3, False)

    def take(self, now_ms: int, values) -> None:
        """A sample: three mA, three W, three mV, and the total W, imported and exported Wh or
        None."""
        self.same = self.taken_ms is not None
        for kept, i in ((self.current_ma, 0), (self.power_w, 3), (self.voltage_mv, 6)):
            for k in range(3):
                if kept[k] != values[i + k]:
                    self.same = False
                    kept[k] = values[i + k]
        self.sum_w, self.energy_import_wh, self.energy_export_wh = values[9:]
        self.taken_ms = now_ms
