"""Where somebody's day went, from the rows; check-outs that were forgotten; who is in wrap-up is not rung."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from models.rules.presence import State
from models.store import availability, choices, presence, sessions, worktime
from models.store.base import Store
from models.tables.calls import call
from models.tables.leads import lead
from models.tables.people import login_session
from models.tables.people import presence as told
from models.tables.work import wrap_up
from tests.cast import INDORE_DID, Cast, Person
from tests.databases import Clock
from tests.store.test_availability import a_call, rings


def line(store: Store, person: Person, since: datetime, until: datetime) -> list[tuple[str, int]]:
    """The person's states and how many seconds each lasted."""
    with store.read() as tx:
        found = worktime.of(tx, [person.id], since, until, now=store.now())[person.id]
    return [(one.state.value, round(one.seconds)) for one in found]


def talk(store: Store, cast: Cast, call_id: int, person: Person, began: datetime, seconds: int) -> datetime:
    """An inbound call that rang for 8 seconds; returns when it ended."""
    ended = began + timedelta(seconds=8 + seconds)
    times: dict[str, Any] = {"started_at": began, "answered_at": began + timedelta(seconds=8)}
    a_call(store, call_id, cast.connection.id, **times, over=True, person_id=person.id, ended_at=ended)
    rung = {"person_id": person.id, "offered_at": began, "ring_seconds": 8, "answered": True}
    rings(store, call_id, rung | {"ended_at": ended})
    return ended


def saved(store: Store, cast: Cast, call_id: int, person: Person, ended: datetime, at: datetime) -> None:
    lead_id = cast.lead(owner=person).id
    with store.db.begin() as tx:
        tx.execute(update(call).where(call.c.id == call_id).values(lead_id=lead_id))
        row = {"call_id": call_id, "lead_id": lead_id, "person_id": person.id}
        tx.execute(insert(wrap_up).values(**row, began_at=ended, ended_at=at))
        assert tx.scalar(select(lead.c.owner_id).where(lead.c.id == lead_id)) == person.id


def test_a_morning(store: Store, cast: Cast, clock: Clock) -> None:
    start = store.now()
    presence.set_state(store, cast.asha.viewer, "in")
    clock.advance(seconds=100)
    ended = talk(store, cast, 1, cast.asha, store.now(), 52)
    clock.advance(seconds=60)
    saved(store, cast, 1, cast.asha, ended, ended + timedelta(seconds=20))
    clock.advance(seconds=100)
    presence.set_state(store, cast.asha.viewer, "break", " Lunch  upstairs ")
    clock.advance(seconds=300)
    presence.set_state(store, cast.asha.viewer, "out")
    clock.advance(seconds=40)
    assert line(store, cast.asha, start, store.now()) == [
        ("in", 100),
        ("ringing", 8),
        ("on_call", 52),
        ("wrap_up", 20),
        ("in", 80),
        ("break", 300),
        ("out", 40),
    ]
    with store.read() as tx:
        found = worktime.of(tx, [cast.asha.id, cast.ravi.id], start, store.now(), now=store.now())
    assert [one.reason for one in found[cast.asha.id] if one.reason] == ["Lunch upstairs"]
    assert worktime.totals(found[cast.asha.id])[State.IN] == 180
    assert worktime.totals(found[cast.ravi.id]) == {State.OUT: 600}


def test_nothing_is_said_of_what_is_to_come(store: Store, cast: Cast, clock: Clock) -> None:
    start = store.now()
    presence.set_state(store, cast.asha.viewer, "in")
    clock.advance(seconds=30)
    assert line(store, cast.asha, start, start + timedelta(days=1)) == [("in", 30)]
    assert line(store, cast.asha, store.now(), start + timedelta(days=1)) == []


