"""The composition root: builds the objects from the settings and starts the tasks.

Control tasks (no restart of their own: the watchdog resets the board when they hang): the pass.
Tasks that are restarted alone: the bus, receiving, sending, the page.
New settings replace site, drivers and bus in one step between two passes. The wallboxes go on as
they stand; what the meters showed is learnt anew, so that nothing is raised at first.
"""

import gc

from compat import address_host, const, open_udp, readable, sleep_ms, ticks_diff, ticks_ms
from on_demand import call, unload

from firmware import board, eventcodes
from firmware.control import Control
from firmware.eventlog import EventLog
from firmware.supervisor import Supervisor

VERSION = "0.1.0"

_WATCHDOG_MS = const(8000)
_CONTROL_MS = const(4000)
_BREATH_MS = const(500)
_POLL_MS = const(50)  # what did not fit into the first group waits no longer than this
_TASK_MS = const(10000)
_WARP_PORT = const(34127)  # the manager's
_DATAGRAM = const(136)  # the longest state packet
_DRAIN = const(32)  # datagrams taken in one go: a flood must not starve the loop
_SELDOM = ("configure", "change", "build", "warp_config", "supply", "settings")
_CAUSES = ("power_on", "restart", "watchdog", "reset")


class App:
    """What all parts may ask for; the web server's context."""

    version = VERSION
    settings_error = None  # text
    stage = 0  # how much this life goes without, see firmware.cautious
    mark = 0  # of the settings that it started with
    left_out = ()  # what that is, by its settings
    keepers = ()  # what has keep(app), called after each pass: history, names, ...
    live = None  # who watches, see firmware.web.live
    _supervisor = None
    _breathed_ms = 0

    def __init__(self):
        self.reset_cause = board.reset_cause()
        call("firmware", "factory_reset", "finish")
        self.events = EventLog()
        self.uptime_s = self.events.uptime_s
        self.events.add(eventcodes.STARTED, 0, _CAUSES.index(self.reset_cause))
        if self.reset_cause != "power_on":
            self.events.flush()  # one that resets again and again leaves a trace
        self._udp = None
        self.bus_settings = None
        self.bus = None
        self.warp = None
        self.control = Control()
        self.call("configure", "start")

    # --- settings

    def call(self, part: str, name: str, *arguments):
        """Call a function of firmware.configure, change or supply, which is loaded for that."""
        try:  # the memory may be too little for loading, too
            module = __import__("firmware." + part, None, None, (name,))
            return getattr(module, name)(self, *arguments)
        finally:
            module = None
            unload("firmware", _SELDOM)
            unload("loadmgmt", ("limits",))

    def document(self) -> dict:
        """The settings in force."""
        return self.call("configure", "document")

    def apply_settings(self, document) -> str | None:
        """Check, store and use a new document; the error text when it is not used."""
        return self.call("change", "apply", document)

    def _watch_sources(self) -> None:
        """Work the limits out anew when an input or the time of day wants it, or when the one who
        writes available_current has gone silent."""
        is_silent = self.is_written and self.write_watch_ms
        if is_silent:
            is_silent = ticks_diff(ticks_ms(), self.written_ms) > is_silent
        due = self.limits_due or is_silent
        try:
            for source in (self.inputs, self.profiles):
                if source and source.changed():
                    due = True
            if due:
                self.call("supply", "refresh", is_silent)
        except MemoryError:
            pass  # tried again in half a second

    def charger_error(self, i: int):
        """What wallbox i complains of: WARP's number, or None."""
        return self.warp.error[i] or None

    def charger_host(self, i: int) -> str:
        """The address of wallbox i."""
        return address_host(self.warp.addresses[i])

    # --- devices

    def send(self, data, address) -> None:
        if self._udp is None:
            raise OSError("not yet open")
        self._udp.sendto(data, address)

    def sampled(self, meter) -> None:
        """A meter sample is here: the pass runs on it at once (R2)."""
        circuit = meter.circuit
        # a read that was under way while new settings came into force is nobody's sample
        if circuit is not None and meter in self.meters:
            current = meter.current_ma
            self.site.sample(
                circuit.index, meter.taken_ms, current[0], current[1], current[2], meter.same
            )
            self.control.run_pass()

    async def _read_bus(self):
        while True:
            try:
                await self.bus.serve()
            except MemoryError:  # this sample is lost, the next one is not
                gc.collect()
                await sleep_ms(_POLL_MS)
            self._bus_slot.check_in()

    async def _receive(self):
        if self._udp is None:
            self._udp = open_udp(board.arguments.bind, _WARP_PORT)
        udp = self._udp
        while True:
            await readable(udp)
            for _ in range(_DRAIN):
                try:
                    data, address = udp.recvfrom(_DATAGRAM)
                except OSError:
                    break
                self.warp.received(data, len(data), address, ticks_ms())
            if self.warp.urgent:
                self.warp.urgent = False
                self.control.run_pass()
            self._receive_slot.check_in()
            await sleep_ms(0)

    async def _poll(self):
        while True:
            wait = self.control.send_rest()
            if self.site.enabled:
                wait = min(wait, self.warp.poll(ticks_ms()))
            self._poll_slot.check_in()
            await sleep_ms(min(wait, _POLL_MS))

    async def _serve_page(self):
        from firmware.web.server import Server

        port = board.arguments.port
        port = self.http_port if port is None else port
        await Server(self, board.arguments.bind, port, self._web_slot.check_in).run()

    def breathe(self) -> None:
        """Amid long work without an await: control has its turn, and the watchdog hears of it."""
        if self._supervisor and ticks_diff(ticks_ms(), self._breathed_ms) > _BREATH_MS:
            self.control.run_pass()
            self._control_slot.check_in()
            self._supervisor.look()
            self._breathed_ms = ticks_ms()

    def _ticked(self) -> None:
        self._watch_sources()
        self.events.keep()
        for keeper in self.keepers:
            try:
                keeper.keep(self)
            except MemoryError:
                pass  # tried again in half a second
            except Exception as error:  # noqa: BLE001 - optional, control goes on (R7)
                call("firmware", "keepers", "drop", self, keeper, error)
        self._control_slot.check_in()
        self._breathed_ms = ticks_ms()

    async def run(self) -> None:
        """Start all tasks and look after them, for ever."""
        import asyncio

        supervisor = self._supervisor = Supervisor(board.watchdog(_WATCHDOG_MS), self.events.add)
        self._control_slot = supervisor.watch(_CONTROL_MS)
        self._control_task = asyncio.create_task(
            self._control_slot.guard(self.control.tick(self._ticked))
        )
        self._receive_slot = supervisor.watch(_TASK_MS * 360, self._receive)
        self._poll_slot = supervisor.watch(_TASK_MS, self._poll)
        self._bus_slot = supervisor.watch(_TASK_MS, self._read_bus)
        self._web_slot = supervisor.watch(_TASK_MS, self._serve_page)
        await supervisor.run()


async def main() -> None:
    """Run the firmware until the interpreter ends."""
    gc.threshold(4096)  # what stays is put close together: long gaps remain
    await App().run()
