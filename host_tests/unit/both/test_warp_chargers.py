"""The manager's side of WARP: when which wallbox is sent what, and what its answers mean."""

import gc
from struct import pack_into, unpack_from

from chargers.warp import FROZEN, NOT_MANAGED, OWN_ERROR, WarpChargers
from compat import UPY, ticks_add, udp_address
from loadmgmt.point import BLOCKED, CHARGING, FAULT, FULL, NO_CAR, READY, WAITING

ZERO = 0xBA83126F  # -0.001 A, how a charger sends a measured 0


class Point:
    """What the driver sees of a charge point; it records what is reported."""

    def __init__(self, setpoint_ma=-1, phases=3):
        self.setpoint_ma = setpoint_ma
        self.phases = phases
        self.applied_ma = 0
        self.silent = False
        self.name_error = False
        self.is_open = False
        self.sent_ms = -1
        self.dead_man_ms = None
        self.reports = []

    def is_silent(self):
        return self.silent

    def report(self, now_ms, applied_ma, l1, l2, l3, car, supported_ma, phases):
        self.silent = False
        self.applied_ma = applied_ma
        self.reports.append((applied_ma, l1, l2, l3, car, supported_ma, phases))


class Group:
    """Wallboxes, the manager under test, and all it sent: (ms, index, packet)."""

    def __init__(self, count, setpoint_ma=-1):
        self.points = [Point(setpoint_ma) for _ in range(count)]
        self.addresses = [udp_address("127.9.9.%d" % (i + 1), 34128) for i in range(count)]
        self.sent = []
        self.now = 0
        self.broken = False
        self.warp = WarpChargers(self.points, self.addresses, self.send)
        self.sequence = [0] * count

    def send(self, buffer, address):
        if self.broken:
            raise OSError(11)
        self.sent.append((self.now, self.addresses.index(address), bytes(buffer)))

    def run(self, ms, step=None):
        """Let time pass and poll as told, or at every step if that is given."""
        end = self.now + ms
        wait = 0
        while self.now < end:
            wait = self.warp.poll(self.now)
            assert 0 < wait <= 1000
            self.now = min(end, self.now + (step or wait))
        return wait

    def answer(self, index, n=88, **fields):
        data = state(self.sequence[index], self.now + 1, **fields)
        self.sequence[index] += 1
        self.warp.received(data, n, self.addresses[index], self.now)
        return self.points[index].reports[-1] if self.points[index].reports else None

    def times(self, index):
        return [sent[0] for sent in self.sent if sent[1] == index]

    def last(self, index):
        packet = [sent[2] for sent in self.sent if sent[1] == index][-1]
        return unpack_from("<HBb", packet, 8)


def state(
    sequence,
    uptime,
    allowed=0,
    supported=32000,
    charger_state=1,
    stopped=0,
    currents=(ZERO, ZERO, ZERO),
    flags=0x80,
    features=0xCE,
    error=0,
    version=3,
    phases=3,
):
    data = bytearray(88)
    pack_into("<HHHBB", data, 0, 34127, {1: 80, 2: 84, 3: 88}[version], sequence, version, 0)
    pack_into("<IIII", data, 8, features, 1, uptime, stopped)
    pack_into("<HHBBBB", data, 24, allowed, supported, 1, charger_state, error, flags)
    pack_into("<III", data, 44, *currents)
    data[84] = phases
    return bytes(data)


# --- the round ---


def test_each_wallbox_once_a_second_evenly_spread():
    for count in range(1, 65):
        group = Group(count)
        group.run(3000)
        times = [sent[0] for sent in group.sent]
        assert len(times) == 3 * count
        assert [sent[1] for sent in group.sent] == list(range(count)) * 3
        for i in range(1, len(times)):
            assert 1000 // count <= times[i] - times[i - 1] <= 1000 // count + 1, count
        for i in range(count, len(times)):
            assert times[i] - times[i - count] == 1000


def test_no_drift_with_a_coarse_clock():
    for count in (1, 3, 7, 64):
        group = Group(count)
        group.run(60000, step=10)
        assert abs(len(group.sent) - 60 * count) <= 1, count
        for index in range(count):
            times = group.times(index)
            for i in range(1, len(times)):
                assert 980 <= times[i] - times[i - 1] <= 1020


