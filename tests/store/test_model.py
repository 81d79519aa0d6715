"""A stateful model of missed and pending against the real store, on both databases.

Whatever a provider says in whatever order and however late, whoever opens whichever profile meanwhile: everybody's
board, everybody's count and everybody's live screen show what the model says, and Chitra of the other team nothing.
"""

import json
import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from models.rules.call import CallEvent, Direction, Kind, Outcome
from models.store import catchup, entries, feed, journal, openings
from models.store.base import Store
from models.store.events import seal
from models.store.journal import Item, Verdict
from models.tables.calls import call
from tests.cast import INDORE_DID, Cast, Known
from tests.databases import Clock, Databases
from tests.store.centre_model import POOL, Centre, Entry, Log, Look, Said

# The same examples at every run, so that nobody's build fails for another's luck; HYPOTHESIS_SEARCH looks for new ones.
SEARCHING = bool(os.environ.get("HYPOTHESIS_SEARCH"))
EXAMPLES = {"sqlite": 30, "postgres": 10}
COUNSELORS = ("asha", "ravi")
EVERYBODY = ("asha", "ravi", "meera", "chitra", "dev")
MEANWHILE = (
    *("tell", "tell", "tell", "tell the last", "look", "a colleague looks"),
    *("still there", "moments", "nearly lapsed", "lapsed"),
)
EXAMPLES_EACH = 10 if SEARCHING else 1


@dataclass(frozen=True, slots=True)
class Ahead:
    """Something a provider will say, ``due`` at the earliest: a ring of ``who``, or the record for ``who``."""

    call_id: str
    due: datetime
    who: str | None
    ring_at: datetime | None = None
    log: Log | None = None


