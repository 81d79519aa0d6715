"""Click-to-call: ``POST /dial``, where a click is now, the person's mode, and "this call is over"."""

from typing import Any

from flask import Blueprint, Response

from dashapp import auth
from dashapp.components import dial_words
from dashapp.context import store as current_store
from dashapp.context import viewer as current_viewer
from dashapp.jsonbody import answer, posted
from ingest.dialing import Dialer, modes
from models.rules.dialling import Mode
from models.store import intents, preferences
from models.store.intents import NotBegun
from models.store.openings import NoSuchLead
from models.store.writer import Unavailable

DIALER = "callboard.dialer"
"""Where the application keeps its dialer (``server.extensions``), for whoever stops it."""


def blueprint(dialer: Dialer) -> Blueprint:
    doors = Blueprint("dialling", __name__, url_prefix="/dial")
    doors.record_once(lambda state: state.app.extensions.update({DIALER: dialer}))

    @doors.post("")
    @auth.policy(auth.SIGNED_IN)
    def dial() -> Response:
        """JSON {"lead": id, "reference": 16 of a-z0-9 made for this click, "mode"?, "application"?, "anyway"?} →
        {"intent": …} at once, or 409 {"error", "say", "holder"?}; 404 when there is no such lead for this person."""
        return _begun(dialer, posted())

    @doors.get("/live")
    @auth.policy(auth.SIGNED_IN)
    def live() -> Response:
        """{"intent": the person's live click or null, "mode": their choice, "modes": {mode: why not, or null}}."""
        who = current_viewer()
        with current_store().read() as tx:
            told = {
                "intent": intents.live_of(tx, who.person_id, current_store().now()),
                "mode": preferences.of(tx, who.person_id)["mode"],
                "modes": modes(tx, who.person_id),
            }
        return answer(told)

    @doors.post("/mode")
    @auth.policy(auth.SIGNED_IN)
    def choose() -> Response:
        mode = posted().get("mode")
        try:
            preferences.choose(current_store(), current_viewer(), "mode", str(mode))
        except preferences.NoSuchPreference:
            return answer({"error": "unreadable", "say": dial_words.UNREADABLE}, 400)
        return answer({"mode": mode})

    @doors.post("/over")
    @auth.policy(auth.SIGNED_IN)
    def over() -> Response:
        """JSON {"reference": …}: the person says that their call is over, though no provider did."""
        reference = posted().get("reference")
        if not isinstance(reference, str) or not intents.is_reference(reference):
            return answer({"error": "unreadable", "say": dial_words.UNREADABLE}, 400)
        return answer({"released": intents.release(current_store(), current_viewer(), reference)})

    return doors


def _begun(dialer: Dialer, asked: dict[str, Any]) -> Response:
    lead_id, application_id = asked.get("lead"), asked.get("application")
    mode = asked.get("mode")
    readable = (
        _is_id(lead_id)
        and isinstance(asked.get("reference"), str)
        and (application_id is None or _is_id(application_id))
        and (mode is None or mode in list(Mode))
    )
    if not readable:
        return answer({"error": "unreadable", "say": dial_words.UNREADABLE}, 400)
    try:
        begun = dialer.dial(
            current_viewer(),
            lead_id=lead_id,  # type: ignore[arg-type]
            reference=asked["reference"],
            mode=Mode(mode) if mode else None,
            application_id=application_id,
            anyway=asked.get("anyway") is True,
        )
    except NoSuchLead:
        return answer({"error": "no_lead", "say": dial_words.NO_LEAD}, 404)
    except NotBegun as why:
        told = {"error": why.code, "say": why.say, "holder": why.holder}
        return answer({name: said for name, said in told.items() if said is not None}, 409)
    except Unavailable:
        return answer({"error": "away", "say": dial_words.AWAY}, 503)
    return answer({"intent": dict(begun.body)})


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63
