"""Cars that fell asleep: when, how and how often they are woken, and what ends an attempt."""

from chargers.warp import WarpChargers, WarpPoint
from compat import ticks_add
from hall import Car, Hall
from loadmgmt import event, reason, takeover
from loadmgmt.point import READY, ChargePoint
from loadmgmt.site import Site
from loadmgmt.wake import Waker
from warp.packet import CP_DISCONNECT


class PlainPoint(ChargePoint):
    """Its driver cannot interrupt the pilot."""

    dead_man_ms = 30000


def hall(asleep, attempts=3, **more):
    made = Hall(1, 16000, wake=attempts, **more)
    made.cars[0] = Car(asleep=asleep)
    return made


def waker(made):
    return next(module for module in made.site.modules if isinstance(module, Waker))


def offered_again(made):
    p = made.points[0]
    return p.setpoint_ma > 0 and not p.paused


def to_attempt(made, number):
    """Run until that attempt begins; return the second."""
    found = made.until(
        lambda: made.told(event.WOKEN, 0)[-1:] == [(made.now_ms // 1000, number)], 800
    )
    assert found is not None, (number, made.log)
    return made.now_ms // 1000


def at_rest(made):
    p = made.points[0]
    return not p.paused and not p.is_open and waker(made).stage[0] <= 1


def test_a_car_that_starts_in_time_is_left_alone():
    made = Hall(3, 32000, wake=3)
    made.cars = [Car(start_s=s) for s in (10, 40, 110)]
    made.run(900)
    assert made.charging() == [0, 1, 2] and not made.told(event.WOKEN)


def test_a_pause_after_two_minutes_wakes_a_car_and_its_charge_goes_on():
    made = hall("pause")
    made.run(60)
    begun = to_attempt(made, 1)
    offered = made.told(event.STARTED)[0][0]
    assert 120 <= begun - offered <= 122
    p = made.points[0]
    assert p.setpoint_ma == 0 and not p.is_open
    made.run(2)
    assert p.reason == reason.PAUSED
    again = made.until(lambda: offered_again(made), 60)
    assert 8 <= again <= 12
    made.run(900)
    assert made.charging() == [0] and made.cars[0].drawn_ma == 16000
    assert made.told(event.WOKEN) == [(begun, 1)]


def test_what_no_pause_wakes_is_woken_by_a_break_of_the_pilot():
    made = hall("pilot")
    first = to_attempt(made, 1)
    second = to_attempt(made, 2)
    assert 130 <= second - first <= 140
    p = made.points[0]
    assert not p.is_open  # it has to let go first
    begun = made.until(lambda: made.broken[0], 20)
    assert 3 <= begun <= 4 and p.setpoint_ma == p.may_ma == 0
    assert p.reason == reason.PAUSED
    assert 5 <= made.until(lambda: not made.broken[0], 20) <= 6
    assert made.until(lambda: offered_again(made), 20) <= 4
    made.run(120)
    assert made.charging() == [0] and len(made.told(event.WOKEN)) == 2 and at_rest(made)


def test_where_no_pilot_can_be_broken_there_are_only_pauses():
    made = hall("pilot", point=PlainPoint)
    opened = []
    made.watches.append(lambda: opened.append(made.points[0].is_open))
    made.run(1500)
    assert [value for _, value in made.told(event.WOKEN)] == [1, 2, 3]
    assert not any(opened) and made.charging() == []


def test_no_more_attempts_than_allowed_until_it_has_charged_or_was_unplugged():
    made = hall("never", attempts=2)
    made.run(3 * 3600)
    assert [value for _, value in made.told(event.WOKEN)] == [1, 2]
    assert made.points[0].setpoint_ma >= 6000 and at_rest(made)  # it may start by itself
    made.cars[0] = None
    made.run(5)
    made.cars[0] = Car(asleep="never")
    made.run(1000)
    assert [value for _, value in made.told(event.WOKEN)] == [1, 2, 1, 2]
    made.cars[0] = Car(start_s=1)
    made.run(310)
    made.blocked[0] = True
    made.run(30)
    made.blocked[0] = False
    made.cars[0].asleep = "never"
    made.run(1000)
    assert [value for _, value in made.told(event.WOKEN)] == [1, 2, 1, 2, 1, 2]


def test_none_is_woken_where_that_is_off():
    made = hall("pause", attempts=0)
    made.run(1800)
    assert made.site.modules == () and not made.told(event.WOKEN) and not made.charging()


def test_a_car_that_ended_by_itself_is_not_woken():
    """Neither one whose wallbox says so, nor one that just draws nothing any more."""
    made = Hall(2, 32000, wake=3, offers_full=True)
    made.cars = [Car(), Car()]
    made.run(300)
    made.cars[0].full = True
    made.cars[1].asleep = "pause"
    made.cars[1].drawn_ma = 0
    made.run(3600)
    assert not made.told(event.WOKEN)
    # a pause that somebody else makes begins a new offer, and a new right to be woken
    made.blocked[1] = True
    made.run(10)
    made.blocked[1] = False
    made.run(300)
    assert [i for _, c, i, _ in made.log if c == event.WOKEN] == [1]


def test_a_full_car_that_charges_for_a_moment_when_woken_is_not_woken_for_ever():
    made = hall("pilot")
    naps = []

    def doze():
        car = made.cars[0]
        if car.drawn_ma:
            naps.append(made.now_ms)
            if len(naps) % 60 == 0:  # half a minute
                car.drawn_ma = 0
                car.asleep = "pilot"

    made.watches.append(doze)
    for _ in range(12):
        made.run(900)
        made.blocked[0] = True  # its offer ends and begins anew
        made.run(5)
        made.blocked[0] = False
    assert len(made.told(event.WOKEN)) == 3


def test_cars_that_charge_or_cannot_are_never_woken():
    made = Hall(4, 40000, wake=5)
    made.cars = [Car(), Car(asleep="never"), Car(asleep="never"), None]
    made.blocked[1] = True
    made.run(30)
    made.gone[2] = True
    made.run(1200)
    assert not made.told(event.WOKEN)
    assert made.charging() == [0]


def test_a_wallbox_that_does_not_offer_what_it_is_told_to_has_no_sleeping_car():
    for applied_ma in (0, 5000, 20000):
        made = hall("never")
        made.run(60)

        def other(i, made=made, applied_ma=applied_ma):
            made.points[i].report(made.clock(), applied_ma, 0, 0, 0, READY, 32000, 3)

        made.report = other
        made.run(600)
        assert made.points[0].setpoint_ma > 0 and not made.told(event.WOKEN), applied_ma


def test_whoever_waits_takes_the_place_of_a_sleeping_car_and_that_is_woken_when_it_has_one():
    made = Hall(2, 9000, wake=3)
    made.cars = [Car(asleep="pause"), None]
    made.run(60)
    made.cars[1] = Car()
    assert made.until(lambda: made.points[1].setpoint_ma > 0, 120) is not None
    assert not made.told(event.WOKEN)
    made.run(1000)  # a slot later the sleeping one has its turn, a new offer, and wakes by it
    assert made.until(lambda: made.cars[0].drawn_ma, 900) is not None
    assert not made.told(event.WOKEN)


def test_those_of_lower_priority_are_no_reason_to_let_a_car_sleep():
    made = Hall(2, 9000, wake=1)
    made.points[0].priority = 1
    made.cars = [Car(asleep="pause"), None]
    made.run(60)
    made.cars[1] = Car()
    made.run(400)
    assert made.told(event.WOKEN, 0) and made.charging() == [0]


def test_the_pause_is_no_stop_of_a_charge():
    made = hall("pause")
    to_attempt(made, 1)
    made.run(1)
    assert made.site.told[0] & event.TOLD_STOPPED
    made.until(lambda: offered_again(made), 60)
    assert not made.site.told[0] & event.TOLD_STOPPED
    assert not made.told(event.STOPPED) and not made.told(event.TURN_ENDED)


def test_one_whose_charge_was_stopped_before_is_still_known_for_that():
    made = Hall(1, 16000, wake=1)
    made.cars[0] = Car()
    made.run(60)
    made.cars[0].asleep = "never"
    made.blocked[0] = True
    made.run(20)
    made.blocked[0] = False
    made.run(300)
    assert made.told(event.WOKEN) and at_rest(made)
    assert made.site.told[0] & event.TOLD_STOPPED


def test_nor_does_the_minimum_off_time_make_the_pause_longer():
    made = Hall(1, 16000, wake=1, off_ms=600000)
    made.cars[0] = Car()
    made.run(60)
    made.cars[0].asleep = "never"
    made.cars[0].drawn_ma = 0
    made.blocked[0] = True
    made.run(20)
    made.blocked[0] = False
    assert 560 <= made.until(lambda: made.on(), 700) <= 610  # that was no pause of ours
    assert made.until(lambda: made.points[0].paused, 200) is not None
    assert made.until(lambda: made.on(), 100) <= 15
    made.run(1)
    assert made.site.told[0] & event.TOLD_STOPPED


def test_a_pilot_is_not_broken_before_the_wallbox_has_let_go():
    """Where it takes its time, a little later; where it takes too long, the attempt is a pause."""
    for late_s, first_s in ((4, 4), (8, None)):
        made = hall("never")
        to_attempt(made, 2)
        made.step()
        report = made.report
        until_ms = made.now_ms + late_s * 1000
        opened = []

        def slow(i, made=made, until_ms=until_ms, report=report):
            if made.now_ms < until_ms:
                made.applied[i] = 16000
            report(i)

        def look(made=made, begun=made.now_ms, opened=opened):
            if made.points[0].is_open:
                opened.append((made.now_ms - begun) // 1000)

        made.report = slow
        made.watches.append(look)
        made.run(60)
        assert (opened[0] if opened else None) == first_s, opened
        assert at_rest(made) and made.points[0].setpoint_ma > 0


def test_who_waits_for_the_turn_of_others_is_no_reason_to_let_a_car_sleep():
    made = Hall(3, 13000, wake=1)
    made.points[0].priority = 1
    made.cars = [Car(asleep="pause"), Car(), None]
    made.run(60)
    made.cars[2] = Car()
    made.run(120)
    assert made.points[2].reason == reason.WAITS_TURN
    assert made.told(event.WOKEN, 0)


def test_who_waits_on_other_phases_is_no_reason_either():
    made = Hall([(1, "L123"), (1, "L231"), (1, "L231")], 9000, wake=1)
    made.cars = [Car(1, asleep="pause"), Car(1), None]
    made.run(60)
    made.cars[2] = Car(1)
    made.run(80)
    assert made.points[2].reason == reason.WAITS_TURN
    assert made.told(event.WOKEN, 0)


def test_a_person_s_pause_is_not_ended_by_an_attempt():
    made = hall("pause")
    to_attempt(made, 1)
    made.points[0].paused = True
    made.run(600)
    assert made.points[0].paused is True and made.points[0].setpoint_ma == 0


# --- whatever happens, nobody stays paused or opened


def ends(made, within_s=40):
    assert made.until(lambda: at_rest(made), within_s) is not None
    made.run(30)
    assert not made.points[0].paused and not made.points[0].is_open and not made.broken[0]


def each_moment():
    """An attempt in each of its seconds: a pause, a break before, within and after it."""
    for number in (1, 2):
        for after in range(13):
            made = hall("never")
            to_attempt(made, number)
            made.run(after)
            yield made, number, after


def test_unplugging_ends_an_attempt():
    for made, _, _ in each_moment():
        made.cars[0] = None
        ends(made)
        made.cars[0] = Car()
        made.run(60)
        assert made.charging() == [0]
        assert made.cars[0].drawn_ma == 16000


def test_a_fault_a_block_or_switching_off_ends_an_attempt():
    for made, _, _ in each_moment():
        made.blocked[0] = True
        ends(made)
    for made, _, _ in each_moment():
        made.site.enabled = False
        made.step()
        assert not made.points[0].paused and not made.points[0].is_open
        ends(made)
        assert made.points[0].setpoint_ma == 0


def test_a_wallbox_that_falls_silent_is_no_longer_paused_or_open():
    for made, _, _ in each_moment():
        made.gone[0] = True
        made.run(7)
        assert made.points[0].lost
        assert not made.points[0].paused and not made.points[0].is_open
        made.gone[0] = False
        ends(made)
        made.cars[0] = Car()
        made.run(120)
        assert made.charging() == [0]


def successor(made, attempts):
    """New settings: a site with new points, as firmware/configure.py makes it."""
    old = made.site
    was = made.points
    made.points = [type(p)(p.name, 0, p.phases, p.rotation) for p in was]
    made.more = {"wake": attempts} if attempts else {}
    made.start()
    takeover.take_over(old, made.site, made.points, made.clock())


def test_new_settings_end_an_attempt_and_go_on_counting():
    for made, number, after in each_moment():
        successor(made, 3)
        p = made.points[0]
        assert not p.paused and not p.is_open
        assert waker(made).tries[0] == number
        ends(made)
        made.run(1000)
        assert made.told(event.WOKEN)[-1][1] == 3, (number, after)


def test_settings_without_wake_up_end_an_attempt():
    for made, number, after in each_moment():
        successor(made, 0)
        assert made.site.modules == ()
        made.run(20)
        p = made.points[0]
        assert not p.is_open, (number, after)
        made.cars[0] = Car()
        made.run(120)
        assert made.charging() == [0] and not p.paused and not p.is_open


def test_a_restart_of_the_controller_ends_an_attempt():
    for made, number, after in each_moment():
        made.points = [type(p)(p.name, 0, p.phases, p.rotation) for p in made.points]
        made.start()
        made.run(3)
        assert not made.broken[0], (number, after)
        made.cars[0] = Car()
        made.run(120)
        assert made.charging() == [0]


def test_the_counting_follows_a_wallbox_to_its_new_place_in_the_settings():
    made = Hall(3, 40000, wake=3)
    made.cars = [None, Car(asleep="never"), Car(start_s=5)]
    made.run(140)
    assert made.told(event.WOKEN, 1)
    points = [PlainPoint(name) for name in ("box 02", "box 01")]
    new = Site(made.circuits, points, made.clock())
    new.modules = (Waker(new, made.clock(), 3),)
    takeover.take_over(made.site, new, [None, points[1], points[0]], made.clock())
    assert list(new.modules[0].tries) == [0, 1] and list(new.modules[0].stage) == [1, 0]


def test_a_wallbox_that_sees_no_car_during_the_break_is_not_unplugged():
    made = hall("never", attempts=3)
    state = made.state
    made.state = lambda i: 0 if made.broken[i] else state(i)
    made.run(3600)
    assert [value for _, value in made.told(event.WOKEN)] == [1, 2, 3]
    assert at_rest(made)


def test_nor_when_new_settings_come_during_the_break():
    made = hall("never", attempts=3)
    to_attempt(made, 2)
    made.until(lambda: made.broken[0], 20)
    state = made.state
    blind_ms = made.now_ms + 15000
    made.state = lambda i: 0 if made.now_ms < blind_ms else state(i)
    made.step()
    successor(made, 3)
    made.run(30)
    assert waker(made).tries[0] == 2
    made.cars[0] = None
    made.run(5)
    assert waker(made).tries[0] == 0


def test_a_break_is_no_opening_for_disobedience():
    made = hall("never", attempts=10)
    made.run(7200)
    assert len(made.told(event.WOKEN)) == 10
    assert not made.told(event.DISOBEYS) and at_rest(made)


def test_a_wallbox_that_disobeys_the_pause_is_judged_as_ever():
    made = hall("never")
    to_attempt(made, 2)
    made.until(lambda: made.broken[0], 20)
    report = made.report

    def deaf(i):
        made.applied[i] = 16000
        made.cars[i].drawn_ma = 12000
        report(i)

    made.report = deaf
    assert made.until(lambda: not made.points[0].is_open, 6) is not None
    made.run(20)
    assert made.told(event.DISOBEYS) and not made.points[0].paused
    assert made.until(lambda: made.points[0].is_open, 60) is not None
    made.run(600)
    assert made.points[0].is_open


def test_one_that_is_opened_already_is_not_touched():
    made = hall("never", point=PlainPoint)
    p = made.points[0]
    made.run(60)
    p.is_open = True
    p.opened_ms = made.clock()
    made.run(600)
    assert p.is_open and not made.told(event.WOKEN)


def test_clocks_that_wrap_change_nothing():
    for before_ms in (0, 5000, 133000, 150000, 270000, 280000, 287000, 420000):
        made = Hall(1, 16000, wake=3, clock_ms=ticks_add(0, -before_ms))
        made.cars[0] = Car(asleep="never")
        made.run(800)
        assert [s for s, _ in made.told(event.WOKEN)] == [121, 251, 381], before_ms
        assert at_rest(made)


def test_the_driver_of_a_warp_wallbox_breaks_its_pilot():
    sent = []
    point = WarpPoint("a")
    warp = WarpChargers([point], ["a"], lambda data, address: sent.append(bytes(data)))
    assert point.breaks_pilot
    for point.setpoint_ma, point.is_open in ((0, False), (0, True), (0, False), (16000, False)):
        warp.poll(len(sent) * 1000)
    assert [bool(packet[10] & CP_DISCONNECT) for packet in sent] == [False, True, False, False]


def test_many_sleepers_are_woken_beside_each_other_within_the_limit():
    made = Hall(8, 60000, wake=3)
    made.watches.append(made.check_static)
    made.cars = [Car(asleep=("pause", "pilot", "never", None)[i % 4]) for i in range(8)]
    made.run(1800)
    assert made.charging() == [0, 1, 3, 4, 5, 7]
    assert made.worst_ma <= 0
