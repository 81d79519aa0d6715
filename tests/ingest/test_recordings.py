"""Recordings from a provider that means us no good: nothing goes where it should not, and only audio comes back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask, Response, redirect, request

from ingest import recordings
from ingest.client import NoClient, Reason, RecordingLink, Refused, Unsettled
from ingest.contract import ConnectionInfo
from ingest.http import Stream
from ingest.recordings import Recording, Unplayable, playing
from ingest.vendors import registry
from simulator.faces.desk import Desk, served

SOUND = b"ID3" + bytes(range(256)) * 40
Answers = Callable[[], Any]


class Provider:
    """A server on the loopback, reached by the name ``localhost``; ``routes`` are what it does."""

    def __init__(self) -> None:
        self.routes: dict[str, Answers] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.url = ""

    def make(self, _: Desk) -> Flask:
        app = Flask("provider")

        @app.get("/<path:path>")
        def serve(path: str) -> Response:
            self.asked.append((f"/{path}", dict(request.headers)))
            return self.routes[f"/{path}"]()

        return app

    @contextmanager
    def open(self) -> Iterator["Provider"]:
        with served(self.make, Desk()) as url:
            self.url = url.replace("127.0.0.1", "localhost")
            yield self


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider().open() as made:
        made.routes["/a.mp3"] = _sound
        yield made


@pytest.fixture
def bystander() -> Iterator[Provider]:
    """Another server of this machine, which nobody allowed."""
    with Provider().open() as made:
        made.routes["/secret"] = lambda: Response(SOUND, content_type="audio/mpeg")
        yield made


def _sound() -> Response:
    answer = Response(SOUND, content_type="audio/mpeg")
    answer.make_conditional(request, accept_ranges=True, complete_length=len(SOUND))
    return answer


def _play(
    provider: Provider, path: str = "/a.mp3", span: str | None = None, **settings: Any
) -> tuple[Recording, bytes]:
    with _playing(provider, provider.url + path, span, **settings) as found:
        return found, b"".join(found.pieces)


def _playing(provider: Provider, reference: str, span: str | None = None, **settings: Any) -> Any:
    connection = ConnectionInfo(
        id=1, slug="main", vendor="open", settings={"recording_hosts": ["localhost"], **settings}
    )
    port = provider.url.rpartition(":")[2]
    return playing(connection, reference, frozenset({f"localhost:{port}"}), span)


def test_a_recording_is_passed_on_whole_or_in_part(provider: Provider) -> None:
    found, body = _play(provider)
    assert (found.status, found.kind, body) == (200, "audio/mpeg", SOUND)
    assert found.headers["content-length"] == str(len(SOUND))
    found, body = _play(provider, span="bytes=100-199")
    assert (found.status, body) == (206, SOUND[100:200])
    assert found.headers["content-range"] == f"bytes 100-199/{len(SOUND)}"
    assert _play(provider, span=f"bytes={len(SOUND)}-")[0].status == 416


@pytest.mark.parametrize(
    "told", ["bytes=0-10,20-30", "lines=1-2", "bytes=", "bytes=a-b", "bytes=1-2\r\nX: y", "x" * 999]
)
def test_odd_ranges_are_not_passed_on(told: str) -> None:
    assert recordings.wanted_range(told) is None


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:{other}/secret",
        "http://localhost:{other}/secret",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]:{other}/secret",
        "http://2130706433:{other}/secret",
        "http://localhost@127.0.0.1:{other}/secret",
        "https://metadata.google.internal/",
        "file:///etc/passwd",
        "//127.0.0.1:{other}/secret",
        "gopher://localhost:{other}/_x",
    ],
)
def test_a_redirect_to_where_we_should_not_go_is_not_followed(
    provider: Provider, bystander: Provider, target: str
) -> None:
    where = target.format(other=bystander.url.rpartition(":")[2])
    provider.routes["/r"] = lambda: redirect(where)
    with pytest.raises(Unplayable) as why:
        _play(provider, "/r")
    assert not bystander.asked
    assert "secret" not in str(why.value)


@pytest.mark.parametrize(
    "reference",
    [
        "http://127.0.0.1:{other}/secret",
        "https://localhost:{other}/secret",
        "http://169.254.169.254/latest/",
        "/etc/passwd",
        "file:///etc/passwd",
        "",
        "http://",
        "rec-4711",
        "http://localhost:{port}/a.mp3\r\nX-Evil: 1",
        "http://user:secret@localhost:{port}/a.mp3",
    ],
)
def test_an_address_that_is_not_the_connections_is_not_asked(
    provider: Provider, bystander: Provider, reference: str
) -> None:
    port, other = provider.url.rpartition(":")[2], bystander.url.rpartition(":")[2]
    with pytest.raises(Unplayable), _playing(provider, reference.format(port=port, other=other)):
        pass
    assert not bystander.asked
    assert not provider.asked


def test_without_hosts_of_recordings_nothing_is_asked(provider: Provider) -> None:
    with pytest.raises(Unplayable, match="none of this connection's hosts"):
        _play(provider, recording_hosts=[])
    assert not provider.asked


def test_two_hops_within_the_hosts_are_followed_and_no_more(provider: Provider) -> None:
    provider.routes["/1"] = lambda: redirect("/2", 307)
    provider.routes["/2"] = lambda: redirect(f"{provider.url}/a.mp3", 302)
    assert _play(provider, "/1", "bytes=0-9")[1] == SOUND[:10]
    provider.routes["/0"] = lambda: redirect("/1")
    with pytest.raises(Unplayable, match="from one address to the next"):
        _play(provider, "/0")
    provider.routes["/nowhere"] = lambda: Response(status=302)
    with pytest.raises(Unplayable, match="without saying where"):
        _play(provider, "/nowhere")


class Account(NoClient):
    """A vendor's account that hands out links with credentials; each in ``links`` is good for one asking."""

    def __init__(self, *links: RecordingLink | Exception) -> None:
        self.links = list(links)

    def recording(self, reference: str) -> RecordingLink:
        given = self.links.pop(0)
        if isinstance(given, Exception):
            raise given
        return given


