"""Missed and pending: every row of the table in the design's domain page, for whom, and what clears it."""

from dataclasses import replace

import pytest
from msgspec import structs

from models.rules.call import Call, CallEvent, Direction, Kind, Outcome
from models.rules.lifecycle import fold
from models.rules.notifications import REASONS, Due, Lookup, NotificationKind, Opening, due
from tests.models.rules.street import MUCH_LATER, connected, event, failed, over, routed, t

IN, OUT, CAMPAIGN = Direction.INBOUND, Direction.OUTBOUND, Direction.CAMPAIGN
MISSED, PENDING = NotificationKind.MISSED, NotificationKind.PENDING

X, Y, OWNER, OTHER, BOSS = 1, 2, 3, 4, 5
AGENTS = frozenset({11, 12})
DID_TEAM, CONNECTION_TEAM = 70, 71
KNOWN = Lookup(OWNER, DID_TEAM, CONNECTION_TEAM, {"x": X, "y": Y}, AGENTS)


def told(direction: Direction | None, *events: CallEvent) -> Call:
    return fold([replace(e, direction=direction) for e in events], MUCH_LATER)


def rung_by(*seats: str) -> list[CallEvent]:
    return [routed(seat, 20 * i) for i, seat in enumerate(seats)]


NOBODY_PICKED = [*rung_by("x", "y"), failed("x", 20), failed("y", 40)]
LEAD_LEFT = [*rung_by("x", "y"), failed("x", 20), over(33, hung_up_by="lead")]
Y_TALKED = [*rung_by("x", "y"), failed("x", 20), connected("y", 90, 60, answered=30)]
AGENT_LEG_MISSED = [event(Kind.RINGING, 0, "x"), event(Kind.MISSED, 20, "x"), over(20)]
ABANDONED = [event(Kind.ANSWERED, 5), over(15, outcome=Outcome.ABANDONED)]


@pytest.mark.parametrize(
    ("call", "kind", "reason", "people"),
    [
        # inbound · nobody talked → every counselor it was offered to
        (told(IN, *NOBODY_PICKED), MISSED, "agent_missed", {X, Y}),
        (told(IN, *LEAD_LEFT), MISSED, "caller_left", {X, Y}),
        (told(IN, over(20)), MISSED, "no_answer", {OWNER}),
        # inbound · X didn't pick up, Y talked → nothing missed; pending for Y alone
        (told(IN, *Y_TALKED), PENDING, "not_opened", {Y}),
        # outbound · the lead's end → the counselor who dialled
        (told(OUT, failed("x", 30)), MISSED, "no_answer", {X}),
        (told(OUT, failed("x", 30, Outcome.BUSY)), MISSED, "busy", {X}),
        (told(OUT, failed("x", 30, Outcome.REJECTED)), MISSED, "rejected", {X}),
        (told(OUT, failed("x", 30, Outcome.FAILED)), MISSED, "failed", {X}),
        # outbound · the counselor's own leg missed or dropped
        (told(OUT, *AGENT_LEG_MISSED), MISSED, "agent_missed", {X}),
        (told(OUT, failed("x", 30, Outcome.AGENT_CANCELLED)), MISSED, "agent_missed", {X}),
        # outbound · talked → never pending
        (told(OUT, connected("x", 90, 60)), None, "", set()),
        # campaign · the lead didn't answer → the lead's counselor
        (told(CAMPAIGN, failed(None, 30)), MISSED, "no_answer", {OWNER}),
        (told(CAMPAIGN, failed("x", 30)), MISSED, "no_answer", {OWNER}),
        # campaign · the lead answered, no agent free
        (told(CAMPAIGN, *ABANDONED), MISSED, "abandoned", {OWNER}),
        # campaign · talked, profile not opened
        (told(CAMPAIGN, *Y_TALKED), PENDING, "not_opened", {Y}),
        # voicemail and words nobody mapped: nobody talked, so it is missed all the same
        (told(IN, *rung_by("x"), failed(None, 40, Outcome.VOICEMAIL)), MISSED, "voicemail", {X}),
        (told(IN, failed("x", 40, Outcome.UNKNOWN)), MISSED, "unknown", {X}),
        # the direction is not known: an inbound call's audience, and never a guess at pending
        (told(None, *NOBODY_PICKED), MISSED, "no_answer", {X, Y}),
        (told(None, *Y_TALKED), None, "", set()),
    ],
)
def test_the_table(call: Call, kind: NotificationKind | None, reason: str, people: set[int]) -> None:
    entry = due(call, KNOWN, [])
    if kind is None:
        assert entry is None
        return
    assert entry == Due(kind, call.direction, reason, frozenset(people), None, False, _end(call))


