"""Every request comes to an end, in time, and the end tells what is known of it."""

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from ingest import http
from ingest.client import Reason, Refused, Unsettled
from ingest.hosts import Forbidden
from ingest.http import Outbound

API = "api.provider.example"
Serve = Callable[[Callable[[socket.socket], None]], str]


@pytest.fixture
def web() -> Iterator[Outbound]:
    web = Outbound([API])
    yield web
    web.close()


@pytest.fixture
def here() -> Iterator[Outbound]:
    """The way out to this machine, as an operator may allow it."""
    web = Outbound(["127.0.0.1"], private_hosts=["127.0.0.1"])
    yield web
    web.close()


@pytest.fixture
def serve() -> Iterator[Serve]:
    """``serve(talk)``: a provider on the loopback that handles each connection with ``talk``."""
    listeners: list[socket.socket] = []

    def start(talk: Callable[[socket.socket], None]) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def work() -> None:
            while True:
                try:
                    taken, _ = listener.accept()
                except OSError:
                    return
                with taken:
                    try:
                        talk(taken)
                    except OSError:
                        continue  # the other side had enough, as these tests mean it to

        threading.Thread(target=work, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for listener in listeners:
        listener.close()


def answer(body: bytes, *head: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", *head, "", ""]
    return "\r\n".join(lines).encode() + body


def hear(taken: socket.socket) -> bytes:
    """A whole request with a body as long as it says."""
    heard = b""
    while b"\r\n\r\n" not in heard:
        piece = taken.recv(65536)
        if not piece:
            return heard
        heard += piece
    return heard


# What is sent


@pytest.mark.parametrize(
    "headers",
    [
        {"X-A": "b\r\nX-Evil: 1"},
        {"X-A": "b\nX-Evil: 1"},
        {"X-A": "b\0c"},
        {"X-A\r\nX-Evil": "b"},
        {"X A": "b"},
        {"X-A:": "b"},
        {"": "b"},
        {"Hóst": "b"},
        {"Host": "evil.example"},
        {"host ": "evil.example"},
        {"Content-Length": "3"},
        {"Transfer-Encoding": "chunked"},
        {"Accept-Encoding": "gzip"},
    ],
)
def test_a_header_brings_no_other_header_along(here: Outbound, serve: Serve, headers: dict[str, str]) -> None:
    heard: list[bytes] = []

    def talk(taken: socket.socket) -> None:
        heard.append(hear(taken))
        taken.sendall(answer(b"", "Content-Length: 0"))

    url = serve(talk)
    with pytest.raises(Refused):
        here.ask("GET", url, headers=headers)
    assert not any(b"evil" in each.lower() for each in heard)


@pytest.mark.parametrize("method", ["GET / HTTP/1.1\r\nX: y", "", "G T", "GÉT"])
def test_a_method_is_a_word(here: Outbound, method: str) -> None:
    with pytest.raises(Forbidden):
        here.ask(method, "http://127.0.0.1:9999/")


def test_what_goes_out(here: Outbound, serve: Serve) -> None:
    heard: list[bytes] = []

    def talk(taken: socket.socket) -> None:
        heard.append(hear(taken))
        taken.sendall(answer(b"ok", "Content-Length: 2", "X-Odd: Yes"))

    url = serve(talk)
    said = here.ask("GET", url + "/x?a=1", params={"b": "2 &\r\n3"}, headers={"X-K": "v"}, basic=("u", "p"))
    assert (said.status, said.headers["x-odd"], said.body) == (200, "Yes", b"ok")
    first, *rest = heard[0].decode().lower().split("\r\n")
    assert first == "get /x?a=1&b=2+%26%0d%0a3 http/1.1"
    assert {
        "accept-encoding: identity",
        "x-k: v",
        "authorization: basic dtpw",
        "user-agent: callboard",
    } <= set(rest)


def test_no_connection_is_used_twice(here: Outbound, serve: Serve) -> None:
    """A kept one may be closed just as it is used, and nobody would know whether the call was placed."""
    taken_by: list[int] = []

    def talk(taken: socket.socket) -> None:
        taken_by.append(taken.fileno())
        while hear(taken):
            taken.sendall(answer(b"", "Content-Length: 0", "Connection: keep-alive"))

    url = serve(talk)
    here.ask("POST", url, form={})
    here.ask("POST", url, form={})
    assert len(taken_by) == 2


def test_the_environments_proxies_are_not_used(
    here: Outbound, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")

    def talk(taken: socket.socket) -> None:
        hear(taken)
        taken.sendall(answer(b"direct", "Content-Length: 6"))

    web = Outbound(["127.0.0.1"], ["127.0.0.1"])
    assert web.ask("GET", serve(talk)).body == b"direct"


# What comes back


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See", "307 T", "308 P"])
def test_a_redirect_is_an_answer_and_nowhere_to_go(here: Outbound, serve: Serve, status: str) -> None:
    asked: list[bytes] = []

    def talk(taken: socket.socket) -> None:
        asked.append(hear(taken))
        taken.sendall(answer(b"", "Content-Length: 0", f"Location: {elsewhere}", status=status))

    def other(taken: socket.socket) -> None:
        asked.append(b"elsewhere" + hear(taken))

    elsewhere = serve(other)
    url = serve(talk)
    assert here.ask("GET", url, basic=("u", "p")).status == int(status[:3])
    with here.stream(url) as stream:
        assert stream.status == int(status[:3])
    assert len(asked) == 2
    assert not any(each.startswith(b"elsewhere") for each in asked)


def test_an_answer_that_is_packed_is_not_unpacked(here: Outbound, serve: Serve) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)

    def talk(taken: socket.socket) -> None:
        assert b"accept-encoding: identity" in hear(taken).lower()
        taken.sendall(answer(bomb, f"Content-Length: {len(bomb)}", "Content-Encoding: gzip"))

    url = serve(talk)
    with pytest.raises(Unsettled, match="packed"):
        here.ask("GET", url)
    with pytest.raises(Unsettled, match="packed"), here.stream(url):
        pass


def test_an_endless_answer_ends(here: Outbound, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LONGEST_ANSWER", 200_000)
    monkeypatch.setattr(http, "LONGEST_STREAM", 200_000)

    def talk(taken: socket.socket) -> None:
        hear(taken)
        taken.sendall(answer(b""))
        while True:
            taken.sendall(b"x" * 65536)

    url = serve(talk)
    with pytest.raises(Unsettled, match="longer"):
        here.ask("GET", url)
    read: list[int] = []
    with pytest.raises(Unsettled, match="longer"), here.stream(url) as stream:
        read.extend(map(len, stream.pieces))
    assert 0 < sum(read) <= 200_000


def test_endless_headers_end(here: Outbound, serve: Serve) -> None:
    def talk(taken: socket.socket) -> None:
        hear(taken)
        taken.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            taken.sendall(b"X-A: " + b"x" * 8000 + b"\r\n")

    with pytest.raises(Unsettled):
        here.ask("GET", serve(talk), seconds=5)


def _drip(taken: socket.socket, start: bytes) -> None:
    hear(taken)
    taken.sendall(start)
    for _ in range(400):
        taken.sendall(b"x")
        time.sleep(0.02)


@pytest.mark.parametrize("start", [b"HTTP/1.1 200 OK\r\nX-A: ", answer(b"")], ids=["headers", "body"])
def test_an_answer_that_drips_is_over_in_time(here: Outbound, serve: Serve, start: bytes) -> None:
    url = serve(lambda taken: _drip(taken, start))
    began = time.monotonic()
    with pytest.raises(Unsettled):
        here.ask("GET", url, seconds=0.5)
    assert time.monotonic() - began < 1.5


def test_a_streams_headers_may_not_drip_either_but_its_body_may_take_long(
    here: Outbound, serve: Serve
) -> None:
    began = time.monotonic()
    dripping = serve(lambda taken: _drip(taken, b"HTTP/1.1 200 OK\r\nX-A: "))
    with pytest.raises(Unsettled), here.stream(dripping, seconds=0.3):
        pass
    assert time.monotonic() - began < 1.3

    def talk(taken: socket.socket) -> None:
        hear(taken)
        taken.sendall(answer(b"", "Content-Length: 30"))
        for _ in range(30):
            taken.sendall(b"x")
            time.sleep(0.02)

    with here.stream(serve(talk), seconds=0.3) as stream:
        assert b"".join(stream.pieces) == b"x" * 30


def test_a_resolver_that_never_answers_is_not_waited_for(
    web: Outbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = threading.Event()

    def never(*_: Any, **__: Any) -> list[Any]:
        held.wait(5)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", never)
    began = time.monotonic()
    with pytest.raises(Refused) as refused:
        web.ask("POST", f"https://{API}/", form={}, seconds=0.3)
    held.set()
    assert refused.value.reason is Reason.DOWN
    assert time.monotonic() - began < 1.3


# What is known afterwards


@contextmanager
def refused_as(reason: Reason) -> Iterator[None]:
    with pytest.raises(Refused) as refused:
        yield
    assert refused.value.reason is reason


def test_a_closed_door_means_that_nothing_was_sent(here: Outbound) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with refused_as(Reason.DOWN):
        here.ask("POST", f"http://127.0.0.1:{port}/", form={"to": "x"})


def test_an_unknown_name_means_that_nothing_was_sent(web: Outbound, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with refused_as(Reason.DOWN):
        web.ask("POST", f"https://{API}/", form={"to": "x"})


def test_a_certificate_nobody_vouches_for_gets_nothing(serve: Serve) -> None:
    heard: list[bytes] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("aNULL:@SECLEVEL=0")  # no certificate at all: anybody in between

    def talk(taken: socket.socket) -> None:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        with context.wrap_socket(taken, server_side=True) as secured:
            heard.append(secured.recv(1000))

    url = serve(talk).replace("http://", "https://")
    with refused_as(Reason.DOWN):
        Outbound(["127.0.0.1"], ["127.0.0.1"]).ask("POST", url, form={"to": "x"})
    assert heard == []


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Len",
        answer(b"half", "Content-Length: 10"),
        answer(b"5\r\nhel", "Transfer-Encoding: chunked"),
        b"SSH-2.0-OpenSSH_9.0\r\n",
        answer(b"", "Content-Length: minus"),
    ],
    ids=["nothing", "half a head", "half a body", "half a piece", "not http", "no length"],
)
def test_once_it_was_sent_a_poor_answer_leaves_it_open(here: Outbound, serve: Serve, said: bytes) -> None:
    def talk(taken: socket.socket) -> None:
        hear(taken)
        taken.sendall(said)

    with pytest.raises(Unsettled):
        here.ask("POST", serve(talk), form={"to": "x"})


def test_once_it_was_sent_silence_leaves_it_open(here: Outbound, serve: Serve) -> None:
    def talk(taken: socket.socket) -> None:
        hear(taken)
        time.sleep(0.6)

    with pytest.raises(Unsettled):
        here.ask("POST", serve(talk), form={"to": "x"}, seconds=0.2)


@pytest.mark.parametrize("status", ["200 OK", "400 Bad", "401 No", "429 Slow", "500 Oops", "503 Later"])
def test_every_status_is_an_answer(here: Outbound, serve: Serve, status: str) -> None:
    def talk(taken: socket.socket) -> None:
        hear(taken)
        taken.sendall(answer(b"said", "Content-Length: 4", status=status))

    said = here.ask("POST", serve(talk), json={"to": "x"})
    assert (said.status, said.body) == (int(status[:3]), b"said")
