"""Between the head of a request and its body: what it is for, who asks, whether there is room."""

from compat import const, readable
from on_demand import call, take

from firmware import web
from firmware.web import Refusal

_SMALL = const(2048)  # for everybody; longer bodies are an administrator's


async def admit(connection) -> None:
    """Find out the route of a request and who makes it. Refusal where it may not be made."""
    path, _, connection.query = connection.target.partition("?")
    connection.route = call("firmware.web", "routes", "find", connection.method, path)
    connection.steps = connection.route[2]
    given = call("firmware.web", "access", "identify", connection)
    if given is not None:
        verify = take("firmware.web", "verify", "verify")
        entry = await verify(connection, web.memory, given)
        call("firmware.web", "access", "decide", connection, entry)


async def receive(connection) -> None:
    """Admit a request and read its body. Refusal, OSError, MemoryError."""
    size, here = connection.body
    connection.body = None
    await admit(connection)
    if size > _SMALL:  # a long one of somebody else keeps no short one out
        if connection.route[3] < 2:
            raise Refusal(413, "body", _SMALL)
        server = connection.server
        if size > server.body_room:
            raise Refusal(503, "busy")
        server.body_room -= size
        connection.size = size
    connection.body = bytearray(size)
    body = memoryview(connection.body)
    got = len(here)
    body[:got] = here
    here = None
    while got < size:
        await readable(connection.sock)
        more = connection.sock.readinto(body[got:])
        if more == 0:
            raise Refusal(400, "short", got, size)
        got += more or 0
