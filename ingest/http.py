"""The one way out to providers: their hosts only, bounded in time and size, following no redirect.

Which host may be asked is decided by name (``ingest.hosts``); which machine that name means is looked up here,
checked, and the very address that was checked is connected to, so that a name cannot mean one machine when it
is checked and another when it is used. Every request has a connection of its own: one kept open may have been
closed by the provider just as it is used, and then nobody knows whether a call was placed.
"""

import logging
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpcore
import httpx

from ingest.client import Answer, Reason, Refused, Unsettled
from ingest.hosts import Allowed, Forbidden
from ingest.sockets import Checked, OnPrivateNetwork, Until, until

__all__ = ["Forbidden", "Outbound", "Stream"]

log = logging.getLogger(__name__)

LONGEST_ANSWER = 20 * 1024 * 1024
LONGEST_STREAM = 1024 * 1024 * 1024
LONGEST_STREAM_SECONDS = 2 * 3600.0
CONNECT_SECONDS = 5.0
USER_AGENT = "Callboard"

_PIECE = 64 * 1024
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding"})


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer whose body is read piece by piece. Header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    pieces: Iterator[bytes]


class Outbound:
    """``ingest.client.Web`` for one connection.

    ``hosts`` may be asked: exact names, or ``*.example.com`` for everything below. ``private_hosts`` are those
    an operator lets live on a private network (a PBX in the cellar, the simulator), each with its port where
    only that one is meant; all others must resolve to public addresses, and must be asked by https.
    """

    def __init__(self, hosts: Iterable[str], private_hosts: Iterable[str] = ()) -> None:
        self._allowed = Allowed(hosts, private_hosts)
        transport = httpx.HTTPTransport(verify=_trusted(), trust_env=False, retries=0)
        transport._pool = httpcore.ConnectionPool(
            ssl_context=_trusted(),
            max_connections=8,
            max_keepalive_connections=0,
            network_backend=Checked(self._allowed.is_private),
        )
        self._client = httpx.Client(
            transport=transport,
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
        )

    def close(self) -> None:
        self._client.close()

    def may_ask(self, url: str) -> bool:
        """Is this an address of one of the hosts, by a scheme we speak?"""
        try:
            self._allowed.check(url)
        except Forbidden:
            return False
        return True

    def ask(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
        json: Any = None,
        content: bytes | None = None,
        basic: tuple[str, str] | None = None,
        seconds: float = 10.0,
    ) -> Answer:
        """See ``ingest.client.Web.ask``. ``seconds`` bound the whole of it: name, connection, question, answer."""
        data = None if form is None else (dict(form) if isinstance(form, Mapping) else _grouped(form))
        request = self._request(method, url, seconds, params, headers, data, json, content)
        with self._sent(request, basic, seconds) as (response, _):
            return Answer(response.status_code, _headers(response), b"".join(_read(response, LONGEST_ANSWER)))

    @contextmanager
    def stream(
        self, url: str, headers: Mapping[str, str] | None = None, seconds: float = 15.0
    ) -> Iterator[Stream]:
        """GET without keeping the body in memory. Raises as ``ask``; ``seconds`` bound the way to the first
        byte and every silence after it."""
        request = self._request("GET", url, seconds, None, headers, None, None, None)
        with self._sent(request, None, seconds) as (response, deadline):
            deadline.at = time.monotonic() + LONGEST_STREAM_SECONDS
            yield Stream(response.status_code, _headers(response), _read(response, LONGEST_STREAM))

    def _request(
        self,
        method: str,
        url: str,
        seconds: float,
        params: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
        data: Any,
        json: Any,
        content: bytes | None,
    ) -> httpx.Request:
        checked = self._allowed.check(url)
        _check_words(method, headers or {})
        try:
            return self._client.build_request(
                method,
                # httpx lets ``params`` replace an address's own query; ours are added to it
                checked.copy_merge_params(params) if params else checked,
                headers=headers,
                data=data,
                json=json,
                content=content,
                timeout=httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)),
            )
        except (httpx.InvalidURL, ValueError, TypeError) as error:
            raise Forbidden(f"this request to {checked.host} cannot be written down") from error

    @contextmanager
    def _sent(
        self, request: httpx.Request, basic: tuple[str, str] | None, seconds: float
    ) -> Iterator[tuple[httpx.Response, Until]]:
        host = request.url.host
        auth = httpx.BasicAuth(*basic) if basic else None
        deadline = Until(time.monotonic() + seconds)
        mark = until.set(deadline)
        try:
            response = self._client.send(request, auth=auth, stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            if isinstance(error.__cause__, OnPrivateNetwork):
                raise Forbidden(str(error.__cause__)) from error
            raise Refused(Reason.DOWN, f"{host} cannot be reached") from error
        except (httpx.LocalProtocolError, httpx.UnsupportedProtocol) as error:
            raise Forbidden(f"this request to {host} cannot be written down") from error
        except httpx.HTTPError as error:
            log.warning("no answer from %s: %s", host, type(error).__name__)
            raise Unsettled(f"{host} gave no answer") from error
        finally:
            until.reset(mark)
        try:
            if response.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
                # unpacking what we did not ask to be packed is how a small answer becomes a huge one
                raise Unsettled(f"{host} packed its answer, unasked")
            yield response, deadline
        except httpx.HTTPError as error:
            raise Unsettled(f"{host} broke off its answer") from error
        finally:
            response.close()


@cache
def _trusted() -> ssl.SSLContext:
    """The system's own certificate authorities, read once: an operator's own is then trusted too."""
    return ssl.create_default_context()


def _check_words(method: str, headers: Mapping[str, str]) -> None:
    """A header must not begin another one, nor say what only we may say. Raises ``Forbidden``."""
    if not (method.isascii() and method.isalpha()):
        raise Forbidden("this is no method")
    for name, text in headers.items():
        if name.strip().lower() in _OURS or not name.isascii() or not text.isprintable():
            raise Forbidden("a header of this request cannot be sent")


def _read(response: httpx.Response, longest: int) -> Iterator[bytes]:
    read = 0
    for piece in response.iter_raw(_PIECE):
        read += len(piece)
        if read > longest:
            raise Unsettled("the provider's answer is longer than we read")
        yield piece


def _headers(response: httpx.Response) -> dict[str, str]:
    return {name.lower(): text for name, text in response.headers.items()}


def _grouped(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, text in pairs:
        grouped.setdefault(name, []).append(text)
    return grouped
