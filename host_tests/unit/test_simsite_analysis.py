"""The judge is judged: records made by hand, answers worked out by hand."""

import pytest

from tools.simsite import analysis
from tools.simsite.record import Record

LIMIT = (35000, 35000, 35000)


class Made:
    """A record of two wallboxes, 3-phase on L1 L2 L3 and 1-phase on L2, written by hand."""

    def __init__(self):
        self.record = Record([(0, 1, 2), (1,)])

    def row(self, t, house, a, b):
        cars = [[a, a, a], [0, b, 0]]
        total = [h + a + (b if p == 1 else 0) for p, h in enumerate(house)]
        self.record.row(t, total, house, cars)
        return total

    def command(self, t, box, ma, ignore=False):
        self.record.event(
            "command", t, box=box, current_ma=ma, flags=0, ignore=ignore, version=4, sequence=1
        )

    def applied(self, t, box, ma):
        self.record.event("applied", t, box=box, current_ma=ma)

    def sample(self, t, house, a, b, broken=False, register=0):
        cars = [[a, a, a], [0, b, 0]]
        total = [h + a + (b if p == 1 else 0) for p, h in enumerate(house)]
        self.record.event(
            *("sample", t),
            register=register,
            count=18,
            broken=broken,
            current_ma=total,
            truth={"total_ma": total, "house_ma": list(house), "cars_ma": cars},
        )


def test_overload_integral_longest_and_peak():
    made = Made()
    for t, house in ((0, 30000), (1, 37000), (2, 36000), (3, 30000), (4, 36000), (4.5, 0)):
        made.row(t, (house, 0, 0), 0, 0)
    l1, l2, l3 = analysis.overloads(made.record, LIMIT)
    assert l1.a_s == pytest.approx(2 + 1 + 0.5)
    assert l1.longest_s == pytest.approx(2)
    assert l1.peak_ma == 2000
    assert l2 == l3 == analysis.Overload()
    assert analysis.overloads(made.record, LIMIT, since=2, until=4)[0].a_s == pytest.approx(1)


def test_reductions_are_counted_from_the_sample_before():
    made = Made()
    made.command(0.5, 0, 16000)
    made.command(0.6, 1, 10000)
    made.sample(1.0, (0, 0, 0), 0, 0)
    made.sample(1.5, (0, 0, 0), 0, 0, broken=True)
    made.command(1.7, 0, 12000)
    made.command(1.8, 1, 10000)
    made.command(1.9, 1, 0)
    made.sample(2.0, (0, 0, 0), 0, 0)
    made.command(2.1, 0, 65535, ignore=True)
    made.command(2.2, 0, 13000)
    (found,) = analysis.reductions(made.record)
    assert found.sample_t == 1.0 and found.boxes == [0, 1]
    assert found.latency_s == pytest.approx(0.9)


def test_reaction_is_when_the_whole_overload_was_cut():
    made = Made()
    made.command(0.1, 0, 16000)
    made.command(0.1, 1, 16000)
    made.sample(1.0, (0, 10000, 0), 16000, 16000)  # L2: 42 A
    made.command(1.2, 0, 12000)
    made.command(1.6, 1, 13000)  # 4 + 3 = 7 A
    made.sample(2.0, (0, 10000, 0), 16000, 16000)  # not yet visible, nothing to do
    made.sample(3.0, (0, 40000, 0), 12000, 13000)  # never covered
    first, second, third = analysis.reactions(made.record, LIMIT)
    assert (first.phase, first.over_ma) == (1, 7000)
    assert first.latency_s == pytest.approx(0.6)
    assert second.latency_s == 0
    assert third.latency_s == analysis.NEVER


def test_reaction_to_a_house_alone_above_the_limit_is_nobodys():
    made = Made()
    made.sample(1.0, (40000, 0, 0), 0, 0)
    assert analysis.reactions(made.record, LIMIT) == []


def handover(confirmed):
    """Wallbox 0 is cut to 6 A, then wallbox 1 raised to 16 A, before or after 0 let go."""
    made = Made()
    made.command(0.1, 0, 16000)
    made.applied(0.2, 0, 16000)
    made.row(1.0, (0, 12000, 0), 16000, 0)
    made.sample(1.0, (0, 12000, 0), 16000, 0)
    made.command(1.2, 0, 6000)
    if confirmed:
        made.applied(1.3, 0, 6000)
        made.row(6.5, (0, 12000, 0), 5800, 0)
        made.sample(7.0, (0, 12000, 0), 5800, 0)
    else:
        made.applied(1.3, 0, 6000)
        made.row(6.5, (0, 12000, 0), 16000, 0)
        made.sample(7.0, (0, 12000, 0), 16000, 0)
    made.command(7.2, 1, 16000)
    return analysis.r1_violations(made.record, LIMIT)


def test_a_current_may_be_handed_on_only_after_it_was_let_go():
    assert handover(confirmed=True) == []
    (found,) = handover(confirmed=False)
    assert (found.box, found.phase) == (1, 1)
    assert (found.may_draw_ma, found.house_ma) == (32000, 12000)


def test_an_applied_limit_counts_until_it_is_lowered():
    made = Made()
    made.command(0.1, 0, 20000)
    made.applied(0.2, 0, 20000)
    made.command(1.0, 0, 6000)  # not applied: PWM is held
    made.command(1.5, 1, 16000)
    assert [v.may_draw_ma for v in analysis.r1_violations(made.record, LIMIT, metered=False)] == [
        36000
    ]


def test_the_most_favourable_of_the_samples_just_before_counts():
    made = Made()
    made.sample(1.0, (0, 10000, 0), 0, 0)
    made.sample(2.0, (0, 30000, 0), 0, 0)
    made.command(2.1, 1, 20000)
    assert analysis.r1_violations(made.record, LIMIT) == []
    assert len(analysis.r1_violations(made.record, LIMIT, grace_s=0.05)) == 1


def test_dead_man_and_unplug_free_the_limit():
    for kind in ("dead_man", "unplug", "power_off"):
        made = Made()
        made.command(0.1, 0, 32000)
        made.applied(0.1, 0, 32000)
        made.applied(31, 0, 0)
        made.record.event(kind, 31, box=0)
        made.command(32, 1, 32000)
        assert analysis.r1_violations(made.record, LIMIT, metered=False) == []


def test_setpoints_and_illegal_ones():
    made = Made()
    for t, ma in enumerate((0, 6000, 5999, 32000, 33000)):
        made.command(t, 0, ma)
    made.command(9, 0, 65535, ignore=True)
    assert [ma for _, ma in analysis.setpoints(made.record, 0)] == [0, 6000, 5999, 32000]
    assert [e["current_ma"] for e in analysis.illegal_setpoints(made.record)] == [5999, 33000]


def test_the_record_forgets():
    record = Record([(0, 1, 2)], keep_s=10)
    for t in range(30):
        record.row(t, (0, 0, 0), (0, 0, 0), [[0, 0, 0]])
        record.event("house", t, name="x")
    assert [row[0] for row in record.rows()] == list(range(19, 30))
    assert len(record.events()) == 11
    assert len(record.events(25, 27)) == 2
