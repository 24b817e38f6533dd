"""Reads the live updates as the page does: rows put together, complete at the end of a round."""

import json


class Tree:
    """What a client has. `take(line)` of the stream; `status` is complete when `rounds` grows."""

    def __init__(self):
        self.status = {}
        self.rounds = 0
        self.rows = 0
        self._lists = {}

    def take(self, line: bytes) -> None:
        if not line.startswith(b"data: "):
            return
        name, place, members = json.loads(line[6:])
        if name != "all":
            self.rows += 1
            self._lists.setdefault(name, {}).setdefault(place, {}).update(members)
            return
        for list_, count in place.items():
            rows = self._lists.setdefault(list_, {})
            for i in [i for i in rows if i >= count]:
                del rows[i]
            members[list_] = [dict(rows[i]) for i in range(count)]
        self.status = members
        self.rounds += 1


class Live:
    """A client of /api/live of a running site, with a timeout for whatever it waits for."""

    def __init__(self, site, timeout=5):
        self.tree = Tree()
        self.socket = site.connect(timeout)
        lines = ["GET /api/live HTTP/1.1", "Host: localhost", *site.credentials, "", ""]
        self.socket.sendall("\r\n".join(lines).encode())
        self._file = self.socket.makefile("rb")
        self.head = [self._file.readline().strip().decode()]
        while self.head[-1]:
            self.head.append(self._file.readline().strip().decode())

    @property
    def code(self):
        return int(self.head[0].split(" ")[1])

    def round(self):
        """The status after the next complete round; EOFError when the stream has ended."""
        before = self.tree.rounds
        while self.tree.rounds == before:
            line = self._file.readline()
            if not line:
                raise EOFError
            self.tree.take(line)
        return self.tree.status

    def close(self):
        self._file.close()
        self.socket.close()
