"""The composition root: builds the objects from the settings and starts the tasks.

Control tasks (no restart of their own: the watchdog resets the board when they hang): the pass.
Tasks that are restarted alone: the bus, receiving, sending, the page.
New settings replace site, drivers and bus in one step between two passes. The wallboxes go on as
they stand; what the meters showed is learnt anew, so that nothing is raised at first.
"""

import gc

from compat import address_host, const, open_udp, readable, sleep_ms, ticks_diff, ticks_ms

from firmware import board, eventcodes, settings
from firmware.control import Control
from firmware.eventlog import EventLog
from firmware.supervisor import Supervisor
from firmware.unload import unload

VERSION = "0.1.0"

_WATCHDOG_MS = const(8000)
_CONTROL_MS = const(4000)
_POLL_MS = const(50)  # what did not fit into the first group waits no longer than this
_TASK_MS = const(10000)
_WARP_PORT = const(34127)  # the manager's
_DATAGRAM = const(136)  # the longest state packet
_DRAIN = const(32)  # datagrams taken in one go: a flood must not starve the loop
_WRITE_WATCH_MS = const(30000)  # WARP: available_current must be written that often, if watched
_CAUSES = ("power_on", "restart", "watchdog", "reset")


class App:
    """What all parts may ask for; the web server's context."""

    version = VERSION

    def __init__(self):
        self.reset_cause = board.reset_cause()
        self.events = EventLog()
        self.uptime_s = self.events.uptime_s
        self.events.add(eventcodes.STARTED, 0, _CAUSES.index(self.reset_cause))
        self._udp = None
        self._bus_settings = None
        self.bus = None
        self.warp = None
        self.control = Control()
        document, self.settings_error = settings.load()
        try:
            self._build(document)
        except ValueError as error:
            self.settings_error = self.settings_error or str(error)
            self._build(settings.defaults())
        if self.settings_error:
            self.events.add(eventcodes.SETTINGS_ERROR)
            print("settings error:", self.settings_error)

    # --- settings

    def _build(self, document) -> None:
        """Make site, drivers and bus of the document; nothing is replaced when that fails."""
        from firmware import build, warp_config

        now = ticks_ms()
        port = self.bus.port if self.bus else None
        if self._bus_settings != document["rs485"]:
            if port:
                port.close()
            port = board.open_rs485(document["rs485"])
        try:
            parts = build.build(document, port, now, self._sampled, self._send)
            manager = warp_config.manager(document)
            values = warp_config.values(manager)
        finally:
            build = warp_config = None
            unload("firmware", ("build", "warp_config"))
            unload("meters", ("map_file",))
        self.site, self.bus, self.warp = parts
        self.meters = self.bus.meters
        self._bus_settings = document["rs485"]
        self.name = document["name"]
        self.external_control = document["external_control"]
        self.http_port = document["http"]["port"]
        self.watches_writes = document["charge_manager"]["enable_watchdog"]
        self.manager = values  # see firmware.warp_config
        self.maximum_ma = manager["maximum_available_current"]
        self._default_ma = manager["default_available_current"]
        self.site.on_event = self.events.add
        self._written_ms = now
        if document["charge_manager"]["maximum_available_current"] is not None:
            self.site.set_available(self._default_ma)
        self.control.replace(self.site, self.warp.push)

    def document(self) -> dict:
        """The settings in force: read anew, they take too much memory to be kept."""
        document, error = settings.load()
        if error and "memory" in error:
            raise MemoryError  # what came instead is not in force
        return settings.defaults() if self.settings_error and not error else document

    def apply_settings(self, document) -> str | None:
        """Check, store and use a new document; the error text when it is not used."""
        before = dict(self.__dict__)
        is_done = False
        try:
            self._build(document)
            self._take_over(before["site"], before["warp"], before["_default_ma"])
            error = settings.save(document)
            is_done = error is None
        except ValueError as wrong:
            error = str(wrong)
        finally:  # MemoryError is for the caller
            if not is_done:
                for name in before:
                    setattr(self, name, before[name])
                self.control.replace(self.site, self.warp.push)
        if is_done:
            self.settings_error = None
            self.events.add(eventcodes.CONFIG_CHANGED)
        return error

    def _take_over(self, site, warp, default_ma) -> None:
        """Go on where the site before stands; a limit from outside goes on, too."""
        from chargers import takeover

        try:
            successors = takeover.take_over(warp, self.warp)
        finally:
            takeover = None
            unload("chargers", ("takeover",))
        from loadmgmt import takeover

        try:
            takeover.take_over(site, self.site, successors, ticks_ms())
        finally:
            takeover = None
            unload("loadmgmt", ("takeover",))
        given = site.available_ma
        if given is not None and given != default_ma:
            self.site.set_available(min(given, self.maximum_ma))

    def set_available(self, current_ma: int) -> str | None:
        """Take available_current from outside; the error text when that is not allowed."""
        if not self.external_control:
            for circuit in self.site.circuits:
                if circuit.parent is None and circuit.metered:
                    return "the meter rules this site; right: external_control switched on"
        self._written_ms = ticks_ms()
        if current_ma != self.site.available_ma:
            self.site.set_available(current_ma)
            self.events.add(eventcodes.AVAILABLE_CURRENT, 0, current_ma)
            self.control.run_pass()
        return None

    def _watch_writes(self) -> None:
        """Fall back to the default current when the one who writes has gone silent."""
        if self.watches_writes and ticks_diff(ticks_ms(), self._written_ms) > _WRITE_WATCH_MS:
            self._written_ms = ticks_ms()
            if self.site.available_ma != self._default_ma:
                self.site.set_available(self._default_ma)
                self.events.add(eventcodes.AVAILABLE_CURRENT, 1, self._default_ma or -1)

    def charger_error(self, i: int):
        """What wallbox i complains of: WARP's number, or None."""
        return self.warp.error[i] or None

    def charger_host(self, i: int) -> str:
        """The address of wallbox i."""
        return address_host(self.warp.addresses[i])

    # --- devices

    def _send(self, data, address) -> None:
        if self._udp is None:
            raise OSError("not yet open")
        self._udp.sendto(data, address)

    def _sampled(self, meter) -> None:
        """A meter sample is here: the pass runs on it at once (R2)."""
        circuit = meter.circuit
        if circuit is not None:
            current = meter.current_ma
            self.site.sample(
                circuit.index, meter.taken_ms, current[0], current[1], current[2], meter.same
            )
            self.control.run_pass()

    async def _read_bus(self):
        while True:
            await self.bus.serve()
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

    def _ticked(self) -> None:
        self._watch_writes()
        self.events.keep()
        self._control_slot.check_in()

    async def run(self) -> None:
        """Start all tasks and look after them, for ever."""
        import asyncio

        supervisor = Supervisor(board.watchdog(_WATCHDOG_MS), self.events.add)
        self._control_slot = supervisor.watch("control", _CONTROL_MS)
        self._control_task = asyncio.create_task(
            self._control_slot.guard(self.control.tick(self._ticked))
        )
        self._receive_slot = supervisor.watch("receive", _TASK_MS * 360, self._receive)
        self._poll_slot = supervisor.watch("poll", _TASK_MS, self._poll)
        self._bus_slot = supervisor.watch("bus", _TASK_MS, self._read_bus)
        self._web_slot = supervisor.watch("web", _TASK_MS, self._serve_page)
        await supervisor.run()


async def main() -> None:
    """Run the firmware until the interpreter ends."""
    gc.threshold(32768)
    await App().run()
