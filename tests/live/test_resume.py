"""Streams of a real server over restarts: nothing is lost, nothing comes twice, and who reads too slowly harms nobody."""

import re
import socket
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from dashapp import auth
from dashapp import server as dashapp_server
from models.store import feed, sessions
from models.store.base import utc_now
from models.store.feed import Audience, News
from tests.cast import Known, Person
from tests.databases import KINDS, Databases
from tests.live import restarts
from tests.live.listener import Listener, meant_for
from tests.live.restarts import PATIENCE, until, until_heard
from tests.servers import Running, running

MANY_ROWS, ROW_BYTES = 1_600, 8_000


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_everybody_hears_everything_once_whatever_becomes_of_the_server(
    kind: str, databases: Databases, known_casts: dict[str, Known], tmp_path: Path
) -> None:
    assert restarts.wrong(databases, known_casts, kind, tmp_path, ("kill", "stop")) == []


@pytest.mark.slow
def test_a_screen_that_does_not_read_is_cut_off_and_comes_back(
    databases: Databases, known_casts: dict[str, Known], tmp_path: Path
) -> None:
    """Thirteen megabytes for Asha, whose one browser is stuck. Her other one hears all of it, providers are answered,
    and the stuck one gets the rest once it asks again."""
    with running(databases, known_casts, "sqlite", tmp_path) as server:
        asha = server.cast.asha
        stuck = _Stuck(server, asha)
        quick = Listener(server, asha)
        try:
            until(lambda: quick.connections == 1, "no stream")
            for _ in range(MANY_ROWS // 200):
                _say(server, asha, 200)
            answer = server.hook(
                "popup", {"call_id": "meanwhile", "agent_no": asha.seat, "applicant_no": "9876500321"}
            )
            assert answer.json()["accepted"] == "recorded"
            expected = meant_for(server, asha)
            assert len(expected) > MANY_ROWS
            until_heard(quick, expected[-1])  # without waiting for the stuck one
            assert quick.ids == expected
            heard = stuck.read_to_the_end()
            assert heard == expected[: len(heard)]
            assert len(heard) < len(expected), "nobody was cut off: send more"
            rest = Listener(server, asha, begin_at=heard[-1])
            until_heard(rest, expected[-1])
            rest.close()
            assert heard + rest.ids == expected
        finally:
            quick.close()
            stuck.close()


def test_a_connection_that_nobody_reads_from_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it would keep its thread for ever: writing to it never ends."""
    monkeypatch.setattr(dashapp_server, "STUCK_SECONDS", 1)
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.socket() as stuck:
        dashapp_server.give_up_stuck(SimpleNamespace(LISTENERS=[SimpleNamespace(sock=listening)]))
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stuck.connect(listening.getsockname())
        accepted, _ = listening.accept()
        with accepted, pytest.raises(TimeoutError):
            accepted.sendall(b"x" * 50_000_000)


def test_a_stream_asks_from_where_its_header_says(server: Running) -> None:
    """The header is where a browser stands; the address only says where the page began."""
    chitra = server.cast.chitra
    _say(server, chitra, 3, size=10)
    expected = meant_for(server, chitra)
    listener = Listener(server, chitra, begin_at=expected[0], address=f"?last={expected[1]}")
    lost = Listener(server, chitra, begin_at=expected[-1] + 1_000_000)
    try:
        until(lambda: listener.last >= expected[-1] and lost.resets == 1, "nothing came")
        assert listener.ids == expected[1:]
        assert lost.ids == []
    finally:
        listener.close()
        lost.close()


class _Stuck:
    """A browser whose process is stopped: the connection stands, and nobody reads from it."""

    def __init__(self, server: Running, person: Person) -> None:
        secret, _ = sessions.start(server.store, person.id, timedelta(hours=1))
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.settimeout(PATIENCE)
        self._socket.connect(("127.0.0.1", server.port))
        self._socket.sendall(
            f"GET /live/stream?last=0 HTTP/1.1\r\nHost: localhost\r\n"
            f"Cookie: {auth.SESSION_COOKIE}={secret}\r\n\r\n".encode()
        )
        assert self._socket.recv(12) == b"HTTP/1.1 200"

    def read_to_the_end(self) -> list[int]:
        """Wake up and read until the server hangs up; the ids of the whole events."""
        said = bytearray()
        while piece := self._socket.recv(1 << 20):
            said += piece
        return [int(found) for found in re.findall(rb"id: (\d+)\nevent: [a-z_]+\ndata: [^\n]*\n\n", said)]

    def close(self) -> None:
        self._socket.close()


def _say(server: Running, person: Person, number: int, size: int = ROW_BYTES) -> None:
    store = server.store
    news = [News("presence", Audience(frozenset({person.id})), {"text": "x" * size})] * number
    store.write(lambda tx: feed.append(tx, store.db, utc_now(), news))
