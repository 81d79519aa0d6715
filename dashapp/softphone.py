"""The softphone's own addresses: its window, its credentials, to whom it may hand on a call, what it tells."""

from typing import Any

from flask import Blueprint, Response, jsonify, request

from dashapp import auth
from dashapp.components import softphone as drawn
from dashapp.context import store as current_store
from dashapp.context import viewer as current_viewer
from models.rules.softphone import CREDENTIAL_SECONDS
from models.store import phone_events, sip_seats


def blueprint() -> Blueprint:
    doors = Blueprint("softphone", __name__)

    @doors.get("/softphone")
    @auth.policy(auth.PAGE)
    def window() -> Response:
        """A document of its own, so that it lives on while the application's tabs come and go."""
        return Response(drawn.window(current_viewer()), content_type="text/html; charset=utf-8")

    @doors.post("/softphone/credentials")
    @auth.policy(auth.SIGNED_IN)
    def credentials() -> Response:
        """The lines of whoever is signed in, never of a person somebody names."""
        store, viewer, session = current_store(), current_viewer(), auth.session()
        with store.read() as tx:
            lines = sip_seats.lines(tx, store.vault, viewer, store.now())
            own = sip_seats.own_numbers(tx, viewer) if lines else []
        if session is not None and any(not line.problem for line in lines):
            named = session.id_hash[:16]
            store.write(lambda tx: sip_seats.note_given_out(tx, viewer, named, store.now()))
        return _private({"lines": [_told(line) for line in lines], "own": own})

    @doors.post("/softphone/colleagues")
    @auth.policy(auth.SIGNED_IN)
    def colleagues() -> Response:
        store = current_store()
        with store.read() as tx:
            found = sip_seats.colleagues(tx, store.vault, current_viewer())
        return _private(
            {
                "colleagues": [
                    {"line": each.connection_id, "name": each.name, "uri": each.uri} for each in found
                ]
            }
        )

    @doors.post("/softphone/event")
    @auth.policy(auth.SIGNED_IN)
    def event() -> Response:
        try:
            new = phone_events.record(current_store(), current_viewer(), request.get_json(silent=True))
        except phone_events.BadEvent as why:
            return _private({"error": str(why)}, 400)
        except phone_events.TooMany:
            return _private({"error": "too many events; try again in a minute"}, 429)
        return _private({"ok": True, "new": new})

    return doors


def _told(line: sip_seats.Line) -> dict[str, Any]:
    if line.problem:
        return {"id": line.connection_id, "label": line.label, "problem": line.problem}
    return {
        "id": line.connection_id,
        "label": line.label,
        "url": line.url,
        "aor": line.aor,
        "user": line.user,
        "password": line.password,
        "seconds": CREDENTIAL_SECONDS if line.until else None,
        "arm": line.arm,
    }


def _private(body: dict[str, Any], status: int = 200) -> Response:
    answer = jsonify(body)
    answer.status_code = status
    answer.headers["Cache-Control"] = "no-store"
    return answer
