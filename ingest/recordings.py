"""Recordings, fetched from the provider piece by piece, by whoever was allowed to hear them.

Only from the connection's own hosts; its credentials go to the host of the link it gave and nowhere else; what comes
back is passed on as audio or not at all.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from ingest import asking
from ingest.client import Reason, RecordingLink, Refused, Unsettled
from ingest.contract import ConnectionInfo
from ingest.hosts import Allowed
from ingest.http import Forbidden, Outbound, Stream
from ingest.vendors import registry

HOPS = 2
REDIRECTS = (301, 302, 303, 307, 308)
EXPIRED = (401, 403, 404, 410)
LONGEST = 300 * 1024 * 1024
PASSED_ON = ("content-length", "content-range", "last-modified", "etag")

# What browsers play, by what providers call it.
AUDIO = {
    "audio/mpeg": "audio/mpeg",
    "audio/mp3": "audio/mpeg",
    "audio/mpeg3": "audio/mpeg",
    "audio/x-mpeg": "audio/mpeg",
    "audio/wav": "audio/wav",
    "audio/wave": "audio/wav",
    "audio/x-wav": "audio/wav",
    "audio/vnd.wave": "audio/wav",
    "audio/ogg": "audio/ogg",
    "application/ogg": "audio/ogg",
    "audio/mp4": "audio/mp4",
    "audio/m4a": "audio/mp4",
    "audio/x-m4a": "audio/mp4",
    "audio/aac": "audio/aac",
    "audio/webm": "audio/webm",
    "audio/flac": "audio/flac",
    "audio/amr": "audio/amr",
    "audio/3gpp": "audio/3gpp",
}
UNSAID = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/force-download"})
ENDINGS = {
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".m4a": "audio/mp4",
    ".mp4": "audio/mp4",
    ".aac": "audio/aac",
    ".webm": "audio/webm",
    ".flac": "audio/flac",
    ".amr": "audio/amr",
}
_RANGE = re.compile(r"bytes=(\d{1,18}-\d{0,18}|-\d{1,18})")


class Unplayable(Exception):
    """There is nothing to play. The message is for a person: no address, no number, no secret."""


class NotFetched(Unplayable):
    """We do not go there, whatever the provider would answer."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording on its way. ``status`` is 200, 206 or 416; ``headers`` are those a browser should have."""

    status: int
    headers: Mapping[str, str]
    pieces: Iterator[bytes]

    @property
    def kind(self) -> str:
        return self.headers["content-type"]


def wanted_range(told: str | None) -> str | None:
    """The ``Range`` header, if it is one we pass on: one piece, in bytes."""
    return told if told and _RANGE.fullmatch(told.strip()) else None


@contextmanager
def playing(
    connection: ConnectionInfo, reference: str, private_hosts: frozenset[str], span: str | None = None
) -> Iterator[Recording]:
    """The recording an event named, or the part of it that ``span`` (a ``Range``) wants.

    Raises ``Unplayable`` before the first byte; ``ingest.client.Unsettled`` when it breaks off later.
    """
    web = Outbound([*registry.hosts(connection), *named_hosts(connection)], private_hosts)
    with ExitStack() as stack:
        stack.callback(web.close)
        try:
            answer, url = _found(stack, web, connection, reference, span, private_hosts)
        except Forbidden as error:
            raise NotFetched(f"The recording is not fetched: {error}.") from error
        except Refused as error:
            raise Unplayable(_why(error)) from error
        except Unsettled as error:
            raise Unplayable("The provider gave no answer. Try again in a minute.") from error
        yield _as_audio(answer, url)


def named_hosts(connection: ConnectionInfo) -> list[str]:
    """The hosts of recordings an admin named in the setting ``recording_hosts``: a list, or separated by commas."""
    told = connection.settings.get("recording_hosts") or ()
    listed = told.split(",") if isinstance(told, str) else told if isinstance(told, list | tuple) else ()
    return [name for each in listed if (name := str(each).strip())]


def _found(
    stack: ExitStack,
    web: Outbound,
    connection: ConnectionInfo,
    reference: str,
    span: str | None,
    private_hosts: frozenset[str],
) -> tuple[Stream, str]:
    """The answer that holds it; a link that has expired is asked for once more."""
    for _ in range(2):
        link = _link(web, connection, reference, private_hosts)
        answer, url = _followed(stack, web, link, span)
        if answer.status not in EXPIRED:
            break
    else:
        raise Unplayable("The provider does not hand this recording out: it may have been deleted there.")
    if answer.status not in (200, 206, 416):
        raise Unplayable(f"The provider answered {answer.status} instead of the recording.")
    return answer, url


