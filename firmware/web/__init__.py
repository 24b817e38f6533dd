"""HTTP: the server, what may be asked, the API, the page. Seldom needed parts load on demand."""


class Refusal(Exception):
    """Arguments: status (RFC 9110 section 15), what is wrong (see words.py), numbers in it."""
