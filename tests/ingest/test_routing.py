"""A routing question over HTTP: by the DID's own rules, explained, and answered whatever happens."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text

from ingest.webhooks import doors, routing
from models.db import Database
from models.rules import routing as rules
from models.store import connections, decisions, deliveries, dids, hooks, presence, skills
from models.store.base import Store
from tests.cast import INDORE_DID, PUNE_DID, Cast, Person
from tests.databases import Clock

GROUP = "+917314000099"
CALLER = "9811122233"


def a_client(store: Store) -> FlaskClient:
    server = Flask("doors")
    server.register_blueprint(doors.blueprint(store, None))
    return server.test_client()


@pytest.fixture
def client(store: Store) -> FlaskClient:
    return a_client(store)


def ask(
    client: FlaskClient, cast: Cast, number: str = CALLER, did: str | None = INDORE_DID
) -> dict[str, Any]:
    asked = {"applicant_no": number} | ({"did_no": did} if did else {})
    answer = client.get(f"/webhooks/v1/{cast.connection.token}/route", query_string=asked)
    assert answer.status_code == 200
    said: dict[str, Any] = json.loads(answer.data)
    return said


def seats(said: dict[str, Any]) -> list[str]:
    return [one["agent_number"] for one in said["data"]]


def at_work(store: Store, *people: Person) -> None:
    for person in people:
        presence.set_state(store, person.viewer, "in")


def set_did(store: Store, number: str = INDORE_DID, **rules: Any) -> None:
    with store.db.begin() as tx:
        dids.change(tx, number, **rules)


def teach(store: Store, person: Person, *pairs: tuple[str, str]) -> None:
    with store.db.begin() as tx:
        skills.change(tx, person.id, add=pairs)


def decision(store: Store, who: Person, delivery_id: int | None = None) -> decisions.Decision | None:
    store.write(lambda tx: None)  # what was handed in before is written now
    with store.read() as tx:
        newest = delivery_id or tx.scalar(text("SELECT max(id) FROM delivery"))
        return decisions.decision(tx, who.viewer, newest)


def lines(told: decisions.Decision | None) -> list[str]:
    assert told
    return [
        f"{one.strategy}: {'; '.join(one.wanted) or 'nobody'}{' → chosen' if one.chosen else ''}"
        for one in told.lines
    ]


def test_who_speaks_the_caller_s_language_goes_before_who_waited_longer(
    client: FlaskClient, cast: Cast, store: Store, clock: Clock
) -> None:
    at_work(store, cast.asha)
    clock.advance(minutes=12)
    at_work(store, cast.ravi, cast.chitra)
    teach(store, cast.ravi, ("language", "Hindi"), ("region", "Malwa"))
    teach(store, cast.chitra, ("language", "hindi"))  # of another team
    set_did(store, asked=[("language", "HINDI"), ("language", "English")])
    said = ask(client, cast)
    assert (said["status"], said["strategy"], seats(said)) == (1, "skill", [cast.ravi.seat])
    assert lines(decision(store, cast.dev))[2] == "skill: Ravi Deshmukh, language fits, idle 0 s → chosen"
    cast.lead("+91" + CALLER, language="Marathi", programme=None)  # the lead's own word replaces the DID's
    said = ask(client, cast)
    assert (said["strategy"], seats(said)) == ("pool", [cast.asha.seat, cast.ravi.seat])
    told = decision(store, cast.dev)
    assert lines(told) == [
        "assigned: nobody",
        "sticky: nobody",
        "skill: nobody",
        "pool: Asha Kulkarni, idle 12 min; Ravi Deshmukh, idle 0 s → chosen",
    ]
    assert told
    assert told.answer == "Asha Kulkarni, Ravi Deshmukh"


def test_the_did_s_own_order_of_strategies(client: FlaskClient, cast: Cast, store: Store) -> None:
    at_work(store, cast.asha, cast.ravi)
    cast.lead("+91" + CALLER, owner=cast.ravi, last_talk_by=cast.asha.id)
    assert ask(client, cast)["strategy"] == "assigned"
    set_did(store, strategies=["sticky", "assigned"])
    said = ask(client, cast)
    assert (said["strategy"], seats(said)) == ("sticky", [cast.asha.seat])
    set_did(store, strategies=["pool"])
    assert ask(client, cast)["strategy"] == "pool"
    set_did(store, strategies=[])
    assert ask(client, cast)["strategy"] == "assigned"


def test_why_somebody_was_not_rung(client: FlaskClient, cast: Cast, store: Store) -> None:
    at_work(store, cast.ravi)
    presence.set_state(store, cast.asha.viewer, "break")
    busy = {
        "call_id": "c-1",
        "agent_no": cast.ravi.seat,
        "applicant_no": "9876500321",
        "call_type": "inbound",
    }
    assert client.post(f"/webhooks/v1/{cast.connection.token}/popup", json=busy).status_code == 200
    other = cast.line("second", "open")  # nobody has a seat there
    cast.lead("+91" + CALLER, owner=cast.asha, last_talk_by=cast.chitra.id)
    said = ask(client, cast)
    assert (said["status"], said["data"], said["strategy"]) == (0, [], "fallback")
    told = decision(store, cast.dev)
    assert lines(told) == [
        "assigned: Asha Kulkarni – on a break",
        "sticky: Chitra Nair – not checked in",
        "skill: nobody",
        "pool: Asha Kulkarni – on a break; Ravi Deshmukh – on a call",
    ]
    assert told
    assert (told.answer, told.fault, told.at) == ("nobody", "", store.now())
    at_work(store, cast.asha)
    asked = {"applicant_no": CALLER, "did_no": INDORE_DID}
    answer = a_client(store).get(f"/webhooks/v1/{other.token}/route", query_string=asked)
    assert answer.status_code == 200
    assert lines(decision(store, cast.dev))[0] == "assigned: Asha Kulkarni – no seat at this connection"


def test_only_administrators_are_told(client: FlaskClient, cast: Cast, store: Store) -> None:
    ask(client, cast)
    assert decision(store, cast.dev)
    for person in (cast.asha, cast.ravi, cast.chitra, cast.meera):
        assert decision(store, person) is None
    popup = {"call_id": "c-9", "agent_no": cast.asha.seat, "applicant_no": CALLER}
    asked_nothing = client.post(f"/webhooks/v1/{cast.connection.token}/popup", json=popup).json
    assert asked_nothing
    assert decision(store, cast.dev, asked_nothing["delivery"]) is None


def test_what_is_kept_holds_neither_names_nor_numbers(client: FlaskClient, cast: Cast, store: Store) -> None:
    at_work(store, cast.asha)
    set_did(store, fallback=GROUP)
    ask(client, cast)
    store.write(lambda tx: None)
    with store.read() as tx:
        kept = str(tx.execute(text("SELECT explained FROM routing_decision")).scalar_one())
    for secret in (CALLER, GROUP, str(cast.asha.seat), "Asha", INDORE_DID):
        assert secret not in kept


def test_nobody_found_is_the_did_s_group_then_the_connection_s_and_never_another_did_s(
    client: FlaskClient, cast: Cast, store: Store
) -> None:
    set_did(store, fallback=GROUP)
    said = ask(client, cast)
    assert (said["status"], said["strategy"], seats(said)) == (0, "fallback", [GROUP])
    told = decision(store, cast.dev)
    assert told
    assert told.answer == "the fallback"
    assert ask(client, cast, did=PUNE_DID)["data"] == []
    assert ask(client, cast, did=None)["data"] == []
    with store.db.begin() as tx:
        connections.change(tx, store.vault, cast.connection.id, settings={"fallback": "queue-7"})
    restarted = a_client(store)
    assert seats(ask(restarted, cast, did=PUNE_DID)) == ["queue-7"]
    assert seats(ask(restarted, cast)) == [GROUP]


def test_what_cannot_be_read_and_what_breaks_is_answered_with_the_fallback(
    client: FlaskClient, cast: Cast, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_did(store, fallback=GROUP)
    at_work(store, cast.asha)

    where = f"/webhooks/v1/{cast.connection.token}/route"
    unreadable = client.post(where, data=b"{", content_type="application/json")
    assert unreadable.status_code == 200
    assert json.loads(unreadable.data)["status"] == 0
    told = decision(store, cast.dev)
    assert told
    assert (told.fault, told.answer) == ("the question could not be read", "nobody")

    def broken(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr("models.rules.routing.choose", broken)
    assert (ask(client, cast)["status"], seats(ask(client, cast))) == (0, [GROUP])
    told = decision(store, cast.dev)
    assert told
    assert (told.fault, told.strategy, told.lines) == ("a fault of ours: see the log", "fallback", ())


def test_decisions_are_forgotten_with_their_deliveries(
    client: FlaskClient, cast: Cast, store: Store, clock: Clock
) -> None:
    ask(client, cast)
    assert decision(store, cast.dev)
    clock.advance(days=31)
    store.write(lambda tx: deliveries.forget(tx, clock.ago(days=30)))
    with store.read() as tx:
        assert tx.scalar(text("SELECT count(*) FROM routing_decision")) == 0


def test_a_dismissed_question_takes_its_decision_along(
    client: FlaskClient, cast: Cast, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite gives the id of a deleted last delivery to the next one."""
    set_did(store, fallback="")
    client.post(f"/webhooks/v1/{cast.connection.token}/route", data=b"[[[", content_type="application/json")
    assert decision(store, cast.dev)
    with store.read() as tx:
        (waits,) = deliveries.waiting_for_review(tx)
    store.write(lambda tx: deliveries.dismiss(tx, waits))
    with store.read() as tx:
        assert tx.scalar(text("SELECT count(*) FROM routing_decision")) == 0
    ask(client, cast)
    told = decision(store, cast.dev)
    assert told
    assert told.fault == ""


