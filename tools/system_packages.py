"""Programs that come from the system: found on PATH, else installed with apt, else named.

apt is used when it is there and this is root or `sudo -n` works. In all other cases the program
ends with one line that says what to install.
"""

import os
import shutil
import subprocess
import sys

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_ON_MACOS = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"


def find_chromium():
    """Return the path of a Chromium or Chrome, or None."""
    if os.access(CHROMIUM_ON_MACOS, os.X_OK):
        return CHROMIUM_ON_MACOS
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


def chromium():
    """Return the path of a Chromium or Chrome, installed first where that is possible."""
    if find_chromium() is None:
        install("chromium", "Chromium (for the browser tests)")
    return find_chromium()


def install(package, purpose):
    """Install a Debian package, or end the program saying what is missing."""
    prefix = _as_root()
    if prefix is None:
        sys.exit(f"missing: {purpose}. Install it, on Debian: sudo apt-get install {package}")
    print(f"installing {package} with apt", file=sys.stderr)
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
    subprocess.run([*apt, "update"], stdout=subprocess.DEVNULL)
    if subprocess.run([*apt, "install", package], stdout=subprocess.DEVNULL).returncode:
        sys.exit(f"apt-get could not install {package}: {purpose} is missing")


def _as_root():
    """Return the words to put before a command to run it as root, None where that cannot be."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    asked = subprocess.run(["sudo", "-n", "true"], capture_output=True)
    return ["sudo", "-n"] if asked.returncode == 0 else None


if __name__ == "__main__":
    chromium()
