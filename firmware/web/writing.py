"""Writing, as WARP does it: who may, and what to.

PUT or POST of JSON to a resource or to its name + "_update"; 200 with an empty body, or 400 with
the reason, and then nothing has changed. The content type is not looked at (curl -d sends a
form's). Before there is a login everybody may read, only this machine may write. A browser on this
machine may have a foreign page open: a write that carries an Origin must come from our own page,
addressed by number or as localhost (a foreign name that resolves to us is DNS rebinding). Clients
that are no browsers send no Origin.
"""

from on_demand import call

from firmware.web import Refusal, api

_PACKAGE = "firmware.web"


def admit(method: str, peer, headers: dict) -> None:
    """Raise Refusal for a request, neither GET nor HEAD, that may not be made.

    peer: the chip gives ("ip", port), the unix port a packed sockaddr_in.
    """
    if isinstance(peer, tuple):
        here = peer[0].startswith("127.")
    else:
        here = len(peer) > 7 and peer[0] == 2 and peer[1] == 0 and peer[4] == 127
    if not here:
        raise Refusal(403, "login")
    host = headers.get(b"host", b"")
    name = host.split(b":")[0]
    if b"origin" in headers and (
        headers[b"origin"] != b"http://" + host
        or (name != b"localhost" and not name.replace(b".", b"").isdigit())
    ):
        raise Refusal(403, "foreign")
    if b"content-length" not in headers and (method == "POST" or method == "PUT"):
        raise Refusal(411, "length")


def write(context, request, path: str, query: str) -> tuple:
    """Do what the request asks for; head and body of the answer. Refusal."""
    method = request.method
    name = path[:-7] if path.endswith("_update") else path
    if name.startswith("/api/inputs/"):
        name = "/api/inputs"
    if name not in api.WRITE:
        if path != "/":
            api.read(context, path, query)  # 404 where there is nothing
        raise Refusal(405, "readonly")
    if method != "PUT" and method != "POST":
        raise Refusal(405, "method")
    try:
        request.body = call(_PACKAGE, "strict_json", "loads", request.body)
    except ValueError as error:
        raise Refusal(400, str(error)) from None
    error = call(_PACKAGE, api.READ[name], "write", context, request)
    if error:
        raise Refusal(400, error)
    return api.HEAD % "Content-Length: 0\r\n", ()