@contextmanager
def gone(store: Store) -> Iterator[None]:
    """The database is stopped: nobody gets a connection, those who have one lose it."""
    store.write(lambda tx: None)  # what was handed in before is written now
    store.db.engine.dispose()
    if store.db.sqlite:
        path = Path(str(store.db.engine.url.database))
        aside, rubbish = path.with_suffix(".aside"), path.with_suffix(".rubbish")
        rubbish.write_bytes(b"this is no database" * 100)
        # Exchanged at one stroke each, or somebody who looks in between makes an empty database of nothing.
        aside.hardlink_to(path)
        rubbish.rename(path)
        yield
        aside.rename(path)
        return
    name = store.db.engine.url.database
    server = Database(store.db.engine.url.set(database="postgres").render_as_string(hide_password=False))
    with server.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as tx:
        tx.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'))
        end = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
        tx.execute(end, {"name": name})
        yield
        tx.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'))
    server.close()


@contextmanager
def hanging(store: Store) -> Iterator[None]:
    """The database takes every statement and answers none."""
    released = threading.Event()

    def wait(*_: Any) -> None:
        released.wait(60)

    event.listen(store.db.engine, "before_cursor_execute", wait)
    yield
    released.set()


@pytest.mark.parametrize("away", [gone, hanging])
def test_with_the_database_away_every_question_is_answered_from_memory(
    client: FlaskClient,
    cast: Cast,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    away: Callable[[Store], Any],
) -> None:
    at_work(store, cast.asha)
    set_did(store, fallback=GROUP)
    assert ask(client, cast)["status"] == 1
    # Every copy is stale at once, so that each question tries to load another and cannot.
    monkeypatch.setattr(hooks, "FRESH_SECONDS", -1.0)
    monkeypatch.setattr(hooks, "RETRY_SECONDS", -1.0)
    monkeypatch.setattr("models.store.directory.FRESH_SECONDS", -1.0)
    with away(store), monkeypatch.context() as hurried:
        hurried.setattr(routing, "BUDGET_SECONDS", 0.3)
        for _ in range(12):  # more than are looked up at once
            said = ask(client, cast)
            assert (said["status"], said["strategy"], seats(said)) == (0, "fallback", [GROUP])
    assert ask(client, cast)["status"] == 1


def test_a_big_pool_is_kept_with_those_who_were_chosen_and_a_count(store: Store, cast: Cast) -> None:
    free = [rules.Candidate(one, 1, f"s{one}", True, False, None) for one in range(100, 115)]
    busy = [rules.Candidate(one, 1, f"s{one}", True, True, None) for one in range(1, 30)]
    choice = rules.choose([*busy, *free], owner_id=None, sticky_id=None, did_team=1, now=store.now())
    kept = decisions.decided(1, store.now(), choice, fallback=False)
    [*_, pool] = json.loads(kept.explained)["steps"]
    assert [one["who"] for one in pool["wanted"]][:10] == list(choice.person_ids)
    assert (len(pool["wanted"]), pool["more"]) == (12, 32)
