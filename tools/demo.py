"""`make demo`: a simulated house with 6 wallboxes, and the real firmware that manages it.

Starts the site in a 127.a.b.0/24 of its own, writes its settings into a fresh flash folder, starts
tools/run_firmware.py on it, prints the address of the page and tells in one line each what happens
at the site. Ends on Ctrl-C, SIGTERM, when its terminal closes or after --seconds, and leaves
nothing behind.
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from tools import environment

if __name__ == "__main__":
    environment.rerun()

import argparse
import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import tempfile
import time

from tools.guardian import ending_with_parent
from tools.simsite.control import Control
from tools.simsite.site import Site
from tools.simsite.story import MAIN_MA, Story, demo_site

READY = re.compile(r"^ready (http://\S+)")
START_S = 180
STOP_S = 15


def free_port(address: str, wanted: int) -> int:
    """The wanted port when it is free at the address, else one that is."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise OSError(f"no free port at {address}")


class Firmware:
    """tools/run_firmware.py as a child process; `url` is set when it is ready."""

    def __init__(self):
        self.url = None
        self.ready = asyncio.Event()
        self.ended = asyncio.Event()
        self.process = None
        self._tasks = []

    async def start(self, *arguments) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches only the demo."""
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(ROOT / "tools" / "run_firmware.py"), *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=ending_with_parent(signal.SIGTERM),
        )
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._watch())]

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL to its whole session when it does not end."""
        if not self.process:
            return
        if self.process.returncode is None:
            self.process.terminate()
            try:
                await asyncio.wait_for(self.process.wait(), STOP_S)
            except TimeoutError:
                print("the firmware does not end, killing it", file=sys.stderr)
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # nothing is left of it, as it should be
        await self.process.wait()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _listen(self) -> None:
        async for raw in self.process.stdout:
            line = raw.decode(errors="replace").rstrip()
            found = READY.match(line)
            if found and not self.url:
                self.url = found[1]
                self.ready.set()
            elif line:
                print("        |", line, flush=True)

    async def _watch(self) -> None:
        await self.process.wait()
        self.ended.set()


async def first_of(timeout_s: float | None, *events: asyncio.Event) -> None:
    """Wait until one of the events is set or the time is over."""
    tasks = [asyncio.create_task(event.wait()) for event in events]
    await asyncio.wait(tasks, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()


async def tell(site: Site, seed: int, end_at: float | None, *events: asyncio.Event) -> None:
    """Play the story until one of the events is set or the time has come."""
    story, begin = Story(site, seed), time.monotonic()
    while not any(event.is_set() for event in events):
        moment = begin + story.next_at()
        until = moment if end_at is None else min(moment, end_at)
        await first_of(max(0.0, until - time.monotonic()), *events)
        if end_at is not None and time.monotonic() >= end_at:
            return
        if time.monotonic() >= moment:
            passed = int(time.monotonic() - begin)
            text = story.play()
            print(f"  {passed // 60}:{passed % 60:02}  {text:<60}  {currents(site)}", flush=True)


def currents(site: Site) -> str:
    """The currents that flow through the main fuses now."""
    return "  ".join(f"L{p + 1} {ma / 1000:5.1f}" for p, ma in enumerate(site.state()["total_ma"]))


async def run(a: argparse.Namespace) -> int:
    """Run the demo; returns the exit code."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup
            loop.add_signal_handler(number, stop.set)
    firmware = Firmware()
    with tempfile.TemporaryDirectory(prefix="fusekeeper-demo-") as flash:
        async with Site(demo_site(a.seed)) as site, Control(site) as control:
            settings = pathlib.Path(flash) / "settings.json"
            settings.write_text(json.dumps(site.settings(), indent=1))
            bind = f"{site.network}.1"
            port = free_port(bind, a.http_port)
            print(f"Demo house: {len(site.boxes)} wallboxes, fuses 3 x {MAIN_MA // 1000} A.")
            print("Starting the firmware ...", flush=True)
            try:
                await firmware.start("--flash", flash, "--http-port", str(port), "--bind", bind)
                await first_of(START_S, firmware.ready, firmware.ended, stop)
                if stop.is_set():
                    return 0
                if not firmware.url:
                    print("The firmware did not start.", file=sys.stderr)
                    return 1
                print(f"\n  Open {firmware.url} (first visit: choose a password)\n", flush=True)
                print("  Ctrl-C ends the demo.", end=" ")
                print(f"The site's own control is at {control.url}\n", flush=True)
                end_at = time.monotonic() + a.seconds if a.seconds else None
                await tell(site, a.seed, end_at, stop, firmware.ended)
                if firmware.ended.is_set() and not stop.is_set():
                    print("The firmware has ended by itself.", file=sys.stderr)
                    return 1
                return 0
            finally:
                with contextlib.suppress(OSError):  # the terminal may be gone
                    print("Ending.", flush=True)
                await firmware.stop()


def main(argv=None) -> int:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description="Fusekeeper in a simulated house")
    add = parser.add_argument
    add("--http-port", type=int, default=8080, help="port of the page; another if it is busy")
    add("--seconds", type=float, help="end by itself so long after the page is there")
    add("--seed", type=int, default=1, help="another seed, another story")
    return asyncio.run(run(parser.parse_args(argv)))


if __name__ == "__main__":
    sys.exit(main())