def _account(monkeypatch: pytest.MonkeyPatch, *links: RecordingLink | Exception) -> Account:
    made = Account(*links)
    monkeypatch.setattr(registry, "client", lambda connection, web: made)
    return made


def test_credentials_go_to_the_links_own_host_and_to_no_hop(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.routes["/api"] = lambda: redirect("/a.mp3")
    _account(monkeypatch, RecordingLink(f"{provider.url}/api", {"Authorization": "Bearer of-the-account"}))
    assert _play(provider, "/ignored")[1] == SOUND
    told = {path: headers.get("Authorization") for path, headers in provider.asked}
    assert told == {"/api": "Bearer of-the-account", "/a.mp3": None}


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_an_expired_link_is_asked_for_once_more(
    provider: Provider, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    provider.routes["/old"] = lambda: Response(
        "<Error>expired</Error>", status, content_type="application/xml"
    )
    old, new = RecordingLink(f"{provider.url}/old"), RecordingLink(f"{provider.url}/a.mp3")
    _account(monkeypatch, old, new)
    assert _play(provider)[1] == SOUND
    account = _account(monkeypatch, old, old, new)
    with pytest.raises(Unplayable, match="does not hand this recording out"):
        _play(provider)
    assert len(account.links) == 1, "asked twice, not more"


@pytest.mark.parametrize(
    ("refused", "says"),
    [
        (Refused(Reason.CREDENTIALS, "no"), "does not accept our key"),
        (Refused(Reason.DOWN, "no"), "Try again in a minute"),
        (Refused(Reason.NO_BALANCE, "no"), "does not hand this recording out"),
        (Unsettled("no"), "gave no answer"),
    ],
)
def test_a_refusal_is_told_in_words(
    provider: Provider, monkeypatch: pytest.MonkeyPatch, refused: Exception, says: str
) -> None:
    _account(monkeypatch, refused)
    with pytest.raises(Unplayable, match=says):
        _play(provider)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/html", b"<script>alert(1)</script>"),
        ("audio/mpeg", b"<html><body>Please sign in</body></html>"),
        ("audio/mpeg", b'  {"error": "no such recording"}'),
        ("application/octet-stream", b"<html>hello</html>"),
        ("image/svg+xml", b"<svg onload=alert(1)>"),
        ("application/json", b'{"status": "ok"}'),
        ("audio/x-script", SOUND),
        ("text/plain", SOUND),
        ("", b"plainly nothing"),
    ],
)
def test_what_is_no_recording_is_not_passed_on(provider: Provider, content_type: str, body: bytes) -> None:
    provider.routes["/x"] = lambda: Response(body, content_type=content_type or None)
    with pytest.raises(Unplayable, match="no recording"):
        _play(provider, "/x")


