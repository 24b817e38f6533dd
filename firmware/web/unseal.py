"""Opens a sealed backup (firmware.sealed): checks it, and puts its rows into a file. Its code is
gone before the settings are, for which all memory is needed.
"""

from binascii import unhexlify

from compat import const
from on_demand import take, unload

from firmware.web import Refusal

_FILE = "restore.new"
_FORMAT = "fusekeeper-backup"  # see backup.py
_VERSION = const(1)
_LEAST_ROUNDS = const(1000)
_MOST_ROUNDS = const(20000)
_TEXT = const(256)  # characters of a piece


async def unseal(backup: dict, password) -> str | None:
    """Put the rows of a sealed backup into a file; or return what is wrong."""
    if not isinstance(password, str):
        return "password: missing; right: the one that the backup was sealed with"
    rounds = backup.get("rounds")
    texts = backup.get("data")
    try:
        salt = unhexlify(backup.get("salt", ""))
        iv = unhexlify(backup.get("iv", ""))
        good = len(salt) == len(iv) == 16 and isinstance(texts, list) and len(texts) > 0
        for text in texts if good else ():
            good = good and isinstance(text, str) and 0 < len(text) <= _TEXT
    except (ValueError, TypeError):
        good = False
    if not good or type(rounds) is not int or not _LEAST_ROUNDS <= rounds <= _MOST_ROUNDS:
        return "backup: damaged; right: the file as it was saved"
    header = b"%s %d %d " % (_FORMAT.encode(), _VERSION, rounds) + salt
    stretch = take("firmware", "stretch", "stretch")
    key = await stretch(password.encode(), salt, rounds)
    stretch = None
    try:
        from firmware import sealed

        if not sealed.is_sound(key, header, iv, texts):
            return "backup: wrong password, or damaged; right: the file and its password"
        with open(_FILE, "wb") as file:
            for piece in sealed.opened(key, iv, texts):
                file.write(piece)
    except ValueError:
        return "backup: damaged; right: the file as it was saved"
    except OSError as error:
        raise Refusal(500, "not written (%s); all is as before" % error) from None
    finally:
        sealed = None
        unload("firmware", ("sealed",))
    return None
