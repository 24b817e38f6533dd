"""The simulated site: house, meter, wallboxes and cars under one roof, in real time, and the
record of what happened.

    async with Site(SiteConfig(boxes=[BoxConfig(), BoxConfig(phases=1)])) as site:
        site.plug(0, CarConfig(phases=1)); site.house_load("kettle", [0, 9000, 0]); site.settings()

It shares no code with the firmware that it judges. All times in it are time.monotonic().
"""

import asyncio
import random
import time
from dataclasses import dataclass, field

from .box import WarpBox
from .box_socket import BoxSocket, open_socket
from .box_state import BoxConfig, grid_phases
from .car import Car, CarConfig
from .house import House, HouseConfig
from .mdns import Responder
from .meter import GridMeter
from .network import FIRST_BOX, pick_network
from .record import Record


@dataclass
class SiteConfig:
    """The whole site. `settings` is laid over the settings document that `Site.settings()` makes,
    key by key.
    """

    boxes: list[BoxConfig] = field(default_factory=lambda: [BoxConfig() for _ in range(6)])
    cars: list[CarConfig | None] = field(default_factory=list)
    house: HouseConfig = field(default_factory=HouseConfig)
    main_ma: tuple[int, int, int] = (35000, 35000, 35000)
    limit_ma: int | None = None
    meter_includes_cars: bool = True
    meter_period_ms: int = 1000
    refresh_ms: int = 200
    seed: int = 1
    network: str | None = None
    step_s: float = 0.05
    keep_s: float = 1200.0
    settings: dict = field(default_factory=dict)


