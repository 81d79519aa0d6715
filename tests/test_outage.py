"""A provider's hooks fail for six hours: after one sweep nothing is missing, nothing is double, and every number is that
of the day without an outage.

The day is told by the simulator's story and spoken by its speaker; it comes through our own doors, and the provider
serves the truth as call records over real HTTP.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from dash import Dash
from sqlalchemy import select, update

from ingest.reconcile.planning import Reach
from ingest.reconcile.sweeping import Reconciler
from models.rules.windows import Window
from models.store import journal, ledger, openings, productivity, sweeps
from models.store.base import Store
from models.tables.calls import call, notification, notification_for, offer
from models.tables.leads import lead_phone
from models.tables.telephony import connection, delivery
from simulator import callers
from simulator.books import Connection
from simulator.disturb import Knobs, disturb
from simulator.faces import open as face
from simulator.faces.desk import Desk, served
from simulator.speakers.language import Delivery, encode
from simulator.speakers.open import Open
from simulator.story import Facts, Line, Seat, Tempo, tell
from tests.cast import INDORE_DID, PUNE_DID, Cast, Known, Person
from tests.databases import KINDS, Clock, Databases
from tests.webapp import Web

OPENS = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)  # 11:00 in India
CLOSES = OPENS + timedelta(hours=8)
FAILS, WORKS = OPENS + timedelta(hours=1), OPENS + timedelta(hours=7)
CALLS = 240
LEADS = 30
OFFICE = Connection("reference", "open", "Reference line", "", (INDORE_DID, PUNE_DID))


@dataclass(frozen=True)
class Look:
    """Somebody opens a lead's profile."""

    at: datetime
    who: Person
    lead: int


@dataclass(frozen=True)
class Told:
    """A call, and what the provider sends of it."""

    facts: Facts
    deliveries: Sequence[Delivery]


def _day(cast: Cast) -> tuple[list[Told], list[Look]]:
    """The same calls and openings whenever it is asked for; the leads are put on file."""
    rng = Random(20261123)
    people = [cast.asha, cast.ravi, cast.chitra]
    owners = {}
    for place in range(LEADS):
        owner = rng.choice([*people, None])
        owners[cast.lead(f"+9198220{place:05}", owner=owner)] = owner
    speaker, told, looks = Open(), [], []
    for number in range(CALLS):
        script = callers.next_script(rng)
        seats = [Seat(str(person.seat), person.email) for person in rng.sample(people, 3)]
        known = rng.choice(list(owners)) if script.known else None
        line = Line(
            call_id=f"day-{number}",
            number=number,
            connection=OFFICE.slug,
            phone=known.phone if known else f"+9198330{number:05}",
            did=rng.choice(OFFICE.dids),
            campaign="Open day" if script.direction == "campaign" else None,
        )
        began = OPENS + timedelta(seconds=round(rng.uniform(0, (CLOSES - OPENS).total_seconds())))
        facts = tell(script, line, seats, began, rng, Tempo())
        told.append(Told(facts, speaker.deliveries(facts, OFFICE)))
        owner = owners.get(known) if known else None
        if known and owner and rng.random() < 0.5:
            at = facts.started_at + timedelta(seconds=round(rng.uniform(3, 1500)))
            looks.append(Look(at, owner, known.id))
    return told, looks


def _play(app: Dash, cast: Cast, clock: Clock, sent: Sequence[Delivery], looks: Sequence[Look]) -> None:
    """The day as we live it: each delivery and each look at its moment."""
    door, store = app.server.test_client(), cast.store
    moments: list[tuple[datetime, int, Delivery | Look]] = [(item.due, 0, item) for item in sent]
    moments += [(look.at, 1, look) for look in looks]
    for at, _, what in sorted(moments, key=lambda moment: moment[:2]):
        clock.set(at)
        if isinstance(what, Look):
            openings.open_profile(store, what.who.viewer, what.lead, "link")
            continue
        wire = encode(what)
        path = f"/webhooks/v1/{cast.connection.token}{what.door}{wire.query}"
        answer = door.open(path, method=wire.method, data=wire.body, content_type=wire.content_type)
        assert answer.status_code == 200, answer.text
    clock.set(CLOSES + timedelta(minutes=90))
    while journal.settle_due(store):
        pass


