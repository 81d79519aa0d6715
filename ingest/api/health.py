"""Two questions of whoever keeps the process running: is it alive, and can it work?"""

import logging

from flask import Blueprint, Response
from sqlalchemy.exc import SQLAlchemyError

from ingest.api.keys import public, store
from models.migrations import schema

log = logging.getLogger(__name__)


def blueprint() -> Blueprint:
    """``/healthz`` and ``/readyz``. Anybody may ask, so the answers hold one word and no reason."""
    health = Blueprint("health", __name__)
    health.add_url_rule("/healthz", "alive", _alive)
    health.add_url_rule("/readyz", "ready", _ready)
    return health


@public
def _alive() -> Response:
    return _say("alive", 200)


@public
def _ready() -> Response:
    """200 when the database answers and has the schema this code needs."""
    try:
        ready = schema.revision(store().db) == schema.head()
    except SQLAlchemyError as error:
        log.warning("not ready: the database cannot be asked (%s)", type(error).__name__)
        return _say("not ready", 503)
    if not ready:
        log.warning("not ready: the database has another schema")
        return _say("not ready", 503)
    return _say("ready", 200)


def _say(word: str, status: int) -> Response:
    return Response(
        f"{word}\n", status, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"}
    )
