"""Run a simulated site by itself: house, grid meter on a pty, wallboxes at 127.a.b.10 and up.

It prints the meter's pty, the network, the address of its HTTP control (paths: simsite/control.py)
and then `ready`; it writes the settings with which the firmware manages it, and ends on SIGINT,
SIGTERM or after --seconds.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from tools import environment

if __name__ == "__main__":
    environment.rerun()

import argparse
import asyncio
import csv
import json
import signal

from tools.simsite import BoxConfig, CarConfig, HouseConfig, Site, SiteConfig
from tools.simsite.control import Control

ROTATIONS = ("L123", "L231", "L312", "L132", "L213", "L321")


def arguments(argv=None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description="Simulated site for the Fusekeeper firmware")
    add = parser.add_argument
    add("--boxes", type=int, default=6, help="number of wallboxes, 1..64")
    add("--phases", default="331", help="phases of the wallboxes, repeated: 331 = 3, 3, 1, 3, ...")
    add("--same-rotation", action="store_true", help="all wallboxes are wired L123")
    add("--hide-rotation", action="store_true", help="leave the rotations out of the settings")
    add("--cars", type=int, default=0, help="so many cars are plugged in from the start")
    add("--start-s", type=float, default=None, help="cars start after so many seconds, not 10-40")
    add("--main", type=float, default=35, help="main fuse in A per phase")
    add("--meter-excludes", action="store_true", help="the meter sees the house only")
    add("--period-ms", type=int, default=1000, help="meter period in the settings")
    add("--refresh-ms", type=int, default=200, help="the meter renews its values so often")
    add("--house", choices=("flat", "house"), default="house", help="with or without appliances")
    add("--trace", type=pathlib.Path, help="CSV of house load: seconds, L1, L2, L3 in mA; looped")
    add("--seed", type=int, default=1)
    add("--network", help="first three numbers of the network, e.g. 127.20.1; default a free one")
    add("--control-port", type=int, default=0, help="HTTP control, 0 = a free port")
    add("--settings-out", type=pathlib.Path, help="write settings.json for the firmware here")
    add("--seconds", type=float, help="end by itself")
    result = parser.parse_args(argv)
    if not 1 <= result.boxes <= 64:
        parser.error("--boxes: 1..64")
    if not result.phases or set(result.phases) - {"1", "3"}:
        parser.error("--phases: only 1 and 3, e.g. 331")
    return result


def read_trace(path: pathlib.Path) -> list:
    """Rows (seconds, L1, L2, L3) of a CSV; lines that do not begin with a number are headings."""
    rows = []
    with path.open(newline="") as file:
        for row in csv.reader(file):
            if row and row[0].replace(".", "", 1).isdigit():
                rows.append((float(row[0]), *(int(float(v)) for v in row[1:4])))
    return rows


def configure(a: argparse.Namespace) -> SiteConfig:
    """The site that the command line describes."""
    boxes = [
        BoxConfig(
            phases=int(a.phases[i % len(a.phases)]),
            rotation=ROTATIONS[0 if a.same_rotation else i % len(ROTATIONS)],
            tell_rotation=not a.hide_rotation,
        )
        for i in range(a.boxes)
    ]
    car = CarConfig() if a.start_s is None else CarConfig(start_s=a.start_s)
    house = HouseConfig(profile=a.house, trace=read_trace(a.trace) if a.trace else [])
    return SiteConfig(
        boxes=boxes,
        cars=[car] * min(a.cars, a.boxes),
        house=house,
        main_ma=(round(a.main * 1000),) * 3,
        meter_includes_cars=not a.meter_excludes,
        meter_period_ms=a.period_ms,
        refresh_ms=a.refresh_ms,
        seed=a.seed,
        network=a.network,
    )


async def run(a: argparse.Namespace) -> None:
    """Run the site until a signal or the end of --seconds."""
    end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end.set)
    async with Site(configure(a)) as site, Control(site, a.control_port) as control:
        print("pty", site.pty)
        print("network", site.network)
        print("control", control.url)
        if a.settings_out:
            a.settings_out.parent.mkdir(parents=True, exist_ok=True)
            a.settings_out.write_text(json.dumps(site.settings(), indent=1))
            print("settings", a.settings_out)
        print("ready", flush=True)
        try:
            await asyncio.wait_for(end.wait(), a.seconds)
        except TimeoutError:
            pass


if __name__ == "__main__":
    asyncio.run(run(arguments()))
