"""What the clients of the web server cost control: the whole firmware with 64 wallboxes.

Measured twice in one run, without clients (the reference) and with those of web_clients.py, each
time in two parts. At rest every wallbox is commanded once a second: by how much the time between
two commands that arrive at a wallbox differs from a second is how late the firmware does what
control has due. Then load steps as in reaction.py: from a sample to the first packet that
reduces, which is when the pass has run, and to the last one. All of it as the simulated site saw
it; its own delays are in both figures.
"""

import asyncio
import json
import pathlib
import signal
import sys
from itertools import pairwise

from tools import login
from tools.benchmarks import reaction
from tools.benchmarks.firmware_site import QUICK_CAR, firmware_site
from tools.benchmarks.reaction import quantile
from tools.guardian import ending_with_parent

BOXES = 64
HEAP = "250K"  # what design allows for this many wallboxes with three live pages
PERIOD_S = 1.0
CLIENTS = pathlib.Path(__file__).with_name("web_clients.py")
GOAL_JITTER_MS = 100
GOAL_REDUCTION_MS = 250


def measure(seconds: float, wanted: int, boxes: int = BOXES, heap: str = HEAP) -> dict:
    """So many seconds at rest and at least `wanted` reductions, without and with clients."""
    return asyncio.run(_measure(seconds, wanted, boxes, heap))


async def _measure(seconds, wanted, boxes, heap) -> dict:
    share_ma = reaction.share(boxes)
    main_ma = share_ma * boxes + 2000
    async with firmware_site(boxes, main_ma, QUICK_CAR, "--heap", heap) as (site, firmware):
        header = await asyncio.to_thread(login.first_password, firmware.url)
        row = {"boxes": boxes, "heap": heap}
        await reaction.recover(site, share_ma)
        row["without"] = await _control(site, boxes, share_ma, seconds, wanted)
        clients = await asyncio.create_subprocess_exec(
            *(sys.executable, str(CLIENTS), firmware.url, header["Authorization"]),
            stdout=asyncio.subprocess.PIPE,
            preexec_fn=ending_with_parent(signal.SIGTERM),
        )
        await reaction.recover(site, share_ma)
        row["with"] = await _control(site, boxes, share_ma, seconds, wanted)
        clients.terminate()
        row["clients"] = json.loads((await clients.communicate())[0])
    return row


async def _control(site, boxes, share_ma, seconds, wanted) -> dict:
    begin = asyncio.get_running_loop().time()
    await asyncio.sleep(seconds)
    jitter = jitters(site.record, boxes, begin, begin + seconds)
    reductions = await reaction.force(site, boxes, share_ma, wanted)
    return {"jitter_ms": jitter, "reductions": reaction.summary(boxes, reductions)}


def jitters(record, boxes: int, since: float, until: float) -> list:
    """By how many ms each pause between two commands of a wallbox differs from a second."""
    arrived = [[] for _ in range(boxes)]
    for event in record.events(since, until, "command"):
        arrived[event["box"]].append(event["t"])
    if min(map(len, arrived)) < 2:
        raise RuntimeError("a wallbox was commanded less than twice")
    return [
        abs(after - before - PERIOD_S) * 1000
        for times in arrived
        for before, after in pairwise(times)
    ]


def report(row) -> list[str]:
    """The lines of text for what measure() has found."""
    sides = (row["without"], row["with"])
    lines = [
        f"Control beside the web server, {row['boxes']} wallboxes, heap of {row['heap']}iB, ms:"
        " without / with clients",
        "  clients: 3 with live updates, one that asks all the time, three that dawdle",
    ]

    def line(name, values, goal=""):
        lines.append(f"  {name:44}{values[0]:8.1f} / {values[1]:.1f}{goal}")

    for part, name in ((0.5, "median"), (0.99, "p99"), (1, "max")):
        goal = f"   p99 <= {GOAL_JITTER_MS}" if part == 0.99 else ""
        values = [quantile(side["jitter_ms"], part) for side in sides]
        line(f"command of each second, jitter, {name}", values, goal)
    found = [side["reductions"] for side in sides]
    line("sample -> first reducing packet, median", [each["first_ms"] for each in found])
    line("sample -> last reducing packet, median", [each["median_ms"] for each in found])
    goal = f"   p99 <= {GOAL_REDUCTION_MS}"
    line("sample -> last reducing packet, p99", [each["p99_ms"] for each in found], goal)
    counts = [len(side["jitter_ms"]) for side in sides] + [each["count"] for each in found]
    lines.append("  of {} / {} commands and {} / {} reductions".format(*counts))
    return lines + _clients(row["clients"])


def _clients(found) -> list[str]:
    gaps, answers = found["gaps_s"], found["answers_s"]
    per_round = found["live_bytes"] / max(1, found["rounds"])
    slow = max(found["slow_s"], default=0)
    return [
        f"  live: {found['rounds']} rounds, one every {quantile(gaps, 0.5):.2f} s (p99"
        f" {quantile(gaps, 0.99):.2f}, longest {max(gaps):.2f}), {per_round:.0f} bytes each;"
        f" {found['broken']} broken off",
        f"  the one that asks: {len(answers)} answers, median"
        f" {quantile(answers, 0.5) * 1000:.0f} ms, p99 {quantile(answers, 0.99) * 1000:.0f};"
        f" {found['refused']} refused",
        f"  the ones that dawdle: {len(found['slow_s'])} times, for {slow:.1f} s at most",
        f"  heap in use at the end of a round: {min(found['used']):,} bytes, with garbage up to"
        f" {max(found['used']):,}",
        "",
    ]
