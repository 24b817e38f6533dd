"""Logs tools and tests in: at the first visit they set the password, afterwards they know it."""

import base64
import json
import urllib.error
import urllib.request

USER = "admin"
PASSWORD = "only for tests"


def authorization(password=PASSWORD, user=USER) -> dict:
    """The header of HTTP basic."""
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def first_password(url: str, password=PASSWORD, timeout_s=15) -> dict:
    """Set the administrator's password where there is none yet; return the header for requests.

    OSError when the firmware does not answer, or has another password.
    """
    body = json.dumps({"password": password}).encode()
    request = urllib.request.Request(url + "/api/setup", body, method="POST")
    try:
        urllib.request.urlopen(request, timeout=timeout_s).close()
    except urllib.error.HTTPError as error:
        if error.code != 403:  # it is set already
            raise
    header = authorization(password)
    hello = urllib.request.Request(url + "/api/hello", headers=header)
    urllib.request.urlopen(hello, timeout=timeout_s).close()
    return header
