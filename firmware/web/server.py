"""The HTTP server: few connections, each with an end in time, none of them for ever.

Four connections are served at once. A fifth takes the place of the one that has been dawdling
over its request the longest (over a second); when nobody dawdles it is told 503. So half-open
connections never lock anybody out. Every connection has a deadline for its request and one for
its answer; one loop looks after all of them. It is an optional task: it may be cancelled and
started again at any time, and closes what it opened.
"""

import asyncio

from compat import const, ticks_add, ticks_diff, ticks_ms

from firmware.web import access
from firmware.web.api import Api
from firmware.web.refusal import Refusal, answer
from firmware.web.stream import Connection

_CONNECTIONS = const(4)
_BACKLOG = const(8)
_REFUSING = const(1)  # connections beyond them that are told 503; more are just closed
_REQUEST_MS = const(8000)
_ANSWER_MS = const(10000)
_DAWDLE_MS = const(1000)
_LOOK_MS = const(250)


class Server:
    """`await Server(context, host, port).run()`; `check_in()` is called four times a second."""

    def __init__(self, context, host: str, port: int, check_in=None):
        self._host = host
        self._port = port
        self._check_in = check_in
        self._api = Api(context)
        self._places = [Connection() for _ in range(_CONNECTIONS)]
        self._refusing = 0

    async def run(self) -> None:
        """Serve until cancelled. OSError when the port cannot be had or accepting has ended."""
        listener = await asyncio.start_server(self._serve, self._host, self._port, _BACKLOG)
        try:
            while not listener.task.done():
                if self._check_in:
                    self._check_in()
                now = ticks_ms()
                for place in self._places:
                    if place.task and ticks_diff(now, place.deadline_ms) > 0:
                        place.task.cancel()
                await asyncio.sleep_ms(_LOOK_MS)
            raise OSError("accepting has ended")
        finally:
            for place in self._places:
                if place.task:
                    place.task.cancel()
            if not listener.task.done():
                listener.close()
                await listener.wait_closed()

    def _place(self) -> Connection | None:
        for place in self._places:
            if not place.task:
                return place
        return None

    def _make_room(self) -> bool:
        """End the connection that has been dawdling over its request the longest."""
        oldest = None
        longest = _DAWDLE_MS
        now = ticks_ms()
        for place in self._places:
            age = ticks_diff(now, place.started_ms)
            if place.reading and age > longest:
                oldest, longest = place, age
        if oldest:
            oldest.task.cancel()
        return oldest is not None

    async def _serve(self, stream, _) -> None:
        place = self._place()
        if not place and self._make_room():
            await asyncio.sleep_ms(0)
            place = self._place()
        try:
            if place:
                place.stream = stream
                place.task = asyncio.current_task()
                place.started_ms = ticks_ms()
                place.deadline_ms = ticks_add(place.started_ms, _REQUEST_MS)
                await self._converse(place)
            elif self._refusing < _REFUSING:
                await self._turn_away(stream)
        except asyncio.CancelledError:
            if place:
                place.last_word(408, "too slow; right: the whole request within 8 s")
        except (OSError, EOFError, asyncio.TimeoutError):
            pass  # the peer has gone
        except MemoryError:
            if place:
                place.last_word(503, "out of memory; try again")
        finally:
            if place:
                place.release()
            stream.close()
            await stream.wait_closed()

    async def _converse(self, place: Connection) -> None:
        try:
            await place.receive(access.admit)
        except Refusal as refusal:
            await place.refuse(refusal)
            return
        place.deadline_ms = ticks_add(ticks_ms(), _ANSWER_MS)
        await place.respond(*self._api.answer(place))

    async def _turn_away(self, stream) -> None:
        self._refusing += 1
        try:
            stream.write(answer(503, "all connections are taken; try again in a second"))
            await asyncio.wait_for_ms(stream.read(512), 200)
        finally:
            self._refusing -= 1
