"""The routes, and what stands behind each: Fusekeeper's own API and WARP's.

Reading: GET of a resource or of any path inside it. Writing as WARP does it: PUT or POST of JSON
to the resource or to its name + "_update"; 200 with an empty body, or 400 with the reason, and
then nothing has changed. The content type is not looked at (curl -d sends a form's). What few ask
for is imported when it is asked for.

What is called besides that which status.py reads: `context.set_available(ma)` and
`context.apply_settings(document)` (None or error text each), `context.events.since(number)`,
`context.maximum_ma`, `context.document()` (the settings in force, read anew).
"""

from firmware import settings
from firmware.web.page import page
from firmware.web.refusal import Refusal
from firmware.web.status import status
from firmware.web.tree import Each, pieces, walk

_EVENT = ("number", "uptime_s", "code", "subject", "value")
_JSON = (("Content-Type", "application/json; charset=UTF-8"), ("Cache-Control", "no-store"))
_TEXT = (("Content-Type", "text/plain; charset=UTF-8"),)
_ALLOW = (("Allow", "GET, PUT, POST"),)


def _available(context) -> dict:
    current = context.site.available_ma
    if current is None:
        current = context.maximum_ma
    return {"current": current}


def _set_available(context, given) -> str | None:
    if isinstance(given, dict):
        for name in given:
            if name != "current":
                return "unknown member %s; right: current" % name
        if "current" not in given:
            return "current is missing; right: its mA"
        given = given["current"]
    if given is None:  # WARP: leave it as it is
        return None
    highest = context.maximum_ma
    if type(given) is not int or not 0 <= given <= highest:
        return "wrong current; right: an integer, 0..%d mA" % highest
    return context.set_available(given)


def _config(context) -> dict:
    config = settings.warp_config(context.document())
    chargers = config["chargers"]
    config["chargers"] = Each(len(chargers), lambda i: chargers[i])
    return config


def _set_config(context, given) -> str | None:
    document, error = settings.apply_warp_config(context.document(), given)
    return error or context.apply_settings(document)


def _state(context) -> dict:
    from firmware.web.warp_state import state

    return state(context)


def _list(_context) -> dict:
    return {"read": sorted(_READ), "write": sorted(_WRITE)}


_READ = {
    "/api": _list,
    "/api/status": status,
    "/charge_manager/state": _state,
    "/charge_manager/available_current": _available,
    "/charge_manager/config": _config,
}
_WRITE = {
    "/charge_manager/available_current": _set_available,
    "/charge_manager/config": _set_config,
}


def _events(context, query: str) -> dict:
    since = (query or "since=0").split("=")
    if len(since) != 2 or since[0] != "since" or not since[1].isdigit() or len(since[1]) > 9:
        raise Refusal(400, "wrong query; right: ?since=number of the last event you have")
    found = list(context.events.since(int(since[1])))
    return {"events": Each(len(found), lambda i: dict(zip(_EVENT, found[i])))}


def _read(context, request):
    path = request.path
    if path == "/api/events":
        return _events(context, request.query)
    steps = []
    while path not in _READ:
        path, _, step = path.rpartition("/")
        if not path:
            raise Refusal(404, "no such path; GET /api lists them")
        steps.insert(0, step)
    return walk(_READ[path](context), steps)


class Api:
    """What stands behind the paths. `answer(request)` gives status, headers and body."""

    def __init__(self, context):
        self._context = context

    def answer(self, request) -> tuple:
        """The answer to a request with .method, .path, .query, .headers and .body."""
        try:
            return self._route(request)
        except Refusal as refusal:
            headers = _TEXT + (_ALLOW if refusal.status == 405 else ())
            return refusal.status, headers, refusal.text + "\n"
        except MemoryError:
            return 503, _TEXT, "out of memory; right: try again\n"

    def _route(self, request) -> tuple:
        method = request.method
        path = request.path
        if method in ("GET", "HEAD"):
            if path == "/":
                return page(request)
            return 200, _JSON, pieces(_read(self._context, request))
        name = path[:-7] if path.endswith("_update") else path
        if name not in _WRITE:
            if path != "/":
                _read(self._context, request)  # 404 where there is nothing
            raise Refusal(405, "not writable; right: GET")
        if method not in ("PUT", "POST"):
            raise Refusal(405, "wrong method; right: GET, PUT or POST")
        from firmware.web import strict_json

        try:
            given = strict_json.loads(request.body)
        except ValueError as error:
            raise Refusal(400, str(error)) from None
        error = _WRITE[name](self._context, given)
        if error:
            raise Refusal(400, error)
        return 200, _TEXT, ""
