"""Reads a POSIX TZ string, e.g. "CET-1CEST,M3.5.0,M10.5.0/3" (POSIX.1-2017, section 8.3).

Offsets are hours WEST of UTC, so those of the east have a minus. Times of a change may be negative
or beyond a day, -167 to 167 hours (RFC 8536, section 3.3.1). Without rules there is no telling
when summer time begins: they are demanded. Needed at set-up only.
"""

_DATE = "Mmonth.week.day like M3.5.0, Jday 1..365, or a day 0..365"


def parse(text: str) -> tuple:
    """The zone of a TZ string, see loadmgmt.timezone. ValueError: what is wrong; give what."""
    name, rest = _name(text)
    west, rest = _time(rest, name, 24)
    if not rest:
        return (-west, None, None, None)
    summer_name, rest = _name(rest)
    summer = 3600 - west
    if rest and rest[0] != ",":
        summer, rest = _time(rest, summer_name, 24)
        summer = -summer
    rules = rest.split(",")
    if len(rules) != 3 or rules[0]:
        raise ValueError(
            "%s has no rule when it begins and ends; give both, like ,M3.5.0,M10.5.0/3"
            % summer_name
        )
    return (-west, summer, _rule(rules[1]), _rule(rules[2]))


def _name(text):
    """Split off a name: letters, or letters, digits, + and - in angle brackets."""
    end = 0
    if text[:1] == "<":
        end = text.find(">")
        name = text[1:end] if end > 0 else ""
        good = len(name) > 2
        for char in name:
            good = good and (_is_letter(char) or "0" <= char <= "9" or char in "+-")
        end += 1
    else:
        while end < len(text) and _is_letter(text[end]):
            end += 1
        good = end > 2
    if not good:
        raise ValueError(
            'no name of a zone at "%s"; give 3 letters or more, like CET, or <+0330>' % text[:20]
        )
    return text[:end], text[end:]


def _is_letter(char):
    return "a" <= char.lower() <= "z"


def _time(text, after, most):
    """Split off [+-]hours[:minutes[:seconds]]: (seconds, rest)."""
    sign = -1 if text[:1] == "-" else 1
    end = at = 1 if text[:1] in ("-", "+") else 0
    while end < len(text) and ("0" <= text[end] <= "9" or text[end] == ":"):
        end += 1
    parts = text[at:end].split(":")
    if min([len(part) for part in parts]) == 0 or max([len(part) for part in parts]) > 3:
        right = "hours west of UTC, like CET-1" if most == 24 else "hours like /3 or /2:30"
        raise ValueError('no time after %s, but "%s"; give %s' % (after, text[:20], right))
    parts = [int(part) for part in parts]
    parts += [0, 0]
    if len(parts) > 5 or parts[0] > most or parts[1] > 59 or parts[2] > 59:
        raise ValueError(
            '"%s" after %s is no time; give at most %d hours, 59 minutes, 59 seconds'
            % (text[:end], after, most)
        )
    return sign * (3600 * parts[0] + 60 * parts[1] + parts[2]), text[end:]


def _rule(text):
    date, slash, time = text.partition("/")
    second = 7200
    if slash:
        second, rest = _time(time, date, 167)
        if rest:
            raise ValueError('"%s" after %s; give nothing there' % (rest[:20], date))
    kind = date[:1]
    if kind == "M":
        numbers = date[1:].split(".")
        limits = ((1, 12), (1, 5), (0, 6))
    elif kind == "J":
        numbers = [date[1:]]
        limits = ((1, 365),)
    else:
        kind = "n"
        numbers = [date]
        limits = ((0, 365),)
    good = len(numbers) == len(limits)
    for number, limit in zip(numbers, limits):
        good = good and 0 < len(number) < 4 and number.isdigit()
        good = good and limit[0] <= int(number) <= limit[1]
    if not good:
        raise ValueError('"%s" is no date; give %s' % (date[:20], _DATE))
    a, b, c = ([int(number) for number in numbers] + [0, 0])[:3]
    return (kind, a, b, c, second)
