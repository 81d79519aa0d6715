"""What providers are told, and when: never that a delivery is kept before it is on disk."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

from flask import Response

from ingest.intake import Keeping
from models.store.journal import Written
from models.store.writer import Unavailable

log = logging.getLogger(__name__)

JSON = "application/json"
RETRY_AFTER_SECONDS = "5"
AWAY = '{"ok":false,"error":"not stored: try again"}'
FAULT = '{"ok":false,"error":"a fault of ours: try again"}'


class Kept(Response):
    """The answer to a delivery. Flask is done with it before anybody knows what it will say."""

    def __init__(self, keeping: Keeping) -> None:
        super().__init__(content_type=JSON)
        self._keeping = keeping

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return Later(self._keeping, start_response)


class Later:
    """``Kept`` as a WSGI server receives it.

    Any server may iterate: that keeps the delivery and waits. One that has better uses for a thread calls
    ``begin``, and ``told`` once it is settled, or ``away`` when that takes too long.
    """

    __slots__ = ("_keeping", "_start_response")

    def __init__(self, keeping: Keeping, start_response: Any) -> None:
        self._keeping, self._start_response = keeping, start_response

    def __iter__(self) -> Iterator[bytes]:
        yield self._tell(self._keeping.wait)

    def begin(self, settled: Callable[[], None]) -> None:
        """Have it kept. ``settled`` may be called by any thread, and before this returns. Raises ``Unavailable``."""
        self._keeping.begin(settled)

    def told(self) -> bytes:
        """The answer's body, its head having been given to the server."""
        return self._tell(self._keeping.outcome)

    def away(self) -> bytes:
        """``told``, when nobody can say whether it is kept."""
        return self._start("503 SERVICE UNAVAILABLE", AWAY, ("Retry-After", RETRY_AFTER_SECONDS))

    def _tell(self, outcome: Callable[[], Written]) -> bytes:
        try:
            written = outcome()
        except Unavailable:
            return self.away()
        except Exception:
            log.exception("a delivery could not be written")
            return self._start("500 INTERNAL SERVER ERROR", FAULT)
        body = f'{{"ok":true,"accepted":"{written.verdict}","delivery":{written.delivery_id}}}'
        return self._start("200 OK", body)

    def _start(self, status: str, body: str, *headers: tuple[str, str]) -> bytes:
        text = body.encode()
        self._start_response(status, [("Content-Type", JSON), ("Content-Length", str(len(text))), *headers])
        return text
