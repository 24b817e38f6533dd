"""Corners of meters: when one is doubted (R6), what its circuit remembers (R3), and local time."""

from loadmgmt import event, posix_tz, timezone, trust, weigh
from loadmgmt.circuit import DROPPED, NEW, NONE_MA, REPEATED, Circuit, target_ma
from steady_site import NOW_MS, metered, steady, wallbox

TEN = [10000, 10000, 10000]


def judge_of(generation=False, good=True):
    judge = trust.Trust(0, 1000, generation)
    if good:
        judge.state = trust.GOOD
    return judge


def test_the_target_of_section_5():
    rows = (
        # fuse, largest consumer, margin, headroom
        (35000, 16000, 0, 0, 33000),
        (63000, 16000, 0, 0, 63000),
        (40000, 16000, 0, 0, 40000),
        (35000, 0, 0, 0, 35000),
        (35000, 16000, 5, 2000, 29350),
    )
    for main, largest, margin, headroom, right in rows:
        assert target_ma(main, largest, margin, headroom) == right


def test_r6_a_meter_is_silent_after_ten_seconds_or_two_and_a_half_periods():
    for period, silent in ((1000, 10000), (4000, 10000), (5000, 12500), (10000, 25000)):
        judge = trust.Trust(0, period, False)
        assert judge.state == trust.STARTING
        judge.age(silent)
        assert judge.state == trust.STARTING
        judge.age(silent + 1)
        assert judge.state == trust.SILENT


def test_r6_three_good_samples_make_a_meter_believed():
    judge = judge_of(good=False)
    for second, state in ((1, trust.STARTING), (2, trust.STARTING), (3, trust.GOOD)):
        judge.judge(second * 1000, TEN, [0] * 3, False, True, 9000)
        assert judge.state == state
    judge.age(20000)
    for second, state in ((21, trust.RECOVERING), (22, trust.RECOVERING), (23, trust.GOOD)):
        judge.judge(second * 1000, TEN, [0] * 3, False, True, 9000)
        assert judge.state == state


def test_r6_a_sample_is_low_by_more_than_1_A_and_5_percent():
    rows = (
        # own draw, reading, ms since the last change, whether three of them are too much
        (20000, 17999, 2000, True),
        (20000, 18000, 2000, False),
        (20000, 17999, 1999, False),  # somebody moved just now
        (0, -1001, 2000, True),
        (0, -1000, 2000, False),
    )
    for own, reading, calm_ms, doubted in rows:
        for phase in range(3):
            judge = judge_of()
            meter = [30000] * 3
            meter[phase] = reading
            for second in (1, 2, 3):
                assert judge.state == trust.GOOD
                judge.judge(second * 1000, meter, [own] * 3, False, True, calm_ms)
            assert judge.state == (trust.LOW if doubted else trust.GOOD), (own, reading)
            # a meter without the wallboxes is not held against them
            judge = judge_of()
            for second in (1, 2, 3):
                judge.judge(second * 1000, meter, [own] * 3, False, False, calm_ms)
            assert judge.state == trust.GOOD


def test_r6_a_good_sample_between_two_low_ones_counts():
    judge = judge_of()
    for k, reading in enumerate((300, 300, 20000, 300, 300)):
        judge.judge(1000 * k, [reading] * 3, [4000] * 3, False, True, 9000)
        assert judge.state == trust.GOOD
    judge.judge(6000, [300] * 3, [4000] * 3, False, True, 9000)
    assert judge.state == trust.LOW


def frozen_after(own_now, includes=True, phase=0, seconds=40):
    """Seconds until a bit-identical meter is doubted after its wallboxes moved; None: never."""
    judge = judge_of()
    for second in range(seconds):
        own = TEN[:]
        if second > 5:
            own[phase] = own_now
        judge.judge(1000 * second, [30000] * 3, own, second > 0, includes, 0)
        if judge.state != trust.GOOD:
            assert judge.state == trust.FROZEN
            return second
    return None


