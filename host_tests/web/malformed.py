"""Requests that no good client sends, one after the other, repeatable by seed.

Each is (bytes, end): what goes over the wire, and what the client does then: "read" the answer,
"shut" its side first, "reset" the connection, "stall" (send no more, keep it open), or "drip" (the
bytes one by one). Paths, methods and bodies come from the OpenAPI description, so that what is new
is in at once. Nothing here changes a stored setting: what would be a good write is damaged, or has
no right login.
"""

import base64
import json
import random

_METHODS = (b"GET", b"HEAD", b"PUT", b"POST", b"PATCH", b"DELETE")
_STRANGE = (b"OPTIONS", b"TRACE", b"CONNECT", b"get", b"G\x00T", b"", b"PRI", b"A" * 300, b"\xff")
_NUMBERS = (
    *(b"-1", b"0", b"1e999", b"-0", b"01", b"1.5", b"9" * 20, b"9" * 400, b"NaN", b"Infinity"),
    *(b"2147483648", b"-2147483649", b"4611686018427387904", b"0x10", b"1e-7", b"+5", b".5"),
)
_WORDS = (b"null", b"true", b"{}", b"[]", b'""', b"'a'", b'"\\ud800"', b'"\xff"', b'"\x00"')
_NAMES = tuple(b"host content-length authorization cookie origin if-none-match X-Any".split())
_STRANGE_NAMES = (b"", b"Bad Name", b"X\x00", b"transfer-encoding")
_VALUES = (b"", *b"chunked 1 -1 \xff\xfe a\x00b a:b:c 100-continue".split(), b"\t", b"a, b")
_LINES = (b"%s: %s", b"%s:%s", b"%s %s", b" %s: %s", b"%s : %s")
_LENGTHS = (b"", *b"abc 0x10 1,1 +5 5.0 16385 999999999 9999999999999".split())
_PATHS = (*b"* http://host/ // /%00 /../settings.json /api/ /x /\xc3\xa4".split(), b"")
_GAPS = (b"  ", b"\t", b"")
_VERSIONS = (b"HTTP/1.0", b"HTTP/2", b"HTTP/1.1 x", b"", b"http/1.1")
_NOISE = (b"", b"GET / HTTP/1.1\r\n", b"\x16\x03\x01\x02\x00\x01", b"\r\n")
_CREDENTIALS = tuple(
    line.replace(b"!", b"Authorization: ").replace(b"=>", b"Cookie: fusekeeper=")
    for line in b"!Basic %s|!basic %s|!Bearer %s|!Basic ??%.0s|!Basic%.0s|!Bearer%.0s|!%.0s|"
    b"!Digest x%.0s|=>%s|=>%.0s|Cookie: ;;;=;%.0s".split(b"|")
)


