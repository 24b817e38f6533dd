"""A profile in UTC becomes local rows; what that means in the other part of the year is told."""

from test_settings import copy, good

from firmware import board, settings
from firmware.web import schedule_import

ZONE = "CET-1CEST,M3.5.0,M10.5.0/3"
NOVEMBER_S = 1795208400  # 2026-11-20 21:00 UTC
JULY_S = 1783584000
SITE = {
    "timezone": ZONE,
    "circuits": [{"name": "grid", "limit_ma": 63000}, {"name": "yard", "parent": "grid"}],
}
SITE["circuits"][1]["limit_ma"] = 40000
DAY = [[5, 16, 17, 18], [21, 32.5, 32.5, 32.5], [23, 0, 0, 0]]


class Request:
    def __init__(self, body):
        self.body = body


class Context:
    settings_error = None
    applied = None

    def __init__(self, **changes):
        site = copy(SITE)
        site.update(changes)
        self.stored = good(site)

    def document(self):
        return copy(self.stored)

    def apply_settings(self, document):
        document, error = settings.validate(document)
        self.applied = document
        return error


def imported(body, now_s=NOVEMBER_S, context=None):
    context = context or Context()
    known = board.utc_s
    board.utc_s = lambda: now_s
    try:
        answer = schedule_import.write(context, Request(body))
    finally:
        board.utc_s = known
    return answer, context


def times(answer):
    return [row["at"] for row in answer["schedule"]]


def test_in_winter():
    answer, context = imported({"circuit": "yard", "rows": DAY})
    assert answer["offset_minutes"] == 60 and answer["timezone"] == ZONE and answer["applied"]
    assert answer["schedule"] == [
        {"at": "00:00", "limit_ma": [0, 0, 0]},
        {"at": "06:00", "limit_ma": [16000, 17000, 18000]},
        {"at": "22:00", "limit_ma": [32500, 32500, 32500]},
    ]
    assert answer["warning"] == (
        "these rows follow the clock on the wall; the imported ones, in UTC, would act 60 minutes "
        "later by it from 2027-03-28 to 2027-10-31"
    )
    assert context.applied["circuits"][1]["schedule"] == answer["schedule"]
    assert "schedule" not in context.applied["circuits"][0]


def test_in_summer():
    answer, _ = imported({"circuit": "yard", "rows": DAY}, JULY_S)
    assert answer["offset_minutes"] == 120
    assert times(answer) == ["01:00", "07:00", "23:00"]
    assert "60 minutes earlier by it from 2026-10-25 to 2027-03-28" in answer["warning"]


def test_while_the_time_is_not_known():
    answer, _ = imported({"circuit": "yard", "rows": DAY}, None)
    assert answer["offset_minutes"] == 60
    assert answer["warning"].endswith("would act 60 minutes later by it in summer time")


def test_without_summer_time_there_is_nothing_to_warn_of():
    for zone, offset, first in (("UTC0", 0, "05:00"), ("<+0530>-5:30", 330, "02:30")):
        answer, _ = imported({"circuit": "yard", "rows": DAY}, context=Context(timezone=zone))
        assert answer["offset_minutes"] == offset and answer["warning"] is None
        assert times(answer)[0] == first
    answer, _ = imported({"circuit": "yard", "rows": DAY}, context=Context(timezone="EST5"))
    assert times(answer) == ["00:00", "16:00", "18:00"]


def test_south_of_the_equator():
    zone = "NZST-12NZDT,M9.5.0,M4.1.0/3"
    answer, _ = imported({"circuit": "yard", "rows": DAY}, context=Context(timezone=zone))
    assert answer["offset_minutes"] == 780
    assert "60 minutes earlier by it from 2027-04-04 to 2027-09-26" in answer["warning"]


def test_rows_that_are_local_already():
    answer, _ = imported({"circuit": "yard", "rows": DAY, "utc": False})
    assert times(answer) == ["05:00", "21:00", "23:00"]
    assert answer["offset_minutes"] == 0 and answer["warning"] is None


