"""What providers are told, and when: never that a delivery is kept before it is on disk."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

from flask import Response
from werkzeug.http import HTTP_STATUS_CODES

from ingest.contract import RouteReply
from ingest.intake import Keeping
from models.store.journal import Written
from models.store.writer import Unavailable

log = logging.getLogger(__name__)

JSON = "application/json"
RETRY_AFTER_SECONDS = "5"
AWAY = '{"ok":false,"error":"not stored: try again"}'
FAULT = '{"ok":false,"error":"a fault of ours: try again"}'


Saying = Callable[[int, str], RouteReply | None]
"""A vendor's own answer to the delivery of this number and verdict; None: ours."""


class Kept(Response):
    """The answer to a delivery. Flask is done with it before anybody knows what it will say."""

    def __init__(self, keeping: Keeping, saying: Saying | None = None) -> None:
        super().__init__(content_type=JSON)
        self._keeping = keeping
        self._saying = saying

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return Later(self._keeping, start_response, self._saying)


class Later:
    """``Kept`` as a WSGI server receives it.

    Any server may iterate: that keeps the delivery and waits. One that has better uses for a thread calls
    ``begin``, and ``told`` once it is settled, or ``away`` when that takes too long.
    """

    __slots__ = ("_keeping", "_saying", "_start_response")

    def __init__(self, keeping: Keeping, start_response: Any, saying: Saying | None = None) -> None:
        self._keeping, self._start_response, self._saying = keeping, start_response, saying

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
        said = self._own_words(written) if self._saying is not None else None
        if said is not None:
            status = f"{said.status} {HTTP_STATUS_CODES.get(said.status, 'OK').upper()}"
            return self._start(status, said.body, *said.headers.items(), content_type=said.content_type)
        body = f'{{"ok":true,"accepted":"{written.verdict}","delivery":{written.delivery_id}}}'
        return self._start("200 OK", body)

    def _own_words(self, written: Written) -> RouteReply | None:
        try:
            return self._saying(written.delivery_id, str(written.verdict)) if self._saying else None
        except Exception:
            # It is on disk: whatever is wrong with the wording, the provider must not send it again.
            log.exception("a vendor's acknowledgement could not be made")
            return None

    def _start(self, status: str, body: str, *headers: tuple[str, str], content_type: str = JSON) -> bytes:
        text = body.encode("utf-8", "replace")
        self._start_response(
            status, [("Content-Type", content_type), ("Content-Length", str(len(text))), *headers]
        )
        return text