class Screen:
    """One person's live screen: it began with nothing, and hears the feed."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.cursor = 0
        self.open: dict[int, dict[str, Any]] = {}

    def hear(self, rows: list[feed.FeedRow], cast: Cast) -> None:
        self.cursor = rows[-1].id if rows else self.cursor
        for row in feed.for_viewer(rows, cast.viewer(self.name)):
            if row.kind == "entry":
                body = json.loads(row.body)
                self.open.pop(body["id"], None)
                if body["state"] == "open":
                    self.open[body["id"]] = body


class Institution(RuleBasedStateMachine):
    """``begin`` gives a fresh store, which ``teardown`` puts away."""

    def __init__(
        self, begin: Callable[[Clock, ExitStack], tuple[Store, Cast]], clock: Clock | None = None
    ) -> None:
        super().__init__()
        self.clock = clock or Clock()
        self.held = ExitStack()
        self.store, self.cast = begin(self.clock, self.held)
        owners = ("asha", "ravi", None)
        self.leads = [self.cast.lead(owner=self.cast.known.people[name] if name else None) for name in owners]
        self.model = Centre({lead.id: name for lead, name in zip(self.leads, owners, strict=True)})
        self.ahead: list[Ahead] = []
        self.said: list[CallEvent] = []
        self.opened: list[tuple[str, int, Look | None]] = []
        self.screens = [Screen(name) for name in EVERYBODY]
        self.number = 0

    def teardown(self) -> None:
        self.held.close()

    # What happens

    @rule(
        direction=st.sampled_from(["inbound", "inbound", "outbound", "campaign"]),
        lead=st.sampled_from([0, 0, 1, 2]),
        tried=st.sampled_from([("asha",), ("ravi",), ("asha", "ravi"), ("ravi", "asha")]),
        ending=st.sampled_from(["talk", "nobody", "whole"]),
        times_told=st.booleans(),
        own_start=st.booleans(),
        ring=st.integers(5, 40),
        talk=st.integers(1, 60),
    )
    def a_call_happens(
        self,
        direction: str,
        lead: int,
        tried: tuple[str, ...],
        ending: str,
        times_told: bool,
        own_start: bool,
        ring: int,
        talk: int,
    ) -> None:
        """It is told in pieces later on. ``whole``: one record without a counselor ends it."""
        self.number += 1
        name, began = f"call-{self.number}", self.clock()
        self.model.calls[name] = Said(self.leads[lead].id, direction)
        tried = tried if direction == "inbound" else tried[:1]
        at = began
        for place, who in enumerate(tried):
            last = place == len(tried) - 1
            if direction == "inbound" or (direction == "campaign" and ending == "talk"):
                self.ahead.append(Ahead(name, at, who, ring_at=at if times_told else None))
            end = at + timedelta(seconds=ring + (talk if last and ending == "talk" else 0))
            if ending != "whole" and (direction != "campaign" or ending == "talk"):
                log = Log(at if own_start else began, end, last and ending == "talk")
                self.ahead.append(Ahead(name, end, who, log=log))
            at += timedelta(seconds=ring)
        if ending == "whole" or (direction == "campaign" and ending == "nobody"):
            self.ahead.append(Ahead(name, at, None, log=Log(began, at, talk=False)))

    @rule(
        lead=st.sampled_from([0, 0, 1, 2]),
        tried=st.sampled_from([("asha",), ("ravi",), ("asha", "ravi"), ("ravi", "asha")]),
        ending=st.sampled_from(["talk", "talk", "nobody", "whole"]),
        times_told=st.booleans(),
        own_start=st.booleans(),
        before=st.booleans(),
        meanwhile=st.lists(st.sampled_from(MEANWHILE), min_size=3, max_size=9),
    )
    def a_call_comes_in_and_meanwhile_much_happens(
        self,
        lead: int,
        tried: tuple[str, ...],
        ending: str,
        times_told: bool,
        own_start: bool,
        before: bool,
        meanwhile: list[str],
    ) -> None:
        """The edges of one call, where left to chance hardly anything would ever happen: looks and signs of life
        between its rings and its records, offers about to lapse. ``before``: the profile is open when it rings."""
        if before:
            self.somebody_opens_a_profile(tried[-1], lead)
            self.clock.advance(seconds=9)
        self.a_call_happens("inbound", lead, tried, ending, times_told, own_start, 15, 20)
        name = f"call-{self.number}"
        for what in meanwhile:
            untold = [ahead for ahead in self.ahead if ahead.call_id == name]
            match what:
                case "tell" | "tell the last" if untold:
                    ahead = untold[0 if what == "tell" else -1]
                    self.ahead.remove(ahead)
                    self._tell(ahead)
                case "look":
                    self.somebody_opens_a_profile(tried[-1], lead)
                case "a colleague looks":
                    self.somebody_opens_a_profile(tried[0], lead)
                case "still there" if self.opened:
                    self.the_profile_is_still_on_the_screen(len(self.opened) - 1)
                case "moments":
                    self.time_passes(4, settle=False)
                case "nearly lapsed":
                    self.time_passes(112, settle=True)
                case "lapsed":
                    self.time_passes(121, settle=True)
            self.every_board_count_and_live_screen_is_the_models()

    @precondition(lambda self: self.ahead)
    @rule(pick=st.integers(0, 100))
    def the_provider_tells_something(self, pick: int) -> None:
        """Anything it has not told yet: records may come before rings, and hours late."""
        self._tell(self.ahead.pop(pick % len(self.ahead)))

    @precondition(lambda self: self.ahead)
    @rule(late=st.booleans())
    def the_provider_tells_all_it_has(self, late: bool) -> None:
        while self.ahead:
            self._tell(self.ahead.pop(-1 if late else 0))

    @precondition(lambda self: self.said)
    @rule(pick=st.integers(0, 100))
    def the_provider_repeats_itself(self, pick: int) -> None:
        event = replace(self.said[pick % len(self.said)], received_at=self.clock())
        assert self._deliver(event) is Verdict.NOTHING_NEW

    @rule(who=st.sampled_from(["asha", *EVERYBODY]), lead=st.sampled_from([0, 0, 1, 2]))
    def somebody_opens_a_profile(self, who: str, lead: int) -> None:
        lead_id = self.leads[lead].id
        waiting = {name for name in self.model.open() if self.model.calls[name].lead == lead_id}
        if not self.model.may_open(who, lead_id):
            with pytest.raises(openings.NoSuchLead):
                openings.open_profile(self.store, self.cast.viewer(who), lead_id, "search")
            return
        opened = openings.open_profile(self.store, self.cast.viewer(who), lead_id, "search")
        look = None
        if who in COUNSELORS:
            look = Look(who, lead_id, self.clock(), self.clock())
            self.model.looks.append(look)
        else:
            waiting = set()  # a supervisor's or an administrator's look clears nothing
        assert len(opened.cleared) == len(waiting)
        self.opened.append((who, opened.opening_id, look))

    @precondition(lambda self: self.opened)
    @rule(pick=st.integers(0, 100))
    def the_profile_is_still_on_the_screen(self, pick: int) -> None:
        who, opening_id, look = self.opened[pick % len(self.opened)]
        assert openings.still_viewing(self.store, self.cast.viewer(who), opening_id)
        other = "ravi" if who == "asha" else "asha"
        assert not openings.still_viewing(self.store, self.cast.viewer(other), opening_id)
        if look:
            look.until = self.clock()

    @rule(seconds=st.sampled_from([1, 7, 30, 121, 3600]), settle=st.booleans())
    def time_passes(self, seconds: int, settle: bool) -> None:
        """``settle``: the job that ends calls with lapsed offers has its turn."""
        self.clock.advance(seconds=seconds)
        if not settle:
            return
        journal.settle_due(self.store)
        for told in self.model.calls.values():
            if told.judged:
                told.judged = self.clock()

    # What must hold

    @invariant()
    def every_board_count_and_live_screen_is_the_models(self) -> None:
        with self.store.read() as tx:
            news = feed.after(tx, self.screens[0].cursor)
            for screen in self.screens:
                viewer = self.cast.viewer(screen.name)
                board = entries.open_for(tx, viewer, now=self.clock(), rules=self.store.rules)
                counted = catchup.mine(self.store, tx, viewer)["entries"]
                screen.hear(news, self.cast)
                expected = self.model.seen_by(screen.name)
                assert self._named(board) == expected, f"{screen.name}'s board"
                assert sorted(row["id"] for row in counted) == sorted(row["id"] for row in board)
                live = list(screen.open.values())
                assert self._named(live) == expected, f"{screen.name}'s live screen"
                if screen.name == "chitra":
                    assert not expected
                    assert not feed.for_viewer(news, viewer), "Chitra heard of another team's call"

    # How it is told to the store

    def _tell(self, ahead: Ahead) -> None:
        self.clock.set(max(self.clock(), ahead.due))
        told = self.model.calls[ahead.call_id]
        log, who = ahead.log, ahead.who
        event = CallEvent(
            provider_call_id=ahead.call_id,
            kind=Kind.LOG if log else Kind.ROUTED,
            received_at=self.clock(),
            at=None if log else ahead.ring_at,
            direction=Direction(told.direction),
            customer=next(lead.phone for lead in self.leads if lead.id == told.lead),
            seat=self.cast.known.people[who].seat if who else None,
            did=INDORE_DID,
            started_at=log.start if log else None,
            ended_at=log.end if log else None,
            talk_seconds=(1 if log.talk else 0) if log else None,
            outcome=(Outcome.CONNECTED if log.talk else Outcome.NO_ANSWER) if log else None,
        )
        assert self._deliver(event) is Verdict.RECORDED
        self.said.append(event)
        if log:
            told.logs[who] = log
        elif who:
            told.rings[who] = (ahead.ring_at or self.clock(), ahead.ring_at is not None)
        told.judged = self.clock()

    def _deliver(self, event: CallEvent) -> Verdict:
        item = Item(
            self.cast.connection.id, "call-log", self.clock(), b"sealed", seal(self.store.vault, [event])
        )
        verdict: Verdict = self.store.writer.submit(journal.write_batch(self.store), item).verdict
        return verdict

    def _named(self, rows: list[dict[str, Any]]) -> dict[str, Entry]:
        """The rows in the model's words."""
        first = {person.name: name for name, person in self.cast.known.people.items()}
        with self.store.read() as tx:
            calls = {
                row.id: row.provider_call_id for row in tx.execute(select(call.c.id, call.c.provider_call_id))
            }
        found: dict[str, Entry] = {}
        for row in rows:
            people = {first[one["name"]] for one in row["counselors"]} | ({POOL} if row["pool"] else set())
            found[calls[row["call_id"]]] = (row["kind"], row["direction"], frozenset(people))
        assert len(found) == len(rows), "one call, two entries"
        return found