def _records(told: Sequence[Told]) -> list[dict[str, Any]]:
    """What the provider keeps: every record it would have posted, under its call's start."""
    return [
        {**item.fields, "call_started": one.facts.started_at.isoformat()}
        for one in told
        for item in one.deliveries
        if item.final
    ]


def _disturbed(told: Sequence[Told]) -> list[Delivery]:
    """5 % doubled, 20 % of the calls shuffled, and nothing at all in six hours."""
    rng = Random(5)
    knobs = Knobs(duplicates=0.05, shuffle=0.2, window=20.0)
    sent = [item for one in told for item in disturb(one.deliveries, knobs, rng)]
    return [item for item in sent if not FAILS <= item.due < WORKS]


@contextmanager
def _asked(cast: Cast, told: Sequence[Told]) -> Iterator[Desk]:
    """The provider serves its records, and our connection knows where."""
    desk = Desk(records=_records(told))
    with served(face.make, desk) as url:
        settings = json.dumps({"records_url": f"{url}/records"})
        with cast.store.db.begin() as tx:
            tx.execute(
                update(connection).where(connection.c.id == cast.connection.id).values(settings=settings)
            )
        yield desk


def _sweep(cast: Cast) -> list[ledger.Hour]:
    store = cast.store
    store.write(
        lambda tx: sweeps.begin(tx, cast.connection.id, OPENS, CLOSES + timedelta(hours=1), store.now())
    )
    with store.read() as tx:
        (waiting,) = sweeps.running(tx)
    Reconciler(store, Reach(private_hosts=frozenset({"127.0.0.1"}))).read(waiting)
    with store.read() as tx:
        assert sweeps.recent(tx, cast.dev.viewer)[0].state == "done"
        return ledger.hours(tx, cast.dev.viewer, OPENS, CLOSES + timedelta(hours=1))


_CALLS = (
    select(
        call.c.provider_call_id,
        call.c.direction,
        call.c.outcome,
        call.c.person_id,
        call.c.did,
        call.c.campaign,
        call.c.started_at,
        call.c.answered_at,
        call.c.ended_at,
        call.c.over,
        call.c.talk_seconds,
        call.c.ring_seconds,
        lead_phone.c.mask,
    )
    .outerjoin(lead_phone, (lead_phone.c.lead_id == call.c.lead_id) & (lead_phone.c.position == 0))
    .order_by(call.c.provider_call_id)
)
_OFFERS = (
    select(call.c.provider_call_id, offer.c.person_id, offer.c.answered, offer.c.reason)
    .join(call, call.c.id == offer.c.call_id)
    .order_by(call.c.provider_call_id, offer.c.position)
)
_ENTRIES = (
    select(
        call.c.provider_call_id,
        notification.c.kind,
        notification.c.direction,
        notification.c.reason,
        notification.c.everyone,
        notification.c.state,
        notification.c.raised_at,
        notification.c.cleared_at,
        notification.c.cleared_by,
        notification_for.c.person_id,
        notification_for.c.team_id,
    )
    .join(call, call.c.id == notification.c.call_id)
    .outerjoin(notification_for, notification_for.c.notification_id == notification.c.id)
    .where(notification.c.state != "withdrawn")
    .order_by(call.c.provider_call_id, notification_for.c.person_id, notification_for.c.team_id)
)


