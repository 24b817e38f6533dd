"""The simulated WARP wallbox keeps the protocol's rules, in virtual time."""

import math

import pytest

from tools.simsite import warp_wire as wire
from tools.simsite.box import WarpBox
from tools.simsite.box_state import BoxConfig
from tools.simsite.car import Car, CarConfig

MANAGER = ("127.1.2.1", 34127)
OTHER = ("127.1.2.2", 34127)


class Bench:
    """A wallbox with a clock that is turned by hand and an inbox for what it sends."""

    def __init__(self, **config):
        self.now = 1000.0
        self.sent = []
        self.events = []
        self.box = WarpBox(
            0,
            BoxConfig(**config),
            record=lambda kind, t, **f: self.events.append((kind, t, f)),
            now=self.now,
        )
        self.sequence = 0

    def command(self, ma, version=4, flags=0, address=MANAGER, sequence=None):
        self.sequence = self.sequence + 1 if sequence is None else sequence
        packet = wire.Command(version, self.sequence, ma, flags, 3, 4, 0x0F)
        self.box.receive(wire.pack_command(packet), address, self.now)

    def run(self, seconds, feed=None):
        """Turn the clock; with feed=mA a command each second."""
        for i in range(round(seconds / 0.05)):
            if feed is not None and i % 20 == 0:
                self.command(feed)
            self.now += 0.05
            for data, address in self.box.tick(self.now):
                self.sent.append((self.now, wire.unpack_state(data), address))
            if self.box.car:
                self.box.car.step(0.05, self.box.offer_ma, self.box.config.phases)

    def kinds(self):
        return [kind for kind, _, _ in self.events]

    def last(self) -> wire.State:
        return self.sent[-1][1][2]


def plugged(bench):
    bench.box.plug(Car(CarConfig(offset_ma=0, start_s=1)), bench.now)
    return bench


def test_golden_commands():
    for text, command in (
        ("4f850c0002010200803e0003", wire.Command(2, 0x0102, 16000, 0, 3)),
        ("4f8514003412040070170001020f000000000000", wire.Command(4, 4660, 6000, 0, 1, 2, 15)),
        ("4f85140001000400ffff8000040f000000000000", wire.Command(4, 1, 65535, 0x80, 0, 4, 15)),
    ):
        data = bytes.fromhex(text)
        assert wire.unpack_command(data) == command
        assert wire.pack_command(command) == data


def test_golden_state():
    data = bytes.fromhex(
        "4f8558004d000300ce0000000d0c0b0a40e2010000000000803e007d020300bf"
        "000066430000674300806543000078410000744100007c41a4707d3f48e17a3f"
        "ec51783f00542646000048410008874590" + "5f010007000000"
    )
    state = wire.State(
        *(206, 168496141, 123456, 0, 16000, 32000, 2, 3, 0, 191),
        *((230.0, 231.0, 229.5), (15.5, 15.25, 15.75), (0.99, 0.98, 0.97)),
        *(10645.0, 12.5, 4321.0, 90000, 7),
    )
    assert wire.pack_state(state, 3, 77) == data
    version, sequence, back = wire.unpack_state(data)
    assert (version, sequence, back.currents) == (3, 77, (15.5, 15.25, 15.75))
    auth = state._replace(
        auth_method=2, auth_seen_s=1, auth_data=bytes.fromhex("030704a1b2c3d4e5f6")
    )
    full = wire.pack_state(auth, 5, 77)
    tail = "905f010007000000" + "04020100030704a1b2c3d4e5f6000000" + "00" * 32
    assert len(full) == 136 and full[80:] == bytes.fromhex(tail)


def test_lengths_of_all_versions():
    for version, length in wire.STATE_LENGTHS.items():
        assert len(wire.pack_state(wire.State(), version, 1)) == length
    for version, length in wire.COMMAND_LENGTHS.items():
        assert len(wire.pack_command(wire.Command(version, 1, 6000, 0))) == length


def test_bad_packets_are_dropped():
    good = wire.pack_command(wire.Command(4, 1, 16000, 0, 3))
    newer = good[:6] + b"\x05" + good[7:]
    for data in (
        b"",
        good[:7],
        good[:19],
        good + b"\0",
        b"\0\0" + good[2:],
        good[:6] + b"\0" * 14,
    ):
        with pytest.raises(wire.BadPacket):
            wire.unpack_command(data)
    assert wire.unpack_command(newer).version == 4  # a newer one is cut off
    bench = Bench()
    for length in range(200):
        bench.box.receive(b"\x85\x4f" * 100, MANAGER, bench.now)
        bench.box.receive((good * 10)[: length + (length == 20)], MANAGER, bench.now)
        bench.run(0.25)
    assert bench.box.applied_ma == 0 and not bench.sent


