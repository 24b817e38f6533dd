"""The worked examples of docs/control.md, number by number, by the code itself.

Whoever changes a number here changes it there, too.
"""

from loadmgmt import event, planner, reason
from loadmgmt.ask import asked_ma
from loadmgmt.circuit import NONE_MA, Circuit, target_ma
from loadmgmt.fill import fill
from loadmgmt.point import CHARGING, NO_CAR, WAITING, ChargePoint, tolerance_ma
from loadmgmt.site import LOWERED, Site

L1 = 3  # the metered limit of circuit 0 on L1: 0..2 are its static ones


class House:
    """A fuse of 35 A, a meter of 1 s that sees the cars; A is three-phase, B on L1 alone.

    The meter's sample comes at full seconds, the wallboxes' answers 200 ms later, and the second
    pass of a second 300 ms after that.
    """

    def __init__(self):
        self.circuit = Circuit("grid", None, None, [35000] * 3)
        self.circuit.meter(0, 1000, True, False)
        self.a = ChargePoint("A", 0, 3, "L123")
        self.b = ChargePoint("B", 0, 1, "L123")
        self.site = Site([self.circuit], [self.a, self.b], 0)
        self.now_s = 0
        self.answer(0, 0, 0, 14000)

    def answer(self, now_ms, a_ma, b_ma, applied_ma=None):
        for p, row in ((self.a, (a_ma, a_ma, a_ma)), (self.b, (b_ma, 0, 0))):
            p.sent_ms = now_ms
            applied = p.setpoint_ma if applied_ma is None else applied_ma
            p.report(now_ms, applied, row[0], row[1], row[2], CHARGING, 32000, p.phases)

    def sample(self, house_ma, a_ma, b_ma):
        """The house load is that on L1; L2 and L3 have 5 A."""
        self.now_s += 1
        now = self.now_s * 1000
        self.site.sample(0, now, house_ma + a_ma + b_ma, 5000 + a_ma, 5000 + a_ma, False)
        self.site.step(now)

    def rest(self, a_ma, b_ma):
        """What follows in the same second."""
        now = self.now_s * 1000
        self.answer(now + 200, a_ma, b_ma)
        self.site.step(now + 500)

    def seconds(self, n, house_ma, a_ma, b_ma):
        for _ in range(n):
            self.sample(house_ma, a_ma, b_ma)
            self.rest(a_ma, b_ma)

    def setpoints(self):
        return [self.a.setpoint_ma, self.b.setpoint_ma]


def test_the_control_law():
    assert target_ma(35000, 16000, 0, 0) == 33000
    assert target_ma(35000, 16000, 10, 1000) == 28700
    at = House()
    at.seconds(20, 5000, 13800, 13700)
    assert at.setpoints() == [14000, 14000] and at.circuit.meter_ma == [32500, 18800, 18800]
    assert at.a.reason == reason.LIMIT and at.a.reason_at == 0

    # 1: the house rises by 9 A
    at.sample(14000, 13800, 13700)
    assert at.circuit.meter_ma[0] == 41500
    assert at.setpoints() == [9700, 9700] and at.site.reason_ma[0] == 9700
    # 2: the cars have not followed: nothing is cut twice
    at.rest(13800, 13700)
    assert at.site.over[L1] == -100
    at.seconds(2, 14000, 13800, 13700)
    assert at.setpoints() == [9700, 9700] and at.a.may_ma == 14000
    # 3: they have, and say so
    at.seconds(2, 14000, 9400, 9400)
    assert at.setpoints() == [9700, 9700] and at.a.may_ma == 9700
    # 4: five seconds after the change what they draw takes the place of what they may draw
    at.sample(14000, 9400, 9400)
    assert at.setpoints() == [9700, 9700]
    at.rest(9400, 9400)
    assert at.setpoints() == [9500, 9500]
    at.seconds(5, 14000, 9300, 9200)
    assert at.setpoints() == [9500, 9500] and at.circuit.held_house_ma(0, False) == 14000

    # 5: the house falls back; its peak of the last 10 s counts
    at.seconds(10, 5000, 9300, 9200)
    assert at.setpoints() == [9500, 9500] and at.a.reason == reason.HOLD
    at.seconds(1, 5000, 9300, 9200)
    assert at.circuit.held_house_ma(0, False) == 5000
    assert at.setpoints() == [14000, 14000]

    # 6: the cars ramp up, and the house rises by 12 A: both looks
    at.seconds(2, 5000, 9300, 9200)
    at.seconds(1, 5000, 10000, 10000)
    assert at.setpoints() == [14000, 14000]
    at.sample(17000, 10000, 10000)
    assert at.circuit.meter_ma[0] == 37000
    assert at.setpoints() == [9000, 9000] and at.site.over[L1] == 4000
    at.rest(10000, 10000)
    # 7: at 35 A the phase is at its fuse; once they have let go it is brought down to its target
    at.seconds(1, 17000, 9000, 9000)
    assert at.setpoints() == [9000, 9000] and at.a.may_ma == 9000
    at.sample(17000, 9000, 9000)
    assert at.circuit.meter_ma[0] == 35000
    assert at.setpoints() == [8000, 8000]


