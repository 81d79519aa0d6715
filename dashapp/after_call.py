"""``GET /after/<lead>``: what the bar after the call must know. ``POST /after``: save result, note and follow-up."""

from flask import Blueprint, Response, jsonify

from dashapp import auth
from dashapp.components import after_call
from dashapp.context import store as current_store
from dashapp.context import viewer as current_viewer
from dashapp.jsonbody import posted
from models.rules import promises
from models.store import dispositions, openings, wrap_ups
from models.store.notes import BadNote
from models.store.openings import NoSuchLead
from models.store.wrap_ups import BadSave, Draft

GONE = "This lead is not here for you any more. What you typed stays in this tab."
MOST = 2**62


def blueprint() -> Blueprint:
    """The two addresses of the bar."""
    doors = Blueprint("after_call", __name__)

    @doors.get("/after/<int:lead_id>")
    @auth.policy(auth.SIGNED_IN)
    def state(lead_id: int) -> Response:
        kept, who = current_store(), current_viewer()
        dispositions.ensure(kept)
        with kept.read() as tx:
            if lead_id > MOST or not openings.may_open(tx, who, lead_id):
                return _no(GONE, 404)
            return jsonify(after_call.state(kept, tx, who, lead_id))

    @doors.post("/after")
    @auth.policy(auth.SIGNED_IN)
    def save() -> Response:
        kept, who = current_store(), current_viewer()
        try:
            lead_id, draft = _read(posted())
            done = wrap_ups.save(kept, who, lead_id, draft)
        except NoSuchLead:
            return _no(GONE, 404)
        except (BadSave, BadNote, promises.BadMoment) as why:
            return _no(str(why), 409)
        with kept.read() as tx:
            now_is = after_call.state(kept, tx, who, lead_id)
        return jsonify({"again": done.again, "stage": done.stage, "state": now_is})

    return doors


def _read(said: dict[str, object]) -> tuple[int, Draft]:
    """Raises ``BadSave`` for what our own page never sends, and ``BadMoment`` for a time that cannot be."""
    kept = current_store()
    lead_id, note, at = _id(said, "lead"), said.get("note") or "", said.get("at")
    if lead_id is None or not isinstance(note, str) or not isinstance(at, str | None):
        raise BadSave("This page sent something that cannot be read: load it again. What you typed stays.")
    due = promises.read(at, kept.rules.zone, kept.now()) if at else None
    return lead_id, Draft(_id(said, "call"), _id(said, "result"), note, due)


def _id(posted: dict[str, object], name: str) -> int | None:
    value = posted.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < MOST:
        raise BadSave("This page sent something that cannot be read: load it again. What you typed stays.")
    return value


def _no(say: str, status: int) -> Response:
    answer = jsonify({"say": say})
    answer.status_code = status
    return answer