def test_applies_and_answers_300_ms_later_then_every_2_5_s():
    bench = Bench()
    bench.command(16000)
    sent_at = bench.now
    bench.run(6)
    times = [t - sent_at for t, _, _ in bench.sent]
    assert bench.box.applied_ma == 16000
    assert 0.3 <= times[0] <= 0.46  # it reads every 100 ms
    assert times[1] - times[0] == pytest.approx(2.5, abs=0.06)
    assert bench.last().allowed_ma == 16000
    assert {address for _, _, address in bench.sent} == {MANAGER}


def test_every_command_version_works_and_state_versions_are_settable():
    for version in wire.COMMAND_LENGTHS:
        bench = Bench(state_version=version)
        bench.command(9000 + version, version)
        bench.run(1)
        assert bench.box.applied_ma == 9000 + version
        assert bench.sent[-1][1][0] == version


def test_a_box_with_older_commands_reads_the_known_part_or_drops_it():
    tolerant, strict = Bench(newest_command=2), Bench(newest_command=2, strict=True)
    for bench in (tolerant, strict):
        bench.command(10000, 4)
        bench.run(1)
    assert (tolerant.box.applied_ma, strict.box.applied_ma) == (10000, 0)
    strict.command(10000, 2)
    strict.run(1)
    assert strict.box.applied_ma == 10000


def test_the_emulator_obeys_version_2_only_and_sends_version_3():
    bench = Bench(emulator=True)
    for version, expected in ((4, 0), (3, 0), (1, 0), (2, 12000)):
        bench.command(12000, version)
        bench.run(7)
        assert bench.box.applied_ma == expected
    assert {version for _, (version, _, _), _ in bench.sent} == {3}


# last accepted, received -> accepted
@pytest.mark.parametrize(
    "last, received, accepted",
    [(300, 301, 1), (300, 300, 0), (300, 296, 0), (300, 295, 1), (65535, 0, 1), (300, 65535, 1)],
)
def test_sequence_rule(last, received, accepted):
    bench = Bench()
    bench.command(8000, sequence=last)
    bench.run(0.5)
    bench.command(16000, sequence=received)
    bench.run(0.5)
    assert bench.box.applied_ma == (16000 if accepted else 8000)


def test_ignore_is_a_sign_of_life_that_changes_nothing():
    bench = Bench()
    bench.command(8000)
    bench.run(0.5)
    for _ in range(40):
        bench.command(65535, flags=wire.FLAG_IGNORE)
        bench.run(1)
    assert bench.box.applied_ma == 8000
    assert len(bench.sent) == pytest.approx(41, abs=1)


def test_dead_man_after_30_s_and_forgets_after_60_s():
    bench = Bench()
    bench.command(8000)
    bench.run(29.9)
    assert bench.box.applied_ma == 8000
    bench.run(0.5)
    assert bench.box.applied_ma == 0 and bench.last().allowed_ma in (0, 8000)
    bench.run(35)
    count = len(bench.sent)
    assert bench.box.link.manager is None
    bench.run(10)
    assert len(bench.sent) == count


def test_two_managers_block_it_for_a_minute():
    bench = Bench()
    bench.command(8000)
    bench.run(5)
    bench.command(16000, address=OTHER)
    bench.run(1)
    assert bench.box.applied_ma == 0
    bench.run(50, feed=10000)  # back to the first: changed again, a minute from now
    assert bench.box.applied_ma == 0
    bench.run(12, feed=10000)
    assert bench.box.applied_ma == 10000


def test_a_new_manager_after_a_minute_is_welcome():
    bench = Bench()
    bench.run(61, feed=8000)
    bench.command(16000, address=OTHER)
    bench.run(0.5)
    assert bench.box.applied_ma == 16000 and bench.box.link.manager == OTHER


def test_plug_and_unplug_are_told_at_once():
    bench = Bench()
    bench.run(2, feed=8000)
    for act in (lambda: plugged(bench), lambda: bench.box.unplug(bench.now)):
        act()
        before = len(bench.sent)
        bench.run(0.05)
        assert len(bench.sent) == before + 1
        assert bench.last().features >> 30 == 3
    assert bench.box.applied_ma == 0  # the slot is cleared on unplug
    uptimes = [state.uptime_ms for _, (_, _, state), _ in bench.sent]
    assert uptimes == sorted(set(uptimes)) and uptimes[0] > 0


