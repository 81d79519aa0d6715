"""What a person's browser may do when a call comes: their choice of sound and notification, and a card's last words."""

from flask import Blueprint, Response

from dashapp import auth
from dashapp.context import store as current_store
from dashapp.context import viewer as current_viewer
from dashapp.jsonbody import answer, posted
from models.store import last_words, preferences

MOST = 2**62
CHOSEN_HERE = frozenset({"sound", "notify"})


def blueprint() -> Blueprint:
    doors = Blueprint("alerting", __name__)

    @doors.post("/preference")
    @auth.policy(auth.SIGNED_IN)
    def choose() -> Response:
        """JSON {"name": "sound" | "notify", "value": "on" | "off"} → the same; 400 for anything else."""
        asked = posted()
        name, value = str(asked.get("name")), str(asked.get("value"))
        try:
            if name not in CHOSEN_HERE:
                raise preferences.NoSuchPreference("name must be sound or notify")
            preferences.choose(current_store(), current_viewer(), name, value)
        except preferences.NoSuchPreference as why:
            return answer({"error": "unreadable", "say": str(why)}, 400)
        return answer({"name": name, "value": value})

    @doors.get("/last-words/<int:lead_id>")
    @auth.policy(auth.SIGNED_IN)
    def last(lead_id: int) -> Response:
        """{"result", "note"} of the lead; 404 when there is none for this person."""
        kept = current_store()
        with kept.read() as tx:
            found = last_words.of_lead(tx, kept.vault, current_viewer(), lead_id) if lead_id <= MOST else None
        return answer(found or {"error": "not here"}, 200 if found else 404)

    return doors
