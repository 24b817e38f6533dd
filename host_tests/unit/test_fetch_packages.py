"""Device libraries come from the cache, and only with the pinned hash."""

import hashlib
import io
import json
import tarfile

import pytest

from tools import fetch_packages


@pytest.fixture
def empty_cache(monkeypatch, tmp_path):
    monkeypatch.setattr(fetch_packages, "CACHE", tmp_path / "cache")
    return tmp_path


def pin(content, **more):
    return {
        "name": "x",
        "file": "x-1.0.tar.gz",
        "sha256": hashlib.sha256(content).hexdigest(),
    } | more


def sdist(members):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def test_downloads_once(empty_cache, monkeypatch):
    asked = []
    monkeypatch.setattr(fetch_packages, "_download", lambda package: asked.append(1) or b"text")
    assert fetch_packages.archive(pin(b"text")) == b"text"
    assert fetch_packages.archive(pin(b"text")) == b"text"
    assert len(asked) == 1


def test_refuses_another_archive(empty_cache, monkeypatch):
    monkeypatch.setattr(fetch_packages, "_download", lambda package: b"tampered")
    with pytest.raises(ValueError, match="not the pinned one"):
        fetch_packages.archive(pin(b"text"))
    assert not fetch_packages.CACHE.exists()


def test_takes_what_the_pins_name_from_an_sdist(empty_cache, monkeypatch):
    content = sdist({"x-1.0/umqtt/simple.py": b"A = 1\n", "x-1.0/PKG-INFO": b"x"})
    pins = [pin(content, take={"umqtt/simple.py": "umqtt/simple.py"}), pin(b"", take={})]
    monkeypatch.setattr(fetch_packages, "PINS", empty_cache / "packages.json")
    fetch_packages.PINS.write_text(json.dumps(pins))
    monkeypatch.setattr(fetch_packages, "_download", lambda package: content)
    assert fetch_packages.sources() == {"umqtt/simple.py": b"A = 1\n"}


def test_every_device_library_is_pinned():
    for package in fetch_packages.pins():
        assert package["version"] in package["file"]
        assert len(package["sha256"]) == 64