def test_states_of_a_charging_session():
    bench = plugged(Bench())
    bench.run(2, feed=0)
    assert (bench.last().iec_state, bench.last().charger_state) == (1, 1)
    bench.run(1, feed=10000)
    assert bench.last().charger_state == 2
    bench.run(20, feed=10000)
    state = bench.last()
    assert (state.iec_state, state.charger_state, state.state_flags) == (2, 3, 0xBF)
    assert state.currents == pytest.approx((10, 10, 10), abs=0.03)
    bench.run(10, feed=0)
    state = bench.last()
    assert (state.charger_state, state.currents) == (1, pytest.approx((-0.001,) * 3))


def test_without_a_meter_the_values_are_nan():
    bench = plugged(Bench(has_meter=False))
    bench.run(20, feed=10000)
    assert all(math.isnan(v) for v in bench.last().currents + bench.last().voltages)


def test_pwm_is_held_after_a_change():
    bench = Bench(pwm_hold_s=5)
    bench.run(1, feed=16000)
    bench.run(3, feed=8000)
    assert bench.box.applied_ma == 16000
    bench.run(3, feed=8000)
    assert bench.box.applied_ma == 8000


@pytest.mark.parametrize(
    "rotation, phases, grid",
    [
        ("L123", 1, [10000, 0, 0]),
        ("L231", 1, [0, 10000, 0]),
        ("L312", 2, [10000, 0, 10000]),
        ("L321", 2, [0, 10000, 10000]),
    ],
)
def test_rotation_says_where_the_draw_lands(rotation, phases, grid):
    bench = Bench(rotation=rotation)
    bench.box.plug(Car(CarConfig(phases=phases, offset_ma=0, start_s=0)), bench.now)
    bench.run(20, feed=10000)
    assert bench.box.grid_ma() == grid


def test_faults():
    def running(name, value=True):
        bench = plugged(Bench())
        bench.run(20, feed=16000)
        bench.box.set_fault(name, value, bench.now)
        bench.sent.clear()
        return bench

    bench = running("vanish")
    bench.run(31, feed=16000)
    assert not bench.sent and bench.box.applied_ma == 0 and "dropped" in bench.kinds()
    bench = running("deaf")
    bench.run(31, feed=16000)
    assert bench.sent and bench.box.applied_ma == 0
    bench = running("mute")
    bench.run(31, feed=16000)
    assert not bench.sent and bench.box.applied_ma == 16000
    bench = running("ignore_cuts")
    bench.run(3, feed=6000)
    assert bench.box.applied_ma == 16000 and bench.last().allowed_ma == 16000
    bench = running("lying")
    bench.run(3, feed=6000)
    assert bench.box.applied_ma == 16000 and bench.last().allowed_ma == 6000
    bench = running("unmanaged")
    bench.run(3, feed=6000)
    assert not bench.last().state_flags & 0x80 and bench.box.offer_ma == 32000
    bench = running("frozen_uptime")
    bench.run(5, feed=16000)
    assert len({state.uptime_ms for _, (_, _, state), _ in bench.sent}) == 1
    bench = running("error", 2)
    bench.run(2, feed=16000)
    assert bench.box.drawn_ma() == [0, 0, 0]
    assert (bench.last().charger_state, bench.last().error_state) == (4, 2)
    bench = running("loss", 1.0)
    bench.run(2, feed=16000)
    assert not bench.sent
    bench = running("blocked")
    bench.run(20, feed=16000)
    assert (bench.last().supported_ma, bench.last().charger_state) == (0, 1)
    with pytest.raises(ValueError):
        bench.box.set_fault("mood", True, bench.now)


def test_a_reboot_stops_the_car_and_forgets_the_manager():
    bench = plugged(Bench())
    bench.run(20, feed=16000)
    bench.box.set_fault("reboot", True, bench.now)
    assert bench.box.drawn_ma() == [0, 0, 0]
    bench.run(10)
    assert bench.box.applied_ma == 0 and bench.box.link.manager is None
    bench.run(10, feed=9000)
    assert bench.box.applied_ma == 9000 and "boot" in bench.kinds()


def test_without_power_nothing_flows_and_it_boots_when_power_is_back():
    bench = plugged(Bench(boot_s=2))
    bench.run(20, feed=16000)
    bench.box.set_fault("off", True, bench.now)
    assert (bench.box.drawn_ma(), bench.box.applied_ma) == ([0, 0, 0], 0)
    assert bench.kinds()[-2:] == ["applied", "power_off"]
    count = len(bench.sent)
    bench.run(40, feed=16000)
    bench.box.set_fault("off", False, bench.now)
    bench.run(1.9, feed=16000)
    assert len(bench.sent) == count
    bench.run(2, feed=16000)
    assert bench.box.applied_ma == 16000 and len(bench.sent) > count
