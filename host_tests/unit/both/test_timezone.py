"""Local time by POSIX TZ strings: the days of the change hour by hour, ends of years, mistakes."""

from loadmgmt import posix_tz
from loadmgmt.timezone import local_s

BERLIN = "CET-1CEST,M3.5.0,M10.5.0/3"
AUCKLAND = "NZST-12NZDT,M9.5.0,M4.1.0/3"
YEAR_2026 = 1767225600  # 2026-01-01 00:00 UTC
DAY = 86400
# days of 2026, counted from 0
MARCH_29 = 87
OCTOBER_25 = 297
APRIL_5 = 94
SEPTEMBER_27 = 269


def utc(day, hour=0, minute=0):
    return YEAR_2026 + day * DAY + hour * 3600 + minute * 60


def clock(text, moment):
    minute = local_s(posix_tz.parse(text), moment) % DAY // 60
    return "%02d:%02d" % (minute // 60, minute % 60)


def hours(text, day):
    return [clock(text, utc(day, hour))[:2] for hour in range(24)]


def test_an_hour_is_left_out_in_spring():
    assert clock(BERLIN, utc(MARCH_29, 0, 59)) == "01:59"
    assert clock(BERLIN, utc(MARCH_29, 1, 0)) == "03:00"
    local = ["01"] + ["%02d" % (hour % 24) for hour in range(3, 26)]
    assert hours(BERLIN, MARCH_29) == local


def test_an_hour_comes_twice_in_autumn():
    shown = [clock(BERLIN, utc(OCTOBER_25, hour, 30)) for hour in range(4)]
    assert shown == ["02:30", "02:30", "03:30", "04:30"]
    assert clock(BERLIN, utc(OCTOBER_25, 0, 59)) == "02:59"
    assert clock(BERLIN, utc(OCTOBER_25, 1, 0)) == "02:00"


def test_south_of_the_equator():
    assert clock(AUCKLAND, utc(0)) == "13:00"
    # 3:00 summer time is 14:00 UTC of the day before
    assert clock(AUCKLAND, utc(APRIL_5 - 1, 13, 59)) == "02:59"
    assert clock(AUCKLAND, utc(APRIL_5 - 1, 14, 0)) == "02:00"
    assert clock(AUCKLAND, utc(SEPTEMBER_27 - 1, 13, 59)) == "01:59"
    assert clock(AUCKLAND, utc(SEPTEMBER_27 - 1, 14, 0)) == "03:00"
    assert clock(AUCKLAND, utc(364, 23, 59)) == "12:59"


def test_zones_without_summer_time():
    assert clock("UTC0", utc(10, 5)) == "05:00"
    assert clock("<+0330>-3:30", utc(180, 22)) == "01:30"
    assert clock("<-0930>9:30", utc(0)) == "14:30"
    assert clock("XYZ-0:00:59", utc(0, 0, 59)) == "00:59"


def test_ends_of_years():
    for year in range(10):
        # what Berlin shows around midnight UTC of New Year is always winter time
        moment = YEAR_2026 + DAY * (365 * year + (year + 1) // 4)
        assert clock(BERLIN, moment - 60) == "00:59"
        assert clock(BERLIN, moment) == "01:00"
        assert clock(AUCKLAND, moment) == "13:00"


def test_days_that_are_counted():
    # J60 is the first of March in every year, 59 the 29th of February where there is one
    for text, in_2026, in_2028 in (
        ("AAA0BBB,J60/0,J365/0", 59, 60),
        ("AAA0BBB,59/0,J365/0", 59, 59),
        ("AAA0BBB,J59/0,J365/0", 58, 58),
    ):
        zone = posix_tz.parse(text)
        for first, day in ((YEAR_2026, in_2026), (YEAR_2026 + 730 * DAY, in_2028)):
            moment = first + day * DAY
            assert local_s(zone, moment - 1) == moment - 1, text
            assert local_s(zone, moment) == moment + 3600, text


def test_times_of_a_change_beyond_the_day():
    # Israel: Friday 2:00, written as the Thursday before the last Sunday; Greenland: -1:00
    assert clock("IST-2IDT,M3.4.4/26,M10.5.0", utc(85, 0)) == "03:00"
    assert clock("IST-2IDT,M3.4.4/26,M10.5.0", utc(84, 23, 59)) == "01:59"
    assert clock("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", utc(MARCH_29, 0, 59)) == "22:59"
    assert clock("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", utc(MARCH_29, 1, 0)) == "00:00"


def test_summer_time_of_its_own_offset():
    text = "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"  # Lord Howe: half an hour
    assert clock(text, utc(180)) == "10:30"
    assert clock(text, utc(10)) == "11:00"


def test_mistakes_say_what_would_be_right():
    for text, wrong, right in (
        ("", "no name of a zone", "3 letters"),
        ("CE-1", "no name of a zone", "3 letters"),
        ("<+0330-3:30", "no name of a zone", "<+0330>"),
        ("CET-1CEST,M3.5.0,M10.5.0 ", '"M10.5.0 " is no date', "M3.5.0"),
        ("CET-1CEST,M3.5.0,M10.5.0/3 ", '" " after M10.5.0', "nothing"),
        ("Europe/Berlin", "no time after Europe", "CET-1"),
        ("CET", "no time after CET", "hours west of UTC"),
        ("CET-1:", "no time after CET", "CET-1"),
        ("CET-1:1234", "no time after CET", "CET-1"),
        ("CET-25", '"-25" after CET', "at most 24 hours"),
        ("CET-1:60", '"-1:60" after CET', "59 minutes"),
        ("CET-1:1:1:1", "after CET is no time", "at most"),
        ("CET-1CEST", "CEST has no rule", ",M3.5.0,M10.5.0/3"),
        ("CET-1CEST,M3.5.0", "CEST has no rule", ",M3.5.0,M10.5.0/3"),
        ("CET-1CEST,M3.5.0,M10.5.0,", "CEST has no rule", "both"),
        ("CET-1CEST,M13.5.0,M10.5.0", '"M13.5.0" is no date', "M3.5.0"),
        ("CET-1CEST,M3.0.0,M10.5.0", '"M3.0.0" is no date', "M3.5.0"),
        ("CET-1CEST,M3.5,M10.5.0", '"M3.5" is no date', "M3.5.0"),
        ("CET-1CEST,J0,J365", '"J0" is no date', "1..365"),
        ("CET-1CEST,366,1", '"366" is no date', "0..365"),
        ("CET-1CEST,M3.5.0/200,M10.5.0", '"200" after M3.5.0', "at most 167 hours"),
        ("CET-1CEST,M3.5.0/,M10.5.0", "no time after M3.5.0", "/3"),
    ):
        try:
            posix_tz.parse(text)
        except ValueError as error:
            words = str(error)
            at = words.find("; give ")
            assert wrong in words[:at] and right in words[at:], (text, words)
        else:
            raise AssertionError(text)
