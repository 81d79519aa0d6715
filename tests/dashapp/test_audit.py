"""The audit's page: for whom it is, what its address says, its pages, its file, and what it says in words."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from models.store import audit, reveals
from models.store.base import Store
from models.tables.people import audit as audited
from tests.cast import Cast, Person
from tests.dashapp.drawn import attributes, text
from tests.databases import Clock
from tests.webapp import Visitor

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)

Visit = Callable[[Person | None], Visitor]
WHY = "The father asked for a call from the bank"


def note(store: Store, who: Person, action: str, subject: str, detail: str = "") -> None:
    store.write(lambda tx: audit.by_person(tx, store.now(), who.viewer, action, subject, detail))


def test_for_whom_it_is(visit: Visit, cast: Cast, store: Store) -> None:
    lead = cast.lead("+919811100077", owner=cast.asha, name="Nadia Line")
    reveals.reveal(store, cast.meera.viewer, lead.id, WHY)
    note(store, cast.dev, "choice", "reveals_a_day", "3")
    shown = {who.name: visit(who).page("/audit") for who in cast.all()}
    told = {name: text(answer.json) for name, answer in shown.items()}
    for who in (cast.asha, cast.ravi, cast.chitra):
        assert "Nothing for you" in told[who.name]
        assert "Nadia" not in shown[who.name].text
    for who in (cast.meera, cast.dev):
        assert f"{cast.meera.name} Saw the number Nadia Line {WHY}" in told[who.name]
        assert f"/lead/{lead.id}?via=link" in attributes(shown[who.name].json, "href")
        assert "9811100077" not in shown[who.name].text
    assert "Changed a rule" in told[cast.dev.name]
    assert "Changed a rule" not in told[cast.meera.name]
    assert "Kind" not in told[cast.meera.name], "there is one kind only"
    assert "Chitra" not in shown[cast.meera.name].text
    for who in cast.all():
        places = attributes(visit(who).get("/_dash-layout").json, "href")
        assert ("/audit" in places) == (who in (cast.meera, cast.dev)), who.name


def test_its_address_says_what_it_shows(visit: Visit, cast: Cast, store: Store, clock: Clock) -> None:
    note(store, cast.dev, "stage.added", "stage:1", "Applied")
    clock.advance(days=10)
    note(store, cast.dev, "choice", "reveals_a_day", "3")
    note(store, cast.meera, "follow_up.moved", "follow_up:1")
    dev = visit(cast.dev)

    def told(search: str) -> str:
        return text(dev.page("/audit", search).json)

    assert "Added a stage" not in told("")
    assert "Added a stage" in told("?span=30d")
    assert "Moved a follow-up" not in told(f"?person={cast.dev.id}").partition("When")[2]
    assert "Changed a rule" not in told("?kind=leads").partition("When")[2]
    assert "Nothing in these days fits" in told("?kind=recordings")
    assert "Nothing was done in these days" in told("?from=2020-01-01&to=2020-01-02")
    ten_days_ago = (store.now() - timedelta(days=10)).date().isoformat()
    assert "Added a stage" in told(f"?from={ten_days_ago}&to={ten_days_ago}")
    for odd in (
        "?span=x",
        "?kind=x,y",
        "?person=x",
        "?before=x",
        "?from=2026-13-40",
        "?from=9999-12-31",
        "?from=0001-01-01",
    ):
        answer = dev.page("/audit", odd)
        assert (answer.status_code, "Changed a rule" in text(answer.json)) == (200, True), odd


def test_it_comes_page_by_page(visit: Visit, cast: Cast, store: Store) -> None:
    for number in range(53):
        note(store, cast.dev, "choice", "reveals_a_day", f"value {number}")
    dev = visit(cast.dev)
    first = dev.page("/audit", "?kind=settings")
    assert ("value 52" in first.text, "value 2" in re.sub(r"value 2\d", "", first.text)) == (True, False)
    (older,) = [href for href in attributes(first.json, "href") if "before=" in href]
    assert older.startswith("/audit?kind=settings&before=")
    second = dev.page("/audit", older.partition("/audit")[2])
    assert [f"value {number}" in second.text for number in (3, 2, 1, 0)] == [False, True, True, True]
    assert not any("before=" in href for href in attributes(second.json, "href"))
    assert "/audit?kind=settings" in attributes(second.json, "href")


def test_its_file_holds_every_line_and_is_on_record(visit: Visit, cast: Cast, store: Store) -> None:
    lead = cast.lead("+919811100077", owner=cast.asha, name="=1+1")
    reveals.reveal(store, cast.meera.viewer, lead.id, f"{WHY} at {lead.phone}")
    for number in range(60):
        note(store, cast.dev, "choice", "reveals_a_day", f"value {number}")
    given = {"audit-export.n_clicks": 1, "audit-query.data": {"span": "today"}}
    for who in (cast.asha, cast.ravi, cast.chitra):
        assert visit(who).callback("audit-file.data", given).status_code == 403

    def taken_by(who: Person) -> dict[str, str]:
        answer: Any = visit(who).callback("audit-file.data", given).json
        found: dict[str, str] = answer["response"]["audit-file"]["data"]
        return found

    file = taken_by(cast.dev)
    assert file["filename"].startswith("audit-")
    rows = file["content"].split("\r\n")
    assert len([row for row in rows if "value" in row]) == 60
    assert "9811100077" not in file["content"]
    assert "'=1+1" in file["content"], "a spreadsheet must not run it"
    assert "Asia/Kolkata" in rows[1]
    hers = taken_by(cast.meera)
    assert ("Saw the number" in hers["content"], "value 1" in hers["content"]) == (True, False)
    with store.read() as tx:
        taken = tx.execute(
            select(audited).where(audited.c.action == "export.audit").order_by(audited.c.id)
        ).all()
    assert [row.person_id for row in taken] == [cast.dev.id, cast.meera.id]
    assert taken[0].detail.startswith("61 lines: ")


def test_other_files_are_on_record_too(visit: Visit, cast: Cast, store: Store) -> None:
    visit(cast.meera).callback(
        "boards-file.data", {"boards-export.n_clicks": 1, "boards-query.data": {"kind": "pending"}}
    )
    visit(cast.meera).callback("productivity-file.data", {"productivity-export.n_clicks": 1})
    with store.read() as tx:
        found = tx.execute(select(audited).order_by(audited.c.id)).all()
    assert [(row.person_id, row.action) for row in found] == [
        (cast.meera.id, "export.boards"),
        (cast.meera.id, "export.productivity"),
    ]
    assert found[0].detail == "0 rows, pending"


def test_who_did_it_when_nobody_was_signed_in(visit: Visit, cast: Cast, store: Store) -> None:
    def work(tx: Connection) -> None:
        audit.by_command(tx, store.now(), "user.role", f"person:{cast.ravi.id}", "supervisor")

    store.write(work)
    told = text(visit(cast.dev).page("/audit", "?person=0").json)
    assert f"Command line Gave a role {cast.ravi.name} supervisor" in told
