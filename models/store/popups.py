"""Which pop-up cards appear on and leave whose screens because a call changed."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from models.rules.call import Call, Offer, Outcome, is_anothers
from models.store.callrows import Case
from models.store.feed import Audience, News

FRESH = timedelta(minutes=2)
"""A card is shown only for what is happening now: an offer older than this arrived late."""


def news(cases: list[Case], now: datetime) -> list[News]:
    """Feed rows for a batch of changed calls: cards to show, cards to take away, calls that moved on."""
    found: list[News] = []
    for case in cases:
        found += _cards(case, now)
        if _moved_on(case):
            found.append(_call_news(case))
    return found


def open_cards(call: Call) -> dict[str, str]:
    """Seat → phase ("ringing" or "talking") of the cards that should be on screens for this call."""
    if call.over:
        return {}
    talking = {made.seat for made in call.offers if made.answered}
    if call.talked_seat:
        talking.add(call.talked_seat)
    if talking:
        return dict.fromkeys(talking, "talking")
    return {made.seat: "ringing" for made in call.offers if made.reason is None and made.ended_at is None}


def card(case: Case, phase: str, at: datetime) -> dict[str, Any]:
    """What a pop-up card says; masked, so that whoever is rung may read all of it."""
    lead = case.lead or {}
    talk_by = case.people.get(lead.get("last_talk_by") or 0)
    last_talk = lead.get("last_talk_at")
    return {
        "call_id": case.call_id,
        "direction": case.call.direction,
        "phase": phase,
        "at": at.isoformat(),
        "lead": {name: lead.get(name) for name in ("id", "name", "programme", "stage", "city", "mask")},
        "last_talk": last_talk
        and {
            "at": last_talk.isoformat(),
            "seconds": lead.get("last_talk_seconds"),
            "by": talk_by.name if talk_by else None,
        },
        "campaign": case.call.campaign,
        "connection": case.connection_label,
    }


def current(case: Case, person_id: int, now: datetime) -> list[dict[str, Any]]:
    """The cards of this call that belong on one person's screen now."""
    return [
        item.body for item in _cards(case, now) if item.kind == "popup" and person_id in item.audience.people
    ]


def _cards(case: Case, now: datetime) -> list[News]:
    was = open_cards(case.before) if case.before else {}
    is_ = open_cards(case.call)
    found: list[News] = []
    for seat, phase in is_.items():
        person_id = case.seats.get(seat)
        at = _since(case.call, seat, phase) or now
        late = phase == "ringing" and now - at > FRESH
        unchanged = (
            was.get(seat) == phase and was.keys() == is_.keys() and not is_anothers(case.before, case.call)
        )
        if person_id is None or unchanged or late:
            continue
        also = [case.people[other].name for other in _seated(case, is_) if other != person_id]
        found.append(
            News("popup", Audience(people=frozenset({person_id})), {**card(case, phase, at), "also": also})
        )
    gone = frozenset(_seated(case, was.keys() - is_.keys()))
    if gone:
        found.append(News("popup_gone", Audience(people=gone), _why_gone(case)))
    return found


def _since(call: Call, seat: str, phase: str) -> datetime | None:
    if phase == "talking" and call.answered_at:
        return call.answered_at
    made = _offer(call, seat)
    return made.at if made else None


def _offer(call: Call, seat: str) -> Offer | None:
    return next((made for made in reversed(call.offers) if made.seat == seat), None)


def _seated(case: Case, seats: Iterable[str]) -> list[int]:
    return [case.seats[seat] for seat in seats if seat in case.seats]


def _why_gone(case: Case) -> dict[str, Any]:
    talker = case.people.get(case.talked_person or 0)
    if case.call.over:
        why = "ended" if case.call.outcome is Outcome.CONNECTED else "missed"
    else:
        why = "taken" if case.call.talked_seat else "missed"
    return {"call_id": case.call_id, "why": why, "by": talker.name if talker else None}


def _moved_on(case: Case) -> bool:
    """Is this call new, newly answered, newly over, over in another way, or another lead's?"""
    was, is_ = case.before, case.call
    return (
        was is None
        or is_anothers(case.before, case.call)
        or (was.over, was.outcome, was.talked_seat) != (is_.over, is_.outcome, is_.talked_seat)
    )


def _call_news(case: Case) -> News:
    lead = case.lead or {}
    people = set(case.seats.values())
    if lead.get("owner_id"):
        people.add(lead["owner_id"])
    teams = {case.people[person_id].team_id for person_id in people if person_id in case.people}
    teams |= {case.did_team, case.connection_team}
    audience = Audience(frozenset(people), frozenset(team_id for team_id in teams if team_id))
    return News(
        "call",
        audience,
        {
            "call_id": case.call_id,
            "lead_id": lead.get("id"),
            "over": case.call.over,
            "outcome": case.call.outcome,
            "direction": case.call.direction,
            "person_id": case.talked_person,
        },
    )