def test_the_forms_of_rows():
    wanted = imported({"circuit": "yard", "rows": DAY})[0]["schedule"]
    keys = ("hour", "L1", "L2", "L3")
    for rows in (
        [dict(zip(keys, row)) for row in DAY],
        [["%02d:00" % row[0]] + row[1:] for row in DAY],
        [[str(row[0])] + row[1:] for row in DAY],
        "hour;L1;L2;L3\r\n5;16;17;18\r\n21;32,5;32,5;32,5\r\n\r\n23;0;0;0\r\n",
        '"05:00",16,17,18\n"21:00",32.5,32.5,32.5\n"23:00",0,0,0',
        "5\t16\t17\t18\n21\t32.5\t32.5\t32.5\n23\t0\t0\t0\n",
    ):
        assert imported({"circuit": "yard", "rows": rows})[0]["schedule"] == wanted, rows
    for rows in ([[6, 16]], [{"hour": 6, "L1": 16}], "6;16"):
        answer, _ = imported({"circuit": "yard", "rows": rows})
        assert answer["schedule"] == [{"at": "07:00", "limit_ma": [16000] * 3}], rows


def test_only_checked():
    answer, context = imported({"circuit": "yard", "rows": DAY, "check": True})
    assert answer["applied"] is False and context.applied is None
    assert len(answer["schedule"]) == 3


def test_mistakes_have_clear_words():
    row = "rows[0]: "
    rows = (
        (7, "body: no object; give {"),
        ({}, "circuit: unknown; give one of grid, yard"),
        ({"circuit": ["grid"], "rows": DAY}, "circuit: unknown; give one of grid, yard"),
        ({"circuit": "yard"}, "rows: none; give {"),
        ({"circuit": "yard", "rows": []}, "rows: none; give {"),
        ({"circuit": "yard", "rows": "\n"}, "rows: none; give {"),
        ({"circuit": "yard", "rows": [[1, 1]] * 25}, "rows: 25; give at most 24"),
        ({"circuit": "yard", "rows": DAY, "zone": 1}, "zone: unknown key; give one of circuit, "),
        ({"circuit": "yard", "rows": DAY, "utc": 1}, "utc: no truth value; give true or false"),
        ({"circuit": "yard", "rows": [7]}, row + "no row; give [hour, L1, L2, L3], or [hour, A]"),
        ({"circuit": "yard", "rows": [[7, 1, 2]]}, row + "no row; give [hour, L1, L2, L3], or"),
        ({"circuit": "yard", "rows": [[24, 1]]}, row + 'no hour; give 0..23 or "06:30"'),
        ({"circuit": "yard", "rows": [[True, 1]]}, row + 'no hour; give 0..23 or "06:30"'),
        ({"circuit": "yard", "rows": [["6:5", 1]]}, row + 'no hour; give 0..23 or "06:30"'),
        ({"circuit": "yard", "rows": [[6, -1]]}, row + "no current of a phase in A; give 0..1000"),
        ({"circuit": "yard", "rows": [[6, 1001]]}, row + "no current of a phase in A; give 0.."),
        ({"circuit": "yard", "rows": "6;x"}, row + "no current of a phase in A; give 0..1000"),
        ({"circuit": "yard", "rows": [{"hour": 6}]}, row + 'give {"hour", "L1", "L2", "L3"}, or'),
        ({"circuit": "yard", "rows": [{"L1": 6}]}, row + 'give {"hour", "L1", "L2", "L3"}, or'),
        (
            {"circuit": "yard", "rows": [[6, 1], [6, 2]]},
            'circuits[1].schedule[1].at: "07:00" is there twice; give each its own time',
        ),
    )
    for body, wanted in rows:
        answer, _ = imported(body)
        assert isinstance(answer, str) and answer.startswith(wanted), answer
    context = Context()
    context.stored["timezone"] = None
    answer, context = imported({"circuit": "yard", "rows": DAY}, context=context)
    assert answer.startswith("timezone: missing, and the rows are UTC; give one like")
    assert context.applied is None
