"""The one way out to providers: their hosts only, bounded in time and size, following no redirect.

Which host may be asked is decided by name; which machine that name means is looked up here, checked, and the
very address that was checked is connected to, so that a name cannot mean one machine when it is checked and
another when it is used.
"""

import ipaddress
import logging
import socket
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx

from ingest.client import Answer, Reason, Refused, Unsettled

log = logging.getLogger(__name__)

LONGEST_ANSWER = 20 * 1024 * 1024
CONNECT_SECONDS = 5.0
USER_AGENT = "Callboard"


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer whose body is read piece by piece. Header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    pieces: Iterator[bytes]


class Forbidden(Refused):
    """An address we do not go to. The message names the host, never the rest of the address."""

    def __init__(self, message: str) -> None:
        super().__init__(Reason.NOT_SET_UP, message)


class Outbound:
    """``ingest.client.Web`` for one connection.

    ``hosts`` may be asked: exact names, or ``*.example.com`` for everything below. ``private_hosts`` are those
    an operator lets live on a private network (a PBX in the cellar, the simulator); all others must resolve to
    public addresses, and must be asked by https.
    """

    def __init__(self, hosts: Iterable[str], private_hosts: Iterable[str] = ()) -> None:
        self._hosts = frozenset(host.lower() for host in hosts)
        self._private = frozenset(host.lower() for host in private_hosts)
        transport = httpx.HTTPTransport(trust_env=False, retries=0)
        transport._pool = httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_connections=8,
            network_backend=_Checked(self._private),
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
            self._check(url)
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
        """See ``ingest.client.Web.ask``."""
        data = None if form is None else (dict(form) if isinstance(form, Mapping) else _grouped(form))
        until = time.monotonic() + seconds
        request = self._request(method, url, seconds, params, headers, data, json, content)
        with self._sent(request, basic) as response:
            body = bytearray()
            for piece in _read(response):
                body += piece
                if len(body) > LONGEST_ANSWER:
                    raise Unsettled("the provider's answer is longer than we read")
                if time.monotonic() > until:
                    raise Unsettled("the provider's answer took too long")
            return Answer(response.status_code, _headers(response), bytes(body))

    @contextmanager
    def stream(
        self, url: str, headers: Mapping[str, str] | None = None, seconds: float = 15.0
    ) -> Iterator[Stream]:
        """GET without keeping the body in memory. Raises as ``ask``."""
        request = self._request("GET", url, seconds, None, headers, None, None, None)
        with self._sent(request, None) as response:
            yield Stream(response.status_code, _headers(response), _read(response))

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
        self._check(url)
        try:
            return self._client.build_request(
                method,
                url,
                params=params,
                headers=headers,
                data=data,
                json=json,
                content=content,
                timeout=httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)),
            )
        except (httpx.InvalidURL, ValueError, TypeError) as error:
            raise Forbidden("this address cannot be asked") from error

    @contextmanager
    def _sent(self, request: httpx.Request, basic: tuple[str, str] | None) -> Iterator[httpx.Response]:
        host = request.url.host
        auth = httpx.BasicAuth(*basic) if basic else None
        try:
            response = self._client.send(request, auth=auth, stream=True)
        except (
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.PoolTimeout,
            httpx.UnsupportedProtocol,
        ) as error:
            raise Refused(Reason.DOWN, f"{host} cannot be reached") from error
        except httpx.HTTPError as error:
            log.warning("no answer from %s: %s", host, type(error).__name__)
            raise Unsettled(f"{host} gave no answer") from error
        try:
            yield response
        except httpx.HTTPError as error:
            raise Unsettled(f"{host} broke off its answer") from error
        finally:
            response.close()

    def _check(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").rstrip(".").lower()
            _ = parts.port
        except ValueError as error:
            raise Forbidden("this is no address") from error
        if not self._is_ours(host):
            raise Forbidden(f"{host or 'an address without a host'} is none of this connection's hosts")
        if parts.username or parts.password:
            raise Forbidden(f"an address at {host} carries credentials")
        if parts.scheme != "https" and not (parts.scheme == "http" and host in self._private):
            raise Forbidden(f"{host} may be asked by https only")

    def _is_ours(self, host: str) -> bool:
        if not host:
            return False
        if host in self._hosts:
            return True
        return any(host.endswith(each[1:]) for each in self._hosts if each.startswith("*.") and len(each) > 3)


class _Checked(httpcore.SyncBackend):
    """Connects only to addresses it has looked at."""

    def __init__(self, private_hosts: frozenset[str]) -> None:
        self._private = private_hosts

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} is not known") from error
        addresses = [str(entry[4][0]) for entry in found]
        if host.lower() not in self._private and not all(map(is_public, addresses)):
            raise httpcore.ConnectError(f"{host} is on a private network")
        return super().connect_tcp(addresses[0], port, timeout, local_address, socket_options)


def is_public(address: str) -> bool:
    """Can this IP address be somebody else's machine on the internet, and nothing of ours?"""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            ip = inner
        elif ip in _NAT64:
            ip = ipaddress.IPv4Address(ip.packed[-4:])
    return ip.is_global and not ip.is_multicast


_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def _read(response: httpx.Response) -> Iterator[bytes]:
    yield from response.iter_raw(64 * 1024)


def _headers(response: httpx.Response) -> dict[str, str]:
    return {name.lower(): text for name, text in response.headers.items()}


def _grouped(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, text in pairs:
        grouped.setdefault(name, []).append(text)
    return grouped