def test_a_call_that_only_a_record_tells_of(store: Store, cast: Cast, clock: Clock) -> None:
    """No ring of hers is known; whoever else was rung in it is not busy by it."""
    start = store.now()
    presence.set_state(store, cast.asha.viewer, "in")
    clock.advance(seconds=200)
    a_call(
        store, 1, cast.connection.id, started_at=start + timedelta(seconds=10), over=True,
        person_id=cast.asha.id, ended_at=start + timedelta(seconds=100), talk_seconds=60,
    )  # fmt: skip
    rings(store, 1, {"person_id": cast.ravi.id, "reason": "free"})
    assert line(store, cast.asha, start, store.now()) == [
        ("in", 40), ("on_call", 60), ("wrap_up", 60), ("in", 40)
    ]  # fmt: skip
    assert line(store, cast.ravi, start, store.now()) == [("out", 200)]


def test_a_ring_went_on_to_the_next(store: Store, cast: Cast, clock: Clock) -> None:
    start = store.now()
    a_call(store, 1, cast.connection.id, started_at=start)
    rings(
        store,
        1,
        {"person_id": cast.asha.id, "offered_at": start},
        {"person_id": cast.chitra.id, "offered_at": start + timedelta(seconds=2)},  # a parallel ring
        {"person_id": cast.ravi.id, "offered_at": start + timedelta(seconds=25)},
    )
    clock.advance(seconds=40)
    assert line(store, cast.asha, start, store.now()) == [("ringing", 25), ("out", 15)]
    assert line(store, cast.chitra, start, store.now()) == [("out", 2), ("ringing", 23), ("out", 15)]
    assert line(store, cast.ravi, start, store.now()) == [("out", 25), ("ringing", 15)]


def test_the_pill(store: Store, cast: Cast, clock: Clock) -> None:
    def live() -> dict[str, Any]:
        with store.read() as tx:
            return worktime.live(tx, cast.asha.id, store.now())

    presence.set_state(store, cast.asha.viewer, "break", "Tea")
    said = live()
    assert (said["state"], said["reason"], said["busy"]) == ("break", "Tea", None)
    began = store.now()
    a_call(store, 1, cast.connection.id, person_id=cast.asha.id)
    rings(store, 1, {"person_id": cast.asha.id, "offered_at": began})
    assert live()["busy"] == {"state": "ringing", "since": began.isoformat(), "until": None}
    clock.advance(seconds=4)
    ended = talk(store, cast, 2, cast.asha, store.now(), 30)
    with store.db.begin() as tx:
        tx.execute(update(call).where(call.c.id == 1).values(over=True, ended_at=store.now()))
    clock.advance(seconds=10)
    assert live()["busy"]["state"] == "on_call"
    clock.advance(seconds=30)
    until = (ended + timedelta(seconds=60)).isoformat()
    assert live()["busy"] == {"state": "wrap_up", "since": ended.isoformat(), "until": until}
    saved(store, cast, 2, cast.asha, ended, store.now())
    assert live()["busy"] is None


def test_a_break_for_another_reason_is_another_break(store: Store, cast: Cast, clock: Clock) -> None:
    presence.set_state(store, cast.asha.viewer, "break", "Tea")
    clock.advance(minutes=5)
    same = presence.set_state(store, cast.asha.viewer, "break", "Tea")
    assert same["since"] == (store.now() - timedelta(minutes=5)).isoformat()
    presence.set_state(store, cast.asha.viewer, "break", "Meeting")
    presence.set_state(store, cast.asha.viewer, "in", "of no matter")
    with store.read() as tx:
        rows = tx.execute(select(told.c.state, told.c.reason, told.c.to_at).order_by(told.c.id)).all()
    assert [(row.state, row.reason) for row in rows] == [("break", "Tea"), ("break", "Meeting"), ("in", "")]
    assert [row.to_at for row in rows] == [store.now(), store.now(), None]
    with pytest.raises(ValueError, match="at most 80"):
        presence.set_state(store, cast.asha.viewer, "break", "x" * 81)


def shift(store: Store, clock: Clock, person: Person, hours: float) -> datetime:
    """Somebody checks in at 16:00 local, with a session, and is last seen so many hours later."""
    clock.advance(hours=5)  # the clock of the tests begins at 11:00
    assert store.now().astimezone(store.rules.zone).hour == 16
    presence.set_state(store, person.viewer, "in")
    sessions.start(store, person.id, timedelta(days=2))
    seen = store.now() + timedelta(hours=hours)
    with store.db.begin() as tx:
        tx.execute(update(login_session).values(seen_at=seen))
    return seen


