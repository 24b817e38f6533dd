"""Who is logged in, in RAM only: what stays of it between two requests is `firmware.web.memory`, a
list with the members below, so that no code of the login has to stay loaded.

Sessions and credentials that were verified are kept as a hash under a key that is made at each
start: [hash, user, role, uptime of the last use in s]. Failed logins: [address, how many in a row,
uptime of the last one].
"""

import os
from hashlib import sha256

from compat import const
from on_demand import call

from firmware import eventcodes, web

KEY = const(0)
MODE = const(1)  # one of the three below
SESSIONS = const(2)
VERIFIED = const(3)
FAILED = const(4)  # the first one: from anywhere
IS_BUSY = const(5)  # somebody's password is being stretched
CHANGES = const(6)  # counts what became of users and tokens

FIRST_VISIT = const(0)
LOCKED = const(1)
DAMAGED = const(2)

ENTRIES = const(8)  # at most, of sessions, of credentials and of addresses
SESSION_S = const(2592000)  # 30 days without a request


def start(context) -> list:
    """Make the list, by what is in the file. MemoryError: then there is none yet."""
    mode = FIRST_VISIT
    if call("firmware", "users_file", "exists"):
        mode = LOCKED if call("firmware", "users_file", "is_good") else DAMAGED
    memory = [os.urandom(16), mode, [], [], [["", 0, 0]], False, 0]
    web.memory = memory
    if mode == DAMAGED:
        context.events.add(eventcodes.USERS_DAMAGED)
    return memory


def remember(memory: list, kind: int, secret: bytes, user: str, role: int, now_s: int) -> list:
    """Keep a session or a credential; the one that was not used for longest makes room, of the
    same user where that has half of them: nobody logs all others out."""
    entries = memory[kind]
    if len(entries) >= ENTRIES:
        own = [entry for entry in entries if entry[1] == user]
        found = own if len(own) >= ENTRIES // 2 else entries
        entries.remove(min(found, key=lambda entry: entry[3]))
    entries.append([sha256(memory[KEY] + secret).digest(), user, role, now_s])
    return entries[-1]


def end(context, user: str) -> None:
    """End whatever a user or a token has opened: it has changed."""
    memory = web.memory
    memory[CHANGES] += 1
    if context.live:
        call("firmware.web", "live", "close", context, user)
    for entries in (memory[SESSIONS], memory[VERIFIED]):
        for entry in list(entries):
            if entry[1] == user:
                entries.remove(entry)
