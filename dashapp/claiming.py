"""``POST /claim``: take a waiting call, give it back, assign it; and who it can be assigned to."""

from datetime import datetime
from typing import Any, TypeGuard
from zoneinfo import ZoneInfo

from flask import Blueprint, Response

from dashapp import auth
from dashapp.context import store as current_store
from dashapp.context import viewer as current_viewer
from dashapp.jsonbody import answer, posted
from models.rules.access import Viewer
from models.store import claims
from models.store.base import Store

GONE = "This call waits no longer."


def blueprint() -> Blueprint:
    doors = Blueprint("claiming", __name__)

    @doors.post("/claim")
    @auth.policy(auth.SIGNED_IN)
    def claim() -> Response:
        """JSON {"do": "claim" | "release" | "assign", "entry": id, "person": id to assign to} → {"entries": […]}.

        409 {"error": "taken", "say", "holder"} when a colleague has it; 404 when there is no such open entry for
        this person; 403 {"error": "not_allowed", "say"}.
        """
        asked = posted()
        entry_id, person_id = asked.get("entry"), asked.get("person")
        if not _is_id(entry_id) or str(asked.get("do")) not in _DONE:
            return answer(
                {"error": "unreadable", "say": "entry must be a number, and do one of " + _WORDS}, 400
            )
        if not _is_id(person_id):
            person_id = 0
        if asked["do"] == "assign" and not person_id:
            return answer({"error": "unreadable", "say": "person must be a number"}, 400)
        kept = current_store()
        try:
            rows = _DONE[asked["do"]](kept, current_viewer(), entry_id, person_id)
        except claims.Taken as taken:
            said = f"{taken.holder} has it until {_clock(taken.until, kept.rules.zone)}."
            return answer({"error": "taken", "say": said, "holder": taken.holder}, 409)
        except claims.NoSuchEntry:
            return answer({"error": "gone", "say": GONE}, 404)
        except claims.NotAllowed as why:
            return answer({"error": "not_allowed", "say": str(why)}, 403)
        return answer({"entries": rows})

    @doors.get("/claim/<int:entry_id>/people")
    @auth.policy(auth.SIGNED_IN)
    def people(entry_id: int) -> Response:
        """The counselors a supervisor can assign this entry to; empty for an entry that is not theirs to assign."""
        kept = current_store()
        with kept.read() as tx:
            return answer({"people": claims.candidates(kept, tx, current_viewer(), entry_id)})

    return doors


def _claim(kept: Store, who: Viewer, entry_id: int, _person: int) -> list[dict[str, Any]]:
    return claims.claim(kept, who, entry_id)


def _release(kept: Store, who: Viewer, entry_id: int, _person: int) -> list[dict[str, Any]]:
    return claims.release(kept, who, entry_id)


_DONE = {"claim": _claim, "release": _release, "assign": claims.assign}
_WORDS = ", ".join(_DONE)


def _is_id(given: object) -> TypeGuard[int]:
    """A row's id that either database can be asked for."""
    return isinstance(given, int) and not isinstance(given, bool) and 0 < given < 2**31


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%H:%M}"