def plan(circuits, boxes):
    """A first pass: [(current in mA, limit that binds)] of waiting wallboxes."""
    points = [ChargePoint(name, c, phases, rotation) for name, c, phases, rotation in boxes]
    site = Site(circuits, points, 0)
    for p in points:
        p.report(0, 0, 0, 0, 0, WAITING, 32000, p.phases)
    return site


def garage():
    boxes = (
        ("T1", 1, 3, "L123"),
        ("T2", 1, 3, "L123"),
        ("S1", 1, 1, "L123"),
        ("S2", 1, 1, "L231"),
        ("S3", 1, 1, "L312"),
        ("U", 1, 1, None),
        ("Y", 0, 3, "L123"),
    )
    return plan([Circuit("grid", None, [32000] * 3), Circuit("garage", 0, [14000] * 3)], boxes)


def shares(site):
    planner.first_pass(site, 0)
    return list(site.out)


def test_the_solver_chooses_and_shares():
    site = garage()
    assert shares(site) == [7000, 0, 7000, 7000, 7000, 0, 18000]
    # numbers of limits: circuit * 3 + phase
    assert [site.bound[i] for i in (0, 2, 3, 4, 6)] == [3, 3, 4, 5, 0]
    assert site.points[1].reason == site.points[5].reason == reason.WAITS_TURN
    assert site.points[1].reason_at == 3 and site.reason_ma[1] == 6000

    site = garage()
    site.points[2].weight = 2
    assert shares(site) == [6000, 0, 8000, 8000, 8000, 0, 18000]

    site = garage()
    site.points[0].priority = 1
    assert shares(site) == [8000, 0, 6000, 6000, 6000, 0, 18000]

    site = garage()
    site.points[5].priority = 1
    assert shares(site) == [0, 0, 6000, 6000, 6000, 8000, 18000]


def yard(threes):
    boxes = [("T%d" % i, 0, 3, "L123") for i in range(threes)] + [("U", 0, 1, None)]
    return plan([Circuit("grid", None, [48000] * 3)], boxes)


def test_one_is_left_to_wait_for_a_slot_when_that_pays():
    site = yard(5)
    assert shares(site) == [9600] * 5 + [0]
    assert site.points[5].reason == reason.WAITS_TURN
    assert shares(yard(4)) == [9600] * 5  # five candidates that all fit

    site = yard(5)  # a slot later it is before the others
    now = 1000000
    for p in site.points:
        p.report(now, 0, 0, 0, 0, WAITING, 32000, p.phases)
    site.turn_ms = [now] * 5 + [now - 900000]
    site.points[5].since_ms = 0
    planner.first_pass(site, now)
    assert list(site.out) == [8000] * 6


def test_equal_weights_and_the_level():
    low = [6000] * 4
    cap = [32000] * 4
    uses = [(0, 1, 2), (0,), (1,), (2,)]
    out = [0] * 4
    bound = [0] * 4
    fill([0, 1, 2, 3], low, cap, uses, [14000] * 3, out, bound)
    assert out == [7000] * 4
    fill([0, 1, 2, 3], low, cap, uses, [14000] * 3, out, bound, [1, 2, 1, 1])
    assert out == [6000, 8000, 8000, 8000]
    fill([0, 1, 2, 3], low, [6500] + cap[1:], uses, [14000, NONE_MA, 14000], out, bound)
    assert out == [6500, 7500, 32000, 7500] and bound == [-1, 0, -1, 2]


def test_the_request_of_a_car_is_learnt():
    site = plan([Circuit("grid", None, [16000] * 3)], [("A", 0, 3, "L123")])
    p = site.points[0]
    p.setpoint_ma = p.may_ma = 16000

    def draws(current_ma, now_s):
        p.report(1000 * now_s, 16000, current_ma, current_ma, current_ma, CHARGING, 32000, 3)
        return asked_ma(site, p, 1000 * now_s)

    for now_s in range(60):
        assert draws(9800, now_s) == 32000
    assert draws(9800, 60) == 12800
    assert draws(11300, 61) == 12800
    assert draws(11301, 62) == 32000


