"""``POST /reveal``: one lead's number in full, for a reason, to a supervisor or admin; see ``models.store.reveals``.

Answers: 200 the number, once; 422 why not, in plain words; 429 the day's quota is used up; 404 no such lead, or not for this person; 400 a
request our own pages do not make.
"""

from typing import Any

from flask import Blueprint, Response, jsonify

from dashapp import auth
from dashapp.context import store, viewer
from dashapp.jsonbody import posted
from models.store import reveals
from models.store.reveals import NotRevealed


def blueprint() -> Blueprint:
    doors = Blueprint("revealing", __name__)

    @doors.post("/reveal")
    @auth.policy(auth.SIGNED_IN)
    def reveal() -> Response:
        body = posted()
        lead_id, reason = body.get("lead"), body.get("reason")
        if not isinstance(lead_id, int) or isinstance(lead_id, bool) or not isinstance(reason, str):
            return _answer(400, say="A lead's id and a reason are needed.")
        if not 0 < lead_id < 2**62:
            return _answer(404, say="Nothing for you here.")
        try:
            shown = reveals.reveal(store(), viewer(), lead_id, reason)
        except NotRevealed as why:
            return _answer(why.code, say=str(why))
        return _answer(200, number=shown.number, seconds=reveals.SHOWN_SECONDS, left=shown.left_today)

    return doors


def _answer(status: int, **body: Any) -> Response:
    made: Response = jsonify(body)
    made.status_code = status
    made.headers["Cache-Control"] = "no-store"
    return made