def _end(call: Call):
    assert call.ended_at is not None
    return call.ended_at


def test_nothing_is_due_before_the_call_is_over() -> None:
    assert due(fold(rung_by("x", "y"), MUCH_LATER), KNOWN, []) is None
    open_offer = fold([*rung_by("x", "y"), failed("x", 20)], t(30))
    assert due(open_offer, KNOWN, []) is None


def test_every_outcome_but_a_talk_has_a_reason() -> None:
    assert set(REASONS) == set(Outcome) - {Outcome.CONNECTED}


NO_AGENTS = replace(KNOWN, campaign_agents=frozenset())


@pytest.mark.parametrize(
    ("call", "lookup", "people", "team_id", "everyone"),
    [
        # inbound, offered: those of the seats that are mapped
        (told(IN, *NOBODY_PICKED), replace(KNOWN, seats={"y": Y}), {Y}, None, False),
        (told(IN, *NOBODY_PICKED), replace(KNOWN, seats={}), {OWNER}, None, False),
        (told(IN, *NOBODY_PICKED), replace(KNOWN, seats={}, owner_id=None), (), DID_TEAM, False),
        (told(IN, over(20)), replace(KNOWN, owner_id=None), (), DID_TEAM, False),
        (told(IN, over(20)), Lookup(None, None, CONNECTION_TEAM, {}), (), CONNECTION_TEAM, False),
        (told(IN, over(20)), Lookup(None, None, None, {}), (), None, True),
        # outbound: the dialler's seat not mapped yet, or not told
        (told(OUT, failed("z", 30)), KNOWN, {OWNER}, None, False),
        (told(OUT, failed(None, 30)), KNOWN, {OWNER}, None, False),
        (told(OUT, failed("z", 30)), replace(KNOWN, owner_id=None), (), DID_TEAM, False),
        (told(OUT, failed("z", 30)), Lookup(None, None, None, {}), (), None, True),
        # campaign: the owner, else all agents of the campaign, else the teams
        (told(CAMPAIGN, failed(None, 30)), replace(KNOWN, owner_id=None), AGENTS, None, False),
        (told(CAMPAIGN, *ABANDONED), replace(KNOWN, owner_id=None), AGENTS, None, False),
        (told(CAMPAIGN, failed(None, 30)), replace(NO_AGENTS, owner_id=None), (), DID_TEAM, False),
        (told(CAMPAIGN, failed(None, 30)), Lookup(None, None, None, {}), (), None, True),
        # pending: who talked is not mapped yet, or nobody said who
        (told(IN, connected("z", 90, 60)), KNOWN, {OWNER}, None, False),
        (told(IN, connected(None, 90, 60)), replace(KNOWN, owner_id=None), (), DID_TEAM, False),
        (told(IN, connected(None, 90, 60)), Lookup(None, None, None, {}), (), None, True),
    ],
)
def test_for_whom_and_who_else(
    call: Call, lookup: Lookup, people: set[int], team_id: int | None, everyone: bool
) -> None:
    entry = due(call, lookup, [])
    assert entry is not None
    assert (entry.people, entry.team_id, entry.everyone) == (frozenset(people), team_id, everyone)


