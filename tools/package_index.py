"""The package index this machine's pip is configured with, as a pypi-simple client.

Reads pip's own configuration (files and PIP_* variables); without any, pypi-simple's default index
is used. Only http(s) indexes can be asked this way.
"""

import subprocess
import sys


def pip_setting(name):
    """Return pip's configured value for `name` ("index-url", "cert"), or None.

    Later lines win, as in pip: global, then user, then site, then the environment.
    """
    command = [sys.executable, "-m", "pip", "config", "list"]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    value = None
    for line in listing.splitlines():
        key, _, quoted = line.partition("=")
        section, _, option = key.rpartition(".")
        if option == name and section in ("global", "install", "download", ":env:"):
            value = quoted.strip().strip("'\"")
    return value


def client():
    """Return a PyPISimple for the configured index; use it in a with statement."""
    import pypi_simple
    import requests

    session = requests.Session()
    session.verify = pip_setting("cert") or True
    endpoint = pip_setting("index-url") or pypi_simple.PYPI_SIMPLE_ENDPOINT
    if not endpoint.startswith(("http://", "https://")):
        raise OSError("pip's index-url is no http(s) address; the device libraries need one")
    return pypi_simple.PyPISimple(endpoint, session=session)
