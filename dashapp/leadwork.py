"""What people do to a lead: ``POST /lead-details``, ``/lead-stage``, ``/lead-merge/compare`` and ``/lead-merge``.

Answers: 200 what was kept; 409 somebody was faster, with what the lead says now, or why two cannot be merged; 422 which field is wrong and
why; 404 no such lead, or not for this person; 400 a request our own pages do not make.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify

from dashapp import auth
from dashapp.context import store, viewer
from dashapp.jsonbody import posted
from models.store import lead_editing, merging
from models.store.lead_editing import FIELDS, BadDetail, NotEditable, Outcome
from models.store.merging import NotMergeable

LONGEST = 2000
"""Characters of one value, far above what any detail may have: more is no person's typing."""


class Misread(ValueError):
    """The request is not one of our pages'."""


def blueprint() -> Blueprint:
    doors = Blueprint("leadwork", __name__)

    @doors.post("/lead-details")
    @auth.policy(auth.SIGNED_IN)
    def details() -> Response:
        body = body_of()
        changes, seen = texts(body, "changes"), texts(body, "seen")
        return _told(lead_editing.edit(store(), viewer(), lead_of(body), changes, seen))

    @doors.post("/lead-stage")
    @auth.policy(auth.SIGNED_IN)
    def stage() -> Response:
        body = body_of()
        to, seen = texts(body, "to"), texts(body, "seen")
        done = lead_editing.move(store(), viewer(), lead_of(body), _place(to), _place(seen))
        return _told(done)

    @doors.post("/lead-merge/compare")
    @auth.policy(auth.SIGNED_IN)
    def compare() -> Response:
        body = body_of()
        kept = store()
        with kept.read() as tx:
            sides = merging.compare(tx, viewer(), lead_of(body, "kept"), lead_of(body, "gone"), kept.now())
        fields = [{"name": name, "word": word} for name, (word, _) in FIELDS.items()]
        fields.append({"name": "stage", "word": "Stage"})
        return answer(200, sides=[asdict(side) for side in sides], fields=fields)

    @doors.post("/lead-merge")
    @auth.policy(auth.SIGNED_IN)
    def merge() -> Response:
        body = body_of()
        chosen = body.get("values")
        if not isinstance(chosen, dict) or not all(type(one) is int for one in chosen.values()):
            raise Misread("values is an object of leads' ids")
        kept_id, gone_id = lead_of(body, "kept"), lead_of(body, "gone")
        return answer(200, moved=merging.merge(store(), viewer(), kept_id, gone_id, chosen))

    @doors.errorhandler(NotMergeable)
    def not_mergeable(error: NotMergeable) -> Response:
        return answer(409, say=str(error))

    @doors.errorhandler(NotEditable)
    def not_here(_: NotEditable) -> Response:
        return answer(404, say="This lead is not here any more.")

    @doors.errorhandler(BadDetail)
    def wrong(error: BadDetail) -> Response:
        return answer(422, field=error.field, say=str(error))

    @doors.errorhandler(Misread)
    def misread(error: Misread) -> Response:
        return answer(400, say=str(error))

    return doors


def answer(status: int, **body: Any) -> Response:
    made: Response = jsonify(body)
    made.status_code = status
    return made


def body_of() -> Mapping[str, Any]:
    """The request's JSON object. Raises ``Misread``."""
    body = posted()
    if not body:
        raise Misread("a JSON object is needed")
    return body


def lead_of(body: Mapping[str, Any], name: str = "lead") -> int:
    """A lead's id. Raises ``Misread``."""
    found = body.get(name)
    if not isinstance(found, int) or isinstance(found, bool) or not 0 < found < 2**62:
        raise Misread(f"{name} is a lead's id")
    return found


def texts(body: Mapping[str, Any], name: str) -> dict[str, str]:
    """An object of texts. Raises ``Misread``."""
    found = body.get(name)
    if not isinstance(found, dict) or not all(
        isinstance(value, str) and len(value) <= LONGEST for value in found.values()
    ):
        raise Misread(f"{name} is an object of texts")
    return found


def _place(told: Mapping[str, str]) -> tuple[str, str | None]:
    return told.get("stage", ""), told.get("sub_stage") or None


def _told(done: Outcome) -> Response:
    if done.saved:
        return answer(200, values=done.values, needs_follow_up=done.needs_follow_up)
    who = done.by or "Somebody else"
    return answer(409, newer=done.newer, say=f"{who} changed this meanwhile.")