# --- clearing -----------------------------------------------------------------------------------------------


def opening(person: int, at: float, until: float | None = None, *, counts: bool = True) -> Opening:
    return Opening(person, t(at), t(at + 5 if until is None else until), counts, f"by {person}")


MISSED_CALL = told(IN, *rung_by("x", "y"), failed("x", 20, started=0), failed("y", 40, started=0))
TALK = told(IN, *rung_by("x", "y"), failed("x", 20, started=0), connected("y", 90, 60, started=0))


@pytest.mark.parametrize(
    ("openings", "cleared_by"),
    [
        ([], None),
        ([opening(OTHER, 100)], OTHER),  # anybody's look clears for all, and it is kept whose
        ([opening(X, 200), opening(OTHER, 100)], OTHER),  # the first one
        ([opening(X, 100), opening(OTHER, 100)], X),  # at the same moment: always the same one
        ([opening(OTHER, 0)], OTHER),  # as the call begins
        ([opening(X, 12)], X),  # while it rang: born cleared
        ([opening(X, -1)], None),  # before it
        ([opening(X, -60, 500)], None),  # left open since before it: no look at this call
        ([opening(BOSS, 100, counts=False)], None),
        ([opening(BOSS, 100, counts=False), opening(Y, 300)], Y),
    ],
)
def test_what_clears_a_missed_call(openings: list[Opening], cleared_by: int | None) -> None:
    entry = due(MISSED_CALL, KNOWN, openings)
    assert entry is not None
    assert entry.people == {X, Y}
    assert entry.raised_at == t(40)
    assert entry.cleared_by == cleared_by
    by = next((o for o in openings if o.person_id == cleared_by), None)
    assert (entry.cleared_at, entry.cleared_how) == ((by.at, by.how) if by else (None, None))


@pytest.mark.parametrize(
    ("openings", "arises", "cleared_by"),
    [
        ([], True, None),
        ([opening(Y, 25)], False, None),  # during the call, by whom it may
        ([opening(OTHER, 25)], False, None),
        ([opening(X, 0)], False, None),  # from the first offer on
        ([opening(Y, 89.5)], False, None),
        ([opening(Y, 90)], True, Y),  # as it ends: after it
        ([opening(Y, -60, 10)], False, None),  # open on the talker's own screen when it began
        ([opening(Y, -60, 900)], False, None),
        ([opening(OTHER, -60, 900)], True, None),  # on somebody else's screen it tells the talker nothing
        ([opening(X, -60, 900)], True, None),
        ([opening(Y, -60, -1)], True, None),  # closed before it began
        ([opening(BOSS, 25, counts=False)], True, None),
        ([opening(BOSS, 95, counts=False)], True, None),
        ([opening(OTHER, 400), opening(Y, 300)], True, Y),
    ],
)
def test_what_clears_a_pending_call(openings: list[Opening], arises: bool, cleared_by: int | None) -> None:
    entry = due(TALK, KNOWN, openings)
    assert (entry is not None) == arises
    if entry is not None:
        assert entry.people == {Y}
        assert entry.cleared_by == cleared_by


def test_a_ring_before_the_told_start_belongs_to_the_call() -> None:
    talk = told(IN, routed("y", -8), connected("y", 90, 60, started=0))
    assert due(talk, KNOWN, [opening(Y, -5)]) is None


def test_a_profile_on_the_screen_of_a_talker_nobody_mapped_is_nobody_s() -> None:
    talk = told(IN, connected("z", 90, 60, started=0))
    assert due(talk, KNOWN, [opening(OTHER, -60, 900)]) is not None


def test_an_entry_is_raised_when_the_call_is_known_to_have_ended() -> None:
    entry = due(structs.replace(MISSED_CALL, ended_at=None), KNOWN, [])
    assert entry is not None
    assert entry.raised_at == t(40)
