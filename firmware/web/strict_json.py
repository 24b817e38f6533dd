"""JSON as RFC 8259 has it, no more: MicroPython's own reader takes `[1 2]`, `01`, `{"a",1}`.

Used for whatever comes from outside. It also refuses a member named twice, nesting deeper than
a settings document needs, and text that is not UTF-8. It works on bytes: indexing a str costs
MicroPython a walk from its start.
"""

import json
import re

from compat import const

_DEPTH = const(8)
_WORDS = {b"true": True, b"false": False, b"null": None}
_WORD = b"+-.0123456789abcdefghijklmnopqrstuvwxyzE"
_NUMBER = re.compile(r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$")


def loads(data: bytes):
    """The value of a JSON text. ValueError says where it is wrong and what would be right."""
    reader = _Reader(data)
    try:
        value = reader.value(0)
    except IndexError:
        raise ValueError("JSON: ends too early") from None
    reader.end()
    return value


class _Reader:
    def __init__(self, data: bytes):
        self.data = data
        self.at = 0

    def wrong(self, right: str):
        raise ValueError("JSON: wrong at byte %d; right: %s" % (self.at, right)) from None

    def peek(self) -> int:
        """The next byte that is no space; IndexError at the end."""
        data = self.data
        at = self.at
        while data[at] in b" \t\r\n":
            at += 1
        self.at = at
        return data[at]

    def end(self) -> None:
        try:
            self.peek()
        except IndexError:
            return
        self.wrong("nothing more")

    def take(self, right: str) -> None:
        if self.peek() != ord(right):
            self.wrong(right)
        self.at += 1

    def value(self, depth: int):
        c = self.peek()
        if c == 0x22:
            return self.string()
        if c != 0x7B and c != 0x5B:
            return self.word()
        if depth == _DEPTH:
            self.wrong("at most %d levels" % _DEPTH)
        close = c + 2  # so it is in ASCII, for both kinds
        result = {} if c == 0x7B else []
        self.at += 1
        if self.peek() != close:
            while True:
                if c == 0x5B:
                    result.append(self.value(depth + 1))
                else:
                    self.peek()
                    name = self.string()
                    if name in result:
                        self.wrong("each name once")
                    self.take(":")
                    result[name] = self.value(depth + 1)
                if self.peek() == close:
                    break
                self.take(",")
        self.at += 1
        return result

    def string(self) -> str:
        self.take('"')
        data = self.data
        end = start = self.at
        while True:
            end = data.find(b'"', end)
            if end < 0:
                raise IndexError
            before = end
            while data[before - 1] == 0x5C:
                before -= 1
            end += 1
            if not (end - 1 - before) & 1:
                break
        text = bytes(data[start - 1 : end])
        try:
            text.decode()
        except ValueError:
            self.wrong("UTF-8")
        if min(text) < 32:
            self.wrong("no control character in a string")
        joined = bytearray()  # in one go: each piece moved anew would take half a minute
        begin = 0
        at = text.find(b"\\")
        while at >= 0:
            digits = text[at + 2 : at + 6].lower()
            is_good = text[at + 1] in b'"\\/bfnrtu'
            if text[at + 1] == 0x75:
                is_good = not digits.strip(_HEX) and digits[:2] not in _LOW
                if is_good and digits[:2] in _HIGH:  # MicroPython does not join the two
                    low = text[at + 6 : at + 12].lower()
                    is_good = low[:2] == b"\\u" and low[2:4] in _LOW and not low[2:].strip(_HEX)
                    if is_good:
                        code = int(digits.decode(), 16) - 0xD7C0 << 10
                        code += int(low[2:].decode(), 16) - 0xDC00
                        joined += text[begin:at]
                        joined += chr(code).encode()
                        begin = at + 12
                        at += 10
            if not is_good:
                self.wrong('\\ and one of "\\/bfnrt, or u and four hex digits, halves in pairs')
            at = text.find(b"\\", at + 2)
        if begin:
            joined += text[begin:]
            text = bytes(joined)
        self.at = end
        return json.loads(text)

    def word(self):
        start = end = self.at
        data = self.data
        while end < len(data) and data[end] in _WORD:
            end += 1
        word = bytes(data[start:end])
        if word in _WORDS:
            self.at = end
            return _WORDS[word]
        if end - start > 20 or not _NUMBER.match(word.decode()):
            self.wrong("a JSON value")
        self.at = end
        return float(word) if b"." in word or b"e" in word.lower() else int(word)


_HEX = b"0123456789abcdef"
_HIGH = (b"d8", b"d9", b"da", b"db")
_LOW = (b"dc", b"dd", b"de", b"df")
