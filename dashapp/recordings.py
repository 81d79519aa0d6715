"""``GET /recordings/<call id>``: a call's recording, played through us to whoever may hear it."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from threading import BoundedSemaphore

from flask import Blueprint, Response, current_app, jsonify, request

from dashapp import auth
from dashapp.config import Settings
from dashapp.context import store as current_store
from dashapp.context import viewer as current_viewer
from ingest import intake, recordings
from ingest.recordings import NotFetched, Unplayable
from models.store import recordings as kept
from models.store.hooks import TokenBook

log = logging.getLogger(__name__)

AT_ONCE = 40
"""Recordings one process plays at the same time: each holds a thread that screens and providers need too."""


def blueprint() -> Blueprint:
    doors = Blueprint("recordings", __name__)
    free = BoundedSemaphore(AT_ONCE)

    @doors.get("/recordings/<int:call_id>")
    @auth.policy(auth.SIGNED_IN)
    def play(call_id: int) -> Response:
        store, viewer = current_store(), current_viewer()
        try:
            with store.read() as tx:
                recorded = kept.find(tx, viewer, store.vault, call_id)
        except LookupError:
            return _no("There is no such recording.", 404)
        account = TokenBook(store).by_id(recorded.connection_id)
        if account is None:
            return _no("The connection of this call is gone.", 404)
        span = recordings.wanted_range(request.headers.get("Range"))
        begins = span is None or span.startswith("bytes=0-")
        store.write(lambda tx: kept.note_play(tx, viewer, call_id, store.now(), begins=begins))
        if not free.acquire(blocking=False):
            return _no("Too many recordings are being played. Try again in a minute.", 503)
        stack = ExitStack()
        stack.callback(free.release)
        try:
            found = stack.enter_context(
                recordings.playing(intake.info(account), recorded.reference, _private(), span)
            )
        except Unplayable as why:
            stack.close()
            log.info("the recording of call %d cannot be played: %s", call_id, why)
            return _no(str(why), 404 if isinstance(why, NotFetched) else 502)
        except BaseException:
            stack.close()
            raise
        body = () if request.method == "HEAD" else _played(found.pieces, stack)
        answer = Response(body, found.status, direct_passthrough=True)
        answer.headers.update(found.headers)
        answer.headers["Accept-Ranges"] = "bytes"
        answer.headers["Content-Disposition"] = f'inline; filename="call-{call_id}{_ending(found.kind)}"'
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        answer.headers["Cache-Control"] = "private, no-store"
        answer.call_on_close(stack.close)
        return answer

    return doors


def _private() -> frozenset[str]:
    settings: Settings = current_app.extensions["callboard.settings"]
    return frozenset(settings.private_hosts)


def _played(pieces: Iterator[bytes], held: ExitStack) -> Iterator[bytes]:
    with held:
        yield from pieces


def _ending(kind: str) -> str:
    return next((ending for ending, each in recordings.ENDINGS.items() if each == kind), "")


def _no(why: str, status: int) -> Response:
    answer = jsonify({"error": why})
    answer.status_code = status
    return answer