def open_now(store: Store, person: Person) -> str:
    with store.read() as tx:
        return str(presence.current(tx, person.id)["state"])


def test_who_went_home_without_a_word_is_checked_out_in_the_night(
    store: Store, cast: Cast, clock: Clock
) -> None:
    seen = shift(store, clock, cast.asha, hours=3)
    presence.set_state(store, cast.ravi.viewer, "in")  # without a session: the night itself
    clock.advance(hours=12, minutes=29)  # 4:29
    assert presence.close_forgotten(store) == 0
    clock.advance(minutes=1)
    assert presence.close_forgotten(store) == 2
    assert presence.close_forgotten(store) == 0
    with store.read() as tx:
        ended = dict(tx.execute(select(told.c.person_id, told.c.to_at)).all())
    assert ended == {cast.asha.id: seen, cast.ravi.id: store.now() - timedelta(minutes=30)}


def test_who_works_through_the_night_stays(store: Store, cast: Cast, clock: Clock) -> None:
    shift(store, clock, cast.asha, hours=11.6)  # 3:36
    clock.advance(hours=14)
    assert presence.close_forgotten(store) == 0
    assert open_now(store, cast.asha) == "in"


def test_a_call_is_a_sign_of_life(store: Store, cast: Cast, clock: Clock) -> None:
    shift(store, clock, cast.asha, hours=1)
    ended = talk(store, cast, 1, cast.asha, store.now() + timedelta(hours=6), 60)
    clock.advance(hours=14)
    assert presence.close_forgotten(store) == 1
    with store.read() as tx:
        assert tx.scalar(select(told.c.to_at)) == ended


def test_the_end_of_the_last_session_is_a_check_out(store: Store, cast: Cast) -> None:
    presence.set_state(store, cast.asha.viewer, "in")
    one, _ = sessions.start(store, cast.asha.id, timedelta(hours=1))
    other, _ = sessions.start(store, cast.asha.id, timedelta(hours=1))
    sessions.end(store, one)
    presence.signed_out(store, cast.asha.viewer)
    assert open_now(store, cast.asha) == "in"
    sessions.end(store, other)
    presence.signed_out(store, cast.asha.viewer)
    assert open_now(store, cast.asha) == "out"


def obstacle(store: Store, cast: Cast, person: Person) -> str | None:
    with store.read() as tx:
        asked = availability.caller(tx, store.vault, None, INDORE_DID, cast.connection.id)
        found = availability.candidates(tx, store.vault, cast.connection.id, store.now(), asked)
    return next(one.obstacle for one in found if one.person_id == person.id)


def test_who_is_in_wrap_up_is_not_rung(store: Store, cast: Cast, clock: Clock) -> None:
    presence.set_state(store, cast.asha.viewer, "in")
    assert obstacle(store, cast, cast.asha) is None
    ended = talk(store, cast, 1, cast.asha, store.now(), 30)
    clock.advance(seconds=40)
    assert obstacle(store, cast, cast.asha) == "in wrap-up"
    clock.advance(seconds=59)
    assert obstacle(store, cast, cast.asha) is None  # 61 seconds after the call
    ended = talk(store, cast, 2, cast.asha, store.now(), 30)
    clock.advance(seconds=40)
    assert obstacle(store, cast, cast.asha) == "in wrap-up"
    saved(store, cast, 2, cast.asha, ended, store.now())
    assert obstacle(store, cast, cast.asha) is None
    choices.decide(store, cast.dev.viewer, "wrap_up_seconds", 0)
    talk(store, cast, 3, cast.asha, store.now() - timedelta(seconds=60), 30)
    assert obstacle(store, cast, cast.asha) is None
    presence.set_state(store, cast.asha.viewer, "break")
    assert obstacle(store, cast, cast.asha) == "on a break"