ASHA, BOTH = ("asha",), ("ravi", "asha")
TELL, LAST = "tell", "tell the last"
SCENES: dict[str, tuple[int, tuple[str, ...], str, bool, bool, bool, list[str]]] = {
    # lead, who was rung, how it ended, ring times told, records tell the own ring, profile open before, meanwhile
    "the second offer lapses": (
        0,
        BOTH,
        "nobody",
        True,
        False,
        False,
        [TELL] * 3 + ["nearly lapsed", "lapsed"],
    ),
    "it lapses and then its record comes": (
        0,
        BOTH,
        "talk",
        True,
        True,
        False,
        [TELL] * 3 + ["lapsed", TELL],
    ),
    "a ring is heard of after the record": (
        0,
        BOTH,
        "nobody",
        False,
        False,
        False,
        [LAST, LAST, LAST, TELL, "lapsed"],
    ),
    "a short call on an open profile": (0, ASHA, "talk", True, False, True, [TELL, TELL, "still there"]),
    "a long call on an open profile": (0, ASHA, "talk", True, False, True, [TELL, "still there", TELL]),
    "an open profile left before it rang": (0, ASHA, "talk", True, False, True, [TELL, TELL, "moments"]),
    "a colleague's open profile": (1, BOTH[::-1], "talk", True, False, True, [TELL] * 4 + ["still there"]),
    "a look before the talker's own ring": (
        0,
        BOTH,
        "talk",
        True,
        True,
        False,
        [TELL, "moments", "look", LAST, TELL, TELL],
    ),
    "a look in a talk": (0, ASHA, "talk", True, False, False, [TELL, "moments", "look", TELL]),
    "a look after a talk": (0, ASHA, "talk", True, False, False, [TELL, TELL, "moments", "look"]),
    "a look before the record of a miss": (
        0,
        ASHA,
        "nobody",
        False,
        False,
        False,
        [TELL, "moments", "look", LAST],
    ),
    "left to the team, then somebody was rung": (2, ASHA, "whole", True, False, False, [LAST, TELL]),
    "left to the owner, then others were rung": (1, BOTH, "whole", False, False, False, [LAST, TELL, TELL]),
    "missed by one, then by two": (0, BOTH, "nobody", True, False, False, [LAST, LAST, TELL, TELL]),
    "missed by one, then talked with another": (
        0,
        BOTH,
        "talk",
        True,
        False,
        False,
        [TELL, TELL, LAST, "look"],
    ),
    "cleared, then talked with another": (
        0,
        BOTH,
        "talk",
        True,
        True,
        False,
        [TELL, TELL, "look", LAST, "lapsed"],
    ),
}


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES.keys())
def test_scenes_that_chance_seldom_plays(
    store: Store, cast: Cast, clock: Clock, scene: tuple[Any, ...]
) -> None:
    play = Institution(lambda _clock, _held: (store, cast), clock)
    play.a_call_comes_in_and_meanwhile_much_happens(*scene)
    play.the_provider_tells_all_it_has(late=True)
    play.every_board_count_and_live_screen_is_the_models()
    for pick in range(len(play.said)):
        play.the_provider_repeats_itself(pick)
    play.somebody_opens_a_profile("meera", scene[0])
    play.every_board_count_and_live_screen_is_the_models()
    play.somebody_opens_a_profile("asha", scene[0])
    play.every_board_count_and_live_screen_is_the_models()
    play.teardown()


@pytest.mark.slow
@pytest.mark.parametrize("kind", EXAMPLES)
def test_the_store_does_what_the_model_says(
    kind: str, databases: Databases, known_casts: dict[str, Known]
) -> None:
    def begin(clock: Clock, held: ExitStack) -> tuple[Store, Cast]:
        store = held.enter_context(databases.store(kind, clock))
        return store, Cast(store, known_casts[kind])

    run_state_machine_as_test(  # it asks for a class, and only ever calls it
        lambda: Institution(begin),  # type: ignore[arg-type]
        settings=settings(
            max_examples=EXAMPLES[kind] * EXAMPLES_EACH,
            stateful_step_count=15,
            deadline=None,
            derandomize=not SEARCHING,
            phases=list(Phase) if SEARCHING else [Phase.generate],
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
