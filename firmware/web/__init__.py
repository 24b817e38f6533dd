"""HTTP: the server, what may be asked, the API, the page. Seldom needed parts load on demand."""

memory = None  # of who is logged in: see logins.py


class Refusal(Exception):
    """Arguments: status (RFC 9110 section 15), what is wrong (see words.py), numbers in it."""
