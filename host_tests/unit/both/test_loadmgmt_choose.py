"""Who may start: feasible, as many as fit, by rank, and the same under other numbers."""

import random

from loadmgmt.choose import choose
from loadmgmt.fill import fill

_FAR = 0x0FFFFFFF
L1, L2, L3, ALL = (0,), (1,), (2,), (0, 1, 2)


def start(cars, room, rank=None, patient=False, on=()):
    """cars: (uses, earn, low, cap); those in `on` charge. Returns (set of starters, room left)."""
    room = room[:]
    uses = [car[0] for car in cars]
    earn = [car[1] for car in cars]
    low = [car[2] for car in cars]
    cap = [car[3] for car in cars]
    waiting = [i for i in range(len(cars)) if i not in on]
    rank = rank or [0] * len(cars)
    for i in on:
        for j in uses[i]:
            room[j] -= low[i]
    found = choose(waiting, low, cap, uses, room, earn, rank, list(on) if patient else None)
    assert len(set(found)) == len(found)
    return set(found), room


def three(low=6000, cap=16000):
    return (ALL, 3, low, cap)


def single(phase, low=6000, cap=16000):
    return (phase, 1, low, cap)


def unknown(low=6000, cap=16000):
    return (ALL, 1, low, cap)


def test_table():
    rows = (
        # all fit
        ([three(), single(L1), unknown()], [18000] * 3, {0, 1, 2}),
        # three on a phase each before one on all three
        ([three(), single(L1), single(L2), single(L3)], [10000] * 3, {1, 2, 3}),
        # for the same room: who feeds three phases, whatever the order
        ([unknown(), three()], [10000] * 3, {1}),
        # the phase with room left is used
        ([single(L1), single(L1), single(L2)], [6000, 6000, 6000], {0, 2}),
        # alike: the caller's order
        ([three(), three(), three()], [12000] * 3, {0, 1}),
        # a smaller minimum: two instead of one
        ([three(12000), three(), three()], [12000] * 3, {1, 2}),
        # who fits nowhere takes nothing from the others
        ([three(40000), three(), single(L1)], [12000] * 3, {1, 2}),
        ([], [12000] * 3, set()),
    )
    for cars, room, right in rows:
        assert start(cars, room)[0] == right, (cars, room)


def test_who_needs_no_more_room_starts():
    # one that still holds its minimum from before; one that no limit is known for
    cars = [three(0), three(), three(), ((), 1, 6000, 16000)]
    for patient in (False, True):
        assert start(cars, [6000] * 3, patient=patient)[0] == {0, 1, 3}
        assert start(cars, [0] * 3, patient=patient)[0] == {0, 3}
        assert start(cars, [-1] * 3, patient=patient)[0] == {3}


def test_a_tree_is_used_in_all_its_branches():
    # limits 0-2 the feeder, 3 one box's cable, 4 another's
    cars = [((0, 3), 1, 6000, 16000), ((0, 3), 1, 6000, 16000), ((0, 4), 1, 6000, 16000)]
    assert start(cars, [12000, _FAR, _FAR, 12000, 6000])[0] in ({0, 2}, {0, 1})
    assert start(cars, [18000, _FAR, _FAR, 6000, 12000])[0] == {0, 2}


def test_a_higher_rank_comes_first():
    cars = [three(), single(L1), single(L2), single(L3)]
    assert start(cars, [10000] * 3, [1, 0, 0, 0])[0] == {0}
    assert start(cars, [12000] * 3, [1, 0, 0, 0])[0] == {0, 1, 2, 3}
    # one that cannot start at all is no hindrance, of whatever rank
    assert start([three(20000)] + cars, [12000] * 3, [9, 1, 0, 0, 0])[0] == {1, 2, 3, 4}


def test_one_waits_when_that_pays_for_all():
    # 50 A for five three-phase cars, or for them and one that leaves two phases unused
    cars = [three(cap=32000)] * 5 + [unknown(cap=32000)]
    assert start(cars, [50000] * 3)[0] == {0, 1, 2, 3, 4, 5}
    assert start(cars, [50000] * 3, patient=True)[0] == {0, 1, 2, 3, 4}
    # nobody lacks anything: nobody waits
    assert len(start(cars, [200000] * 3, patient=True)[0]) == 6
    # it is alone in its rank: its turn
    assert 5 in start(cars, [50000] * 3, [0, 0, 0, 0, 0, 1], patient=True)[0]
    # those who charge stay; who comes alone to a few joins them
    assert start(cars, [50000] * 3, patient=True, on=(0, 1, 2, 3, 4))[0] == set()
    assert start(cars[3:], [40000] * 3, patient=True, on=(0, 1))[0] == {2}
    # a few that all fit start all; where not all fit, one on a narrow phase that keeps the
    # three-phase cars down waits
    cars = [three(cap=32000), single(L1)]
    assert start(cars, [16000, 32000, 32000], patient=True)[0] == {0, 1}
    cars = [three(cap=32000), three(cap=32000), single(L1), single(L1)]
    assert start(cars, [20000, 32000, 32000], patient=True)[0] == {0, 1}


