"""What a person may do at once: pause and resume, boost, rename, activate and deactivate, restart.

Each takes the app and a JSON object, and returns None or what is wrong with it. Loaded for the
call, by firmware.web.actions.
"""

import asyncio

from compat import const, sleep_ms, ticks_ms
from loadmgmt.point import BY_PERSON, NO_CAR
from on_demand import take

from firmware import board, eventcodes

_ANSWER_MS = const(700)  # until the answer has gone out
_KINDS = ("charger", "circuit", "meter")
_NOT_IN_FORCE = "settings.json is not in force; right: mend that file first"


def pause(app, given):
    """Nothing for this wallbox until resume(), or until the controller restarts."""
    return _pause(app, given, True)


def resume(app, given):
    """End its pause."""
    return _pause(app, given, False)


def _pause(app, given, is_on):
    i, error = _charger(app, given, ("charger",))
    return error or hold(app, i, is_on)


def hold(app, i: int, is_on: bool) -> None:
    """Pause wallbox i, or let it go on."""
    point = app.site.points[i]
    if bool(point.paused & BY_PERSON) != is_on:
        point.paused = point.paused & ~BY_PERSON | (BY_PERSON if is_on else 0)
        app.events.add(eventcodes.PAUSED, i, int(is_on))
        app.control.run_pass()


def boost(app, given):
    """The car there comes before all others until it leaves, or for so many minutes; 0: no
    longer."""
    i, error = _charger(app, given, ("charger", "minutes"))
    if error:
        return error
    minutes = given.get("minutes")
    if minutes is not None and (type(minutes) is not int or not 0 <= minutes <= 1440):
        return "wrong minutes; right: 0..1440, or null: until the car leaves"
    site = app.site
    point = site.points[i]
    found = [module for module in site.modules if type(module).__name__ == "Boost"]
    if minutes == 0:
        if found:
            found[0].stop(site, i)
    elif point.car == NO_CAR or not point.heard:
        return "no car at %s; right: a wallbox with a car" % _shown(given["charger"])
    else:
        booster = found[0] if found else take("loadmgmt", "boost", "Boost")()
        booster.begin(site, point, minutes, ticks_ms())
        app.events.add(eventcodes.BOOSTED, i, minutes or 0)
    app.control.run_pass()
    return None


def rename(app, given):
    """Another name for a wallbox, a circuit or a meter; what refers to it follows."""
    kind, error = _kind(given, _KINDS, ("name",))
    if error:
        return error
    name = given["name"]
    if not isinstance(name, str) or not name:
        return "wrong name; right: text of 1..32 characters"
    new, i, error = _document(app, kind, given[kind])
    if error or name == given[kind]:
        return error
    was = given[kind]
    if kind == "charger":
        new["chargers"] = _with(new["chargers"], i, "name", name)
    else:
        new[kind + "s"][i]["name"] = name
        _follow(new["circuits"], "parent" if kind == "circuit" else "meter", was, name)
        if kind == "circuit":
            new["chargers"] = _followed(new["chargers"], was, name)
        else:
            _follow(new["inputs"], "meter", was, name)
    error = app.apply_settings(new)
    if error is None:
        app.events.add(eventcodes.RENAMED, _KINDS.index(kind), i)
    return error


def activate(app, given):
    """Charging is possible again at a wallbox, or below a circuit."""
    return _activate(app, given, True)


def deactivate(app, given):
    """Nothing is charged there until activate(), restarts included."""
    return _activate(app, given, False)


def _activate(app, given, is_on):
    kind, error = _kind(given, _KINDS[:2], ())
    if error:
        return error
    new, i, error = _document(app, kind, given[kind])
    if error:
        return error
    rows = new[kind + "s"]
    if rows[i].get("active", True) == is_on:
        return None
    if kind == "charger":
        new["chargers"] = _with(rows, i, "active", is_on)
    else:
        rows[i]["active"] = is_on
    error = app.apply_settings(new)
    if error is None:
        app.events.add(eventcodes.ACTIVATED, _KINDS.index(kind), i if is_on else i - 1000)
    return error


def restart(app, given):
    """Start the controller anew, once the answer is out; running charges go on."""
    if given:
        return "wrong body; right: {}"
    app.events.add(eventcodes.RESTARTING)
    app.leaving = asyncio.create_task(_leave(app))
    return None


async def _leave(app):
    await sleep_ms(_ANSWER_MS)
    app.events.flush()
    board.restart()


# --- what is named in a body


def _shown(name) -> str:
    return name[:40] if isinstance(name, str) else "that"


def _members(given, needed, possible):
    """What is wrong with the members of an object, or None."""
    for name in given:
        if name not in needed and name not in possible:
            return "unknown member %s; right: %s" % (name[:40], ", ".join(needed + possible))
    for name in needed:
        if name not in given:
            return "%s is missing; right: %s" % (name, ", ".join(needed + possible))
    return None


def _charger(app, given, members) -> tuple:
    """(index of the wallbox that an object names, None) or (None, what is wrong)."""
    error = _members(given, members[:1], members[1:])
    if error:
        return None, error
    name = given["charger"]
    for i, point in enumerate(app.site.points):
        if name == point.name or (not point.name and name == (point.host or app.charger_host(i))):
            return i, None
    return None, "unknown charger %s; right: a name of /api/devices" % _shown(name)


def _kind(given, kinds, more) -> tuple:
    """(which of the kinds an object names, None) or (None, what is wrong)."""
    found = [kind for kind in kinds if kind in given]
    if len(found) != 1:
        return None, "no name; right: one of " + ", ".join(kinds)
    return found[0], _members(given, (found[0],) + more, ())


def _document(app, kind, name) -> tuple:
    """(document to be changed, index of the row of that name, what is wrong)."""
    document = app.document()
    if app.settings_error and not document["circuits"]:
        return None, -1, _NOT_IN_FORCE
    for i, row in enumerate(document[kind + "s"]):
        if name and (name == row["name"] or (not row["name"] and name == row.get("host"))):
            return dict(document), i, None
    return None, -1, "unknown %s %s; right: a name of the settings" % (kind, _shown(name))


def _with(rows, i, key, value):
    """Generate the wallboxes, row i with another value."""
    for k, row in enumerate(rows):
        if k == i:
            row[key] = value
        yield row


def _followed(rows, was, name):
    for row in rows:
        if row["circuit"] == was:
            row["circuit"] = name
        yield row


def _follow(rows, key, was, name):
    for row in rows:
        if row.get(key) == was:
            row[key] = name