def test_one_command_per_call():
    group = Group(64)
    for now in range(0, 2000, 25):
        before = len(group.sent)
        group.now = now
        group.warp.poll(now)
        assert len(group.sent) - before <= 1


def test_no_burst_after_a_pause():
    for count in (1, 2, 6, 64):
        for pause in (300, 900, 1500, 5000, 700000000):
            group = Group(count)
            group.run(2000)
            group.sent.clear()
            group.now += pause
            start = group.now
            group.run(3000, step=1)
            times = [sent[0] for sent in group.sent]
            assert times[0] == start or pause < 1000
            for i in range(1, len(times)):
                assert times[i] - times[i - 1] >= 1000 // (2 * count)
            assert 3 * count - 1 <= len(times) <= 4 * count + 1
            for index in range(count):
                assert group.times(index)[0] - start <= 1000


def test_a_clock_that_wraps():
    group = Group(5)
    group.now = ticks_add(0, -1500)
    for _ in range(30):
        wait = group.warp.poll(group.now)
        assert wait == 200
        group.now = ticks_add(group.now, wait)
    assert len(group.sent) == 30


def test_nobody_to_poll():
    warp = WarpChargers([], [], None)
    assert warp.poll(0) == 1000
    assert warp.push(0) == 0
    group = Group(2)
    group.points[0].name_error = True
    points = [group.points[0], Point()]
    warp = WarpChargers(points, [group.addresses[0], None], group.send)
    assert warp.poll(0) == 1000
    assert not group.sent


# --- the commands ---


def test_before_the_first_decision_the_wallbox_goes_on_as_it_is():
    group = Group(1)
    group.run(1000)
    packet = group.sent[0][2]
    assert packet == bytes(
        (0x4F, 0x85, 20, 0, 1, 0, 4, 0, 255, 255, 0x80, 0, 4, 15, 0, 0, 0, 0, 0, 0)
    )
    assert group.points[0].sent_ms == 0
    assert group.points[0].dead_man_ms == 30000


def test_setpoints():
    rows = (
        # setpoint, phases of the point, current, flags and phases sent
        (0, 3, (0, 0, 0)),
        (6000, 3, (6000, 0, 3)),
        (16000, 1, (16000, 0, 1)),
        (32000, 3, (32000, 0, 3)),
        (80000, 3, (32000, 0, 3)),  # a charger ignores more
    )
    for setpoint, phases, expected in rows:
        group = Group(1, setpoint)
        group.points[0].phases = phases
        group.run(1000)
        assert group.last(0) == expected


def test_the_contactor_of_one_that_does_not_obey_is_to_open():
    group = Group(1, 6000)
    group.points[0].is_open = True
    group.run(1000)
    assert group.last(0) == (6000, 0x40, 3)
    group.points[0].is_open = False
    group.run(1000)
    assert group.last(0) == (6000, 0, 3)


def test_one_sequence_for_all():
    group = Group(3, 6000)
    group.warp._sequence = 65530
    group.run(4000)
    numbers = [unpack_from("<H", sent[2], 4)[0] for sent in group.sent]
    assert numbers == [(65531 + i) % 65536 for i in range(12)]


def test_a_lost_wallbox_is_sent_nothing():
    group = Group(2, 16000)
    group.run(1000)
    group.points[0].silent = True
    group.points[0].setpoint_ma = 6000
    group.sent.clear()
    assert group.warp.push(group.now) == 0
    group.run(3000)
    assert group.times(0) == []
    assert len(group.times(1)) == 3
    # the brain lets it back in with 0 A: at once
    group.points[0].silent = False
    group.points[0].setpoint_ma = 0
    group.warp.push(group.now)
    assert group.last(0) == (0, 0, 0)
    group.points[0].setpoint_ma = 6000
    group.run(1000)
    assert group.last(0) == (6000, 0, 3)


def test_a_datagram_that_was_not_sent_feeds_no_dead_man():
    group = Group(1, 16000)
    group.broken = True
    group.run(2000)
    assert group.warp.send_errors == 2
    assert group.points[0].sent_ms == -1
    group.broken = False
    group.run(1000)
    assert group.points[0].sent_ms == 2000


# --- reductions ---