def _link(
    web: Outbound, connection: ConnectionInfo, reference: str, private_hosts: frozenset[str]
) -> RecordingLink:
    """What the vendor's client makes of it; else the address itself, if an admin named its host."""
    try:
        return registry.client(connection, web).recording(reference)
    except Refused as refused:
        if refused.reason not in (Reason.NOT_SET_UP, Reason.OTHER):
            raise
        named = named_hosts(connection)
        try:
            Allowed(named, private_hosts).check(reference)
            if not asking.lies_at(reference, [*named, *private_hosts]):
                raise Forbidden("this port is none of those named for recordings")
        except Forbidden as error:
            if refused.reason is Reason.OTHER and "://" in reference:
                raise error from None
            raise refused from None
        return RecordingLink(reference)


def _followed(stack: ExitStack, web: Outbound, link: RecordingLink, span: str | None) -> tuple[Stream, str]:
    """The answer at the end of at most ``HOPS`` redirects. Each hop is checked as the first address was, and none
    is given the credentials."""
    part = {"Range": span} if span else {}
    url = link.url
    headers: dict[str, str] = {**link.headers, **part}
    for _ in range(HOPS + 1):
        hop = stack.enter_context(ExitStack())
        answer = hop.enter_context(web.stream(url, headers))
        if answer.status not in REDIRECTS:
            return answer, url
        onward = answer.headers.get("location", "")
        hop.close()
        if not onward:
            raise Unplayable("The provider sent us on without saying where.")
        url, headers = urljoin(url, onward), part
    raise Unplayable("The provider sends us from one address to the next.")


def _as_audio(answer: Stream, url: str) -> Recording:
    headers = {name: said for name in PASSED_ON if _fit(said := answer.headers.get(name, ""))}
    if not headers.get("content-length", "0").isdecimal():
        del headers["content-length"]
    if int(headers.get("content-length", "0")) > LONGEST:
        raise Unplayable("The recording is longer than what is played here.")
    if answer.status == 416:
        headers.pop("content-length", None)
        return Recording(416, {**headers, "content-type": "audio/mpeg"}, iter(()))
    if answer.headers.get("content-encoding", "identity").lower() not in ("", "identity"):
        raise Unplayable("The provider packed the recording, which was not asked for.")
    told = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    pieces = answer.pieces
    try:
        first = next(pieces, b"")
    except Unsettled as error:
        raise Unplayable("The provider broke off. Try again in a minute.") from error
    kind = AUDIO.get(told)
    if kind is None and told in UNSAID:
        kind = _sniffed(first) or ENDINGS.get(_ending(url))
    whole = answer.status == 200 or headers.get("content-range", "").startswith("bytes 0-")
    if kind is None or (whole and first.lstrip()[:1] in (b"<", b"{")):
        raise Unplayable("The provider answered with something that is no recording.")
    return Recording(answer.status, {**headers, "content-type": kind}, _bounded(first, pieces))


def _fit(said: str) -> bool:
    """Can this be a header of our own answer? What is no plain ASCII breaks it."""
    return said != "" and said.isascii() and said.isprintable()


def _sniffed(first: bytes) -> str | None:
    """What a file is, by how it begins."""
    if first[:3] == b"ID3" or (len(first) > 1 and first[0] == 0xFF and first[1] & 0xE0 == 0xE0):
        return "audio/mpeg"
    if first[:4] == b"RIFF" and first[8:12] == b"WAVE":
        return "audio/wav"
    if first[4:8] == b"ftyp":
        return "audio/mp4"
    return {b"OggS": "audio/ogg", b"fLaC": "audio/flac", b"#!AM": "audio/amr"}.get(first[:4])


def _ending(url: str) -> str:
    name = urlsplit(url).path.rpartition("/")[2]
    return name[name.rfind(".") :].lower() if "." in name else ""


def _bounded(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    sent = len(first)
    yield first
    for piece in pieces:
        sent += len(piece)
        if sent > LONGEST:
            raise Unsettled("the recording is longer than what is played here")
        yield piece


def _why(refused: Refused) -> str:
    match refused.reason:
        case Reason.CREDENTIALS:
            return "The provider does not accept our key. An administrator can set it under Providers."
        case Reason.NOT_SET_UP:
            return "This connection is not set up to hand out recordings."
        case Reason.TOO_MANY | Reason.DOWN:
            return "The provider cannot answer now. Try again in a minute."
        case _:
            return "The provider does not hand this recording out."
