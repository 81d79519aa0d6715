"""Connections to addresses that were looked at first, each with an hour at which it ends."""

import socket
import ssl
import time
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

import httpcore

from ingest.hosts import is_own, is_public


@dataclass(slots=True)
class Until:
    """When what a connection is for must be over, by ``time.monotonic``."""

    at: float

    def left(self, told: float | None) -> float:
        """Seconds left, at most ``told``; none or less means that it is over."""
        left = self.at - time.monotonic()
        return left if told is None else min(told, left)


until: ContextVar[Until] = ContextVar("until")
"""The bound of connections that are opened while it is set. Timeouts of single reads bound no slow drip."""


class OnPrivateNetwork(httpcore.ConnectError):
    """The name means a machine that only an operator's word lets us ask."""


class Checked(httpcore.SyncBackend):
    """Connects only to addresses it has looked at. ``is_private`` says which hosts may be the operator's own."""

    def __init__(self, is_private: Callable[[str], bool]) -> None:
        self._is_private = is_private

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        bound = until.get()
        addresses = _addresses(host, port, bound.left(timeout))
        may_be = is_own if self._is_private(host) else is_public
        if not all(map(may_be, addresses)):
            raise OnPrivateNetwork(f"{host} is on a private network; an operator can allow it")
        failed: Exception = httpcore.ConnectTimeout(f"{host} took too long")
        for address in addresses:
            left = bound.left(timeout)
            if left <= 0:
                break
            try:
                stream = super().connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
                continue
            return _Bounded(stream, bound)
        raise failed


class _Bounded(httpcore.NetworkStream):
    """A connection on which everything together takes no longer than ``bound``."""

    def __init__(self, stream: httpcore.NetworkStream, bound: Until) -> None:
        self._stream = stream
        self._bound = bound

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = self._bound.left(timeout)
        if left <= 0:
            raise httpcore.ReadTimeout("the answer took too long")
        return self._stream.read(max_bytes, left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        left = self._bound.left(timeout)
        if left <= 0:
            raise httpcore.WriteTimeout("sending took too long")
        self._stream.write(buffer, left)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._bound.left(timeout)
        if left <= 0:
            raise httpcore.ConnectTimeout("connecting took too long")
        return _Bounded(self._stream.start_tls(ssl_context, server_hostname, left), self._bound)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _addresses(host: str, port: int, seconds: float) -> list[str]:
    """What the name means, each address once. Raises ``httpcore.ConnectError`` or ``ConnectTimeout``.

    The system's resolver knows no time limit, so it is waited for from outside.
    """
    answers: SimpleQueue[list[Any] | Exception] = SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    Thread(target=look_up, name="look up", daemon=True).start()
    try:
        found = answers.get(timeout=max(seconds, 0))
    except Empty:
        raise httpcore.ConnectTimeout(f"{host} was not found in time") from None
    if isinstance(found, Exception) or not found:
        raise httpcore.ConnectError(f"{host} is not known")
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
