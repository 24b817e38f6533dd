"""Who charges when not all can: slots, the order of the queue, priorities, in virtual time."""

from loadmgmt import event, limits, reason
from loadmgmt.circuit import Circuit
from loadmgmt.point import CHARGING, FULL, NO_CAR, READY, WAITING, ChargePoint
from loadmgmt.site import Site

SLOT_S = 900


class Fleet:
    """Wallboxes that do what they are told within a second, on static circuits."""

    def __init__(self, limits, phases, circuits=None, rotations=None):
        self.circuits = circuits or [Circuit("grid", None, limits)]
        self.points = []
        for i, n in enumerate(phases):
            rotation = rotations[i] if rotations else "L123"
            point = ChargePoint("box %d" % i, 0, n, rotation)
            point.dead_man_ms = 30000
            self.points.append(point)
        self.site = Site(self.circuits, self.points, 0)
        self.now_s = 0
        self.cars = [None] * len(phases)  # what each draws at most, None: no car
        self.full = [False] * len(phases)
        self.log = []
        self.site.on_event = lambda code, subject, value: self.log.append((code, subject))
        self.started_s = {}  # wallbox: when it first got current

    def second(self):
        self.now_s += 1
        now = self.now_s * 1000
        for i, p in enumerate(self.points):
            applied = max(p.setpoint_ma, 0)
            car = NO_CAR
            drawn = 0
            if self.full[i]:
                car = FULL
            elif self.cars[i] is not None:
                drawn = min(applied, self.cars[i])
                car = CHARGING if drawn else READY if applied else WAITING
            p.sent_ms = now - 700
            row = [drawn if k < p.phases else 0 for k in range(3)]
            p.report(now - 400, applied, row[0], row[1], row[2], car, 32000, p.phases)
        self.site.step(now)
        for i, p in enumerate(self.points):
            if p.setpoint_ma > 0 and i not in self.started_s:
                self.started_s[i] = self.now_s
            for j in p.seat.places:
                total = sum([q.setpoint_ma for q in self.points if j in q.seat.places])
                limit = self.circuits[j // 3].limit_ma[j % 3]
                assert total <= limit, (self.now_s, j, total)

    def run(self, seconds):
        for _ in range(seconds):
            self.second()

    def on(self):
        return [i for i, p in enumerate(self.points) if p.setpoint_ma > 0]


def test_all_take_turns_of_a_slot_and_nobody_is_served_twice_before_all_were():
    fleet = Fleet([13000] * 3, [3] * 5)  # two at once
    fleet.cars = [32000] * 5
    turns = []
    fleet.run(30)
    assert len(fleet.on()) == 2
    for _ in range(5):
        turns.append(fleet.on())
        fleet.run(SLOT_S + 10)
    assert len(fleet.started_s) == 5
    assert max(fleet.started_s.values()) <= 3 * SLOT_S
    served = [sum([turn.count(i) for turn in turns]) for i in range(5)]
    assert max(served) - min(served) <= 1, turns
    assert (event.TURN_ENDED, 0) in fleet.log
    for i, p in enumerate(fleet.points):
        assert p.reason == (reason.LIMIT if i in fleet.on() else reason.WAITS_TURN)


def test_a_running_slot_is_not_cut_short():
    fleet = Fleet([7000] * 3, [3] * 2)
    fleet.cars = [32000, None]
    fleet.run(100)
    fleet.cars[1] = 32000
    fleet.run(SLOT_S - 110)
    assert fleet.on() == [0]
    fleet.run(40)
    assert fleet.on() == [1]


def test_without_slots_nobody_is_stopped_for_another():
    fleet = Fleet([7000] * 3, [3] * 2)
    fleet.site.slot_ms = 0
    fleet.cars = [32000, 32000]
    fleet.run(3 * SLOT_S)
    assert len(fleet.on()) == 1 and len(fleet.started_s) == 1
    waiting = fleet.points[1 - fleet.on()[0]]
    assert waiting.reason == reason.NO_ROOM and waiting.reason_at == 0


def test_a_three_phase_car_is_not_starved_by_single_phase_cars_with_slots_of_their_own():
    fleet = Fleet([7000] * 3, [1, 1, 1, 1, 3], rotations=["L123", "L231", "L312", "L123", "L123"])
    fleet.cars = [32000, None, None, None, None]
    fleet.run(300)
    fleet.cars[1] = 32000
    fleet.run(300)
    fleet.cars = [32000] * 5
    fleet.run(4 * SLOT_S)
    assert len(fleet.started_s) == 5, fleet.started_s


def test_a_car_that_can_never_be_served_disturbs_nobody():
    circuits = [Circuit("grid", None, [20000] * 3), Circuit("cellar", 0, [5000, 32000, 32000])]
    fleet = Fleet(None, [3, 3, 3], circuits)
    point = fleet.points[2]
    point.circuit = 1
    for c in circuits:
        c.points = []
    fleet.site = Site(circuits, fleet.points, 0)
    fleet.cars = [32000] * 3
    fleet.run(3 * SLOT_S)
    assert fleet.on() == [0, 1]
    assert [p.setpoint_ma for p in fleet.points] == [10000, 10000, 0]
    assert (
        point.reason == reason.NO_ROOM and point.reason_at == 3 and fleet.site.reason_ma[2] == 6000
    )


def test_a_higher_priority_starts_at_once_and_gets_its_share_first():
    fleet = Fleet([13000] * 3, [3] * 3)
    fleet.points[2].priority = 1
    fleet.cars = [32000, 32000, None]
    fleet.run(60)
    assert fleet.on() == [0, 1]
    fleet.cars[2] = 32000
    fleet.run(30)
    assert len(fleet.on()) == 2 and 2 in fleet.on()
    other = fleet.points[min(fleet.on())]
    assert fleet.points[2].setpoint_ma == 7000 and other.setpoint_ma == 6000
    fleet.run(3 * SLOT_S)
    assert 2 in fleet.on()  # its slots never end for lower ones


def test_weights_share_above_the_minimum():
    fleet = Fleet([24000] * 3, [3, 3])
    fleet.points[1].weight = 2
    fleet.cars = [32000] * 2
    fleet.run(60)
    assert [p.setpoint_ma for p in fleet.points] == [8000, 16000]


def test_a_full_car_and_one_that_does_not_start_leave_their_place():
    fleet = Fleet([7000] * 3, [3] * 3)
    fleet.cars = [32000, None, None]
    fleet.run(30)
    fleet.full[0] = True
    fleet.cars[1] = 0  # is offered current, draws none
    fleet.run(30)
    assert fleet.on() == [1]
    fleet.cars[2] = 32000
    fleet.run(150)
    assert fleet.on() == [2]


def test_what_a_car_leaves_is_given_to_others_and_comes_back_when_it_takes_more():
    fleet = Fleet([32000] * 3, [3, 3])
    fleet.cars = [8000, 32000]
    fleet.run(40)
    assert [p.setpoint_ma for p in fleet.points] == [16000, 16000]
    fleet.run(90)
    assert [p.setpoint_ma for p in fleet.points] == [11000, 21000]
    assert fleet.points[0].reason == reason.ASKED and fleet.site.reason_ma[0] == 11000
    fleet.cars[0] = 32000
    fleet.run(30)
    assert [p.setpoint_ma for p in fleet.points] == [16000, 16000]


def test_the_order_of_the_list_does_not_matter():
    import random

    for seed in range(8):
        results = []
        for turn in range(2):
            random.seed(seed)
            phases = [random.choice((1, 3)) for _ in range(9)]
            cars = [random.choice((8000, 16000, 32000)) for _ in range(9)]
            rotations = [random.choice((None, "L123", "L231", "L312")) for _ in range(9)]
            order = list(range(9))
            if turn:
                order.reverse()
            fleet = Fleet(
                [25000, 20000, 32000],
                [phases[k] for k in order],
                None,
                [rotations[k] for k in order],
            )
            for p, k in zip(fleet.points, order):
                p.name = "box %d" % k
            fleet.cars = [cars[k] for k in order]
            result = []
            for _ in range(3):
                fleet.run(SLOT_S)
                result.append({p.name: p.setpoint_ma for p in fleet.points})
            results.append(result)
        assert results[0] == results[1], seed


def test_a_car_that_pauses_for_a_moment_keeps_its_slot():
    fleet = Fleet([7000] * 3, [3] * 2)
    fleet.cars = [32000, None]
    fleet.run(300)
    fleet.cars = [0, 32000]
    fleet.run(60)
    assert fleet.on() == [0]
    fleet.cars[0] = 32000
    fleet.run(60)
    assert fleet.on() == [0]


def test_a_restless_group_does_not_keep_another_one_from_being_raised():
    circuits = [Circuit("left", None, [32000] * 3), Circuit("right", None, [32000] * 3)]
    fleet = Fleet(None, [3, 3], circuits)
    fleet.points[1].circuit = 1
    for c in circuits:
        c.points = []
    fleet.site = Site(circuits, fleet.points, 0)
    fleet.cars = [32000, None]
    fleet.run(30)
    for k in range(30):
        if k == 10:
            fleet.cars[1] = 32000
        limits.put(circuits[0], [(20000 if k % 2 else 10000)] * 3, None)
        fleet.run(2)
    assert fleet.points[1].setpoint_ma == 32000


def test_a_driver_may_give_its_wallboxes_more_time_to_answer():
    fleet = Fleet([32000] * 3, [3, 3])
    fleet.points[1].lost_ms = 20000
    fleet.run(10)
    now = fleet.now_s * 1000
    fleet.site.step(now + 5000)
    assert fleet.points[0].lost and not fleet.points[1].lost
    fleet.site.step(now + 19000)
    assert not fleet.points[1].lost
    fleet.site.step(now + 21000)
    assert fleet.points[1].lost
