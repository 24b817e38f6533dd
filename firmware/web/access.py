"""Who may do what, before there is a login: everybody may read, only this machine may write.

A browser on this machine may have a foreign page open: a write that carries an Origin must come
from our own page, and be addressed by number or as localhost (a foreign name that resolves to us
is DNS rebinding). Clients that are no browsers send no Origin.
"""

from firmware.web.refusal import Refusal


def is_loopback(address) -> bool:
    """True for 127.0.0.0/8. The chip gives ("ip", port), the unix port a packed sockaddr_in."""
    if isinstance(address, tuple):
        return address[0].startswith("127.")
    address = bytes(address)
    return len(address) >= 8 and address[0] == 2 and address[1] == 0 and address[4] == 127


def is_own_page(origin: bytes, host: bytes) -> bool:
    """True when a write with this Origin header was made by a page of ours."""
    name = host.split(b":")[0]
    return origin == b"http://" + host and (
        name == b"localhost" or name.replace(b".", b"").isdigit()
    )


def admit(method: bytes, peer, headers: dict) -> None:
    """Raise Refusal 403 for a request that may not be made."""
    if method in (b"GET", b"HEAD"):
        return
    if not is_loopback(peer):
        raise Refusal(403, "writing needs a login, which is not there yet, or the device itself")
    if b"origin" in headers and not is_own_page(headers[b"origin"], headers.get(b"host", b"")):
        raise Refusal(403, "write from a foreign page; right: from our own page")
