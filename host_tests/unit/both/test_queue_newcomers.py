"""Welcome slots for cars that have just come; what is left for cars that ended by themselves."""

from hall import Car, Hall
from loadmgmt import event, reason
from loadmgmt.point import FULL
from random_plan import Dice

SLOT_S = 900


def hall(n, limit_ma, **more):
    made = Hall(n, limit_ma, **more)
    made.watches.append(made.check_static)
    return made


def since_on(made, i, seconds):
    """Seconds until wallbox i has current."""
    return made.until(lambda: made.points[i].setpoint_ma > 0, seconds)


# --- newcomers


def two_wait(welcomes=True):
    """One charges whose slot is nearly over, another has had its turn, a third comes."""
    made = hall(3, 9000, welcomes=welcomes)
    made.cars[0] = Car(start_s=10)
    made.run(100)
    made.cars[1] = Car(start_s=10)
    assert since_on(made, 1, SLOT_S) is not None
    made.run(800)
    made.cars[2] = Car(start_s=10)
    made.run(30)
    assert made.on() == [1]
    return made


def test_a_newcomer_goes_before_who_has_waited_for_a_slot():
    made = two_wait()
    assert made.until(lambda: made.on() and made.on() != [1], 200) is not None
    assert made.on() == [2] and made.points[0].reason == reason.WAITS_TURN


def test_without_the_option_it_does_not():
    made = two_wait(False)
    assert made.until(lambda: made.on() and made.on() != [1], 200) is not None
    assert made.on() == [0]


def test_it_never_ends_a_car_within_its_slot():
    made = hall(2, 9000, welcomes=True)
    made.cars[0] = Car(start_s=10)
    made.run(60)
    made.cars[1] = Car(start_s=10)
    made.run(SLOT_S - 80)
    assert made.on() == [0] and made.points[1].reason == reason.WAITS_TURN
    assert since_on(made, 1, 60) is not None


def test_it_takes_the_place_of_a_car_whose_slot_is_over_at_once():
    """Without the option it would, too, where nobody else waits; with it also before others."""
    made = hall(2, 9000, welcomes=True)
    made.cars[0] = Car(start_s=10)
    made.run(SLOT_S + 60)
    made.cars[1] = Car(start_s=10)
    assert since_on(made, 1, 30) <= 15
    assert made.told(event.TURN_ENDED, 0)


def test_who_has_waited_for_two_slots_stays_before_it():
    made = hall(3, 9000, welcomes=True)
    made.points[0].priority = 1  # it keeps its place
    made.cars[0] = Car(start_s=10)
    made.run(60)
    made.cars[1] = Car(start_s=10)
    made.run(2 * SLOT_S + 30)
    made.cars[2] = Car(start_s=10)
    made.run(5)
    assert made.on() == [0]
    made.cars[0] = None
    assert since_on(made, 1, 30) is not None
    made.run(30)
    assert made.on() == [1]


def test_who_has_waited_for_one_slot_shares_the_rank_of_a_newcomer_and_goes_first_by_need():
    made = hall(3, 9000, welcomes=True)
    made.points[0].priority = 1
    made.cars[0] = Car(start_s=10)
    made.run(60)
    made.cars[1] = Car(start_s=10)
    made.run(SLOT_S + 30)
    made.cars[2] = Car(start_s=10)
    made.run(5)
    made.cars[0] = None
    assert made.until(lambda: made.on() and made.on() != [0], 60) is not None
    assert made.on() == [1]  # both have received nothing, it has waited for longer


def test_the_welcome_is_over_when_it_has_charged():
    made = hall(2, 9000, welcomes=True)
    made.cars = [Car(start_s=10), Car(start_s=10)]
    made.run(5 * SLOT_S)
    spans = []
    for i in (0, 1):
        spans.append([s for s, _ in made.told(event.STARTED, i)])
    starts = sorted(spans[0] + spans[1])
    gaps = [b - a for a, b in zip(starts, starts[1:])]
    assert min(gaps) >= SLOT_S - 5, gaps


def test_a_car_that_is_unplugged_and_plugged_in_again_is_a_newcomer_but_not_for_more_than_a_slot():
    """Pulling the plug again and again keeps nobody waiting beyond the bound."""
    made = hall(2, 9000, welcomes=True)
    made.cars = [Car(start_s=5), None]
    made.run(60)
    made.cars[1] = Car(start_s=5)
    begun = made.now_ms
    while not made.cars[1].drawn_ma:
        made.cars[0] = None
        made.run(3)
        made.cars[0] = Car(start_s=5)
        made.run(60)
        assert made.now_ms - begun <= 3 * SLOT_S * 1000


