"""The missed and pending centres against an independent model that lives through the day event by event.

The model sees screens and calls as they happen; the rules only ever see what the provider said, in any
order, and the openings as stored. Both must name the same entries.
"""

from dataclasses import dataclass, field, replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from models.rules.call import CallEvent, Direction, Kind, Outcome
from models.rules.lifecycle import fold
from models.rules.notifications import Lookup, Opening, due
from tests.models.rules.street import MUCH_LATER, event, t

PEOPLE = (1, 2, 3)  # counselors, at seats "1" to "3"
BOSS = 9
OWNER = 3
LOOKUP = Lookup(OWNER, 70, None, {str(p): p for p in PEOPLE}, frozenset({2}))
FINDS = {Direction.INBOUND: Outcome.AGENT_MISSED, Direction.CAMPAIGN: Outcome.NO_ANSWER}


@dataclass
class Live:
    """A call as it truly went."""

    direction: Direction
    began: int
    rung: list[int] = field(default_factory=list)
    talker: int | None = None
    seen: bool = False  # somebody looked at the profile while it went on
    first_look: tuple[int, int] | None = None  # (when, who) since it began
    on_screen: frozenset[int] = frozenset()  # whose screens showed the profile when it began
    said: list[CallEvent] = field(default_factory=list)
    entry: dict[str, object] | None = None
    over: bool = False


class Centre(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = 0
        self.screens: dict[int, int] = {}  # person -> since when their screen shows the profile
        self.openings: list[Opening] = []
        self.calls: list[Live] = []
        self.live: Live | None = None

    def tick(self, seconds: int) -> int:
        self.now += seconds
        return self.now

    # --- screens

    @rule(person=st.sampled_from([*PEOPLE, BOSS]), gap=st.integers(1, 40))
    def look(self, person: int, gap: int) -> None:
        now = self.tick(gap)
        if person in self.screens:
            self._store(person)
        self.screens[person] = now
        if person == BOSS:
            return
        for call in self.calls:
            if call.first_look is None:
                call.first_look = (now, person)
            call.seen = call.seen or not call.over
            if call.entry is not None and call.entry["cleared"] is None:
                call.entry["cleared"] = (now, person)

    @precondition(lambda self: self.screens)
    @rule(data=st.data(), gap=st.integers(1, 40))
    def close(self, data: st.DataObject, gap: int) -> None:
        self.tick(gap)
        person = data.draw(st.sampled_from(sorted(self.screens)))
        self._store(person)
        del self.screens[person]

    def _store(self, person: int) -> None:
        since = self.screens[person]
        self.openings.append(Opening(person, t(since), t(self.now), person != BOSS, "board"))

    # --- calls, one at a time on the lead's line

    @precondition(lambda self: self.live is None)
    @rule(direction=st.sampled_from(Direction), gap=st.integers(1, 40))
    def begin(self, direction: Direction, gap: int) -> None:
        now = self.tick(gap)
        self.live = Live(direction, now, on_screen=frozenset(self.screens) - {BOSS})
        self.calls.append(self.live)

    @precondition(lambda self: self.live is not None and self.live.talker is None and len(self.live.rung) < 3)
    @rule(person=st.sampled_from(PEOPLE), gap=st.integers(1, 20))
    def ring(self, person: int, gap: int) -> None:
        live = self.live
        assert live is not None
        if live.direction is Direction.OUTBOUND and live.rung:
            return
        now = self.tick(gap)
        if live.rung and live.rung[-1] != person:
            self._say(event(Kind.LOG, None, str(live.rung[-1]), ended=now, outcome=FINDS[live.direction]))
        if person not in live.rung:
            live.rung.append(person)
            self._say(event(Kind.ROUTED, now, str(person)))

    @precondition(lambda self: self.live is not None and self.live.rung and self.live.talker is None)
    @rule(gap=st.integers(1, 20), told=st.booleans())
    def answer(self, gap: int, told: bool) -> None:
        live = self.live
        assert live is not None
        live.talker = live.rung[-1]
        now = self.tick(gap)
        if told:
            self._say(event(Kind.BRIDGED, now, str(live.talker)))

    @precondition(lambda self: self.live is not None)
    @rule(gap=st.integers(1, 300))
    def end(self, gap: int) -> None:
        live = self.live
        assert live is not None
        now = self.tick(gap)
        seat = str(live.rung[-1]) if live.rung else None
        word = Outcome.CONNECTED if live.talker else FINDS.get(live.direction, Outcome.NO_ANSWER)
        self._say(event(Kind.LOG, None, seat, started=live.began, ended=now, outcome=word))
        live.over, self.live = True, None
        if live.talker is not None:
            if live.direction is Direction.OUTBOUND or live.seen or live.talker in live.on_screen:
                return
            live.entry = {"kind": "pending", "for": {live.talker}, "raised": now, "cleared": None}
            return
        people = {OWNER} if live.direction is Direction.CAMPAIGN or not live.rung else set(live.rung)
        live.entry = {"kind": "missed", "for": people, "raised": now, "cleared": live.first_look}

    def _say(self, e: CallEvent) -> None:
        assert self.live is not None
        self.live.said.append(replace(e, direction=self.live.direction))

    # --- what the rules make of it

    @precondition(lambda self: any(call.over for call in self.calls))
    @rule(data=st.data())
    def told_again_in_any_order(self, data: st.DataObject) -> None:
        call = data.draw(st.sampled_from([c for c in self.calls if c.over]))
        again = data.draw(st.lists(st.sampled_from(call.said), max_size=2))
        call.said = data.draw(
            st.permutations([*call.said, *[replace(e, received_at=t(10**5)) for e in again]])
        )

    @invariant()
    def the_rules_say_the_same(self) -> None:
        still_open = [
            Opening(p, t(since), t(self.now), p != BOSS, "board") for p, since in self.screens.items()
        ]
        for call in self.calls:
            if not call.said:
                continue
            entry = due(fold(call.said, MUCH_LATER), LOOKUP, [*still_open, *self.openings])
            if not call.over:
                continue
            if call.entry is None:
                assert entry is None
                continue
            assert entry is not None
            cleared = None if entry.cleared_at is None else (entry.cleared_at, entry.cleared_by)
            expected = call.entry["cleared"]
            assert {
                "kind": str(entry.kind),
                "for": set(entry.people),
                "raised": entry.raised_at,
                "cleared": cleared,
            } == call.entry | {
                "raised": t(call.entry["raised"]),  # type: ignore[arg-type]
                "cleared": (t(expected[0]), expected[1]) if isinstance(expected, tuple) else None,
            }


TestCentre = Centre.TestCase
TestCentre.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)