def test_changes_go_at_once_in_groups_of_eight_reductions_first():
    group = Group(20, 16000)
    group.run(1000)
    group.sent.clear()
    for point in group.points[1:19]:
        point.setpoint_ma = 6000
    group.points[0].setpoint_ma = 20000
    assert group.warp.push(group.now) == 11
    assert group.warp.push(group.now) == 3
    assert group.warp.push(group.now) == 0
    assert group.warp.push(group.now) == 0
    assert [sent[1] for sent in group.sent] == list(range(1, 19)) + [0]
    setpoints = [unpack_from("<H", sent[2], 8)[0] for sent in group.sent]
    assert setpoints == [6000] * 18 + [20000]
    assert group.points[1].sent_ms == group.now


def test_a_raise_is_not_repeated_before_its_turn():
    group = Group(2, 16000)
    group.run(1000)
    group.sent.clear()
    group.points[0].setpoint_ma = 20000
    start = group.now
    group.warp.push(group.now)
    group.run(900)
    assert [time - start for time in group.times(0)] == [0, 0]


def test_a_reduction_that_is_not_echoed_is_repeated_once():
    group = Group(4, 16000)
    group.run(1000)
    group.sent.clear()
    group.points[2].setpoint_ma = 6000
    group.points[3].setpoint_ma = 6000
    group.warp.push(group.now)
    start = group.now
    group.now += 300
    group.answer(3, allowed=6000)
    group.answer(2, allowed=16000)
    group.now = start
    group.run(2000)
    assert [time - start for time in group.times(2)] == [0, 450, 500, 1500]
    assert [time - start for time in group.times(3)] == [0, 750, 1750]


def test_a_reduction_that_the_round_sends_is_repeated_too():
    group = Group(2, 16000)
    group.run(1000)
    group.sent.clear()
    group.points[0].setpoint_ma = 6000
    start = group.now
    group.run(900)
    assert [time - start for time in group.times(0)] == [0, 450]
    assert group.warp.push(group.now) == 0
    assert [time - start for time in group.times(0)] == [0, 450]


def test_many_repeats_keep_to_groups_too():
    group = Group(64, 16000)
    group.run(1000)
    for point in group.points:
        point.setpoint_ma = 0
    while group.warp.push(group.now):
        group.now += 20
    start = group.now
    group.sent.clear()
    group.run(900)
    extra = [sent[0] for sent in group.sent]
    assert 64 + 57 <= len(extra) <= 64 + 70  # the round goes on beside it
    for i in range(len(extra) - 10):
        assert extra[i + 10] - extra[i] >= 10, (i, extra)
    assert all(len([t for t in group.times(i) if t > start + 250]) >= 1 for i in range(64))


def test_late_repeats_do_not_burst():
    group = Group(64, 16000)
    group.run(1000)
    for point in group.points:
        point.setpoint_ma = 0
    while group.warp.push(group.now):
        group.now += 20
    group.now += 2000
    group.sent.clear()
    group.run(300, step=1)
    times = [sent[0] for sent in group.sent]
    assert len(times) >= 64 + 15
    for i in range(len(times) - 12):
        assert times[i + 12] - times[i] >= 20, i


def test_what_was_never_commanded_is_cut_below_what_it_applies():
    group = Group(2)
    group.run(1000)
    group.answer(0, allowed=16000)
    group.answer(1, allowed=16000)
    group.points[0].setpoint_ma = 16000
    group.points[1].setpoint_ma = 10000
    group.sent.clear()
    assert group.warp.push(group.now) == 0
    assert [sent[1] for sent in group.sent] == [1]


def test_a_broken_network_does_not_keep_the_others_waiting():
    group = Group(20, 16000)
    group.run(1000)
    for point in group.points:
        point.setpoint_ma = 6000
    group.broken = True
    assert group.warp.push(group.now) == 12
    group.broken = False
    group.sent.clear()
    assert group.warp.push(group.now) == 4
    assert [sent[1] for sent in group.sent] == list(range(8, 16))


# --- the states ---


