"""/api/settings: all settings, as docs/settings.md has them, and any part of them.

PUT replaces what the path names, PATCH changes it by a merge patch (RFC 7396: null takes a member
out, so that its default holds), POST appends to a list, DELETE takes out. "?check" behind the path
only says what would be wrong. Secrets are never shown, see firmware.secrets. The answer names what
acts after a restart only.
"""

from on_demand import call

from firmware.web import Refusal

_LONG = "chargers"  # read and written one by one
_NOT_IN_FORCE = "settings.json is not in force; right: mend that file, or PUT all settings"


def read(context, _query) -> dict:
    """The tree."""
    document = dict(call("firmware", "secrets", "mask", context.document()))
    document[_LONG] = (row for row in document[_LONG])
    return document


def write(context, request):
    """PUT: what the path names becomes the body. POST: appended to that list."""
    body = request.body
    if request.method == "PUT":
        return _change(context, request, lambda old: body)
    if not request.steps:
        raise Refusal(405, "method", "GET, PUT, PATCH")
    request.steps.append("-")  # the place behind the last one, as RFC 6901 calls it
    return _change(context, request, lambda old: body)


def patch(context, request):
    """A merge patch."""
    body = request.body
    return _change(context, request, lambda old: _merged(old, body))


def delete(context, request):
    """Take out what the path names: an entry of a list, or a member, so that its default holds."""
    if not request.steps:
        raise Refusal(405, "method", "GET, PUT, PATCH")
    return _change(context, request, None)


def _change(context, request, edit):
    """Put the settings in force in which edit(old value) has taken the place of what the path
    names; edit None: it is taken out."""
    if request.query not in ("", "check", "check="):  # one that is mistyped would write
        return "unknown query; right: ?check"
    before = context.document()
    is_whole = not request.steps and request.method == "PUT"
    if context.settings_error and not before["circuits"] and not is_whole:
        return _NOT_IN_FORCE
    new = _edited(before, request.steps, edit)
    if isinstance(new, dict):
        try:
            new = call("firmware", "secrets", "unmask", new, before)
        except ValueError as error:
            return str(error)
    request.body = edit = None
    if request.query:
        error = call("firmware", "settings", "prepare", new)[1]
        call("firmware", "settings", "discard")
        return error or {"after_restart": []}
    before = call("firmware", "settings", "late", before)
    error = context.apply_settings(new)
    if error:
        return error
    after = context.document()
    return {"after_restart": call("firmware", "settings", "late_names", before, after)}


def _edited(old, steps: list, edit):
    """A copy of a value in which what lies at `steps` is another; Refusal 404."""
    if not steps:
        return edit(old)
    step, rest = steps[0], steps[1:]
    old = {} if old is None else old
    if isinstance(old, dict):
        if not rest and edit is None:
            if step not in old:
                raise Refusal(404, "path")
            return {key: old[key] for key in old if key != step}
        new = dict(old)
        new[step] = _edited(old.get(step), rest, edit)
        return new
    if isinstance(old, (str, int, bool)):  # bool is no int in MicroPython
        raise Refusal(404, "path")
    count = len(old)
    i = count if step == "-" else int(step) if step.isdigit() and len(step) < 4 else count + 1
    if i > count or (i == count and (step != "-" or edit is None)):
        raise Refusal(404, "path")
    entry = _edited(None if i == count else old[i], rest, edit) if rest or edit else None
    entries = _entries(old, i, entry, not rest and edit is None)
    return list(entries) if isinstance(old, list) else entries


def _entries(old, i: int, entry, is_out: bool):
    """Generate a list in which entry i is another, or is out; i may be the one behind the last."""
    for k, known in enumerate(old):
        if k != i:
            yield known
        elif not is_out:
            yield entry
    if i == len(old):
        yield entry


def _merged(old, change):
    """RFC 7396."""
    if not isinstance(change, dict):
        return change
    new = dict(old) if isinstance(old, dict) else {}
    for key in change:
        if change[key] is not None:
            new[key] = _merged(new.get(key), change[key])
        elif key in new:
            del new[key]
    return new
