"""The paths, what stands behind each, and who may: Fusekeeper's own API and WARP's.

A line: path, part of this package, methods, who may read, who may write. Text, not tuples: it is
loaded for every request, and so takes a fifth of the memory.

| methods | | the part's function |
|---|---|---|
| R | GET, HEAD, also of any path inside it | `read(context, query)`: a tree, see api.py |
| W | PUT and POST, also to path + "_update" | `write(context, request)` |
| A | POST, an action | `write(context, request)` |
| P | PATCH | `patch(context, request)` |
| D | DELETE | `delete(context, request)` |
| * | writes may go to paths below it, too | `request.steps`: the names behind it |
| F | GET, HEAD of a file | `file(context, request)`: head and body |
| L | GET that takes the connection over | `join(context, connection)` |

What writes returns None (200, empty), text (400: what is wrong and what would be right; nothing
has changed), or a tree (200); it may be a coroutine, then others are answered meanwhile.
Who: 0 everybody, 1 viewer, 2 administrator, 9 nobody.
"""

from firmware.web import Refusal

NOBODY = 9
_UPDATE = "_update"

_TABLES = (
    """
/ static F 0 9
/api/openapi.json static F 0 9
/api/settings_schema.en.json static F 0 9
/api/settings_schema.de.json static F 0 9
/api/hello hello F 0 9
/api/setup login A 9 0
/api/login login A 9 0
/api/logout login A 9 0
/api/password own_password A 9 1
""",
    """
/api/users users RW*D 2 2
/api/tokens tokens RW*D 2 2
/api paths R 1 9
/api/status status R 1 9
/api/live live L 1 9
/api/events events R 1 9
/api/history history_api R 1 9
/api/energy energy_api R 1 9
/api/schedule_import schedule_import A 9 2
""",
    """
/api/backup backup FA 2 2
/api/restore restore A 2 2
/api/factory_reset factory_reset A 2 2
/api/inputs inputs RW* 1 2
/api/operator_limits operator_limits RW 1 2
/api/settings settings_api RWPD* 1 2
/api/devices devices R 1 9
""",
    """
/api/discovery discovery_api RA 1 2
/api/actions actions A* 2 2
/api/external external R 1 9
/charge_manager/state warp_state R 1 9
/charge_manager/available_current available RW* 1 2
/charge_manager/config config RW* 1 2
""",
    """
/charge_manager/low_level_state warp_low_state R 1 9
/charge_manager/low_level_config warp_low_config RW* 1 2
/charge_manager/charge_modes warp_modes RW* 1 2
/charge_manager/supported_charge_modes warp_supported R 1 9
/charge_manager/scan warp_scan W 1 2
""",
    """
/charge_manager/scan_result warp_scan_result R 1 9
/power_manager/config power_manager RW* 1 2
/power_manager/dynamic_load_config power_manager_load RW* 1 2
/power_manager/state power_manager_state R 1 9
/power_manager/low_level_state power_manager_low R 1 9
""",
    """
/power_manager/external_control power_manager_phases RW* 1 2
/power_manager/charge_mode warp_modes_all RW* 1 2
/meters meters_api RW* 1 2
""",
)  # in short pieces: a full heap has no gap for long ones
_LETTERS = {"GET": "RFL", "HEAD": "RF", "PUT": "W", "POST": "WA", "PATCH": "P", "DELETE": "D"}


def rows():
    """Generate (path, part, methods, reader, writer) of all routes."""
    for text in _TABLES:
        for line in text.strip().split("\n"):
            path, part, methods, reader, writer = line.split(" ")
            yield path, part, methods, int(reader), int(writer)


def _line(path: str):
    """What the table says of a path, or None."""
    for text in _TABLES:
        at = text.find("\n%s " % path)
        if at >= 0:
            at += len(path) + 2
            return text[at : text.find("\n", at)].split(" ")
    return None


def find(method: str, path: str) -> tuple:
    """(part, letter of the method, names below the route, role that is needed). Refusal 404, 405.
    """
    steps = []
    if method == "PUT" or method == "POST":
        path = path[: -len(_UPDATE)] if path.endswith(_UPDATE) else path
    line = _line(path)
    while line is None:
        path, _, step = path.rpartition("/")
        if not path:
            raise Refusal(404, "path")
        steps.insert(0, step)
        line = _line(path)
    part, methods, reader, writer = line
    is_reading = method == "GET" or method == "HEAD"
    if steps and ("R" if is_reading else "*") not in methods:
        raise Refusal(404, "path")
    for letter in _LETTERS.get(method, ""):
        if letter in methods:
            return part, letter, steps, int(reader if is_reading else writer)
    names = ("GET", "PUT", "POST", "PATCH", "DELETE")
    allowed = [name for name in names if [c for c in _LETTERS[name] if c in methods]]
    raise Refusal(405, "method", ", ".join(allowed))