def test_what_a_state_says_about_the_car():
    rows = (
        # charger_state, supported, stopped, the car
        (0, 32000, 0, NO_CAR),
        (0, 0, 1, NO_CAR),
        (1, 0, 0, BLOCKED),
        (1, 0, 1, BLOCKED),
        (1, 32000, 0, WAITING),
        (1, 32000, 1, FULL),
        (2, 32000, 0, READY),
        (2, 32000, 1, FULL),
        (3, 32000, 0, CHARGING),
        (3, 0, 0, CHARGING),
        (3, 32000, 1, CHARGING),
        (4, 32000, 0, FAULT),
        (200, 32000, 0, FAULT),
    )
    for charger_state, supported, stopped, car in rows:
        group = Group(1)
        report = group.answer(
            0, charger_state=charger_state, supported=supported, stopped=stopped, allowed=7000
        )
        assert report == (7000, 0, 0, 0, car, supported, 3), (charger_state, supported, stopped)


def test_phases_and_currents():
    group = Group(1)
    three = (0x41780000, 0x41740000, 0x417C0000)
    report = group.answer(0, charger_state=3, currents=three, phases=0x0D)
    assert report == (0, 15500, 15250, 15750, CHARGING, 32000, 1)
    group.now += 1000
    assert group.answer(0, n=80, version=1)[6] == 0
    group.now += 1000
    nan = (0x7FC00000,) * 3
    assert group.answer(0, currents=nan)[1:4] == (-1, -1, -1)


def test_old_firmware_counts_the_charging_time_instead():
    # up to version 2 the field says nothing about a car that stopped
    assert Group(1).answer(0, n=84, version=2, charger_state=1, stopped=1)[4] == WAITING
    # an emulator of version 3 that does the same is found out while it charges
    group = Group(1)
    for stopped in (1000, 2000):
        group.answer(0, charger_state=3, stopped=stopped)
        group.now += 1000
    assert group.answer(0, charger_state=1, stopped=2000)[4] == WAITING
    # a real one keeps its mark
    group = Group(1)
    for _ in range(3):
        group.answer(0, charger_state=3, stopped=1)
        group.now += 1000
    assert group.answer(0, charger_state=2, stopped=1)[4] == FULL


def test_faults():
    group = Group(1)
    warp = group.warp
    assert group.answer(0, charger_state=4, error=3)[4] == FAULT
    assert warp.error[0] == OWN_ERROR + 3
    group.now += 1000
    group.answer(0)
    assert warp.error[0] == 0
    # not managed: nothing of ours holds it back, so what it measures counts, or all it may take
    group.now += 1000
    assert group.answer(0, flags=0, allowed=6000, supported=20000)[:5] == (6000, 0, 0, 0, FAULT)
    assert warp.error[0] == NOT_MANAGED
    group.now += 1000
    nan = (0x7FC00000,) * 3
    assert group.answer(0, flags=0, allowed=6000, supported=20000, currents=nan)[0] == 20000


def test_sequence_numbers():
    rows = (
        # last, received, accepted
        (10, 11, True),
        (10, 100, True),
        (10, 10, False),
        (10, 6, False),
        (10, 5, True),  # a restart
        (65535, 0, True),
        (3, 0, False),
        (5, 0, True),
    )
    for last, received, accepted in rows:
        group = Group(1)
        group.sequence[0] = last
        if last == 65535:
            group.warp.sequence[0] = 65534
        group.answer(0)
        group.now += 1000
        group.sequence[0] = received
        group.answer(0)
        assert len(group.points[0].reports) == (2 if accepted else 1), (last, received)
        assert group.warp.bad_packets[0] == (0 if accepted else 1)


def test_a_frozen_controller_is_no_sign_of_life():
    group = Group(1)
    group.answer(0)
    for _ in range(5):
        group.answer(0)  # same uptime, next sequence number
    assert len(group.points[0].reports) == 1
    assert group.warp.error[0] == FROZEN
    assert group.warp.bad_packets[0] == 0
    group.now += 1
    group.answer(0)
    assert len(group.points[0].reports) == 2
    assert group.warp.error[0] == 0


def test_strangers_and_broken_packets_are_counted():
    group = Group(2)
    good = state(0, 1)
    group.warp.received(good, 88, udp_address("127.9.9.99", 34128), 0)
    group.warp.received(good, 88, udp_address("127.9.9.1", 34127), 0)
    assert group.warp.unknown_senders == 2
    for n in range(88):
        group.warp.received(good, n, group.addresses[0], 0)
    assert group.warp.bad_packets[0] == 88
    assert group.warp.bad_packets[1] == 0
    group.warp.received(good, 88, group.addresses[0], 0)
    assert len(group.points[0].reports) == 1