class Malformed:
    """An endless source of them."""

    def __init__(self, description, login, seed=1):
        """login: the header line of a user who may all."""
        self.rng = random.Random(f"malformed {seed}")
        self.login = login.encode()
        self.targets = list(_targets(description))

    def next(self):
        kind = self.rng.choice((
            *(self.headers, self.length, self.cut, self.pipelined, self.noise),
            *(self.line,) * 3,
            *(self.body,) * 5,
            *(self.credentials,) * 2,
        ))  # fmt: skip
        data = kind()
        end = self.rng.choices(
            ("read", "shut", "reset", "stall", "drip"), (80, 8, 8, 2, 2 if len(data) < 900 else 0)
        )[0]
        return data, end

    # --- kinds

    def line(self):
        """A wrong request line: one or two parts of it."""
        rng = self.rng
        parts = [rng.choice(_METHODS[:2]), b" ", self._path(), b" ", b"HTTP/1.1", b"\r\n"]
        for at in {rng.randrange(6), rng.choice((0, 2, 2, 2))}:
            all_methods, ends = _METHODS + _STRANGE, (b"\n", b"\r")
            ways = (all_methods, _GAPS, self._wrong_paths(), _GAPS, _VERSIONS, ends)
            parts[at] = rng.choice(ways[at])
        login = self.login if parts[0] in _METHODS[:2] else b"X: y"
        return b"".join(parts) + login + b"\r\n" + parts[5]

    def _wrong_paths(self):
        rng = self.rng
        return (
            *_PATHS,
            b"/" + b"a" * rng.choice((900, 1100, 5000)),
            b"/?" + b"&" * 99,
            b"/api/status/" + b"chargers/" * rng.choice((1, 9, 90)) + b"0",
            b"/api/events?since=" + rng.choice(_NUMBERS),
            self._path(),
        )

    def headers(self):
        """Wrong header lines."""
        rng = self.rng
        lines = [self.login] if rng.random() < 0.7 else []
        for _ in range(rng.choice((1, 1, 2, 5, 40))):
            name = rng.choice(_NAMES + _STRANGE_NAMES)
            long = b"y" * rng.choice((10, 900, 1020, 3000))
            value = rng.choice((*_VALUES, long, rng.choice(_NUMBERS)))
            lines.append(rng.choice(_LINES) % (name, value))
        rng.shuffle(lines)
        method, path, body = self._target()
        body = self._damaged(body) if body else b""
        return b"%s %s HTTP/1.1\r\n%s\r\n\r\n%s" % (method, path, b"\r\n".join(lines), body)

    def length(self):
        """A wrong length of the body."""
        rng = self.rng
        method, path, body = self._target()
        size = len(body)
        told = rng.choice((-size, size + rng.randint(1, 2000), max(1, size - rng.randint(1, 9))))
        told = rng.choice((*_LENGTHS, *(b"%d" % told,) * 4))
        # a good write that is too short must not be one by chance
        return self._request(method, path, b"x" + body, told)

    def cut(self):
        """A good request that ends anywhere before its end."""
        method, path, body = self._target()
        data = self._request(method, path, body + b" ")
        return data[: self.rng.randrange(len(data))]

    def pipelined(self):
        """More than one at once; only the first is answered."""
        return b"".join(self._request(b"GET", self._path()) for _ in range(self.rng.randint(2, 9)))

    def noise(self):
        """No HTTP at all."""
        rng = self.rng
        data = rng.randbytes(rng.choice((1, 7, 60, 600, 3000)))
        return rng.choice(_NOISE) + data

    def body(self):
        """Wrong JSON, or JSON of the wrong shape."""
        method, path, body = self._target()
        return self._request(method, path, self._damaged(body))

    def credentials(self):
        """A good request with wrong credentials."""
        rng = self.rng
        user = rng.choice((b"admin", b"root", b"", b"\xff", b"a" * 300, b"admin:x"))
        password = rng.choice((b"", b"wrong", b"\x00", b"p" * 700, rng.randbytes(12)))
        both = base64.b64encode(user + b":" + password)
        line = rng.choice(_CREDENTIALS) % both[: rng.choice((len(both), len(both) - 3))]
        method, path, body = self._target()
        return self._request(method, path, body, login=line)

    # --- parts

    def _target(self):
        """Method, path and body of a good request."""
        return self.rng.choice(self.targets)

    def _path(self):
        return self._target()[1]

    def _request(self, method, path, body=b"", told=None, login=None):
        told = b"%d" % len(body) if told is None else told
        head = b"%s %s HTTP/1.1\r\nHost: x\r\n%s\r\n" % (method, path, login or self.login)
        return head + b"Content-Length: %s\r\n\r\n%s" % (told, body)

    def _damaged(self, body):
        """What is no good body for any path, however it was made."""
        rng = self.rng
        way = rng.randrange(8)
        if way == 0 or not body:
            made = rng.choice(_NUMBERS + _WORDS)
        elif way == 1:
            made = b"[" * rng.choice((1, 5, 7, 100, 3000)) + body
        elif way == 2:
            made = b'{"a":' * rng.choice((1, 5, 7, 100, 2000)) + body + b"}"
        elif way == 3:
            at = rng.randrange(len(body))
            made = body[:at] + rng.choice((b"", b",", b"\xff", b"\x00", b'"')) + body[at + 1 :]
        elif way == 4:
            made = body.replace(b":", b": " + rng.choice(_NUMBERS + _WORDS) + b" ,", 1)
        elif way == 5:
            made = body + body
        elif way == 6:
            made = b'"' + b"t" * rng.choice((10, 2000, 16000)) + b'"'
        else:
            made = b" " * rng.choice((0, 500, 15000)) + body[: len(body) // 2]
        # the end makes it no JSON in any case
        return made + rng.choice((b"]", b"}x", b"\x00", b",", b"\xc3"))


def _targets(description):
    """(method, path, body) of each operation, as its examples have it."""
    for path, item in description["paths"].items():
        for method in ("get", "put", "post", "patch", "delete"):
            # what needs no body would be a good write
            is_read = method == "get" and path != "/api/live"
            if method not in item or not (is_read or "requestBody" in item[method]):
                continue
            body = b""
            if "requestBody" in item[method]:
                content = item[method]["requestBody"]["content"].get("application/json", {})
                examples = [e["value"] for e in content.get("examples", {}).values()]
                examples += [content["example"]] if "example" in content else []
                body = json.dumps(examples[0] if examples else {"a": 1}).encode()
            for parameter in item.get("parameters", []) + item[method].get("parameters", []):
                if parameter["in"] == "path":
                    named = str(parameter.get("example", "1"))
                    path = path.replace("{%s}" % parameter["name"], named)
            yield method.upper().encode(), path.encode(), body
