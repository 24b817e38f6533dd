"""/api/schedule_import: the day's profile of another controller becomes the schedule of a circuit.

MENNEKES keeps rows of an hour, in UTC, and a current in A for each phase. Here rows are local time
and follow summer time, so the same rows cannot mean the same all year: the answer says so, with
the dates. The offset is the one that is in force now, or that of winter while the time is not
known.
"""

from on_demand import call, unload

_DAY_S = 86400
_NEEDS = (
    'give {"circuit": name, "rows": [[hour, L1, L2, L3], ...] in A or text like "hour;L1;L2;L3"}'
)
_KEYS = ("circuit", "rows", "utc", "check")


def write(context, request):
    """Put the rows in force, unless they are only to be checked; say what became of them."""
    given = request.body
    if not isinstance(given, dict):
        return "body: no object; " + _NEEDS
    for key in given:
        if key not in _KEYS:
            return "%s: unknown key; give one of %s" % (key[:40], ", ".join(_KEYS))
    is_utc = given.get("utc", True)
    is_check = given.get("check", False)
    for key, value in (("utc", is_utc), ("check", is_check)):
        if value is not True and value is not False:
            return key + ": no truth value; give true or false"
    name = given.get("circuit")
    document = context.document()
    if context.settings_error and not document["circuits"]:
        return "settings.json is not in force; give a right one first"
    circuits = [row["name"] for row in document["circuits"]]
    if name not in circuits:
        return "circuit: unknown; give one of " + (", ".join(circuits) or "those of the settings")
    try:
        rows = _rows(given.get("rows"))
        offset_s, warning = _shift(context, document["timezone"], rows) if is_utc else (0, None)
    except ValueError as error:
        return str(error)
    schedule = []
    for minute, limit_ma in sorted([((m + offset_s // 60) % 1440, mA) for m, mA in rows]):
        at = "%02d:%02d" % (minute // 60, minute % 60)
        schedule.append({"at": at, "limit_ma": limit_ma})
    place = circuits.index(name)
    circuits = list(document["circuits"])
    circuits[place] = dict(circuits[place])
    circuits[place]["schedule"] = schedule
    document = dict(document)  # what is in force stays as it is
    document["circuits"] = circuits
    request.body = given = rows = None
    if is_check:
        error = call("firmware", "settings", "prepare", document)[1]
        call("firmware", "settings", "discard")
    else:
        error = context.apply_settings(document)
    return error or {
        "circuit": name,
        "schedule": schedule,
        "timezone": document["timezone"],
        "offset_minutes": offset_s // 60,
        "warning": warning,
        "applied": not is_check,
    }


def _rows(given) -> list:
    """[(minute of the day, [mA, mA, mA])] of rows or of text."""
    is_text = isinstance(given, str)
    if is_text:
        given = [_cells(line) for line in given.split("\n") if line.strip()]
        if given and not [1 for char in str(given[0][0]) if "0" <= char <= "9"]:
            given = given[1:]  # the names of the columns
    if not isinstance(given, list) or not given:
        raise ValueError("rows: none; " + _NEEDS)
    if len(given) > 24:
        raise ValueError("rows: %d; give at most 24" % len(given))
    return [_row("rows[%d]" % i, row) for i, row in enumerate(given)]


def _cells(line) -> list:
    """The cells of a line; with ; or a tab between them a comma is a decimal one."""
    line = line.strip().replace("\t", ";")
    if ";" in line:
        cells = line.replace(",", ".").split(";")
    else:
        cells = line.split(",")
    cells = [cell.strip().strip('"') for cell in cells]
    for i in range(1, len(cells)):
        try:
            cells[i] = float(cells[i])
        except ValueError:
            pass  # _row() tells where it is
    return cells


def _row(path, row) -> tuple:
    if isinstance(row, dict):
        keys = ("hour", "L1", "L2", "L3") if "L2" in row or "L3" in row else ("hour", "L1")
        for key in list(row) + list(keys):
            if key not in keys or key not in row:
                raise ValueError('%s: give {"hour", "L1", "L2", "L3"}, or one L1 for all' % path)
        row = [row[key] for key in keys]
    if not isinstance(row, list) or len(row) not in (2, 4):
        raise ValueError("%s: no row; give [hour, L1, L2, L3], or [hour, A] for all phases" % path)
    limit_ma = []
    for amps in row[1:]:
        if isinstance(amps, bool) or not isinstance(amps, (int, float)) or not 0 <= amps <= 1000:
            raise ValueError("%s: no current of a phase in A; give 0..1000" % path)
        limit_ma.append(int(amps * 1000 + 0.5))
    return _minute(path, row[0]), limit_ma * 3 if len(limit_ma) == 1 else limit_ma


def _minute(path, hour) -> int:
    """The minute of the day of 6, "6" or "06:00"."""
    hours, minutes = hour, 0
    if isinstance(hour, str):
        hours, colon, minutes = hour.partition(":")
        is_plain = 0 < len(hours) < 3 and hours.isdigit()
        if colon:
            is_plain = is_plain and len(minutes) == 2 and minutes.isdigit()
        hours = int(hours) if is_plain else -1
        minutes = int(minutes) if is_plain and colon else 0
    if type(hours) is not int or not (0 <= hours < 24 and minutes < 60):
        raise ValueError('%s: no hour; give 0..23 or "06:30"' % path)
    return hours * 60 + minutes


def _shift(context, zone_text, rows) -> tuple:
    """(seconds from UTC to local time, the warning about the other part of the year or None)."""
    if zone_text is None:
        right = 'one like "CET-1CEST,M3.5.0,M10.5.0/3" in the settings'
        raise ValueError("timezone: missing, and the rows are UTC; give " + right)
    try:
        from firmware import board

        zone = call("loadmgmt", "posix_tz", "parse", zone_text)
        now_s = board.utc_s()
        if zone[1] is None:
            return zone[0], None
        if now_s is None:
            minutes = (zone[1] - zone[0]) // 60
            return zone[0], _warning(minutes, "in summer time")
        from loadmgmt.timezone import local_s

        changes = []
        at_s = now_s
        offset_s = local_s(zone, now_s) - now_s
        for _ in range(2):
            at_s = _next_change(local_s, zone, at_s)
            if at_s is None:
                return offset_s, None
            changes.append(_date(local_s(zone, at_s) // _DAY_S))
        other_s = zone[0] + zone[1] - offset_s
        differs = (other_s - offset_s) // 60
        return offset_s, _warning(differs, "from %s to %s" % (changes[0], changes[1]))
    finally:
        board = local_s = None
        if not getattr(context, "profiles", None):
            unload("loadmgmt", ("timezone",))


def _warning(minutes, when) -> str:
    way = "later" if minutes > 0 else "earlier"
    return (
        "these rows follow the clock on the wall; the imported ones, in UTC, "
        "would act %d minutes %s by it %s" % (abs(minutes), way, when)
    )


def _next_change(local_s, zone, from_s):
    """The second in which the clock is next put forward or back; None: within a year not."""
    offset_s = local_s(zone, from_s) - from_s
    for _ in range(20):
        to_s = from_s + 20 * _DAY_S  # shorter than any summer
        if local_s(zone, to_s) - to_s != offset_s:
            break
        from_s = to_s
    else:
        return None
    while to_s - from_s > 1:
        middle_s = (from_s + to_s) // 2
        if local_s(zone, middle_s) - middle_s == offset_s:
            from_s = middle_s
        else:
            to_s = middle_s
    return to_s


def _date(days) -> str:
    """The date of a day since 1970."""
    year = 1970
    while True:
        length = 366 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 365
        if days < length:
            break
        days -= length
        year += 1
    month = 1
    for count in (31, 29 if length == 366 else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31):
        if days < count:
            break
        days -= count
        month += 1
    return "%04d-%02d-%02d" % (year, month, days + 1)
