"""Keeps the settings document in the file system through power cuts (rule R8).

settings.json is replaced by renaming the finished settings.new over it, so it is the old or the
new one at any moment. settings.ok is a copy of the last one that was valid. The last member of a
stored file, "crc", is the CRC-32 of the lines before it; a file without it was written by a person
and is as good. A wrong settings.json is never lost: the next save moves it to settings.bad.
"""

import binascii
import json
import os

from on_demand import call

FILE = "settings.json"
COPY = "settings.ok"
NEW = "settings.new"
_BAD = "settings.bad"
_BEFORE = "settings.old"
_MAX_BYTES = 32768
_CRC = b'"crc": "'


def is_new() -> bool:
    """True on a new device: there are no settings at all."""
    return not _exists(FILE) and not _exists(COPY)


def put_in_force(document, keys) -> bool:
    """Make COPY this document, which FILE or COPY itself holds in whatever form. False when it
    cannot be written; then there is none, lest an older one be taken for it."""
    try:
        keep(COPY, document, keys)
    except OSError:
        _remove(COPY)
        return False
    return True


def write(document, keys) -> str | None:
    """Write a document to NEW, members in the order of `keys`; return None or what went wrong.

    Its lists may be generators: what these raise ends it.
    """
    try:
        _write(document, keys)
        if os.stat(NEW)[6] > _MAX_BYTES:
            return "settings: larger than %d bytes; give shorter names" % _MAX_BYTES
    except OSError as error:
        return "%s: not written (%s); the old settings stay" % (FILE, error)
    return None


def is_same() -> bool:
    """True when NEW is what COPY is."""
    try:  # in pieces: MicroPython takes lines byte by byte
        with open(NEW, "rb") as new, open(COPY, "rb") as copy:
            piece = new.read(256)
            while piece and piece == copy.read(256):
                piece = new.read(256)
            return not piece and not copy.read(1)
    except OSError:
        return False


def commit(keep_wrong: bool, is_untried=False) -> str | None:
    """Make NEW the settings; return None or what went wrong.

    With keep_wrong the file that is there is kept as settings.bad; what is untried can be taken
    back at the next start, also when it is replaced by other untried ones before that.
    """
    try:
        if is_untried and _exists(COPY) and not _exists(_BEFORE):
            os.rename(COPY, _BEFORE)
        if keep_wrong and _exists(FILE):
            os.rename(FILE, _BAD)
        os.rename(NEW, FILE)
    except OSError as error:
        return "%s: not written (%s); the old settings stay" % (FILE, error)
    _copy()
    return None


def tried(is_good: bool) -> bool:
    """Settings that were untried have been used at a start. When they are not good, those before
    them are the stored ones again: True where there are any."""
    if not _exists(_BEFORE):
        return False
    if is_good:
        _remove(_BEFORE)
        return False
    if _exists(FILE):
        os.rename(FILE, _BAD)
    os.rename(_BEFORE, FILE)
    return True


def discard() -> None:
    """Forget what write() has written."""
    _remove(NEW)


def keep(name, document, keys) -> bool:
    """Write a file of another kind in the same way; False when it is so already. Raises OSError
    when it cannot be written; then the old one stays."""
    if _exists(name) and _is_kept(name, document, keys):
        return False
    _write(document, keys)
    os.rename(NEW, name)
    return True


def _is_kept(name, document, keys) -> bool:
    crc = 0
    with open(name, "rb") as file:
        for piece in _pieces(document, keys):
            piece = piece.encode()
            crc = binascii.crc32(piece, crc)
            if file.read(len(piece)) != piece:
                return False
        return file.read() == _end(crc)


def _end(crc) -> bytes:
    return _CRC + b'%08x"}\n' % crc


def mark() -> int:
    """The CRC of FILE as it is now, 0 where there is none."""
    try:
        return _checksum(FILE)[1]
    except OSError:
        return 0


def _remove(name) -> None:
    try:
        os.remove(name)
    except OSError:
        pass


def _exists(name) -> bool:
    try:
        os.stat(name)
    except OSError:
        return False
    return True


def read(name, whole=False) -> tuple:
    """Return (what a file holds, None) or (None, error). Unless the whole is wanted, the wallboxes
    of settings in our own form are read one by one later."""
    try:
        size = os.stat(name)[6]
        if size > _MAX_BYTES:
            return None, "%s: %d bytes; give at most %d" % (name, size, _MAX_BYTES)
        stored = _checksum(name)[0]
        is_ours = stored and _is_ours(name, stored)
        if is_ours and not whole:
            return call("firmware", "stored", "document", name), None
        with open(name, "rb") as file:
            document = json.load(file)
    except OSError as error:
        return None, "%s: cannot be read (%s); give settings" % (name, error)
    except (ValueError, RuntimeError) as error:
        return None, "%s: no JSON (%s); give one JSON object" % (name, str(error)[:80])
    except MemoryError:
        return None, "%s: too much for the memory; give less" % name
    if isinstance(document, dict) and document.pop("crc", None) and not is_ours:
        return None, name + ': changed after it was stored; remove "crc" if that is meant'
    return document, None


def _is_ours(name, stored) -> bool:
    """True when the last line has the checksum of those before it."""
    end = _end(int(stored, 16))
    with open(name, "rb") as file:
        file.seek(-len(end), 2)
        return file.read() == end


def _checksum(name) -> tuple:
    """Return the CRC of the lines before the stored one, written as that is, and of the file."""
    body = None
    crc = 0
    with open(name, "rb") as file:
        for line in file:
            if line.startswith(_CRC):
                body = "%08x" % crc
            crc = binascii.crc32(line, crc)
    return body, crc


def _write(document, keys):
    """Write NEW: one member a line and one entry a line, so that a person can read it."""
    crc = 0
    with open(NEW, "wb") as file:
        for piece in _pieces(document, keys):
            piece = piece.encode()
            crc = binascii.crc32(piece, crc)
            file.write(piece)
        file.write(_end(crc))
    _sync()


def _pieces(document, keys):
    yield "{"
    for key in keys:
        if key not in document:
            continue  # it is as without it
        value = document[key]
        yield '"%s": ' % key
        if value is not None and not isinstance(value, (dict, str, int)):  # any kind of list
            mark = "[\n "
            for entry in value:
                yield mark + json.dumps(entry)
                mark = ",\n "
            yield "[],\n" if mark[0] == "[" else "],\n"
        else:
            yield json.dumps(value) + ",\n"


def _copy():
    """Make COPY what FILE is; a failure leaves the older copy."""
    try:
        with open(FILE, "rb") as source, open(NEW, "wb") as target:
            piece = source.read(256)
            while piece:
                target.write(piece)
                piece = source.read(256)
        _sync()
        os.rename(NEW, COPY)
    except OSError:
        pass


def _sync():
    """Make the chip's file system write what it holds; the unix port has no such call."""
    if hasattr(os, "sync"):
        os.sync()