def test_r6_bit_identical_for_30_s_while_wallboxes_moved_by_more_than_1_A():
    for phase in range(3):
        assert frozen_after(11001, True, phase) == 30
        assert frozen_after(8999, True, phase) == 30
        assert frozen_after(11000, True, phase) is None
    # nothing can be said of a meter that does not see them
    assert frozen_after(20000, False) is None


def test_r6_a_frozen_meter_is_believed_when_it_moves_again():
    judge = judge_of()
    for second in range(40):
        own = TEN if second < 5 else [20000] * 3
        judge.judge(1000 * second, [30000] * 3, own, second > 0, True, 0)
    assert judge.state == trust.FROZEN
    judge.judge(40000, [30000] * 3, [20000] * 3, True, True, 0)
    assert judge.state == trust.FROZEN and judge.good == 0
    for second, state in ((41, trust.RECOVERING), (42, trust.RECOVERING), (43, trust.GOOD)):
        judge.judge(1000 * second, [31000] * 3, [20000] * 3, False, True, 0)
        assert judge.state == state


def follow(*moves):
    """Own and meter (mA on L1) every second; returns the state at the end."""
    judge = judge_of(True)
    for k, (own, meter) in enumerate(moves):
        judge.judge(1000 * k, [meter, 0, 0], [own, 0, 0], False, True, 9000)
    return judge


def test_r6_with_generation_three_changes_of_3_A_have_to_be_followed():
    still = ((6000, 5000), (6000, 5000))

    def changes(by, shows, count):
        moves = list(still)
        for k in range(count):
            up = k % 2 == 0
            own = 6000 + by if up else 6000
            moves += [(own, 5000 + shows if up else 5000)] * 2
        return follow(*moves)

    rows = (
        # change, what the meter shows of it, how many, judged
        (3000, 0, 3, trust.NOT_FOLLOWING),
        (3000, 0, 2, trust.GOOD),
        (2999, 0, 3, trust.GOOD),
        (3000, 1500, 3, trust.GOOD),  # half of it will do
        (3000, 1499, 3, trust.NOT_FOLLOWING),
        (3000, -3000, 3, trust.NOT_FOLLOWING),  # a clamp the wrong way round
        (-3000, -3000, 3, trust.GOOD),
        (-3000, 3000, 3, trust.NOT_FOLLOWING),
    )
    for by, shows, count, right in rows:
        assert changes(by, shows, count).state == right, (by, shows, count)


def test_r6_with_generation_a_change_while_the_sun_moves_says_nothing():
    for drift, right in ((250, trust.NOT_FOLLOWING), (251, trust.GOOD)):
        moves = [(6000, 5000)]
        for k in range(3):
            own = 10000 if k % 2 == 0 else 6000
            before = moves[-1]
            moves += [(before[0], before[1] + drift), (own, before[1] + drift)]
            moves += [(own, before[1] + drift)]
        assert follow(*moves).state == right, drift
    # the house moves just after it: that may have hidden it
    for drift, right in ((250, trust.NOT_FOLLOWING), (251, trust.GOOD)):
        moves = [(6000, 5000), (6000, 5000)]
        for k in range(3):
            own = 10000 if k % 2 == 0 else 6000
            last = moves[-1][1]
            moves += [(own, last), (own, last + drift), (own, last + drift)]
        assert follow(*moves).state == right, drift


def test_r6_a_value_beyond_four_times_the_fuse_is_dropped_and_the_last_one_ages():
    circuit = metered(10000)
    assert circuit.sample(1000, 40000, -40000, 40000) == NEW
    for row in ((40001, 0, 0), (0, 40001, 0), (0, 0, 40001), (-40001, 0, 0), (0, -40001, 0)):
        assert circuit.sample(2000, row[0], row[1], row[2]) == DROPPED
    assert circuit.trust.dropped == 5 and circuit.meter_ma == [40000, -40000, 40000]
    assert circuit.sample(1749, 40000, -40000, 40000, True) == REPEATED
    assert circuit.sample(1750, 40000, -40000, 40000, True) == NEW
    assert circuit.samples == 2


