"""Logs tools and tests in: at the first visit they set the password, afterwards they know it."""

import base64
import json
import time
import urllib.error
import urllib.request

USER = "admin"
PASSWORD = "only for tests"
TRIES = 6
PAUSE_S = 0.5


def authorization(password=PASSWORD, user=USER) -> dict:
    """The header of HTTP basic."""
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def first_password(url: str, password=PASSWORD, timeout_s=15) -> dict:
    """Set the administrator's password where there is none yet; return the header for requests.

    OSError when the firmware does not answer, has another password, or no memory for it.
    """
    header = authorization(password)
    status, text = _answer(url + "/api/setup", {"password": password}, {}, timeout_s)
    if status in (200, 403):  # set, or there already
        status, text = _answer(url + "/api/hello", None, header, timeout_s)
    if status != 200:
        raise OSError(f"no login at {url}: {status}, {text.strip()}")
    return header


def _answer(url, value, headers, timeout_s):
    """Status and text; what is refused for want of memory or a connection is tried again."""
    body = None if value is None else json.dumps(value).encode()
    for _ in range(TRIES):
        try:
            request = urllib.request.Request(url, body, headers)
            with urllib.request.urlopen(request, timeout=timeout_s) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read().decode()
            error.close()
        if status != 503:
            break
        time.sleep(PAUSE_S)
    return status, text
