"""Random calls whose truth is known: what happened on the line, and what a provider says of it."""

from dataclasses import dataclass, replace

from hypothesis import strategies as st

from models.rules.call import CallEvent, Direction, Kind, Outcome
from tests.models.rules.street import event, t

SEATS = ("+9180101", "agent-7", "ext-12", "m.rao@example.test")


@dataclass(frozen=True)
class Truth:
    """What happened: who was rung, who talked from when to when, how it ended."""

    direction: Direction
    rung: tuple[str, ...]
    talked: str | None
    answered: int | None
    ended: int
    outcome: Outcome


@st.composite
def inbound_or_campaign(draw: st.DrawFn) -> tuple[Truth, list[CallEvent]]:
    """A hunt over one to four counselors, one after the other; the last may talk."""
    direction = draw(st.sampled_from([Direction.INBOUND, Direction.CAMPAIGN]))
    rung = tuple(draw(st.permutations(SEATS))[: draw(st.integers(1, 4))])
    talks = draw(st.booleans())
    leaves = draw(st.booleans()) and not talks and direction is Direction.INBOUND
    now = ended = draw(st.integers(0, 5))
    said: list[CallEvent] = []
    for seat in rung:
        last = seat == rung[-1]
        said.append(event(Kind.ROUTED, now, seat, direction=direction))
        if draw(st.booleans()):
            said.append(event(Kind.RINGING, now + 1, seat, direction=direction))
        now += draw(st.integers(4, 40))
        if last and talks:
            break
        word = Outcome.CANCELLED if last and leaves else Outcome.AGENT_MISSED
        if draw(st.booleans()):
            said.append(event(Kind.MISSED, now, seat, direction=direction))
        said.append(event(Kind.LOG, None, seat, started=0, ended=now, outcome=word, direction=direction))
        ended = now
        now += draw(st.integers(0, 3))
    answered = None
    if talks:
        answered = now
        if draw(st.booleans()):
            said.append(event(Kind.ANSWERED, now, rung[-1], direction=direction))
        if draw(st.booleans()):
            said.append(event(Kind.BRIDGED, now, rung[-1], direction=direction))
        now += draw(st.integers(1, 600))
        said.append(
            event(
                Kind.LOG,
                None,
                rung[-1],
                started=0,
                answered=answered,
                ended=now,
                talk=now - answered,
                outcome=Outcome.CONNECTED,
                recording="https://example.test/r.mp3",
                direction=direction,
            )
        )
        ended = now
    if draw(st.booleans()):
        ended = now
        said.append(event(Kind.ENDED, now, direction=direction))
    if draw(st.booleans()):
        said.append(event(Kind.DISPOSITION, now + 9, rung[-1], disposition="Warm", direction=direction))
    outcome = Outcome.CONNECTED if talks else Outcome.CANCELLED if leaves else Outcome.AGENT_MISSED
    return Truth(direction, rung, rung[-1] if talks else None, answered, ended, outcome), said


@st.composite
def outbound(draw: st.DrawFn) -> tuple[Truth, list[CallEvent]]:
    """The counselor's leg first, then the lead's."""
    seat = draw(st.sampled_from(SEATS))
    said = [event(Kind.RINGING, 0, seat, direction=Direction.OUTBOUND)]
    now = draw(st.integers(2, 20))
    fate = draw(st.sampled_from([Outcome.CONNECTED, Outcome.NO_ANSWER, Outcome.BUSY, Outcome.AGENT_MISSED]))
    answered = None
    if fate is Outcome.AGENT_MISSED:
        said.append(event(Kind.MISSED, now, seat, direction=Direction.OUTBOUND))
    else:
        said.append(event(Kind.ANSWERED, now, seat, direction=Direction.OUTBOUND))
        now += draw(st.integers(1, 40))
        if fate is Outcome.CONNECTED:
            answered = now
            said.append(event(Kind.BRIDGED, now, seat, direction=Direction.OUTBOUND))
            now += draw(st.integers(1, 600))
        else:
            said.append(event(Kind.MISSED, now, outcome=fate, direction=Direction.OUTBOUND))
    said.append(event(Kind.ENDED, now, direction=Direction.OUTBOUND))
    if draw(st.booleans()):
        said.append(
            event(
                Kind.LOG,
                None,
                seat,
                started=0,
                ended=now,
                outcome=fate,
                talk=None if answered is None else now - answered,
                direction=Direction.OUTBOUND,
            )
        )
    talked = seat if fate is Outcome.CONNECTED else None
    return Truth(Direction.OUTBOUND, (seat,), talked, answered, now, fate), said


HISTORIES = st.one_of(inbound_or_campaign(), outbound())


@st.composite
def disturbed(draw: st.DrawFn, said: list[CallEvent]) -> list[CallEvent]:
    """The same events out of order, some repeated, each heard up to six hours late."""
    again = draw(st.lists(st.sampled_from(said), max_size=5))
    late = st.integers(0, 6 * 3600)
    heard = [replace(e, received_at=t(draw(late) + 700)) for e in [*said, *again]]
    return draw(st.permutations(heard))


# --- anything at all: not even a believable call -----------------------------------------------------------

_moments = st.integers(0, 60)
_maybe = st.none() | _moments


@st.composite
def anything(draw: st.DrawFn, *, told: bool) -> CallEvent:
    """One event with every field at random; with ``told`` it always says when it happened."""
    moment = draw(_moments if told else _maybe)
    return CallEvent(
        provider_call_id="call-1",
        kind=draw(st.sampled_from(Kind)),
        received_at=t(61 + draw(_moments)),
        at=None if moment is None else t(moment),
        seat=draw(st.sampled_from([None, "x", "y", "z"])),
        direction=draw(st.sampled_from([None, *Direction])),
        customer=draw(st.sampled_from([None, "+919876543210", "+919876543211"])),
        campaign=draw(st.sampled_from([None, "a", "b"])),
        started_at=None if (m := draw(_maybe)) is None else t(m),
        answered_at=None if (m := draw(_maybe)) is None else t(m),
        ended_at=None if (m := draw(_maybe)) is None else t(m),
        talk_seconds=draw(st.none() | st.integers(-2, 9)),
        ring_seconds=draw(st.none() | st.integers(-2, 9)),
        total_seconds=draw(st.none() | st.integers(-2, 9)),
        outcome=draw(st.sampled_from([None, None, *Outcome])),
        hung_up_by=draw(st.sampled_from([None, "lead", "agent", "system"])),
        machine=draw(st.sampled_from([None, True, False])),
        recording=draw(st.sampled_from([None, "r1", "r2"])),
        disposition=draw(st.sampled_from([None, "d1", "d2"])),
        words=draw(st.sampled_from([None, "w1", "w2"])),
    )
