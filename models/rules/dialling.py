"""Click-to-call: what becomes of one click, which connection gets it, how long it holds its counselor and its lead."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from models.rules.call import Call, CallEvent, Kind, Outcome


class Mode(StrEnum):
    """Where the counselor talks."""

    HARDPHONE = "hardphone"  # the provider rings a desk or mobile phone
    DOCKED = "docked"  # the softphone in the page
    WINDOW = "window"  # the softphone in a window of its own

    @property
    def seat_kind(self) -> str:
        """The kind of seat it needs: ``phone`` or ``sip``."""
        return "phone" if self is Mode.HARDPHONE else "sip"


class State(StrEnum):
    """Where a click has got to. It only moves forward; what providers tell late or twice takes nothing back."""

    REQUESTED = "requested"  # and, once ``asked_at`` is set, the provider is being asked
    REFUSED = "refused"  # certainly nothing rang
    UNKNOWN = "unknown"  # nobody knows whether it rings: never asked again by itself
    ACCEPTED = "accepted"
    AGENT_RINGING = "agent_ringing"
    LEAD_RINGING = "lead_ringing"
    TALKING = "talking"
    ENDED = "ended"
    LOGGED = "logged"  # ended, and the provider's full record is here


_ORDER = tuple(State)
FINAL = frozenset({State.REFUSED, State.ENDED, State.LOGGED})
"""Nobody is held by a click in one of these."""

NOT_SENT_AFTER = timedelta(seconds=30)
NO_ANSWER_AFTER = timedelta(seconds=45)
"""Longer than any provider is waited for (see ``ingest.http``): whoever asked has died."""

_LEASES = {
    State.REQUESTED: NO_ANSWER_AFTER,
    State.UNKNOWN: timedelta(minutes=2),
    State.ACCEPTED: timedelta(minutes=3),
    State.AGENT_RINGING: timedelta(minutes=3),
    State.LEAD_RINGING: timedelta(minutes=3),
    State.TALKING: timedelta(hours=4),
}

FAULTS = frozenset({"credentials", "no_balance", "too_many", "down", "not_set_up"})
"""Reasons that are the connection's own, so that another one may be tried (``ingest.client.Reason.elsewhere``)."""

SAYS: Mapping[str, str] = {
    "credentials": "The provider does not accept our key. Tell your administrator: it is set under Providers.",
    "no_balance": "The account at the provider is empty. Tell your administrator.",
    "busy_agent": "The provider says that your phone is busy. Hang up, wait a moment and call again.",
    "unknown_agent": "The provider cannot ring your seat. Sign in there if it asks for that; otherwise tell your administrator.",
    "do_not_call": "This number is on the do-not-call list. It must not be called; write instead.",
    "bad_number": "The provider cannot call this number. Ask the lead for another one.",
    "too_many": "The provider takes no more calls right now. Try again in a minute.",
    "down": "The provider cannot be reached. Try again in a minute.",
    "not_set_up": "This connection is not set up for calling. Tell your administrator.",
    "other": "The provider refused the call.",
    "not_sent": "The call was not sent and nothing rang. Call again.",
    "no_line": "No connection can place your calls. Tell your administrator.",
    "no_word": "The provider gave no answer. Your phone may still ring: wait for it before you call again.",
    "silent": "The provider took the call and told no more of it. Check with the lead before you call again.",
    "released": "You said that this call is over.",
}
"""What a person reads, by reason: what happened, and what to do."""


def says(reason: str | None, words: str = "") -> str:
    """The sentence for a reason; ``words`` are the provider's own, shown where we know no better."""
    if reason is None:
        return ""
    said = SAYS.get(reason, SAYS["other"])
    return f"{said} It says: {words}" if words and said == SAYS["other"] else said


def lease(state: State) -> timedelta:
    """How long a click holds its counselor and lead in this state unless it moves on."""
    return _LEASES.get(state, timedelta(0))


def forward(was: State, told: State | None) -> State:
    """The later of the two."""
    return was if told is None or _ORDER.index(told) <= _ORDER.index(was) else told


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a call we asked for has got, and since when; ``state`` is None while nothing is told of it."""

    state: State | None
    since: Mapping[State, datetime] = field(default_factory=dict)


def progress(events: Iterable[CallEvent], call: Call) -> Progress:
    """What the events of an agent-first call say: a function of their set. ``call`` is their fold.

    The counselor's seat rings first; its answer has the provider ring the lead; the lead's own answer, or a bridge,
    is the talk.
    """
    since: dict[State, datetime] = {}
    logged = False
    for event in events:
        at = event.at or event.received_at
        logged = logged or event.kind is Kind.LOG
        state = _said(event)
        if state is not None and (state not in since or at < since[state]):
            since[state] = at
    if (call.talked_seat or call.outcome is Outcome.CONNECTED) and State.TALKING not in since:
        since[State.TALKING] = call.answered_at or call.started_at
    if call.over:
        since[State.ENDED] = call.ended_at or call.started_at
        if logged:
            since[State.LOGGED] = since[State.ENDED]
    state = max(since, key=_ORDER.index, default=None)
    return Progress(state, since)


def _said(event: CallEvent) -> State | None:
    match event.kind:
        case Kind.ROUTED:
            return State.AGENT_RINGING
        case Kind.RINGING:
            # the lead's leg has an id of its own and no seat
            return State.LEAD_RINGING if event.seat is None and event.leg else State.AGENT_RINGING
        case Kind.ANSWERED:
            return State.LEAD_RINGING if event.seat else State.TALKING
        case Kind.BRIDGED:
            return State.TALKING
        case _:
            return None


@dataclass(frozen=True, slots=True)
class Line:
    """A connection the counselor has a fitting seat at. ``share`` is the institution's weight for it, 0: never;
    ``dialled`` how many calls it got today; ``healthy`` is False while it lately refused for a fault of its own."""

    connection_id: int
    share: int
    dialled: int = 0
    healthy: bool = True


def order(lines: Iterable[Line], last_used: int | None = None) -> Sequence[int]:
    """Connection ids, the one to ask first in front; the others are for failover.

    Healthy ones come first. Among them the one last used with this lead, so that the lead sees the number it knows;
    then by share: whichever is furthest behind its part of what was dialled today.
    """
    usable = [line for line in lines if line.share > 0]
    return [
        line.connection_id
        for line in sorted(
            usable,
            key=lambda line: (
                not line.healthy,
                line.connection_id != last_used,
                Fraction(2 * line.dialled + 1, line.share),
                line.connection_id,
            ),
        )
    ]
