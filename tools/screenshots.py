"""Take the pictures of the page for the documentation: `python3 tools/screenshots.py URL`.

URL is the address of a running page (`make demo` prints one) whose
password is not set yet, or that of the tests. Writes docs/screenshots/*.png, wide
and phone, light and dark. Only run by hand: the tests make no pictures.
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools import environment

SIZES = {"wide": (1280, 900, 1), "phone": (390, 844, 2)}
LIVE = '#fresh[data-tone="on"]'


def main():
    environment.rerun()
    from playwright.sync_api import sync_playwright

    from tools import login, system_packages

    if len(sys.argv) != 2 or not sys.argv[1].startswith("http"):
        sys.exit("usage: screenshots.py URL")
    credentials = login.first_password(sys.argv[1].rstrip("/"))
    folder = ROOT / "docs" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=system_packages.chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        for name, (width, height, scale) in SIZES.items():
            for scheme in ("light", "dark"):
                page = browser.new_page(
                    viewport={"width": width, "height": height},
                    device_scale_factor=scale,
                    color_scheme=scheme,
                    extra_http_headers=credentials,
                )
                page.goto(sys.argv[1])
                page.wait_for_selector(LIVE)
                page.wait_for_timeout(600)  # the bars glide to their places
                page.screenshot(path=folder / f"{name}-{scheme}.png")
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
