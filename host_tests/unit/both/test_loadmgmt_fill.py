"""Water filling: shares are max-min fair and never above a limit."""

import random

from loadmgmt.fill import fill

_FAR = 0x0FFFFFFF


def share(low, cap, uses, budget):
    n = len(low)
    out = [0] * n
    bound = [-1] * n
    fill(list(range(n)), low, cap, uses, budget, out, bound)
    return out, bound


def test_table():
    one = (0,)
    rows = (
        # low, cap, uses, budget -> shares
        ([6000] * 3, [32000] * 3, [one] * 3, [30000], [10000, 10000, 10000]),
        # who needs less leaves the rest to the others
        ([6000] * 3, [8000, 32000, 32000], [one] * 3, [30000], [8000, 11000, 11000]),
        # a higher minimum is kept, the others share what is left
        ([6000, 9200, 6000], [32000] * 3, [one] * 3, [24000], [7400, 9200, 7400]),
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
        # minimum and maximum agree
        ([6000, 6000], [6000, 16000], [one] * 2, [20000], [6000, 14000]),
    )
    for low, cap, uses, budget, right in rows:
        assert share(low, cap, uses, budget)[0] == right, (low, cap, uses, budget)


def test_what_bounds_is_told():
    uses = [(0, 2), (0,), (1,)]
    out, bound = share([6000] * 3, [9000, 32000, 32000], uses, [20000, 12000, 99000])
    assert out == [9000, 11000, 12000]
    assert bound == [-1, 0, 1]


def test_max_min_on_random_sites():
    random.seed(7)
    for _ in range(400):
        n = random.randint(1, 12)
        m = random.randint(1, 7)
        low = [random.choice((0, 6000, 9200)) for _ in range(n)]
        cap = [a + random.choice((0, 1, 500, 4000, 26000)) for a in low]
        uses = []
        for _ in range(n):
            uses.append(tuple([j for j in range(m) if random.randint(0, 2)]))
        budget = [random.choice((_FAR, random.randint(0, 200000))) for _ in range(m)]
        out, bound = share(low, cap, uses, budget)
        for j in range(m):
            users = [i for i in range(n) if j in uses[i]]
            floor = sum([low[i] for i in users])
            total = sum([out[i] for i in users])
            assert budget[j] == _FAR or total <= max(budget[j], floor), (low, cap, uses, budget)
        for i in range(n):
            assert low[i] <= out[i] <= cap[i]
            if out[i] == cap[i]:
                continue
            # bound by a limit that is full, on which nobody above its low has more
            j = bound[i]
            users = [k for k in range(n) if j in uses[k]]
            assert i in users
            assert sum([out[k] for k in users]) > budget[j] - len(users)
            for k in users:
                # what the division leaves over is less than 1 mA per wallbox
                assert out[k] <= max(low[k], out[i]) + len(users)
