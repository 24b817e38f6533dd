"""POST /api/restore {"backup": .., "password": ".."}: puts a file of /api/backup in force.

All of it is checked before anything changes. The settings are checked and brought up to date like
any others, and then act at once. Of a sealed backup users and what was learnt follow: each file is
replaced whole; a power cut between the two leaves the users as they were. A file without secrets
leaves those that are stored; what it lacks is named in the answer.
"""

import gc
import json
import os

from compat import const
from on_demand import call, take, unload

from firmware import eventcodes, web
from firmware.web.logins import CHANGES

FORMAT = "fusekeeper-backup"  # see backup.py
VERSION = const(1)

_FILE = "restore.new"
_LISTS = ("circuits", "meters", "inputs")
_WRONG = 'wrong body; right: {"backup": the content of a backup file, "password": its password}'


async def write(context, request):
    """Restore; a tree of what was and what was not."""
    given = request.body
    if not isinstance(given, dict) or not isinstance(given.get("backup"), dict):
        return _WRONG
    for key in given:
        if key not in ("backup", "password"):
            return _WRONG
    backup = given["backup"]
    if backup.get("format") != FORMAT:
        return "backup.format: this is no backup of Fusekeeper; right: " + FORMAT
    version = backup.get("format_version")
    if type(version) is not int or not 0 < version <= VERSION:
        return "backup.format_version: unknown, of a newer firmware perhaps; right: %d" % VERSION
    try:
        if "data" in backup:
            password = given.get("password")
            given = request.body = None
            opening = take("firmware.web", "unseal", "unseal")(backup, password)
            backup = None
            error = await opening
            opening = None
            return error or _restore_all(context)
        request.body = None
        if not isinstance(backup.get("settings"), dict):
            return "backup.settings: missing; right: the settings"
        return _restore(context, backup["settings"], [], [])
    finally:
        try:
            os.remove(_FILE)
        except OSError:
            pass
        unload("firmware", ("users_file", "learnt_file", "secrets", "schema", "store"))


def _rows(kind: str):
    """Generate the rows of a kind in the file, without their kind."""
    with open(_FILE, "rb") as file:
        for line in file:
            row = json.loads(line)
            if row[0] == kind:
                yield row[1:]


def _entries(wanted: str):
    """Generate the entries of a list of the settings; each patches the one before."""
    row = {}
    for key, patch in _rows("entry"):
        if key == wanted:
            row = dict(row)
            for name in patch:
                row[name] = patch[name]
                if patch[name] is None:
                    del row[name]
            yield row


def _restore_all(context):
    """Restore what is in the file."""
    new = {}
    try:
        for key, value in _rows("setting"):
            new[key] = value
        for key in _LISTS:
            new[key] = list(_entries(key))
        users = [entry for (entry,) in _rows("user")]
        has_one = [1 for user in users if user["role"] == 2 and "name" in user]
        learnt = [entry for (entry,) in _rows("learnt")]
    except (ValueError, KeyError, TypeError, IndexError):
        return "backup: its content is none of Fusekeeper's; right: a file of /api/backup"
    if users and not has_one:
        return "backup: its users have no administrator; right: one of them at least"
    new["chargers"] = _entries("chargers")
    return _restore(context, new, users, learnt)


def _restore(context, new: dict, users: list, learnt: list):
    """Put it in force: error text, or the tree of the answer."""
    before = context.document()
    missing = [] if users else ["users"]
    try:
        from firmware import secrets

        for path in secrets.PATHS:
            if secrets._at(new, path) == secrets.STARS and secrets._at(before, path) is None:
                new = secrets._with(new, path, None)
                missing.append(".".join(path))
        new = secrets.unmask(new, before)
    finally:
        secrets = None
        unload("firmware", ("secrets", "schema"))
    before = call("firmware", "settings", "late", before)
    gc.collect()  # this needs most memory of all
    error = context.apply_settings(new)
    if error:
        return error
    new = None
    restored = ["settings"]
    after = context.document()
    after_restart = call("firmware", "settings", "late_names", before, after)
    after = None
    if users:
        try:
            call("firmware", "users_file", "replace", users)
            restored.append("users")
            if web.memory:
                web.memory[CHANGES] += 1  # a login that is being verified counts no more
            web.memory = None  # whoever was logged in has to do it again
            call("firmware.web", "live", "close", context)
        except OSError:
            missing.append("users")
    if learnt:
        _recall(context, learnt)
        restored.append("learnt")
    context.events.add(eventcodes.RESTORED, 1 if users else 0)
    return {"restored": restored, "missing": missing, "after_restart": after_restart}


def _recall(context, rows: list) -> None:
    """Store what was learnt, and tell the learner."""
    try:
        call("firmware", "store", "keep", "learnt.json", {"rotations": rows}, ("rotations",))
        if context.learnt:
            context.learnt.is_recalled = False
            context.learnt.recall(context)
    except OSError:
        pass  # it is learnt anew
