"""/api/backup: GET the settings without secrets; POST {"password": ".."} all, sealed with it.

Both are one JSON file that /api/restore takes, and that any version from this one on reads.
"""

from binascii import hexlify
import json
import os

from compat import const
from on_demand import call, take, unload

from firmware import board
from firmware.web import Refusal
from firmware.web.api import pieces

FORMAT = "fusekeeper-backup"
VERSION = const(1)
_LEAST = const(8)  # characters of a password
_MOST = const(64)
_HEAD = (
    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json; charset=UTF-8\r\n"
    "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n%s%s\r\n"
)
_NAME = 'Content-Disposition: attachment; filename="fusekeeper-%s%s.json"\r\n'


def _about(context) -> dict:
    return {
        "format": FORMAT,
        "format_version": VERSION,
        "name": context.name,
        "serial": board.unique_id(),
        "firmware": context.version,
        "made_s": board.utc_s(),
    }


def _unload() -> None:
    unload("firmware", ("users_file", "learnt_file", "store", "schema", "stretch"))


def file(context, request) -> tuple:
    """Head and body: the settings, for people and for restore."""
    document = call("firmware", "secrets", "mask", context.document())
    unload("firmware", ("secrets", "schema"))
    about = _about(context)
    about["left_out"] = ["users", "tokens", "passwords", "learnt"]
    length = 0
    if request.method == "GET":
        for piece in _pieces(about, document):
            length += len(piece.encode())
        length = "Content-Length: %d\r\n" % length
    return _HEAD % (_NAME % (board.unique_id(), ""), length or ""), _pieces(about, document)


def _pieces(about, document):
    try:
        lean = take("firmware", "backup_rows", "lean")
    finally:
        _unload()
    settings = {}
    for key in document:
        is_rows = key in ("chargers", "circuits", "meters", "inputs")
        settings[key] = lean(key, document[key]) if is_rows else document[key]
    yield json.dumps(about)[:-1] + ', "settings": '
    yield from pieces((settings,))
    yield "}\n"


async def write(context, request):
    """The sealed file, as a tree."""
    given = request.body
    if not isinstance(given, dict) or list(given) != ["password"]:
        return 'wrong body; right: {"password": "one for this backup"}'
    password = given["password"]
    if not isinstance(password, str) or not _LEAST <= len(password) <= _MOST:
        return "password; right: text of %d..%d characters" % (_LEAST, _MOST)
    rounds = 3000
    salt = os.urandom(16)
    iv = os.urandom(16)
    stretch = take("firmware", "stretch", "stretch")
    key = await stretch(password.encode(), salt, rounds)
    stretch = request.body = None
    about = _about(context)
    about["rounds"] = rounds
    about["salt"] = hexlify(salt).decode()
    about["iv"] = hexlify(iv).decode()
    header = b"%s %d %d " % (FORMAT.encode(), VERSION, rounds) + salt
    try:
        lines = call("firmware", "backup_rows", "lines", context.document())
        texts = list(call("firmware", "sealed", "seal", key, header, iv, lines))
    except ValueError as error:
        raise Refusal(
            500, "the file of users is damaged (%s); see docs/security.md" % error
        ) from None
    finally:
        _unload()
    request.extra += _NAME % (board.unique_id(), "-sealed")
    about["data"] = (text for text in texts)
    return about
