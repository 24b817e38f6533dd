"""Start the web server on MicroPython before the still site of still_site.py, and talk to it.

Requests are made by the administrator, unless their headers say otherwise.
"""

import contextlib
import pathlib
import random
import re
import socket
import subprocess
import tempfile
import time

from tools import login

SCRIPT = pathlib.Path(__file__).resolve().parent / "still_site.py"


class WebSite:
    """A running server: `request` for whole answers, `connect` for anything else."""

    def __init__(self, address, port, process):
        self.address = address
        self.port = port
        self.process = process
        self.credentials = []  # header lines

    @property
    def url(self):
        return f"http://{self.address}:{self.port}"

    def connect(self, timeout=5):
        return socket.create_connection((self.address, self.port), timeout)

    def exchange(self, data, timeout=12):
        """Send bytes; return all that comes back until the server closes."""
        with self.connect(timeout) as sock:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                sock.sendall(data)
            return read_all(sock)

    def request(self, method, path, body=None, headers=()):
        """Return (status, headers, body) of one well-formed request, by the administrator if it
        names nobody else (`Authorization:` alone, or `Cookie:`, is nobody)."""
        lines = [f"{method} {path} HTTP/1.1", *headers]
        if not any(line.startswith("Host:") for line in headers):
            lines.append(f"Host: {self.address}:{self.port}")
        if not any(line.startswith(("Authorization:", "Cookie:")) for line in headers):
            lines += self.credentials
        if body is not None:
            body = body if isinstance(body, bytes) else body.encode()
            lines.append(f"Content-Length: {len(body)}")
        return parsed(self.exchange("\r\n".join([*lines, "", ""]).encode() + (body or b"")))


def read_all(sock):
    """Return an answer as it came: up to its Content-Length, or to the end of the connection."""
    data = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := sock.recv(65536):
            data += piece
            head, end, body = data.partition(b"\r\n\r\n")
            length = re.search(rb"\r\nContent-Length: (\d+)", head)
            if end and length and len(body) >= int(length[1]):
                break
    return data


def parsed(data):
    """Split an answer into (status, headers with small names, body). ValueError: cut off."""
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines[1:])
    if "content-length" in headers:
        assert int(headers["content-length"]) == len(body)
    elif headers.get("transfer-encoding") == "chunked" and body:
        body = whole(body)
    return int(lines[0].split(" ")[1]), headers, body


def whole(body):
    """Put chunks together. ValueError when the end is missing or anything follows it."""
    found = b""
    size = None
    while size != 0:
        line, _, body = body.partition(b"\r\n")
        size = int(line, 16)
        found += body[:size]
        if len(body) < size + 2 or body[size : size + 2] != b"\r\n":
            raise ValueError("cut off")
        body = body[size + 2 :]
    if body:
        raise ValueError("more than one answer")
    return found


def free_address():
    """Return an address in a 127.a.b.0/24 of its own and a port that nobody listens on there."""
    while True:
        address = f"127.{random.randint(1, 250)}.{random.randint(1, 250)}.1"
        with socket.socket() as sock, contextlib.suppress(OSError):
            sock.bind((address, 0))
            return address, sock.getsockname()[1]


@contextlib.contextmanager
def running(image, micropython, log, heap="256K", is_first_visit=False):
    """Run the server in a folder like the image; what it prints goes to the file `log`."""
    address, port = free_address()
    command = [micropython, "-X", f"heapsize={heap}", str(SCRIPT), address, str(port)]
    with open(log, "wb") as output, tempfile.TemporaryDirectory(prefix="fusekeeper-web-") as flash:
        for entry in pathlib.Path(image).resolve().iterdir():
            pathlib.Path(flash, entry.name).symlink_to(entry)
        process = subprocess.Popen(command, cwd=flash, stdout=output, stderr=output)
        try:
            deadline = time.monotonic() + 10
            while True:
                try:
                    socket.create_connection((address, port), 1).close()
                    break
                except OSError:
                    if process.poll() is not None or time.monotonic() > deadline:
                        raise RuntimeError(pathlib.Path(log).read_text()) from None
                    time.sleep(0.05)
            site = WebSite(address, port, process)
            site.flash = pathlib.Path(flash)
            if not is_first_visit:
                header = login.first_password(site.url)
                site.credentials = [f"{name}: {value}" for name, value in header.items()]
            yield site
        finally:
            process.kill()
            process.wait()
