"""Who asks: before there is a login everybody may read, only this machine may write.

A browser on this machine may have a foreign page open: a write that carries an Origin must come
from our own page, addressed by number or as localhost (a foreign name that resolves to us is DNS
rebinding). Clients that are no browsers send no Origin.
"""

from firmware.web import Refusal


async def identify(connection) -> None:
    """Set the connection's role and user; Refusal for a write that may not be made.

    peer: the chip gives ("ip", port), the unix port a packed sockaddr_in.
    """
    peer = connection.peer
    if isinstance(peer, tuple):
        here = peer[0].startswith("127.")
    else:
        here = len(peer) > 7 and peer[0] == 2 and peer[1] == 0 and peer[4] == 127
    connection.role = 2 if here else 1
    if connection.method == "GET" or connection.method == "HEAD":
        return
    if not here:
        raise Refusal(403, "login")
    headers = connection.headers
    host = headers.get(b"host", b"")
    name = host.split(b":")[0]
    if b"origin" in headers and (
        headers[b"origin"] != b"http://" + host
        or (name != b"localhost" and not name.replace(b".", b"").isdigit())
    ):
        raise Refusal(403, "foreign")
