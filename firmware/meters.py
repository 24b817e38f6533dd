"""The meters on the RS485 bus: each is asked once a period, the one that is due first, first."""

from compat import const, sleep_ms, ticks_add, ticks_diff, ticks_ms
from loadmgmt.trust import STARTING
from meters.meter import Meter
from modbus.pdu import ModbusError
from modbus.rtu import RtuClient
from on_demand import unload

_IDLE_MS = const(1000)


class BusMeter(Meter):
    """A meter with the circuit it measures (or None) and the time when it is due."""

    def __init__(self, settings, register_map, client, circuit):
        super().__init__(
            client, settings["address"], register_map, phase=settings.get("phase", 1) - 1
        )
        self.name = settings["name"]
        self.circuit = circuit
        self.period_ms = settings["period_ms"]
        self.due_ms = ticks_ms()
        self.taken_ms = None  # no sample yet
        if circuit is not None:
            circuit.trust.grain_ma = register_map.grain_ma
            if self.phases == 1:
                from loadmgmt.one_phase import limit_unmeasured

                limit_unmeasured(circuit, self._first)
                unload("loadmgmt", ("one_phase",))

    @property
    def trust(self) -> int:
        return STARTING if self.circuit is None else self.circuit.trust.state


class Bus:
    """All meters of one bus. `on_sample(meter)` is called as soon as a sample is there."""

    def __init__(self, port, on_sample):
        self.meters = []
        self.client = RtuClient(port) if port else None
        self._on_sample = on_sample

    def next_due(self):
        """The meter to ask next, or None."""
        first = None
        for meter in self.meters:
            if first is None or ticks_diff(meter.due_ms, first.due_ms) < 0:
                first = meter
        return first

    async def serve(self) -> None:
        """Ask the next meter when it is due, or wait for at most a second."""
        meter = self.next_due()
        if meter is None or self.client is None:
            await sleep_ms(_IDLE_MS)
            return
        early = ticks_diff(meter.due_ms, ticks_ms())
        if early > 0:
            await sleep_ms(min(early, _IDLE_MS))
            if early > _IDLE_MS:
                return
        meter.due_ms = ticks_add(meter.due_ms, meter.period_ms)
        if ticks_diff(ticks_ms(), meter.due_ms) > 0:
            meter.due_ms = ticks_ms()  # slower than its period: no backlog
        try:
            await meter.read()
        except (ModbusError, OSError, ValueError):
            return  # it has counted that; the last sample ages
        self._on_sample(meter)
        try:
            await meter.read_slow()
        except OSError:
            pass
