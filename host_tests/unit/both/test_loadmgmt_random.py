"""Random sites, judged by what physically may flow (random_plan.py, random_site.py,
random_judge.py). `make soak` plays a million passes of the same; a seed that failed once stays."""

from random_calm import judge_service
from random_judge import Judge
from random_plan import Dice, plan
from random_site import RandomSite

SEEDS = range(1, 26)
TICKS = 120
NUMBERS = [41, 157, 865, 113]  # of the dice, on both interpreters
# (seed, passes) of sites on which a rule did not hold once
KEPT = (
    (292, 400),  # a car that needs no more than its own rest of before
    (7, 400),  # everyone on a limit has to stop
    (1500500, 400),  # a limit falls while a wallbox is waited for that has not followed yet
    (1500744, 400),
    (2050, 230),  # a car that draws 0.5 A more than its setpoint, at its limit
    (167, 400),  # a lost wallbox at 0 A falls back to its failsafe current
)


def play(seed, ticks):
    site = RandomSite(plan(Dice(seed), ticks))
    judge = Judge(site)
    site.run()
    return judge


def test_the_rules_hold_on_random_sites():
    raises = 0
    for seed in SEEDS:
        try:
            raises += play(seed, TICKS).raises
        except Exception:
            print("seed", seed)
            raise
    assert raises > 50  # there was something to judge


def test_the_rules_hold_where_they_once_did_not():
    for seed, ticks in KEPT:
        play(seed, ticks)


def test_the_judge_sees_a_raise_that_does_not_fit():
    made = plan(Dice(3), 50, 8, False)
    site = RandomSite(made)
    Judge(site)
    for box in site.boxes:
        box.made["measures"] = True
    step = site.site.step

    def greedy(now):
        step(now)
        for box in site.boxes:
            box.point.setpoint_ma = box.made["max_ma"]

    site.site.step = greedy
    try:
        site.run()
    except Exception as error:  # noqa: BLE001 - its kind is looked at
        assert error.args[0] in ("R1", "R2 static", "R5"), error.args
    else:
        raise AssertionError("nothing was noticed")


def test_the_order_of_the_lists_changes_nothing():
    for seed in range(31, 37):
        made = plan(Dice(seed), TICKS)
        count = len(made["boxes"])
        order = [(i * 7 + 3) % count for i in range(count)] if count % 7 else None
        order = order or list(range(count - 1, -1, -1))
        one = RandomSite(made)
        other = RandomSite(made, order, parents_first(made, Dice(seed)))
        for _ in range(TICKS):
            one.step()
            other.step()
            for a, b in zip(one.boxes, other.boxes):
                what = (seed, one.tick, a.name, a.point.setpoint_ma, b.point.setpoint_ma)
                assert a.point.setpoint_ma == b.point.setpoint_ma, what


def test_every_servable_car_is_served_in_time():
    for seed in (10, 42):  # 7 cars, 2 or 3 at once; 10 cars, 8 of them one by one
        cars, waited, bound = judge_service(seed, 9)
        assert cars >= 7 and 1000 < waited < bound


def parents_first(made, dice):
    """The circuits in another order."""
    left = list(range(len(made["circuits"])))
    order = []
    while left:
        ready = [c for c in left if made["circuits"][c]["parent"] not in left]
        c = dice.pick(ready)
        order.append(c)
        left.remove(c)
    return order


def test_both_interpreters_play_the_same_site():
    made = plan(Dice(1), 20)
    assert len(made["boxes"]) == 26
    numbers = Dice(7)
    assert [numbers.number(0, 999) for _ in range(4)] == NUMBERS
