"""Local time from UTC, with daylight saving time by rule (POSIX.1-2017, section 8.3, TZ).

A zone is (standard, summer, start, end): both offsets in seconds east of UTC, and the two rules;
(standard, None, None, None) where there is no summer time. A rule is (kind, a, b, c, second):
kind "M": month a, week b (5: the last), weekday c (0: Sunday); "J": day a, 1..365, the 29th of
February never counted; "n": day a, 0..365, counted. `second` is the local time of the change,
reckoned from midnight. loadmgmt.posix_tz makes a zone of a TZ string.

Times are unix times, seconds since 1970. Good for all years from 1970 on.
"""

from compat import const

_DAY_S = const(86400)
_BEFORE = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365)  # days before a month


def local_s(zone: tuple, utc_s: int) -> int:
    """The local time of a place, counted like a unix time."""
    standard, summer, start, end = zone
    if summer is None:
        return utc_s + standard
    year = _year((utc_s + standard) // _DAY_S)
    begins_s = _moment(start, year) - standard
    ends_s = _moment(end, year) - summer
    if begins_s < ends_s:
        is_summer = begins_s <= utc_s < ends_s
    else:  # south of the equator the year begins and ends in summer
        is_summer = not ends_s <= utc_s < begins_s
    return utc_s + (summer if is_summer else standard)


def _days(year):
    """Days from 1970 to the first of January."""
    return 365 * (year - 1970) + (year - 1969) // 4 - (year - 1901) // 100 + (year - 1601) // 400


def _year(days):
    year = 1970 + days // 366
    while _days(year + 1) <= days:
        year += 1
    return year


def _moment(rule, year):
    """When a rule makes its change, in local time."""
    kind, a, b, c, second = rule
    first = _days(year)
    is_leap = _days(year + 1) - first == 366
    if kind == "n":
        day = first + a
    elif kind == "J":
        day = first + a - (0 if is_leap and a > 59 else 1)
    else:
        leap = 1 if is_leap and a > 2 else 0
        beyond = first + _BEFORE[a] + (1 if is_leap and a > 1 else 0)  # the next month's first
        first += _BEFORE[a - 1] + leap
        day = first + (c - first - 4) % 7 + 7 * (b - 1)  # 1970 began on a Thursday
        if day >= beyond:
            day -= 7
    return day * _DAY_S + second