@pytest.mark.parametrize(
    ("path", "body", "kind"),
    [
        ("/x", SOUND, "audio/mpeg"),
        ("/x", b"\xff\xfb\x90\x00", "audio/mpeg"),
        ("/x", b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"),
        ("/x", b"OggS\x00", "audio/ogg"),
        ("/x", b"\x00\x00\x00\x20ftypM4A ", "audio/mp4"),
        ("/x.wav", b"\x01\x02\x03\x04", "audio/wav"),
    ],
)
def test_a_recording_whose_type_is_not_told_is_known_by_how_it_begins(
    provider: Provider, path: str, body: bytes, kind: str
) -> None:
    provider.routes[path] = lambda: Response(body, content_type="application/octet-stream")
    found, whole = _play(provider, path)
    assert (found.kind, whole) == (kind, body)


def test_headers_of_the_provider_are_not_passed_on(provider: Provider) -> None:
    def odd() -> Response:
        answer = Response(SOUND, content_type="audio/mpeg; charset=x")
        answer.headers["Set-Cookie"] = "callboard_session=stolen"
        answer.headers["Content-Disposition"] = "attachment; filename=run.exe"
        answer.headers["Access-Control-Allow-Origin"] = "*"
        return answer

    provider.routes["/odd"] = odd
    found, _ = _play(provider, "/odd")
    assert set(found.headers) <= {"content-type", "content-length", "last-modified", "etag", "content-range"}
    assert found.kind == "audio/mpeg"


@pytest.mark.parametrize("odd", ["\u20ac", "\xe9", "a\tb", "a\x7f"])
def test_a_header_that_cannot_be_passed_on_costs_no_recording(odd: str) -> None:
    told = {"content-type": "audio/mpeg", "etag": odd, "last-modified": "Tue, 11 Feb 2025 00:00:00 GMT"}
    found = recordings._as_audio(Stream(200, told, iter([SOUND])), "https://x.example/a.mp3")
    assert dict(found.headers) == {"content-type": "audio/mpeg", "last-modified": told["last-modified"]}


def test_a_body_without_end_is_cut_off_and_never_held(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recordings, "LONGEST", 3_000_000)
    made = 0

    def endless() -> Iterator[bytes]:
        nonlocal made
        yield SOUND
        while True:
            made += 65_536
            yield b"\x00" * 65_536

    provider.routes["/endless"] = lambda: Response(endless(), content_type="audio/mpeg")
    passed = 0

    def hear(found: Recording) -> None:
        nonlocal passed
        for piece in found.pieces:
            passed += len(piece)
            assert len(piece) <= 65_536

    with (
        _playing(provider, f"{provider.url}/endless") as found,
        pytest.raises(Unsettled, match="longer than"),
    ):
        hear(found)
    assert 2_900_000 < passed <= 3_000_000
    assert made < 20_000_000


def test_one_that_tells_it_is_too_long_is_not_begun(provider: Provider) -> None:
    def long() -> Response:
        answer = Response(iter([SOUND]), content_type="audio/mpeg")
        answer.headers["Content-Length"] = str(recordings.LONGEST + 1)
        return answer

    provider.routes["/long"] = long
    with pytest.raises(Unplayable, match="longer than what is played"):
        _play(provider, "/long")


def test_a_packed_answer_is_refused(provider: Provider) -> None:
    def packed() -> Response:
        answer = Response(b"\x1f\x8b\x08" + b"\x00" * 100, content_type="audio/mpeg")
        answer.headers["Content-Encoding"] = "gzip"
        return answer

    provider.routes["/packed"] = packed
    with pytest.raises(Unplayable, match="gave no answer"):
        _play(provider, "/packed")


def test_hosts_may_be_told_as_text_or_list() -> None:
    for told, hosts in (
        ("a.example, b.example", ["a.example", "b.example"]),
        (["a.example", " "], ["a.example"]),
        (None, []),
        (7, []),
    ):
        connection = ConnectionInfo(id=1, slug="x", vendor="open", settings={"recording_hosts": told})
        assert recordings.named_hosts(connection) == hosts


def test_a_place_the_vendor_refuses_is_asked_only_where_an_admin_named_it(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its client may know better than the list of hosts: of a shared host only some folders are the vendor's."""
    no = Refused(Reason.NOT_SET_UP, "a recording that is not at the provider is not fetched")
    _account(monkeypatch, no, no)
    monkeypatch.setattr(registry, "hosts", lambda connection: frozenset({"localhost"}))
    with pytest.raises(Unplayable, match="not set up to hand out recordings"):
        _play(provider, recording_hosts=[])
    assert not provider.asked
    assert _play(provider)[1] == SOUND
    assert "Authorization" not in provider.asked[0][1]
