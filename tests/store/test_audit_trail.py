"""The audit as it is read: which lines, in which order, page by page, on both databases."""

import random
from datetime import datetime, timedelta

from sqlalchemy import insert, select

from models.store import audit, audit_trail, reveals
from models.store.audit_trail import KINDS, Line, Wanted
from models.store.base import Store
from models.tables.people import audit as audited
from tests.cast import Cast, Person
from tests.databases import Clock


def note(store: Store, who: Person, action: str, subject: str, detail: str = "") -> None:
    store.write(lambda tx: audit.by_person(tx, store.now(), who.viewer, action, subject, detail))


def read(store: Store, who: Person, since: datetime, until: datetime, **given: object) -> list[Line]:
    narrowed = {name: given.pop(name) for name in ("people", "kinds") if name in given}
    with store.read() as tx:
        return audit_trail.lines(tx, who.viewer, Wanted(since, until, **narrowed), **given)  # type: ignore[arg-type]


def test_a_span_a_person_and_a_kind(store: Store, cast: Cast, clock: Clock) -> None:
    lead = cast.lead(owner=cast.asha, name="Nadia Line")
    began = store.now()
    note(store, cast.asha, "lead.edited", f"lead:{lead.id}", "city")
    clock.advance(days=2)
    note(store, cast.asha, "lead.merged", f"lead:{lead.id}", "lead:7: call 1")
    note(store, cast.dev, "choice", "reveals_a_day", "3")
    clock.advance(days=2)
    note(store, cast.dev, "leading.nowhere", "nothing")
    until = store.now() + timedelta(seconds=1)

    def actions(**given: object) -> list[str]:
        return [line.action for line in read(store, cast.dev, **{"since": began, "until": until, **given})]  # type: ignore[arg-type]

    assert actions() == ["leading.nowhere", "choice", "lead.merged", "lead.edited"]
    assert actions(since=began + timedelta(days=1)) == ["leading.nowhere", "choice", "lead.merged"]
    assert actions(until=began + timedelta(days=2)) == ["lead.edited"], "the end is not included"
    assert actions(since=began + timedelta(days=9), until=until + timedelta(days=9)) == []
    assert actions(people=frozenset({cast.asha.id})) == ["lead.merged", "lead.edited"]
    assert actions(kinds=frozenset({"leads"})) == ["lead.merged", "lead.edited"]
    assert actions(kinds=frozenset({"merges", "settings"})) == ["choice", "lead.merged"]


def test_pages_hold_every_line_once(store: Store, cast: Cast, clock: Clock) -> None:
    began = store.now()
    for number in range(123):
        note(store, cast.dev, "choice", "reveals_a_day", str(number))
        clock.advance(seconds=number % 3)
    found: list[str] = []
    before = None
    while page := read(store, cast.dev, began, store.now() + timedelta(seconds=1), before=before, limit=25):
        found += [line.detail for line in page]
        before = page[-1].id
    assert found == [str(number) for number in range(122, -1, -1)]


def test_halving_finds_what_looking_at_each_line_finds(store: Store, cast: Cast) -> None:
    """Numbers with gaps; clocks of two machines that differ, and commits out of order, by minutes."""
    chance = random.Random(7)
    began = store.now()
    rows: list[tuple[int, datetime]] = []
    number, at = 0, began
    for _ in range(400):
        number += chance.choice((1, 1, 1, 40))
        at += timedelta(minutes=chance.choice((0, 1, 300)))
        off = timedelta(minutes=chance.randint(-20, 20))
        rows.append((number, at + off))
    same = {"person_id": cast.dev.id, "action": "choice", "subject": "x", "detail": ""}
    with store.db.begin() as tx:
        tx.execute(insert(audited), [{"id": number, "at": at, **same} for number, at in rows])
    for _ in range(60):
        since = began + (at - began) * chance.random()
        until = since + timedelta(hours=chance.choice((1, 30, 900)))
        found = read(store, cast.dev, since, until, limit=1000)
        assert {line.id for line in found} == {number for number, at in rows if since <= at < until}


def test_what_a_line_is_of(store: Store, cast: Cast) -> None:
    lead = cast.lead(owner=cast.asha, name="Nadia Line")
    began = store.now()
    note(store, cast.dev, "connection.share", f"connection:{cast.connection.id}", "1 → 2")
    note(store, cast.dev, "user.role", f"person:{cast.ravi.id}", "counselor")
    note(store, cast.asha, "lead.edited", f"lead:{lead.id}", "told +919811100055")
    note(store, cast.dev, "choice", "reveals_a_day", "3")
    found = read(store, cast.dev, began, store.now() + timedelta(seconds=1))
    assert [(line.about, line.lead_id) for line in found] == [
        (("reveals_a_day", None), None),
        (("lead", lead.id), lead.id),
        (("person", cast.ravi.id), None),
        (("connection", cast.connection.id), None),
    ]
    assert [line.name for line in found[1:3]] == ["Nadia Line", cast.ravi.name]
    assert "9811100055" not in found[1].detail
    assert found[1].detail.startswith("told ")


def test_a_person_told_by_id_is_named_to_admins(store: Store, cast: Cast) -> None:
    lead = cast.lead(owner=cast.asha)
    began = store.now()
    said = f"as person:{cast.chitra.id} and person:999999 asked"
    note(store, cast.meera, reveals.ACTION, f"lead:{lead.id}", said)
    until = store.now() + timedelta(seconds=1)
    assert [line.detail for line in read(store, cast.dev, began, until)] == [
        f"as {cast.chitra.name} and person:999999 asked"
    ]
    assert [line.detail for line in read(store, cast.meera, began, until)] == [said]


def test_whom_and_what_can_be_asked_for(store: Store, cast: Cast) -> None:
    with store.read() as tx:
        people = {who.name: {n for n, _ in audit_trail.people_for(tx, who.viewer)} for who in cast.all()}
    assert people[cast.dev.name] >= {who.id for who in cast.all()}
    assert people[cast.meera.name] == {cast.meera.id, cast.asha.id, cast.ravi.id}
    kinds = {who.name: audit_trail.kinds_for(who.viewer) for who in cast.all()}
    assert kinds.pop(cast.dev.name) == tuple(KINDS)
    assert kinds.pop(cast.meera.name) == ("numbers",)
    for counselor in (cast.asha, cast.ravi, cast.chitra):
        assert (people[counselor.name], kinds[counselor.name]) == (set(), ())


def test_a_supervisor_gets_lines_about_numbers_only(store: Store, cast: Cast) -> None:
    lead = cast.lead(owner=cast.asha)
    began = store.now()
    for action in ("lead.edited", "recording.play", reveals.REFUSED, "numbering.nothing"):
        note(store, cast.asha, action, f"lead:{lead.id}", "404")
    until = store.now() + timedelta(seconds=1)
    everything = frozenset(KINDS)
    assert [one.action for one in read(store, cast.meera, began, until)] == [reveals.REFUSED]
    assert [one.action for one in read(store, cast.meera, began, until, kinds=everything)] == [
        reveals.REFUSED
    ]
    with store.read() as tx:
        assert len(tx.execute(select(audited.c.id)).all()) == 4