def test_a_stream_of_newcomers_starves_nobody():
    """Two places; a new car comes every five minutes to one of six wallboxes and leaves after its
    first charge of eight minutes. Those who stay are served in ceil(cars / served at once) + 2."""
    for seed in (1, 2):
        dice = Dice(seed)
        made = hall(8, 12500, welcomes=True)
        stays = (0, 1)
        for i in stays:
            made.cars[i] = Car(start_s=10)
        waits_s = [0, 0]
        worst_s = 0
        left_s = [0] * 8
        for _ in range(3 * 3600 // 10):
            made.run(10)
            now_s = made.now_ms // 1000
            for i in stays:
                waits_s[i] = 0 if made.points[i].setpoint_ma > 0 else waits_s[i] + 10
                worst_s = max(worst_s, waits_s[i])
            for i in range(2, 8):
                car = made.cars[i]
                if car and car.drawn_ma and not left_s[i]:
                    left_s[i] = now_s + 480
                if car and left_s[i] and now_s >= left_s[i]:
                    made.cars[i] = None
                    left_s[i] = 0
            if now_s % 300 == 0:
                free = [i for i in range(2, 8) if made.cars[i] is None]
                if free:
                    made.cars[dice.pick(free)] = Car(start_s=dice.number(5, 40))
        assert worst_s <= (8 // 2 + 2) * SLOT_S, (seed, worst_s)
        assert min([made.site.served[i] for i in stays]) > 0


def test_newcomers_who_all_stay_take_turns_as_ever():
    made = hall(6, 12500, welcomes=True)
    for i in range(6):
        made.cars[i] = Car(start_s=10)
        made.run(120)
    worst = 0
    waits = [0] * 6
    for _ in range(8 * SLOT_S // 10):
        made.run(10)
        for i in range(6):
            waits[i] = 0 if made.points[i].setpoint_ma > 0 else waits[i] + 10
            worst = max(worst, waits[i])
    assert worst <= (3 + 2) * SLOT_S, worst
    served = list(made.site.served)
    assert min(served) * 2 > max(served), served


# --- cars that ended by themselves


def full_one(n=2, limit_ma=16000, **more):
    """The first car has ended by itself; it is offered what is left."""
    made = hall(n, limit_ma, offers_full=True, **more)
    made.cars[0] = Car(start_s=10)
    made.run(60)
    made.cars[0].full = True
    made.run(20)
    assert made.state(0) == FULL
    return made


def test_a_full_car_is_offered_its_minimum_and_no_more():
    made = full_one()
    made.run(300)
    assert made.points[0].setpoint_ma >= 6000
    assert made.points[0].reason == reason.FULL
    made.cars[1] = Car(start_s=10)  # it can use all that there is
    made.run(120)
    assert made.points[0].setpoint_ma == 0
    assert made.points[1].setpoint_ma == 16000


def test_without_the_option_it_is_offered_nothing():
    made = hall(1, 16000)
    made.cars[0] = Car(start_s=10)
    made.run(60)
    made.cars[0].full = True
    made.run(20)
    assert made.points[0].setpoint_ma == 0 and made.points[0].reason == reason.FULL


def test_it_gives_way_to_anybody_at_once():
    """Within its slot, to one of lower priority, to one that was stopped just now."""
    for priority in (0, -5):
        made = full_one(2, 9000)
        made.points[1].priority = priority
        made.cars[1] = Car(start_s=10)
        assert since_on(made, 1, 30) <= 15, priority
        made.run(60)
        assert made.points[0].setpoint_ma == 0 and made.on() == [1]


def test_it_gives_way_whatever_the_other_options_are():
    options = (
        {"on_ms": 600000},
        {"off_ms": 600000},
        {"welcomes": True},
        {"start_margin_ma": 2000},
        {"wake": 3},
    )
    for more in options:
        made = full_one(2, 9000, **more)
        made.cars[1] = Car(start_s=10)
        assert since_on(made, 1, 30) is not None, more


def test_it_gives_way_where_there_are_no_slots():
    made = full_one(2, 9000)
    made.site.slot_ms = 0
    made.cars[1] = Car(start_s=10)
    assert since_on(made, 1, 30) is not None


def test_as_many_give_way_as_are_needed():
    made = hall(6, 27000, offers_full=True)
    for i in range(4):
        made.cars[i] = Car(start_s=10)
    made.run(120)
    for i in range(4):
        made.cars[i].full = True
    made.run(60)
    assert made.on() == [0, 1, 2, 3]
    made.cars[4] = Car(start_s=10)
    made.cars[5] = Car(start_s=10)
    made.run(120)
    assert made.charging() == made.on() == [4, 5]
    assert min([made.points[i].setpoint_ma for i in (4, 5)]) >= 6000


def test_it_waits_where_others_charge_and_never_ends_anybody():
    made = hall(3, 13000, offers_full=True)
    made.cars = [Car(start_s=10), Car(start_s=10), Car(start_s=10)]
    made.points[0].priority = 10
    made.run(60)
    made.cars[0].full = True
    made.run(4 * SLOT_S)
    assert made.points[0].setpoint_ma == 0
    assert made.charging() == [1, 2]
    turns = [s for s, _ in made.told(event.TURN_ENDED, 1) + made.told(event.TURN_ENDED, 2)]
    assert not turns, turns  # its wish is no reason to end a slot


def test_one_that_draws_again_is_a_car_like_others():
    made = full_one()
    made.cars[1] = Car(start_s=10)
    made.run(120)
    assert made.points[0].setpoint_ma == 0
    made.cars[0].full = False
    made.run(120)
    assert made.charging() == [0, 1]
    assert made.points[0].setpoint_ma == made.points[1].setpoint_ma == 8000
    # and within its slot nobody takes its place
    made = full_one(2, 9000)
    made.cars[0].full = False
    made.run(60)
    assert made.charging() == [0]
    made.cars[1] = Car(start_s=10)
    made.run(600)
    assert made.charging() == [0]


def test_nothing_flaps_beside_full_cars():
    made = hall(4, 19000, offers_full=True)
    made.cars = [Car(start_s=10) for _ in range(4)]
    made.run(200)
    made.cars[0].full = made.cars[1].full = True
    made.run(120)
    changes = [0]
    before = [[p.setpoint_ma for p in made.points]]

    def count():
        now = [p.setpoint_ma for p in made.points]
        changes[0] += now != before[0]
        before[0] = now

    made.watches.append(count)
    made.run(3600)
    assert changes[0] <= 6, changes
    assert made.charging() == [2, 3]
    assert not made.told(event.STOPPED)


def test_when_there_is_less_the_full_one_is_stopped_first():
    made = hall(2, 18000, offers_full=True)
    made.points[0].priority = 5
    made.cars = [Car(start_s=10), Car(max_ma=8000, start_s=10)]
    made.run(180)
    made.cars[0].full = True
    made.run(1100)  # what the other one may leave is known after a minute
    assert made.on() == [0, 1]
    made.circuits[0].limit_ma = [9000] * 3
    made.run(2)
    assert made.on() == [1]
    made.run(600)
    assert made.on() == [1] and len(made.told(event.STOPPED)) == 1


def test_cars_never_wait_for_a_full_one():
    """Random comings, goings and fillings: whoever waits while a full one is offered something on
    its limit waits for no longer than the wallbox needs to let go and the change to settle."""
    for seed in range(1, 5):
        dice = Dice(seed)
        made = hall(6, dice.number(8, 26) * 1000, offers_full=True, welcomes=bool(seed % 2))
        waits = [0] * 6
        made.worst = 0
        for p in made.points:
            p.priority = dice.number(0, 2) * (seed % 3)

        def watch(made=made, waits=waits):
            points = made.points
            offered = [
                i for i in range(6) if made.cars[i] and made.cars[i].full and points[i].setpoint_ma
            ]
            for i, car in enumerate(made.cars):
                if car and not car.full and not points[i].setpoint_ma and offered:
                    waits[i] += 500
                    made.worst = max(made.worst, waits[i])
                else:
                    waits[i] = 0

        made.watches.append(watch)
        for _ in range(360):
            made.run(10)
            i = dice.number(0, 5)
            car = made.cars[i]
            event_ = dice.number(0, 9)
            if car is None:
                made.cars[i] = Car(start_s=dice.number(5, 40))
            elif event_ < 2:
                made.cars[i] = None
            elif event_ < 6 and made.state(i) == 4:
                car.full = True
            elif event_ < 8:
                car.full = False
        assert made.worst <= 10000, (seed, made.worst)
        assert made.worst_ma <= 0


def test_a_full_car_takes_nothing_from_one_that_charges():
    hall = Hall(4, limit_ma=24000, offers_full=True)
    for i in range(4):
        hall.cars[i] = Car(max_ma=32000)
    hall.run(120)
    assert min([p.setpoint_ma for p in hall.points]) == 6000
    for i in (1, 2, 3):
        hall.cars[i].full = True
    hall.run(120)
    assert [p.setpoint_ma for p in hall.points] == [24000, 0, 0, 0]
    hall.cars[0].full = True
    hall.run(1000)
    assert [p.setpoint_ma for p in hall.points] == [6000, 6000, 6000, 6000]


def test_the_offer_to_a_full_car_does_not_follow_the_noise_of_the_house():
    made = Hall(2, main_ma=35000, offers_full=True)
    made.cars = [Car(max_ma=16000), Car()]
    made.run(120)
    made.cars[1].full = True
    made.run(300)
    begun = len(made.told(event.STARTED, 1))
    for k in range(1200):
        noise_ma = 3000 if k // 20 % 2 else 0
        made.house = [10000 + k // 400 * 1000 + noise_ma] * 3
        made.run(1)
    assert len(made.told(event.STARTED, 1)) - begun <= 2
