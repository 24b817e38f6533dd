"""Water filling: shares are max-min fair and never above a limit."""

import random

from loadmgmt.fill import fill

_FAR = 0x0FFFFFFF


def share(low, cap, uses, budget, weight=None, order=None):
    n = len(low)
    out = [0] * n
    bound = [-1] * n
    fill(order or list(range(n)), low, cap, uses, budget, out, bound, weight)
    return out, bound


def one_of(choices):
    return choices[random.randint(0, len(choices) - 1)]


def some_site(lows=(0, 6000, 9200), gains=(0, 1, 500, 4000, 26000), most=200000):
    """Random low, cap, uses and budget; some wallboxes count in the same limits."""
    n = random.randint(1, 12)
    m = random.randint(1, 7)
    low = [one_of(lows) for _ in range(n)]
    cap = [a + one_of(gains) for a in low]
    places = [tuple([j for j in range(m) if random.randint(0, 2)]) for _ in range(4)]
    uses = [one_of(places) for _ in range(n)]
    budget = [one_of((_FAR, random.randint(0, most))) for _ in range(m)]
    return low, cap, uses, budget


def floor_of(low, uses, budget):
    """Budgets that carry at least what everybody has from the start."""
    least = [0] * len(budget)
    for i in range(len(low)):
        for j in uses[i]:
            least[j] += low[i]
    return [max(a, b) for a, b in zip(least, budget)]


def test_table():
    one = (0,)
    rows = (
        # low, cap, uses, budget -> shares
        ([6000] * 3, [32000] * 3, [one] * 3, [30000], [10000, 10000, 10000]),
        # who needs less leaves the rest to the others
        ([6000] * 3, [8000, 32000, 32000], [one] * 3, [30000], [8000, 11000, 11000]),
        # a higher minimum is kept, the others share what is left
        ([6000, 9200, 6000], [32000] * 3, [one] * 3, [24000], [7400, 9200, 7400]),
        # the level passes a higher minimum
        ([6000, 9200, 6000], [32000] * 3, [one] * 3, [36000], [12000, 12000, 12000]),
        # nobody is bound
        ([6000] * 2, [16000, 10000], [one] * 2, [40000], [16000, 10000]),
        # single-phase cars on different phases do not disturb each other
        ([6000] * 3, [32000] * 3, [(0,), (1,), (1,)], [16000, 20000], [16000, 10000, 10000]),
        # a three-phase car is bound by the tightest phase, its neighbour takes the rest
        ([6000] * 2, [32000] * 2, [(0, 1, 2), (0,)], [30000, 10000, 20000], [10000, 20000]),
        # no limit at all
        ([6000], [32000], [(0,)], [_FAR], [32000]),
        # the lows exceed the limit: everyone stays at the low
        ([6000] * 3, [16000] * 3, [one] * 3, [17000], [6000] * 3),
        # they exceed one limit: elsewhere the others share what is left
        ([6000] * 3, [16000] * 3, [(0, 1), (0, 1), (1,)], [9000, 26000], [6000, 6000, 14000]),
        # minimum and maximum agree
        ([6000, 6000], [6000, 16000], [one] * 2, [20000], [6000, 14000]),
    )
    for low, cap, uses, budget, right in rows:
        assert share(low, cap, uses, budget)[0] == right, (low, cap, uses, budget)


def test_weights():
    one = (0,)
    rows = (
        # low, cap, weight, budget -> shares
        ([6000] * 2, [32000] * 2, (1, 1), 30000, [15000, 15000]),
        ([6000] * 2, [32000] * 2, (2, 1), 30000, [20000, 10000]),
        # the minimum is kept, whatever the weight
        ([6000] * 2, [32000] * 2, (8, 1), 30000, [24000, 6000]),
        # who has all it asks for leaves the rest to the others
        ([6000] * 3, [32000, 12000, 32000], (1, 3, 2), 42000, [10000, 12000, 20000]),
        ([0] * 3, [32000] * 3, (1, 2, 3), 6000, [1000, 2000, 3000]),
    )
    for low, cap, weight, budget, right in rows:
        found = share(low, cap, [one] * len(low), [budget], weight)[0]
        assert found == right, (low, cap, weight, budget, found)


def test_what_bounds_is_told():
    uses = [(0, 2), (0,), (1,)]
    out, bound = share([6000] * 3, [9000, 32000, 32000], uses, [20000, 12000, 99000])
    assert out == [9000, 11000, 12000]
    assert bound == [-1, 0, 1]