class Site:
    """One site. Use it inside its event loop; SiteThread makes it usable from synchronous code."""

    def __init__(self, config: SiteConfig | None = None):
        self.config = config or SiteConfig()
        c = self.config
        self.network = c.network or pick_network(len(c.boxes))
        self.started = time.monotonic()
        self.record = Record([grid_phases(box) for box in c.boxes], c.keep_s)
        self.house = House(c.house, c.seed)
        self.meter = GridMeter(refresh_ms=c.refresh_ms, seed=c.seed, record=self.record.event)
        self.boxes = [
            WarpBox(i, box, c.seed, self.record.event, self.started)
            for i, box in enumerate(c.boxes)
        ]
        self._rng = random.Random(f"cars {c.seed}")
        self.mdns = Responder(self)
        self._sockets: list[BoxSocket] = []
        self._numbers = [FIRST_BOX + i for i in range(len(c.boxes))]
        self._task = None
        self._last = self.started
        for i, car in enumerate(c.cars):
            if car:
                self.plug(i, car)

    async def __aenter__(self) -> "Site":
        await self.start()
        return self

    async def __aexit__(self, *_) -> None:
        await self.stop()

    async def start(self) -> None:
        """Open sockets and ptys and let the time run."""
        for i, box in enumerate(self.boxes):
            self._sockets.append(await open_socket(box, self.address(i)))
        await self.mdns.start()
        self._step(time.monotonic())
        await self.meter.start()
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """End everything; nothing stays open."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for sock in self._sockets:
            sock.transport.close()
        self.mdns.stop()
        await self.meter.stop()

    # -- facts ---------------------------------------------------------------------------

    @property
    def pty(self) -> str:
        """The tty that the firmware opens to read the meter."""
        return self.meter.path

    @property
    def now_s(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    def address(self, i: int) -> str:
        """IPv4 address of wallbox i."""
        return f"{self.network}.{self._numbers[i]}"

    def host(self, i: int) -> str:
        """What the settings call wallbox i."""
        box = self.boxes[i]
        return f"{box.hostname}.{box.config.domain}" if box.config.by_name else self.address(i)

    def settings(self) -> dict:
        """The settings document with which the firmware manages this site."""
        c = self.config
        circuit = {"name": "grid", "meter": "grid", "main_ma": list(c.main_ma)}
        circuit["includes_chargers"] = c.meter_includes_cars
        if c.limit_ma is not None:
            circuit["limit_ma"] = c.limit_ma
        chargers = [
            {
                "name": box.name,
                "driver": "warp",
                "host": self.host(i),
                "circuit": "grid",
                "phases": box.config.phases,
                "rotation": box.config.rotation if box.config.tell_rotation else None,
                "min_ma": 6000,
                "max_ma": box.config.max_ma,
            }
            for i, box in enumerate(self.boxes)
        ]
        meter = {"name": "grid", "model": "eastron_sdm630", "address": self.meter.address}
        return {
            "version": 2,
            "name": "Simulated site",
            "rs485": {"port": self.pty, "baud": 9600, "parity": "N", "stop_bits": 1},
            "meters": [{**meter, "period_ms": c.meter_period_ms}],
            "circuits": [circuit],
            "chargers": chargers,
            **c.settings,
        }

    def state(self) -> dict:
        """The truth now, as plain data."""
        total, house, cars = self._currents(time.monotonic())
        boxes = []
        for i, box in enumerate(self.boxes):
            car = box.car
            state = {"name": box.name, "address": self.address(i), "phases": box.config.phases}
            state |= {"rotation": box.config.rotation, "commanded_ma": box.commanded_ma}
            state |= {"applied_ma": box.applied_ma, "offer_ma": box.offer_ma, "grid_ma": cars[i]}
            state |= {"drawn_ma": box.drawn_ma(), "charger_state": box.charger_state}
            state["faults"] = {k: v for k, v in box.faults.items() if v}
            if car:
                state["car"] = {"phases": car.config.phases, "max_ma": car.config.max_ma}
                state["car"] |= {"charging": car.charging, "full": car.full}
                state["car"]["energy_wh"] = round(car.energy_wh, 1)
            boxes.append(state)
        meter = {"answers": self.meter.answers, "pty": self.pty}
        meter["faults"] = {k: v for k, v in self.meter.faults.items() if v}
        meter["shown_ma"] = list(self.meter.snapshot.current_ma)
        return {
            "t": time.monotonic(),
            "running_s": round(self.now_s, 3),
            "network": self.network,
            "main_ma": list(self.config.main_ma),
            "total_ma": total,
            "house_ma": house,
            "switched": {k: list(v) for k, v in self.house.switched.items()},
            "appliances": self.house.appliances_on(self.now_s),
            "meter": meter,
            "boxes": boxes,
        }

    # -- what can be done to it ----------------------------------------------------------

    def plug(self, i: int, car: CarConfig | Car | None = None) -> Car:
        """Plug a car into wallbox i."""
        if not isinstance(car, Car):
            car = Car(car, random.Random(self._rng.random()))
        self.boxes[i].plug(car, time.monotonic())
        return car

    def unplug(self, i: int) -> Car:
        """Pull the plug at wallbox i; its car can be plugged in again elsewhere."""
        return self.boxes[i].unplug(time.monotonic())

    async def move(self, i: int, number: int) -> None:
        """Give wallbox i another address, as a router may."""
        was = self._sockets[i]
        self._numbers[i] = number
        self._sockets[i] = await open_socket(self.boxes[i], self.address(i))
        was.transport.close()

    def box_fault(self, i: int, name: str, value=True) -> None:
        """Switch a fault of wallbox i (box_state.FAULTS, or "reboot")."""
        self.boxes[i].set_fault(name, value, time.monotonic())

    def meter_fault(self, name: str, value=True) -> None:
        """Switch a fault of the meter (meter.FAULTS)."""
        self.meter.set_fault(name, value, time.monotonic())

    def house_load(self, name: str, ma) -> None:
        """Switch a named load of the house: one current or three, mA, negative = a source, 0 =
        off.
        """
        self.house.switch(name, ma)
        self.record.event("house", time.monotonic(), name=name, ma=ma)

    # -- physics -------------------------------------------------------------------------

    def _currents(self, now: float) -> tuple[list, list, list]:
        house = self.house.load_ma(now - self.started)
        cars = [box.grid_ma() for box in self.boxes]
        total = [house[p] + sum(grid[p] for grid in cars) for p in range(3)]
        return total, house, cars

    async def _run(self) -> None:
        step = self.config.step_s
        due = time.monotonic() + step
        while True:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            now = time.monotonic()
            while now - self._last > 2 * step:
                self._step(self._last + step)
            self._step(now)
            due = max(due + step, now)

    def _step(self, now: float) -> None:
        dt, self._last = now - self._last, now
        for i, box in enumerate(self.boxes):
            sends = box.tick(now)
            if self._sockets:
                for data, address in sends:
                    self._sockets[i].transport.sendto(data, address)
            if box.car:
                box.car.step(dt, box.offer_ma, box.config.phases)
        total, house, cars = self._currents(now)
        self.record.row(now, total, house, cars)
        shown = total if self.config.meter_includes_cars else house
        self.meter.update(now, shown, {"total_ma": total, "house_ma": house, "cars_ma": cars})