def test_events():
    group = Group(1)
    group.answer(0)
    assert not group.warp.urgent
    group.now += 1
    group.answer(0, features=0xC00000CE)
    assert group.warp.urgent
    assert len(group.points[0].reports) == 2


# --- which command version a wallbox obeys ---


def live(group, seconds, obeys, allowed=0, **fields):
    """A wallbox that answers each second; it takes over what it is sent in versions it obeys."""
    versions = []
    warp = group.warp
    for _ in range(seconds):
        group.run(300)
        if group.sent[-1][2][6] in obeys:
            allowed = group.last(0)[0]
        group.answer(0, allowed=allowed, **fields)
        group.run(700)
        if not versions or versions[-1] != warp.version[0]:
            versions.append(warp.version[0])
    return versions


def test_an_older_charger_gets_the_version_it_obeys():
    assert live(Group(1, 16000), 40, obeys=(4,)) == [4]
    assert live(Group(1, 16000), 40, obeys=(3, 2)) == [4, 3]
    assert live(Group(1, 16000), 40, obeys=(2,)) == [4, 3, 2]
    assert live(Group(1, 16000), 40, obeys=(1,)) == [4, 3, 2, 1]
    assert live(Group(1, 16000), 40, obeys=()) == [4, 3, 2, 1, 4, 3]


def test_the_next_version_takes_six_seconds_and_two_states():
    group = Group(1, 16000)
    warp = group.warp
    group.run(300)
    group.answer(0, allowed=0)
    group.run(5900)
    group.answer(0, allowed=0)
    assert warp.version[0] == 4
    group.run(100)
    group.answer(0, allowed=0)
    assert warp.version[0] == 3


def test_what_is_no_disobedience():
    # another limit in the box is lower, or blocks it
    assert live(Group(1, 16000), 20, obeys=(4,), supported=10000) == [4]
    assert live(Group(1, 16000), 20, obeys=(), allowed=10000, supported=10000) == [4]
    assert live(Group(1, 16000), 20, obeys=(), allowed=0, supported=0) == [4]
    # it rounds down
    assert live(Group(1, 16000), 20, obeys=(), allowed=15900) == [4]
    # but it must not round up, nor stay far below
    assert live(Group(1, 16000), 20, obeys=(), allowed=16001)[1] == 3
    assert live(Group(1, 16000), 20, obeys=(), allowed=15500)[1] == 3
    # nothing was asked of it yet
    assert live(Group(1), 20, obeys=(), allowed=16000) == [4]
    # management is switched off in it
    assert live(Group(1, 16000), 20, obeys=(), flags=0) == [4]


def test_a_slow_wallbox_under_a_setpoint_that_moves_is_not_disobedient():
    group = Group(1, 16000)
    pending = [16000] * 5
    for second in range(60):
        group.points[0].setpoint_ma = 6000 + second * 100
        group.run(1000)
        pending.append(group.last(0)[0])
        group.answer(0, allowed=pending.pop(0))
    assert group.warp.version[0] == 4


def test_silence_is_no_disobedience():
    group = Group(1, 16000)
    group.run(300)
    group.answer(0, allowed=16000)
    group.points[0].setpoint_ma = 20000
    group.run(1000)
    group.answer(0, allowed=16000)
    group.points[0].silent = True  # lost; it fell to 0 A by itself
    group.now += 40000
    group.answer(0, allowed=0)
    group.points[0].silent = True
    group.now += 10000
    group.answer(0, allowed=0)
    assert group.warp.version[0] == 4


def test_packets_leave_no_garbage_on_the_chip():
    if not UPY:
        return
    group = Group(8, 16000)
    for point in group.points:
        point.report = take_report
    group.warp._send = take_datagram
    packets = [state(i, i + 1, allowed=16000, charger_state=3) for i in range(50)]
    senders = group.addresses
    received = group.warp.received
    poll = group.warp.poll
    gc.collect()
    before = gc.mem_alloc()
    for i in range(50):
        received(packets[i], 88, senders[i & 7], i)
        poll(125 * i)
    assert gc.mem_alloc() - before < 100


def take_report(now_ms, applied_ma, l1, l2, l3, car, supported_ma, phases):
    pass


def take_datagram(buffer, address):
    pass