def test_only_those_who_are_on_count():
    out, bound = share([6000] * 3, [32000] * 3, [(0,)] * 3, [20000], None, [2, 0])
    assert out == [10000, 0, 10000]
    assert bound == [0, -1, 0]


def test_nobody_and_nothing_left():
    assert share([], [], [], [-5])[0] == []
    # more is used up already than the limits carry: everyone stays at the low
    assert share([6000] * 2, [16000] * 2, [(0,), (1,)], [-9000, 0, -1])[0] == [6000, 6000]
    assert share([0] * 2, [16000] * 2, [(0,), (1,)], [0, 500])[0] == [0, 500]


def test_max_min_on_random_sites():
    random.seed(7)
    for _ in range(400):
        low, cap, uses, budget = some_site()
        n = len(low)
        for weight in (None, [random.randint(1, 4) for _ in range(n)]):
            out, bound = share(low, cap, uses, budget, weight)
            check(low, cap, uses, budget, weight or [1] * n, out, bound)


def check(low, cap, uses, budget, weight, out, bound):
    n = len(low)
    for j in range(len(budget)):
        users = [i for i in range(n) if j in uses[i]]
        floor = sum([low[i] for i in users])
        total = sum([out[i] for i in users])
        assert total <= max(budget[j], floor), (low, cap, uses, budget, weight)
    for i in range(n):
        assert low[i] <= out[i] <= cap[i]
        if out[i] == cap[i]:
            assert bound[i] == -1
            continue
        # bound by a limit that is full, on which nobody above its low has more for its weight
        j = bound[i]
        users = [k for k in range(n) if j in uses[k]]
        assert i in users
        spare = sum([weight[k] for k in users])
        assert sum([out[k] for k in users]) > budget[j] - spare
        for k in users:
            # what the division leaves over is less than 1 mA per wallbox and weight
            assert out[k] * weight[i] <= max(low[k] * weight[i], out[i] * weight[k]) + spare * 4


def test_equal_weights_are_none():
    random.seed(8)
    for _ in range(200):
        low, cap, uses, budget = some_site()
        plain = share(low, cap, uses, budget)
        assert share(low, cap, uses, budget, [1] * len(low)) == plain


def test_the_order_does_not_matter():
    random.seed(9)
    for _ in range(200):
        low, cap, uses, budget = some_site()
        n = len(low)
        weight = one_of((None, [random.randint(1, 4) for _ in range(n)]))
        out, bound = share(low, cap, uses, budget, weight)
        order = list(range(n))
        for i in range(n):  # MicroPython has no shuffle
            k = random.randint(0, n - 1)
            order[i], order[k] = order[k], order[i]
        assert share(low, cap, uses, budget, weight, order) == (out, bound)
        # the same wallboxes under other numbers
        moved = share(
            [low[i] for i in order],
            [cap[i] for i in order],
            [uses[i] for i in order],
            budget,
            weight and [weight[i] for i in order],
        )
        assert moved == ([out[i] for i in order], [bound[i] for i in order])


def test_equals_get_equal_shares():
    random.seed(10)
    for _ in range(200):
        low, cap, uses, budget = some_site(gains=(4000, 26000))
        out, _ = share(low, cap, uses, budget)
        shares = {}
        for i in range(len(low)):
            assert shares.setdefault((low[i], cap[i], uses[i]), out[i]) == out[i]


def test_more_limit_never_lowers_the_sorted_shares():
    random.seed(11)
    for _ in range(400):
        low, cap, uses, budget = some_site()
        budget = floor_of(low, uses, budget)
        before = sorted(share(low, cap, uses, budget)[0])
        j = random.randint(0, len(budget) - 1)
        budget[j] += one_of((1000, 5000, 40000))
        after = sorted(share(low, cap, uses, budget)[0])
        spare = 2 * len(low)  # what the divisions leave over
        for a, b in zip(before, after):
            if b > a + spare:
                break
            assert b >= a - spare, (low, cap, uses, budget)


def test_arguments_stay_as_they_are():
    low, cap, uses, budget = [6000] * 2, [32000] * 2, [(0,)] * 2, [20000]
    weight = [1, 2]
    share(low, cap, uses, budget, weight)
    assert (low, cap, budget, weight) == ([6000] * 2, [32000] * 2, [20000], [1, 2])