def test_as_many_with_more_current():
    # two on L1 alone would leave L2 and L3 unused
    cars = [single(L1), single(L1), three(), three()]
    for patient in (False, True):
        assert start(cars, [12000] * 3, patient=patient)[0] == {2, 3}
    # all at 6 A, or the three-phase cars at 9 A; nobody takes the place of one that is like it
    assert start(cars, [18000] * 3)[0] == {0, 2, 3}
    assert start(cars, [18000] * 3, patient=True)[0] == {2, 3}


def test_the_room_it_leaves_is_used():
    # without the unknown one two more have room on L2 and L3
    cars = [three(), single(L1), single(L2), single(L3), unknown()]
    found, room = start(cars, [12000] * 3, patient=True)
    assert found == {0, 1, 2, 3}
    assert room == [0, 0, 0]


def some_site():
    """Random cars and room: limits 0-2 of the connection, 3-5 of a branch."""
    room = []
    for _ in range(6):
        room.append(random.randint(0, 9) * 8000 if random.randint(0, 5) else _FAR)
    places = (L1, L2, L3, ALL, (0, 3), (1, 4), (2, 5), (0, 1, 2, 3, 4, 5))
    cars = []
    for _ in range(random.randint(1, 14)):
        uses = places[random.randint(0, len(places) - 1)]
        phases = 3 if len(uses) % 3 == 0 and random.randint(0, 2) else 1
        low = (6000, 6000, 9200, 70000)[random.randint(0, 3)]
        cars.append((uses, phases, low, low + random.randint(0, 26) * 1000))
    rank = [random.randint(0, 1) for _ in cars]
    return cars, room, rank


def fits(car, room):
    return all(room[j] >= car[2] for j in car[0])


def current(cars, on, room):
    """Phase-current that these draw together."""
    out = [0] * len(cars)
    parts = [[car[k] for car in cars] for k in range(4)]
    if on:
        fill(list(on), parts[2], parts[3], parts[0], room, out, [-1] * len(cars))
    return sum([out[i] * parts[1][i] for i in on])


def test_properties():
    random.seed(21)
    for _ in range(300):
        cars, room, rank = some_site()
        if not random.randint(0, 2):
            rank = [0] * len(cars)
        for patient in (False, True):
            found, left = start(cars, room, rank, patient)
            # feasible, and the room is what is left
            for j in range(len(room)):
                used = sum([cars[i][2] for i in found if j in cars[i][0]])
                assert left[j] == room[j] - used
                assert left[j] >= 0
            waiting = [i for i in range(len(cars)) if i not in found]
            # nobody else fits; or, left to wait, the others have more than without it
            for i in waiting:
                if not patient:
                    assert not fits(cars[i], left)
                elif fits(cars[i], left) and max(rank) == min(rank):
                    assert current(cars, found, room) >= current(cars, found | {i}, room)
            # the higher rank chooses as if it were alone
            high = [i for i in range(len(cars)) if rank[i]]
            alone = start([cars[i] for i in high], room, None, patient)[0]
            assert found & set(high) == {high[k] for k in alone}
            # without those who fit nowhere: the same
            able = [i for i in range(len(cars)) if fits(cars[i], room)]
            same = start([cars[i] for i in able], room, [rank[i] for i in able], patient)[0]
            assert {able[k] for k in same} == found


def test_other_numbers_change_nothing():
    random.seed(22)
    for _ in range(200):
        cars, room, rank = some_site()
        n = len(cars)
        number = list(range(n))
        for i in range(n):
            k = random.randint(0, n - 1)
            number[i], number[k] = number[k], number[i]
        moved = [None] * n
        moved_rank = [0] * n
        for i in range(n):
            moved[number[i]] = cars[i]
            moved_rank[number[i]] = rank[i]
        for on in (None, []):
            plain = run(list(range(n)), cars, room, rank, on)
            other = run(number, moved, room, moved_rank, on)
            assert other == [number[i] for i in plain]


def run(waiting, cars, room, rank, on):
    parts = [[car[k] for car in cars] for k in range(4)]
    return choose(waiting, parts[2], parts[3], parts[0], room[:], parts[1], rank, on)


def test_where_nothing_binds_all_start():
    random.seed(23)
    for _ in range(100):
        cars, _, rank = some_site()
        assert len(start(cars, [_FAR] * 6, rank, True)[0]) == len(cars)


def test_many_cars_end_soon():
    cars = [three(), single(L1), single(L2), single(L3), unknown(), three(9200)] * 10 + [
        three()
    ] * 4
    found, room = start(cars, [160000] * 3, patient=True)
    assert 20 <= len(found) <= 64
    assert min(room) >= 0