class Pair:
    """A static circuit of 20 A, two three-phase wallboxes; answers come just before each pass."""

    def __init__(self):
        self.a = ChargePoint("A", 0, 3, "L123")
        self.b = ChargePoint("B", 0, 3, "L123")
        self.a.dead_man_ms = self.b.dead_man_ms = 30000
        self.site = Site([Circuit("feeder", None, [20000] * 3)], [self.a, self.b], 0)
        self.log = []
        self.site.on_event = lambda code, subject, value: self.log.append((code, subject, value))
        self.now_s = 0

    def second(self, a_ma, b_ma, b_car=WAITING, applied_ma=None):
        """b_ma None: B says nothing, or has not been heard yet."""
        self.now_s += 1
        now = self.now_s * 1000
        for p, drawn, car in ((self.a, a_ma, CHARGING), (self.b, b_ma, b_car)):
            if not p.is_silent():
                p.sent_ms = now - 300
            if drawn is not None:
                applied = max(p.setpoint_ma, 0) if applied_ma is None else applied_ma
                if p is self.b:
                    applied = max(p.setpoint_ma, 0)
                p.report(now, applied, drawn, drawn, drawn, car, 32000, 3)
        return self.site.step(now)

    def state(self):
        return [self.a.setpoint_ma, self.a.may_ma, self.b.setpoint_ma, self.b.may_ma]


def charging_alone():
    pair = Pair()
    pair.second(19700, 0, NO_CAR, 20000)
    for _ in range(8):
        pair.second(19700, 0, NO_CAR)
    assert pair.state() == [20000, 20000, 0, 0]
    return pair


def test_the_dispatch():
    assert tolerance_ma(10000) == 500 and tolerance_ma(20000) == 600
    pair = charging_alone()
    # 0 s: a car comes to B. A is lowered at once, nothing is handed on yet
    assert pair.second(19700, 0) == LOWERED
    assert pair.state() == [10000, 20000, 0, 0]
    assert pair.b.reason == reason.SETTLING
    # 1 to 3 s: A applies 10 A, its car has not followed
    for drawn in (19700, 19700, 14000):
        pair.second(drawn, 0)
        assert pair.state() == [10000, 20000, 0, 0]
    # 4 s: 9.8 A is at most 10.5 A: confirmed; 5 s: the change has settled, B starts
    pair.second(9800, 0)
    assert pair.state() == [10000, 10000, 0, 0]
    pair.second(9800, 0)
    assert pair.state() == [10000, 10000, 10000, 10000]
    for _ in range(5):
        pair.second(9800, 9700, CHARGING)
    heard_s = pair.now_s

    # B says nothing any more: lost after 5 s, its 10 A stay reserved for 32 s
    while not pair.b.lost:
        pair.second(9800, None)
    assert pair.now_s - heard_s == 6 and (event.CHARGER_LOST, 1, 10000) in pair.log
    sent_ms = pair.b.sent_ms
    while pair.now_s * 1000 - sent_ms <= 32000:
        assert pair.state() == [10000, 10000, 10000, 10000] and pair.b.is_silent()
        pair.second(9800, None)
    # it has gone to 0 A by itself; its car has 5 s to follow before that is handed on
    for _ in range(5):
        assert pair.state() == [10000, 10000, 0, 0] and not pair.b.is_silent()
        pair.second(9800, None)
    assert pair.state() == [20000, 20000, 0, 0]


def test_one_that_does_not_obey():
    pair = charging_alone()
    for _ in range(12):
        pair.second(19700, 0)
        assert pair.state() == [10000, 20000, 0, 0] and not pair.a.is_open
    # 12 s after the cut: an alarm, it counts with what it draws; after 30 s its contactor opens
    for _ in range(2):
        pair.second(19700, 0)
    assert (event.DISOBEYS, 0, 20000) in pair.log and not pair.a.is_open
    for _ in range(18):
        pair.second(19700, 0)
    assert pair.a.is_open
    assert pair.state() == [10000, 19700, 0, 0]
    # it opens: that is confirmed, and B starts
    pair.second(0, 0)
    assert pair.state() == [10000, 10000, 10000, 10000]


def test_after_a_restart():
    pair = Pair()
    for _ in range(5):
        pair.second(9800, None, applied_ma=10000)
        # taken over; B may draw all that it can
        assert pair.state() == [10000, 10000, -1, 32000] and not pair.site.learned()
    pair.second(9800, None)
    assert pair.b.lost and pair.site.learned() and pair.a.setpoint_ma == 10000
    while pair.b.may_ma:
        assert pair.a.setpoint_ma == 10000
        pair.second(9800, None)
    assert 32 <= pair.now_s <= 38
    for _ in range(12):  # whether it can measure is not known
        assert pair.a.setpoint_ma == 10000
        pair.second(9800, None)
    assert pair.a.setpoint_ma == 20000
