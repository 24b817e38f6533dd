"""HTTP control of a simulated site: JSON in, JSON out, on the loopback interface.

GET  /state                            the truth now GET  /trace?since=T&until=T&every=N    rows
{"t", "total_ma", "house_ma", "cars_ma"} (every N-th) GET  /events?since=T&until=T&kind=K    what
happened GET  /settings                         the settings document for this site POST /plug
{"box": 0, "car": {CarConfig fields}} POST /unplug    {"box": 0} POST /box       {"box": 0,
"fault": "vanish", "value": true}      value false or 0 restores; "reboot" is at once POST /car
{"box": 0, CarConfig fields}                      changes the plugged car POST /meter
{"fault": "silent", "value": true} POST /house     {"name": "kettle", "ma": [0, 9000, 0]}
one number = all phases, 0 = off Errors: 400 or 404 with {"error": text}.
"""

import asyncio
import dataclasses
import json
from urllib.parse import parse_qs, urlsplit

from .car import CarConfig
from .site import Site

MAX_BODY = 65536


class Control:
    """The HTTP server of one site; `url` is where it listens."""

    def __init__(self, site: Site, port: int = 0, host: str = "127.0.0.1"):
        self.site = site
        self.host = host
        self.port = port
        self._server = None
        self._open: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        """Address of the control, without a slash at the end."""
        return f"http://{self.host}:{self.port}"

    async def __aenter__(self) -> "Control":
        self._server = await asyncio.start_server(self._serve, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_) -> None:
        self._server.close()
        for writer in list(self._open):
            writer.close()
        await self._server.wait_closed()

    async def _serve(self, reader, writer) -> None:
        self._open.add(writer)
        try:
            status, answer = await asyncio.wait_for(self._one(reader), 10)
            body = json.dumps(answer).encode()
            head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n"
            head += f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()
        except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError):
            pass  # the client went away or never spoke
        finally:
            self._open.discard(writer)
            writer.close()

    async def _one(self, reader) -> tuple[str, object]:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        length = 0
        for line in head[1:]:
            name, _, value = line.partition(":")
            if name.strip().lower() == "content-length" and value.strip().isdigit():
                length = min(int(value), MAX_BODY)
        body = await reader.readexactly(length)
        method, _, rest = head[0].partition(" ")
        target = urlsplit(rest.split(" ")[0])
        query = {k: v[-1] for k, v in parse_qs(target.query).items()}
        try:
            if method == "GET":
                action = getattr(self, "_get_" + target.path.strip("/"), None)
                argument = query
            else:
                action = getattr(self, "_post_" + target.path.strip("/"), None)
                argument = json.loads(body or b"{}")
            if action is None:
                return "404 Not Found", {"error": f"no {method} {target.path}"}
            return "200 OK", action(argument)
        except (ValueError, TypeError, KeyError, IndexError) as error:
            return "400 Bad Request", {"error": f"{type(error).__name__}: {error}"}

    # -- reading -------------------------------------------------------------------------

    def _get_state(self, _query) -> dict:
        return self.site.state()

    def _get_settings(self, _query) -> dict:
        return self.site.settings()

    def _get_trace(self, query) -> list:
        rows = self.site.record.rows(*_span(query))[:: int(query.get("every", 1))]
        names = ("t", "total_ma", "house_ma", "cars_ma")
        return [dict(zip(names, row)) for row in rows]

    def _get_events(self, query) -> list:
        return self.site.record.events(*_span(query), kind=query.get("kind"))

    # -- acting --------------------------------------------------------------------------

    def _post_plug(self, a: dict) -> dict:
        self.site.plug(self._box(a), car_config(a.get("car", {})))
        return {}

    def _post_unplug(self, a: dict) -> dict:
        self.site.unplug(self._box(a))
        return {}

    def _post_car(self, a: dict) -> dict:
        car = self.site.boxes[self._box(a)].car
        if car is None:
            raise ValueError("no car there")
        changes = {k: v for k, v in a.items() if k != "box"}
        car.config = dataclasses.replace(car.config, **changes)
        return {}

    def _post_box(self, a: dict) -> dict:
        self.site.box_fault(self._box(a), a["fault"], a.get("value", True))
        return {}

    def _post_meter(self, a: dict) -> dict:
        self.site.meter_fault(a["fault"], a.get("value", True))
        return {}

    def _post_house(self, a: dict) -> dict:
        self.site.house_load(a["name"], a["ma"])
        return {}

    def _box(self, a: dict) -> int:
        i = a["box"]
        if not isinstance(i, int) or not 0 <= i < len(self.site.boxes):
            raise ValueError(f"box must be 0..{len(self.site.boxes) - 1}")
        return i


def car_config(fields: dict) -> CarConfig:
    """A CarConfig from JSON (a list for start_s is a range)."""
    if isinstance(fields.get("start_s"), list):
        fields = {**fields, "start_s": tuple(fields["start_s"])}
    return CarConfig(**fields)


def _span(query: dict) -> tuple[float, float]:
    return float(query.get("since", 0)), float(query.get("until", "inf"))
