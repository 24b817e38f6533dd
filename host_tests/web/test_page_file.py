"""The page as it is served: one gzipped file, kept by browsers, that runs only its own code."""

import base64
import gzip
import hashlib
import re


def test_the_page_is_sent_whole_and_kept(site, image):
    status, headers, body = site.request("GET", "/", headers=["Accept-Encoding: gzip"])
    assert status == 200 and headers["content-encoding"] == "gzip"
    assert body == (image / "www" / "index.html.gz").read_bytes()
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-cache"
    again = site.request("GET", "/", headers=["If-None-Match: " + headers["etag"]])
    assert (again[0], again[2]) == (304, b"")
    assert site.request("GET", "/", headers=['If-None-Match: "other"'])[0] == 200


def test_the_page_needs_no_other_file_and_runs_only_its_own_code(image):
    packed = (image / "www" / "index.html.gz").read_bytes()
    assert len(packed) < 24000
    page = gzip.decompress(packed).decode()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page).group(1)
    assert "default-src 'none'" in policy and "unsafe" not in policy
    inline = re.findall(r"<(script|style)>(.*?)</\1>", page, re.DOTALL)
    assert len(inline) >= 2
    for _, content in inline:
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    without_icon = re.sub(r'<link rel="icon"[^>]*>', "", page)
    assert not re.search(r"\bsrc=|\bstyle=|\bon\w+=\"|innerHTML|https?://", without_icon)
