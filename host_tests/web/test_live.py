"""Live updates of the real server on MicroPython: all of it at first, then what has changed."""

import contextlib
import json
import time

import pytest

from host_tests.web.live_reader import Live
from host_tests.web.running_site import read_all

AVAILABLE = "/charge_manager/available_current"
OF_THE_MOMENT = ("mem_free", "mem_used", "uptime_s", "age_ms")


def status(site):
    return json.loads(site.request("GET", "/api/status")[2])


def lasting(tree):
    """A status without what is another one every moment."""
    if isinstance(tree, dict):
        return {key: lasting(tree[key]) for key in tree if key not in OF_THE_MOMENT}
    return [lasting(item) for item in tree] if isinstance(tree, list) else tree


@contextlib.contextmanager
def watching(site, count=1):
    """So many live clients, each of which has had its first round; waits for free places."""
    clients = []
    deadline = time.monotonic() + 5
    try:
        while len(clients) < count:
            client = Live(site)
            if client.code == 200:
                client.round()
                clients.append(client)
            else:
                client.close()
                assert time.monotonic() < deadline, client.head
                time.sleep(0.1)
        yield clients
    finally:
        for client in clients:
            client.close()


def test_the_first_round_is_the_whole_status(site):
    with watching(site) as (client,):
        assert "Content-Type: text/event-stream" in client.head
        assert "Cache-Control: no-store" in client.head
        assert lasting(client.tree.status) == lasting(status(site))
        assert client.tree.status["uptime_s"] <= status(site)["uptime_s"]


def test_a_change_comes_within_a_second_and_alone(site):
    with watching(site, 3) as clients:
        for current in (9000, 16000):
            site.request("PUT", AVAILABLE, str(current))
            begin = time.monotonic()
            for client in clients:
                before = client.tree.rows
                while client.tree.status["chargers"][0]["setpoint_ma"] != current:
                    client.round()
                # of ten wallboxes and circuits one changes; ages of others may
                assert 1 <= client.tree.rows - before <= 8
            assert time.monotonic() - begin < 1.2
        assert lasting(clients[0].tree.status) == lasting(status(site))


def test_what_is_as_it_was_is_not_sent_again(site):
    with watching(site) as (client,):
        before, begin = client.tree.rows, time.monotonic()
        for _ in range(3):
            client.round()
        assert client.tree.rows - before <= 12  # ages, in whole seconds; 57 in all
        assert 1.4 < time.monotonic() - begin < 4


def test_the_fourth_is_told_so_until_one_leaves(site):
    with watching(site, 3) as clients:
        refused = Live(site)
        assert refused.code == 503
        assert b"/api/status" in read_all(refused.socket) or refused.head
        refused.close()
        assert status(site)["name"]
        clients[1].close()
        deadline = time.monotonic() + 3
        while True:
            again = Live(site)
            if again.code == 200:
                break
            again.close()
            assert time.monotonic() < deadline
        assert again.round()["name"] == clients[0].round()["name"]
        again.close()


def test_one_that_does_not_read_is_in_nobodys_way(site):
    with watching(site, 3) as clients:
        silent = clients[0]
        silent.socket.shutdown(0)  # it reads nothing any more, and does not say so
        begin = time.monotonic()
        for _ in range(2):
            clients[1].round()
            clients[2].round()
        assert time.monotonic() - begin < 3
        assert status(site)["name"]


def test_nothing_is_left_when_the_last_has_gone(site):
    def used_afterwards():
        with watching(site, 3):
            pass
        time.sleep(0.8)  # a round later it knows
        return min(status(site)["mem_used"] for _ in range(4))

    used_afterwards()  # names that were new stay
    before = used_afterwards()
    deadline = time.monotonic() + 10
    while used_afterwards() > before + 300:
        assert time.monotonic() < deadline


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "HEAD"])
def test_live_updates_are_only_read(site, method):
    code, headers, _ = site.request(method, "/api/live", None if method == "HEAD" else "1")
    assert code == 405 and headers["allow"].startswith("get")
