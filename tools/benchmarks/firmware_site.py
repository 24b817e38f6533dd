"""The whole firmware on a simulated site, for measuring: starts both, reads heap, ends both."""

import asyncio
import contextlib
import json
import pathlib
import tempfile
import urllib.request

from tools.demo import Firmware, first_of, free_port
from tools.simsite.car import CarConfig
from tools.simsite.house import HouseConfig
from tools.simsite.site import Site, SiteConfig

START_S = 60
# follows a new limit within a meter period, and draws exactly what it may
QUICK_CAR = CarConfig(
    max_ma=32000,
    offset_ma=0,
    start_s=0.5,
    cut_hold_s=0.1,
    cut_done_s=0.3,
    raise_wait_s=0.2,
    raise_ma_per_s=20000,
    battery_wh=1e9,
)


@contextlib.asynccontextmanager
async def firmware_site(
    boxes: int, main_ma: int, car: CarConfig = QUICK_CAR, *arguments: str, change=None
):
    """`async with firmware_site(6, 150000) as (site, firmware)`: a car stands at every wallbox.

    arguments: more of them for tools/run_firmware.py; change(settings) may alter the settings.
    """
    from tools.simsite.box_state import BoxConfig

    config = SiteConfig(
        boxes=[BoxConfig(name=f"Box {i + 1}") for i in range(boxes)],
        cars=[car] * boxes,
        house=HouseConfig(profile="flat", base_ma=(1000, 1000, 1000), noise_ma=0),
        main_ma=(main_ma,) * 3,
    )
    firmware = Firmware()
    with tempfile.TemporaryDirectory(prefix="fusekeeper-bench-") as flash:
        async with Site(config) as site:
            settings = site.settings()
            if change is not None:
                change(settings)
            (pathlib.Path(flash) / "settings.json").write_text(json.dumps(settings))
            bind = f"{site.network}.1"
            port = str(free_port(bind, 0))
            try:
                command = ("--flash", flash, "--http-port", port, "--bind", bind, *arguments)
                await firmware.start(*command)
                await first_of(START_S, firmware.ready, firmware.ended)
                if not firmware.url:
                    raise RuntimeError("the firmware did not start")
                yield site, firmware
            finally:
                await firmware.stop()


async def status(firmware) -> dict:
    """What /api/status tells, read without standing in the way of the simulator."""

    def read():
        with urllib.request.urlopen(firmware.url + "/api/status", timeout=5) as answer:
            return json.load(answer)

    return await asyncio.to_thread(read)