def test_r3_the_largest_house_load_of_10_s_and_60_s():
    circuit = metered()
    circuit.house_hi = [0] * 3
    circuit.house_lo = [0] * 3
    circuit.forget_house(0)
    assert circuit.held_house_ma(0, False) == NONE_MA
    held = []
    for second in range(200):
        load = 20000 if second == 100 else 5000
        for k in range(3):
            circuit.house_hi[k] = circuit.house_lo[k] = load + k
        circuit.remember_house(1000 * second)
        held.append([circuit.held_house_ma(k, False) for k in range(3)])
        if second == 9:
            assert held[-1][0] == NONE_MA  # it has not held for 10 s yet
        if second in (59, 111, 159):
            assert circuit.held_house_ma(1, True) == (NONE_MA if second == 59 else 20001)
        if second in (11, 99, 112, 199):
            assert held[-1] == [5000, 5001, 5002], second
        if 100 <= second <= 110:
            assert held[-1] == [20000, 20001, 20002], second
    assert circuit.held_house_ma(1, True) == 5001
    # after a minute without a pass nothing is known
    circuit.remember_house(1000 * 199 + 60001)
    assert circuit.held_house_ma(2, False) == NONE_MA


def test_a_meter_that_comes_and_goes_is_told_once():
    circuit = metered()
    site = steady([circuit], [wallbox()], [0], [(0, 0, 0)], [TEN])
    site.log = []
    site.step(NOW_MS + 8999)
    site.step(NOW_MS + 9000)  # the last value is 10 s old
    assert [row for row in site.log if row[0] == event.METER_LOST] == []
    site.step(NOW_MS + 9001)
    site.step(NOW_MS + 10500)
    assert [row for row in site.log if row[0] < event.CHARGER_LOST] == [
        (event.METER_LOST, 0, trust.SILENT)
    ]
    for k in range(4):
        site.sample(0, NOW_MS + 11000 + 1000 * k, 10000 + k, 10000, 10000, False)
    told = [row[:2] for row in site.log if row[0] in (event.METER_LOST, event.METER_BACK)]
    assert told == [(event.METER_LOST, 0), (event.METER_BACK, 0)]  # nothing while it recovers
    assert weigh.newest_sample(site) == NOW_MS + 14000
    assert weigh.newest_sample(steady([Circuit("a")], [], [], [], [])) is None


def test_offsets_of_a_zone_up_to_a_day():
    for text, right in (
        ("CET-24", 86400),
        ("CET24", -86400),
        ("CET-1:59:59", 7199),
        ("CET-0:30", 1800),
        ("<+0330>-3:30", 12600),
    ):
        assert posix_tz.parse(text) == (right, None, None, None)
    zone = posix_tz.parse("CET-1CEST,M3.5.0/167:59:59,J365/-167")
    assert zone[2:] == (("M", 3, 5, 0, 604799), ("J", 365, 0, 0, -601200))
    for wrong in ("CET-25", "CET-1:60", "CET-1:1:60", "CET-1:1:1:1", "CET-1CEST,M3.5.0/168,J1"):
        try:
            posix_tz.parse(wrong)
        except ValueError as error:
            assert error.args[0]
        else:
            raise AssertionError(wrong)


def test_months_begin_where_they_begin():
    lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    day = 20454  # 2026-01-01, a Thursday (4)
    weekday = 4
    for year in range(2026, 2034):
        for month in range(1, 13):
            length = lengths[month - 1] + (1 if month == 2 and year % 4 == 0 else 0)
            found = {}
            for at in range(length):
                found.setdefault((weekday + at) % 7, []).append(day + at)
            for c in range(7):
                for b in range(1, 6):
                    right = found[c][-1] if b == 5 else found[c][b - 1]
                    rule = ("M", month, b, c, 7200)
                    assert timezone._moment(rule, year) == right * 86400 + 7200, (year, rule)
            day += length
            weekday = (weekday + length) % 7
