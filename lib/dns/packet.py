"""Questions and answers of DNS (RFC 1035) and multicast DNS (RFC 6762, RFC 6763).

A name is bytes in small letters, its labels joined by dots; a dot within a label (instances of a
service may be called anything) is the byte 255. Messages come from anybody on the network: each
name ends after 255 bytes, each pointer has to point further back than the one before, and of one
message a few dozen records are read at most.
"""

import struct

from compat import const

A = 1
CNAME = 5
PTR = 12
TXT = 16
SRV = 33

_INTERNET = const(1)
_UNICAST = const(0x8000)  # in a question: the answer may come to us alone (RFC 6762 section 5.4)
_FLUSH = const(0x8000)  # in an answer: forget older ones
_HEAD = const(12)
_LONGEST = const(255)
_RECORDS = const(48)
_QUESTIONS = const(8)
_RESPONSE = const(0x80)
_RECURSION = const(0x0100)


def pack_query(ident: int, questions, is_multicast: bool) -> bytes:
    """Return a query. questions: (name, type) of each; ValueError for a name that is none."""
    flags = 0 if is_multicast else _RECURSION
    data = struct.pack(">6H", ident, flags, len(questions), 0, 0, 0)
    for name, kind in questions:
        labels = name.split(b".")
        for label in labels:
            if not 0 < len(label) < 64 or len(name) > _LONGEST - 2:
                raise ValueError("name")
            data += bytes((len(label),)) + label.replace(b"\xff", b".")
        data += struct.pack(">BHH", 0, kind, _INTERNET | (_UNICAST if is_multicast else 0))
    return data


def read_name(data, at: int, n: int) -> tuple:
    """Return the name at data[at:n] and where what follows it begins. ValueError."""
    labels = []
    length = 0
    after = 0
    earliest = at
    while at < n:
        size = data[at]
        if not size:
            return b".".join(labels), after or at + 1
        if size < 64:
            length += size + 1
            if length > _LONGEST or at + size >= n:
                break
            labels.append(bytes(data[at + 1 : at + 1 + size]).replace(b".", b"\xff").lower())
            at += size + 1
            continue
        if size < 192 or at + 1 >= n:
            break
        after = after or at + 2
        at = (size & 63) << 8 | data[at + 1]
        if at >= earliest:
            break  # a circle
        earliest = at
    raise ValueError("name")


def records(data, n: int):
    """Generate (name, type, begin, end of its data) of the records of an answer of n bytes.

    ValueError where it is damaged or cut off: what came before is good all the same.
    """
    if n < _HEAD or not data[2] & _RESPONSE:
        raise ValueError("no answer")
    questions, *counts = struct.unpack_from(">4H", data, 4)
    if questions > _QUESTIONS:
        raise ValueError("questions")
    at = _HEAD
    for _ in range(questions):
        at = read_name(data, at, n)[1] + 4
    for _ in range(min(sum(counts), _RECORDS)):
        name, at = read_name(data, at, n)
        if at + 10 > n:
            raise ValueError("cut off")
        kind, family, _, size = struct.unpack_from(">HHIH", data, at)
        at += 10
        if at + size > n:
            raise ValueError("cut off")
        if family & ~_FLUSH == _INTERNET:
            yield name, kind, at, at + size
        at += size


def read_address(data, at: int, end: int) -> str:
    """The IPv4 address of an A record. ValueError."""
    if end - at != 4:
        raise ValueError("address")
    return "%d.%d.%d.%d" % tuple(data[at:end])


def read_target(data, at: int, n: int) -> bytes:
    """The name that an SRV record points at. ValueError."""
    return read_name(data, at + 6, n)[0]


def read_texts(data, at: int, end: int) -> dict:
    """The key=value pairs of a TXT record, all bytes, keys in small letters; the first one of a
    key counts. ValueError."""
    found = {}
    while at < end:
        size = data[at]
        at += 1
        if at + size > end:
            raise ValueError("text")
        key, is_pair, value = bytes(data[at : at + size]).partition(b"=")
        key = key.lower()
        if is_pair and key not in found:
            found[key] = value
        at += size
    return found