def _standing(store: Store, cast: Cast) -> dict[str, Any]:
    """All that anybody can be told of the day."""
    today = Window.of(OPENS.date(), OPENS.date())
    with store.read() as tx:
        counted = productivity.report(tx, cast.dev.viewer, today, now=store.now(), rules=store.rules)
        return {
            "calls": [tuple(row) for row in tx.execute(_CALLS)],
            "offers": [tuple(row) for row in tx.execute(_OFFERS)],
            "entries": [tuple(row) for row in tx.execute(_ENTRIES)],
            "numbers": asdict(counted.total),
            "people": {row.person_id: asdict(row.tally) for row in counted.rows},
            "hours": productivity.by_hour(tx, cast.dev.viewer, today.first),
        }


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_six_hours_without_hooks_leave_no_trace_in_the_numbers(
    kind: str, databases: Databases, known_casts: dict[str, Known], web: Web
) -> None:
    clock = Clock()
    with databases.store(kind, clock) as calm:
        cast = Cast(calm, known_casts[kind])
        told, looks = _day(cast)
        _play(web.use(calm), cast, clock, [item for one in told for item in one.deliveries], looks)
        truth = _standing(calm, cast)
    _was_a_real_day(truth)
    clock = Clock()
    with databases.store(kind, clock) as store:
        cast = Cast(store, known_casts[kind])
        told, looks = _day(cast)
        _play(web.use(store), cast, clock, _disturbed(told), looks)
        before = _standing(store, cast)
        lost = len(truth["calls"]) - len(before["calls"])
        assert lost > 0.6 * CALLS, "an outage that loses nothing proves nothing"
        with _asked(cast, told):
            hours = _sweep(cast)
            _proves(hours, lost)
            after = _standing(store, cast)
            assert len(after["calls"]) == len({row[0] for row in after["calls"]}) == CALLS
            for what in truth:
                assert after[what] == truth[what], what
            again = _sweep(cast)
            assert [_counts(hour) for hour in again] == [_counts(hour) for hour in hours]
            assert _standing(store, cast) == after
        _late_is_said(store, {row[0] for row in before["calls"]})


def _was_a_real_day(truth: dict[str, Any]) -> None:
    """An idle day would agree with anything."""
    assert {row[2] for row in truth["calls"]} >= {"connected", "no_answer", "busy", "cancelled", "abandoned"}
    assert {row[1] for row in truth["calls"]} == {"inbound", "outbound", "campaign"}
    kinds = Counter((row[1], row[5]) for row in truth["entries"])
    assert min(kinds[kind, state] for kind in ("missed", "pending") for state in ("open", "cleared")) >= 5, (
        kinds
    )


def _proves(hours: Sequence[ledger.Hour], lost: int) -> None:
    assert len(hours) == 9
    assert sum(hour.missing for hour in hours) == 0
    assert sum(hour.theirs for hour in hours) == CALLS
    assert sum(hour.repaired for hour in hours) == lost
    assert sum(hour.ours for hour in hours) == CALLS - lost


def _counts(hour: ledger.Hour) -> tuple[int, ...]:
    return hour.theirs, hour.ours, hour.repaired, hour.missing, hour.completed


def _late_is_said(store: Store, heard: set[str]) -> None:
    """Entries of repaired calls are late, those that were heard are not; each record was taken in once."""
    with store.read() as tx:
        late = tx.execute(
            select(call.c.provider_call_id, notification.c.late).join(
                call, call.c.id == notification.c.call_id
            )
        )
        for name, said in late:
            assert said or name in heard
        taken = Counter(tx.scalars(select(delivery.c.verdict).where(delivery.c.door == "pulled")))
    assert set(taken) == {"recorded"}


def test_the_disturbance_is_what_it_says() -> None:
    """Of a plain day: about 5 % twice, about 20 % of calls out of order, nothing of the six hours."""
    speaker, rng = Open(), Random(1)
    told = []
    for number in range(2000):
        line = Line(
            call_id=f"c-{number}",
            number=number,
            connection="reference",
            phone="+919822000001",
            did=INDORE_DID,
        )
        seats = [Seat(f"+9190000001{place:02}", f"{place}@example.org") for place in range(3)]
        script = callers.BY_NAME["inbound-rerouted"]
        facts = tell(script, line, seats, OPENS + timedelta(seconds=12 * number), rng, Tempo())
        told.append(Told(facts, speaker.deliveries(facts, OFFICE)))
    sent = _disturbed(told)
    assert not [item for item in sent if FAILS <= item.due < WORKS]
    outside = [one for one in told if one.facts.ended_at < FAILS - timedelta(minutes=1)]
    names = {one.facts.line.call_id for one in outside}
    theirs = [item for item in sent if item.fields["call_id"] in names]
    whole = sum(len(one.deliveries) for one in outside)
    assert 0.03 < len(theirs) / whole - 1 < 0.07
    moved = 0
    for one in outside:
        calm = [replace(item, due=OPENS) for item in one.deliveries]
        first: dict[str, Delivery] = {}
        for item in sorted(theirs, key=lambda item: item.due):
            if item.fields["call_id"] == one.facts.line.call_id:
                first.setdefault(item.fact, item)
        moved += [item.fact for item in calm] != list(first)
    assert 0.12 < moved / len(outside) < 0.25
