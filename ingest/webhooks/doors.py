"""The doors providers knock on: pop-up, call log, routing, and each vendor's own words for them."""

import logging
from functools import lru_cache, partial
from typing import Any

from flask import Blueprint, Flask, Request, Response, request

from ingest import intake
from ingest.contract import Delivery, Door
from ingest.vendors import registry
from ingest.webhooks import routing
from ingest.webhooks.answers import AWAY, JSON, RETRY_AFTER_SECONDS, Kept
from models.store.base import Store
from models.store.hooks import TokenBook
from models.store.writer import Unavailable

log = logging.getLogger(__name__)

DOORS = {
    "ivrCallNotification": Door.POPUP,
    "popup": Door.POPUP,
    "ivrCallBackDetails": Door.LOG,
    "call-log": Door.LOG,
    "getCounsellor": Door.ROUTE,
    "route": Door.ROUTE,
    "status": Door.STATUS,
    "passthru": Door.PASSTHRU,
    "voice": Door.VOICE,
}
ANSWERING = frozenset({Door.ROUTE, Door.VOICE})
"""Doors whose caller waits for a routing answer."""

HEADERS = [
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
]


def blueprint(store: Store, public_url: str | None) -> Blueprint:
    """The doors for this store. ``public_url`` is what providers see in front of a proxy (signatures)."""
    doors = Blueprint("webhooks", __name__, url_prefix="/webhooks/v1")
    book = TokenBook(store)
    desk = routing.Desk(store)

    @doors.route("/<token>/<word>", methods=["GET", "POST"])
    def knock(token: str, word: str) -> Response:
        door = DOORS.get(word)
        if door is None:
            return _problem(404, "there is no such door")
        try:
            account = book.find(token)
        except Unavailable:
            return _away()
        if account is None:
            refused.add("unknown token")
            return _problem(401, "this token is not known here")
        connection = intake.info(account)
        vendor = registry.get(account.vendor)
        asked = request._get_current_object()  # type: ignore[attr-defined]
        delivery = _delivery(asked, store, door, public_url)
        if not vendor.verify(delivery, connection):
            refused.add(account.slug)
            return _problem(401, "the signature does not fit")
        if door in ANSWERING:
            reply = desk.reply(vendor, connection, delivery)
            return Response(reply.body, reply.status, reply.headers, content_type=reply.content_type)
        own_words = getattr(vendor, "acknowledge", None)
        saying = partial(own_words, delivery, connection) if own_words is not None else None
        return Kept(intake.receive(store, vendor, connection, delivery), saying)

    @doors.errorhandler(413)
    def too_large(_: Exception) -> Response:
        return _problem(413, "this is too large to be a call event")

    knock.callboard_policy = "webhook token"  # type: ignore[attr-defined]
    return doors


def application(doors: Blueprint, max_body_bytes: int) -> Flask:
    """A Flask with nothing but the doors: what people need (sessions, compression, pages among the addresses)
    costs twice what a delivery's own way through Flask does."""
    server = Flask("doors", static_folder=None)
    server.config["MAX_CONTENT_LENGTH"] = max_body_bytes
    server.register_blueprint(doors)
    answering = server.wsgi_app

    def with_headers(environ: Any, start_response: Any) -> Any:
        def start(status: str, headers: list[tuple[str, str]], info: Any = None) -> Any:
            return start_response(status, headers + HEADERS, info)

        return answering(environ, start)

    server.wsgi_app = with_headers  # type: ignore[method-assign]
    return server


class Refused:
    """How many requests each connection's door turned away since the start (bodies are not kept)."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}

    def add(self, who: str) -> None:
        self.counts[who] = self.counts.get(who, 0) + 1


refused = Refused()


def _delivery(asked: Request, store: Store, door: Door, public_url: str | None) -> Delivery:
    environ = asked.environ
    path: str = environ.get("RAW_URI") or asked.full_path.rstrip("?")
    base = public_url.rstrip("/") if public_url else f"{asked.scheme}://{asked.host}"
    return Delivery(
        door=door,
        method=asked.method,
        url=base + path,
        query=asked.query_string,
        headers={_header(name): value for name, value in environ.items() if name.startswith(_SENT)},
        content_type=environ.get("CONTENT_TYPE", ""),
        body=asked.get_data(cache=False, parse_form_data=False),
        received_at=store.now(),
        remote=environ.get("REMOTE_ADDR", ""),
    )


_SENT = ("HTTP_", "CONTENT_TYPE", "CONTENT_LENGTH")


@lru_cache(maxsize=512)
def _header(name: str) -> str:
    """``user-agent`` for WSGI's ``HTTP_USER_AGENT``."""
    return name.removeprefix("HTTP_").replace("_", "-").lower()


def _json(body: str, status: int = 200) -> Response:
    return Response(body, status, content_type=JSON)


def _problem(status: int, detail: str) -> Response:
    return _json(f'{{"ok":false,"error":"{detail}"}}', status)


def _away() -> Response:
    response = _json(AWAY, 503)
    response.headers["Retry-After"] = RETRY_AFTER_SECONDS
    return response
