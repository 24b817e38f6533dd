"""How a request is refused: a status and one line, what is wrong and what would be right."""


class Refusal(Exception):
    """`status` (RFC 9110 section 15) and `text`."""

    def __init__(self, status: int, text: str):
        super().__init__(text)
        self.status = status
        self.text = text


def answer(status: int, text: str) -> bytes:
    """A complete small answer in plain text."""
    body = text.encode() + b"\n"
    head = "HTTP/1.0 %d Refused\r\nContent-Type: text/plain; charset=UTF-8\r\n" % status
    return head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body
