"""What comes in over HTTP and UDP: right, wrong and from strangers."""

import random
import socket
import struct
import time

from host_tests.site import judge
from host_tests.site.fleet import mixed_site, three_phase_site
from host_tests.site.running import Running
from tools.simsite import analysis

MAGIC = 34127
MANAGER_PORT = 34127
CHARGER_PORT = 34128


def test_available_current_takes_effect_within_a_second():
    with Running(mixed_site()) as site:
        site.charging(0, 1)
        site.calm()
        asked = time.monotonic()
        assert site.put("/charge_manager/available_current", 12000)[0] == 200
        on_phase = [[i for i, g in enumerate(site.record.grid_phases) if p in g] for p in range(3)]

        def fits(state):
            return all(sum(state.boxes[i].commanded_ma for i in b) <= 12000 for b in on_phase)

        site.wait(fits, 3, "12 A per phase")
        changed = [e["t"] for i in range(6) for e in judge.commands(site, i, asked)]
        before = {i: analysis.setpoints(site.record, i, until=asked)[-1][1] for i in range(6)}
        cuts = [
            next(t for t, ma in analysis.setpoints(site.record, i, asked) if ma < before[i])
            for i in range(6)
        ]
        assert changed and max(cuts) - asked <= 1.0, max(cuts) - asked
        assert site.get("/charge_manager/available_current") == {"current": 12000}
        site.watch(6.5)
        total = site.record.rows()[-1]
        cars = [total[1][p] - total[2][p] for p in range(3)]
        assert max(cars) <= 12500, cars

        status, text = site.put("/charge_manager/available_current", "much")
        assert status == 400 and text
        assert site.get("/charge_manager/available_current") == {"current": 12000}
        reasons = {c["reason"]["code"] for c in site.status()["chargers"]}
        assert "external" in reasons, reasons

        assert site.put("/charge_manager/available_current", {"current": 0})[0] == 200
        site.wait(lambda s: not any(b.commanded_ma for b in s.boxes), 2, "all at 0 A")
        judge.check_rules(site)


def packets(rng):
    """For every length: random bytes, and a right header of each version around random bytes."""
    for length in range(201):
        yield rng.randbytes(length)
        for version in (0, 1, 2, 3, 4, 5, 6, 255):
            head = struct.pack("<HHHB", MAGIC, length, rng.randrange(65536), version)
            yield (head + rng.randbytes(length))[:length]


def test_malformed_datagrams_do_no_harm():
    with Running(three_phase_site(3)) as site:
        site.charging(0, 1, 2)
        site.calm()
        pid = site.pid()
        uptime = site.status()["uptime_s"]
        manager = (f"{site.sim.site.network}.1", MANAGER_PORT)
        # strangers: another address, and a wallbox's address with another port
        strangers = []
        host = f"{site.sim.site.network}.200"
        for address in ((host, CHARGER_PORT), (site.sim.site.address(1), 0)):
            strangers.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            strangers[-1].bind(address)
        begin = time.monotonic()
        for i, packet in enumerate(packets(random.Random(1))):
            for stranger in strangers:
                stranger.sendto(packet, manager)
            if i % 20 == 0:
                site.watch(0.02)
        for stranger in strangers:
            stranger.close()
        for i in range(3):
            assert min(judge.drawn_ma(site, i, begin)) > 5000, f"a stranger stopped car {i}"
        judge.check_rules(site)

        # from the address of a wallbox; what is well-formed by chance is even believed
        def send(state, packet):
            state._sockets[0].transport.sendto(packet, manager)

        for i, packet in enumerate(packets(random.Random(2))):
            site.sim.call(send, packet)
            if i % 20 == 0:
                site.watch(0.02)
        # the wallbox itself goes on talking: all is well again
        site.wait_status(lambda s: s["uptime_s"] > uptime, 5)
        site.charging(0, 1, 2, timeout_s=100)
        assert site.pid() == pid, "not restarted"
        site.calm(timeout_s=60)
        assert not analysis.illegal_setpoints(site.record)
