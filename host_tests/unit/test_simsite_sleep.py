"""Sleeping cars of the simulated site, and what their wallboxes do with CP_DISCONNECT."""

import pytest

from tools.simsite import warp_wire as wire
from tools.simsite.box import WarpBox
from tools.simsite.box_state import BoxConfig
from tools.simsite.car import Car, CarConfig

MANAGER = ("127.0.0.1", 34127)
STEP = 0.05


def sleeper(woken_by):
    car = Car(CarConfig(offset_ma=0, start_s=2, sleeps_after_s=60, woken_by=woken_by))
    run(car, 70)
    assert car.asleep
    return car


def run(car, seconds, offer_ma=0, is_broken=False):
    car.pilot_broken = is_broken
    for _ in range(round(seconds / STEP)):
        car.step(STEP, offer_ma)
    return car.charging


def test_without_an_offer_it_falls_asleep_with_one_it_does_not():
    car = Car(CarConfig(offset_ma=0, start_s=2, sleeps_after_s=60))
    assert run(car, 300, 16000)
    run(car, 59)
    assert not car.asleep
    assert run(car, 10, 16000)


@pytest.mark.parametrize("woken_by", ["pause", "pilot", "never"])
def test_only_what_wakes_it_wakes_it(woken_by):
    car = sleeper(woken_by)
    assert not run(car, 300, 16000)
    run(car, 10)
    assert run(car, 60, 16000) == (woken_by == "pause")
    run(car, 3)
    run(car, 2, 0, True)  # too short a break
    run(car, 3)
    assert run(car, 60, 16000) == (woken_by == "pause")
    run(car, 3)
    run(car, 5, 0, True)
    run(car, 3)
    assert run(car, 60, 16000) == (woken_by != "never")


class Managed:
    """A wallbox that gets a command each second."""

    def __init__(self, car):
        self.now = 0.0
        self.box = WarpBox(0, BoxConfig(read_every_s=0), now=0.0)
        self.box.plug(car, 0.0)
        self.sequence = 0
        self.states = []

    def run(self, seconds, ma, flags=0):
        for n in range(round(seconds / STEP)):
            if n % 20 == 0:
                command = wire.Command(3, self.sequence, ma, flags, 3)
                self.sequence += 1
                self.box.receive(wire.pack_command(command), MANAGER, self.now)
            self.states += [wire.unpack_state(data)[2] for data, _ in self.box.tick(self.now)]
            self.box.car.step(STEP, self.box.offer_ma, 3)
            self.now += STEP
        return self.states[-1]


def test_a_break_of_the_pilot_opens_the_contactor_at_once_and_is_told():
    site = Managed(Car(CarConfig(offset_ma=0, start_s=2)))
    assert not site.run(40, 16000).state_flags & 0x40
    assert site.box.drawn_ma() == [16000] * 3
    state = site.run(1.5, 16000, wire.FLAG_CP_DISCONNECT)
    assert site.box.drawn_ma() == [0, 0, 0]
    assert state.state_flags & 0x40 and state.charger_state == 1
    assert not site.run(1.5, 16000).state_flags & 0x40
    site.run(30, 16000)
    assert site.box.drawn_ma() == [16000] * 3


def test_commands_with_the_flag_wake_a_car():
    site = Managed(sleeper("pilot"))
    site.run(200, 16000)
    assert not site.box.car.charging
    site.run(5, 0, wire.FLAG_CP_DISCONNECT)
    site.run(2, 0)
    site.run(10, 16000)
    assert site.box.car.charging


def test_a_car_that_is_unplugged_during_a_break_has_its_pilot_back():
    site = Managed(Car(CarConfig()))
    site.run(2, 0, wire.FLAG_CP_DISCONNECT)
    assert not site.box.unplug(site.now).pilot_broken
