"""Checks a JSON value against tables and fills in what was left out.

A table is a tuple of fields (key, check, default, low, high). `check(path, value, low, high)`
returns the normalized value or raises wrong.Invalid. A default of None makes null a value; `...`
makes the key necessary; () is an empty list or object. A field with RARE after its five parts is
left out of the result where it has its default: most are without it, and each would cost memory
in all of them.

A check may be a name: one of this file, of firmware.checks, or of another part ("part.name"). So
may the table that a list or an object has: "circuits.ROW" is firmware.tables_circuits.ROW. Tables
are then nothing but constants, and each is loaded only while it is used.

Nothing here knows what the settings mean.
"""

from on_demand import take

from firmware.wrong import Invalid, fail, show  # noqa: F401 - Invalid is what all of them raise

RARE = 1


def boolean(path, value, low, high):
    if value is not True and value is not False:
        fail(path, show(value) + " is no truth value", "true or false")
    return value


def integer(path, value, low, high):
    if type(value) is not int:
        fail(path, show(value) + " is no whole number", "%d..%d" % (low, high))
    if value < low or value > high:
        wrong = "%s is %s" % (show(value), "below %d" % low if value < low else "above %d" % high)
        fail(path, wrong, "%d..%d" % (low, high))
    return value


def zero_or(path, value, low, high):
    """A whole number from low to high, or 0: without that."""
    if type(value) is not int or not (value == 0 or low <= value <= high):
        fail(path, show(value) + " is not possible", "0 or %d..%d" % (low, high))
    return value


def phases(path, value, low, high):
    """One number for all phases or a list of three; becomes a list of three."""
    if not isinstance(value, list):
        value = [value] * 3
        return [integer(path, v, low, high) for v in value]
    if len(value) != 3:
        fail(path, "%d values" % len(value), "one number or three")
    return [integer("%s[%d]" % (path, i), v, low, high) for i, v in enumerate(value)]


def choice(path, value, low, high):
    """One of the values in the tuple `low`."""
    for known in low:
        if type(value) is type(known) and value == known:
            return known
    return fail(path, show(value) + " is unknown", "one of " + ", ".join([str(k) for k in low]))


def text(path, value, low, high):
    """Text of low..high printable characters; joins the halves of those escaped as two."""
    right = "text of %d..%d characters" % (low, high)
    if not isinstance(value, str):
        fail(path, show(value) + " is no text", right)
    if len(value) > 2 * high:
        fail(path, "%d characters" % len(value), right)
    joined = ""
    half = 0
    for char in value + " ":
        code = ord(char)
        second = 0xDC00 <= code < 0xE000
        if second != (half > 0) or code < 32 or 127 <= code < 160:
            fail(path, "a character that cannot be shown", right)
        if 0xD800 <= code < 0xDC00:
            half = code
            continue
        joined += chr(0x10000 + ((half - 0xD800) << 10) + code - 0xDC00) if half else char
        half = 0
    if not low < len(joined) <= high + 1:
        fail(path, "%d characters" % (len(joined) - 1), right)
    return joined[:-1]


def rows(path, value, low, high):
    """A list of at most `high` objects of the table `low`."""
    if not isinstance(value, list):
        fail(path, show(value) + " is no list", "a list")
    if len(value) > high:
        fail(path, "%d entries" % len(value), "at most %d" % high)
    fields = fields_of(low) if value else ()
    return [table("%s[%d]" % (path, i), entry, fields) for i, entry in enumerate(value)]


def fields_of(fields):
    """The fields of a table that may be named; their memory is free when nobody holds them."""
    if isinstance(fields, str):
        part, _, name = fields.partition(".")
        return take("firmware", "tables_" + part, name)
    return fields


def _check_of(check):
    """The function of a check that may be named."""
    if not isinstance(check, str):
        return check
    part, _, name = check.rpartition(".")
    if part:
        return take("firmware", part, name)
    if name in globals():
        return globals()[name]
    from firmware import checks

    return getattr(checks, name)


def table(path, value, fields, _=None):
    """An object with the keys of `fields`."""
    if not isinstance(value, dict):
        fail(path or "document", show(value) + " is no object", "{...}")
    fields = fields_of(fields)
    prefix = path + "." if path else ""
    known = [field[0] for field in fields]
    for key in value:
        if key not in known:
            where = prefix + (key[:40] if isinstance(key, str) else show(key))
            fail(where, "unknown key", "one of " + ", ".join(known))
    result = {}
    for field in fields:
        key, check, default, low, high = field[:5]
        is_rare = len(field) > 5
        if is_rare and key not in value:
            continue
        if default == ():
            default = [] if check == "rows" else {}
        given = value.get(key, default)
        if given is ...:
            fail(prefix + key, "missing", "it")
        if given is not None or default is not None:
            given = _check_of(check)(prefix + key, given, low, high)
        if not is_rare or given != default:
            result[key] = given
    return result
