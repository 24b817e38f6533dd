"""Modbus: functions 6 and 16. Apart, because a site with a meter only never writes."""

from struct import pack_into

from compat import const
from modbus.pdu import check

_WRITE_ONE = const(6)
_WRITE_MANY = const(16)
_LONGEST = const(256)


async def write(
    client, address: int, start: int, values, multiple: bool = False, gap_ms: int = 5
) -> None:
    """Set the registers from start on: function 6 for one, 16 for more or when multiple.

    client: RtuClient. On a bus with echo the answer to function 6 looks like the echo: read
    something first, so that the echo is known. Raises as RtuClient.read() does.
    """
    if len(client.request) < _LONGEST:
        client.request = bytearray(_LONGEST)
    size = put_write(client.request, address, start, values, multiple)
    await client.ask(size, gap_ms, client.usual_retries)


def put_write(buffer, address: int, start: int, values, multiple: bool) -> int:
    """Write a request that sets registers from start on; return its length. ValueError if illegal.

    multiple: function 16 even for one register (some devices know no function 6).
    """
    count = len(values)
    check(address, start, count, 123)
    for value in values:
        if not 0 <= value <= 0xFFFF:
            raise ValueError("register value: 0..65535")
    if count == 1 and not multiple:
        pack_into(">BBHH", buffer, 0, address, _WRITE_ONE, start, values[0])
        return 6
    pack_into(">BBHHB", buffer, 0, address, _WRITE_MANY, start, count, 2 * count)
    at = 7
    for value in values:
        pack_into(">H", buffer, at, value)
        at += 2
    return at
