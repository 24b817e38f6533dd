"""The setting login.open_reading on the whole firmware: who reads without a login, and how long."""

NOBODY = ["Cookie: a=b"]


def test_live_updates_of_strangers_end_with_open_reading(firmware):
    def may_read():
        return firmware.request("GET", "/api/status", headers=NOBODY)[0]

    assert may_read() == 401
    try:
        assert firmware.asked("PATCH", "/api/settings", {"login": {"open_reading": True}})[0] == 200
        assert may_read() == 200
        with firmware.connect() as sock:
            sock.sendall(b"GET /api/live HTTP/1.1\r\n\r\n")
            assert sock.recv(12).endswith(b" 200")
            assert firmware.asked("PATCH", "/api/settings", {"login": None})[0] == 200
            while sock.recv(65536):
                pass
    finally:
        assert firmware.asked("PATCH", "/api/settings", {"login": None})[0] == 200
    assert may_read() == 401
