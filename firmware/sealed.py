"""Seals a backup with a password: AES-256-CBC (NIST SP 800-38A, padding of RFC 5652 section 6.3),
then HMAC-SHA-256 (RFC 2104) over that: a wrong password and damage are seen before anything is
decrypted. Both keys come from the stretched password (firmware.stretch). Loaded for the call.

In pieces of base64, so that no long memory is needed: 192 bytes are 256 characters.
"""

from binascii import a2b_base64, b2a_base64
from hashlib import sha256

from compat import const
from cryptolib import aes

_CBC = const(2)
_BLOCK = const(16)
_PIECE = const(192)
_MAC = const(32)


class Hmac:
    """HMAC-SHA-256, fed piece by piece."""

    def __init__(self, key: bytes):
        key += bytes(64 - len(key))
        self._outer = bytes([byte ^ 0x5C for byte in key])
        self._inner = sha256(bytes([byte ^ 0x36 for byte in key]))
        self.update = self._inner.update

    def digest(self) -> bytes:
        return sha256(self._outer + self._inner.digest()).digest()


def _keys(stretched: bytes) -> tuple:
    """(for AES, for the HMAC)."""
    found = []
    for purpose in (b"encrypt", b"authenticate"):
        mac = Hmac(stretched)
        mac.update(purpose)
        found.append(mac.digest())
    return found


def seal(stretched: bytes, header: bytes, iv: bytes, pieces):
    """Generate base64 text: what is in `pieces` (bytes), encrypted, then the HMAC of header, iv
    and that."""
    key, mac_key = _keys(stretched)
    cipher = aes(key, _CBC, iv)
    mac = Hmac(mac_key)
    mac.update(header)
    mac.update(iv)
    kept = b""
    for piece in pieces:
        kept += piece
        while len(kept) >= _PIECE:
            data = cipher.encrypt(kept[:_PIECE])
            kept = kept[_PIECE:]
            mac.update(data)
            yield _text(data)
    padding = _BLOCK - len(kept) % _BLOCK
    data = cipher.encrypt(kept + bytes([padding]) * padding)
    mac.update(data)
    data += mac.digest()
    while data:
        yield _text(data[:_PIECE])
        data = data[_PIECE:]


def _text(data: bytes) -> str:
    return b2a_base64(data).decode().strip()


def _whole(texts):
    """Generate the bytes of the texts but for the HMAC, then that."""
    kept = b""
    for text in texts:
        kept += a2b_base64(text)
        usable = (len(kept) - _MAC) // _BLOCK * _BLOCK
        if usable > 0:
            yield kept[:usable]
            kept = kept[usable:]
    yield kept


def is_sound(stretched: bytes, header: bytes, iv: bytes, texts: list) -> bool:
    """Whether all of it is as it was made, with that password. ValueError: it is no base64."""
    mac = Hmac(_keys(stretched)[1])
    mac.update(header)
    mac.update(iv)
    before = None
    total = 0
    for data in _whole(texts):
        if before is not None:
            mac.update(before)
            total += len(before)
        before = data
    if before is None or len(before) != _MAC or total == 0:
        return False
    different = 0
    for a, b in zip(before, mac.digest()):
        different |= a ^ b
    return different == 0


def opened(stretched: bytes, iv: bytes, texts: list):
    """Generate the bytes that were sealed; call is_sound() first."""
    cipher = aes(_keys(stretched)[0], _CBC, iv)
    data = plain = None  # one behind: the last data is the HMAC, the last of the text is padded
    for following in _whole(texts):
        if data is not None:
            if plain is not None:
                yield plain
            plain = cipher.decrypt(data)
        data = following
    yield plain[: -plain[-1]]
