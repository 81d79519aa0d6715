"""The power fails between any two steps of a click: after the restart nothing rings twice, and what is unknown says so."""

import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from dashapp import auth
from models.rules.dialling import State
from models.store import connections, failpoints, intent_leases, sessions
from models.store.base import Store, utc_now
from models.tables.work import intent
from simulator.faces import open as face
from simulator.faces.desk import Desk, Fault, served
from tests.cast import Cast, Known, Lead
from tests.databases import KINDS, Databases, close_store, open_store
from tests.servers import Running

DOWN = Fault(status=503)

# where it dies → orders the provider got by then, and what the click is once its lease has lapsed
PLACES = {
    "dialing.begun": (0, State.REFUSED),
    "dialing.before_asking": (0, State.UNKNOWN),
    "dialing.after_answer": (1, State.UNKNOWN),
    "dialing.settled": (1, State.ACCEPTED),
}


class Clicker:
    """Asha's browser at a server that may die at any moment."""

    def __init__(self, server: Running, lead: Lead) -> None:
        self.server, self.lead = server, lead
        secret, self.csrf = sessions.start(server.store, server.cast.asha.id, timedelta(hours=12))
        self.cookies = {auth.SESSION_COOKIE: secret, auth.CSRF_COOKIE: self.csrf}

    def click(self, reference: str) -> httpx.Response:
        with httpx.Client(cookies=self.cookies) as browser:
            return browser.post(
                f"{self.server.url}/dial",
                json={"lead": self.lead.id, "reference": reference},
                headers={auth.CSRF_HEADER: self.csrf},
                timeout=20,
            )

    def click_and_die(self, reference: str) -> None:
        alive = self.server.workers()
        with suppress(httpx.TransportError):  # it died before it could answer
            self.click(reference)
        for _ in range(4000):
            if not alive <= self.server.workers():
                break
            time.sleep(0.005)
        else:
            raise AssertionError("the server did not die")
        self.server.kill()


@pytest.fixture(params=KINDS)
def server(
    request: pytest.FixtureRequest, databases: Databases, known_casts: dict[str, Known], tmp_path: Path
) -> Iterator[Running]:
    with databases.database(request.param) as url:
        store = open_store(url, utc_now)
        made = Running(
            url, tmp_path, store, Cast(store, known_casts[request.param]), {"PRIVATE_HOSTS": "127.0.0.1"}
        )
        try:
            yield made
        finally:
            made.kill()
            close_store(store)


@pytest.fixture
def desk(server: Running) -> Iterator[Desk]:
    desk = Desk()
    store = server.store
    with served(face.make, desk) as url:
        with store.db.begin() as tx:
            connections.change(
                tx, store.vault, server.cast.connection.id, settings={"dial_url": f"{url}/dial"}
            )
        yield desk


@pytest.mark.slow
def test_nothing_is_rung_twice_wherever_it_dies(server: Running, desk: Desk) -> None:
    asked_so_far = 0
    server.command = [*server.command[:2], "tests.soak.armed"]
    for place, (orders, fate) in PLACES.items():
        clicker = Clicker(server, server.cast.lead(owner=server.cast.asha))
        server.store.db.close()
        server.start(CALLBOARD_FAILPOINT=place, SCHEDULER="false")
        reference = secrets.token_hex(8)
        clicker.click_and_die(reference)
        assert len(desk.orders) == asked_so_far + orders, place
        server.start(SCHEDULER="false")
        again = clicker.click(reference).json()["intent"]
        another = clicker.click(secrets.token_hex(8)).json()["intent"]
        assert again["id"] == another["id"], f"{place}: a second click began"
        server.kill()
        later = open_store(server.database, lambda: utc_now() + timedelta(minutes=1))
        try:
            intent_leases.lapse(later)
            assert _fate(later, again["id"]) == fate, place
        finally:
            close_store(later)
        # and when the lease is over she calls again: one more order, for a new click
        _let_go(server.store)
        server.start(SCHEDULER="false")
        fresh = secrets.token_hex(8)
        assert clicker.click(fresh).status_code == 200, place
        _until_asked(desk, fresh)
        server.kill()
        assert [order["reference"] for order in desk.orders].count(reference) == orders, place
        asked_so_far = len(desk.orders)
        _let_go(server.store)


@pytest.mark.slow
def test_a_refusal_that_was_heard_and_a_death_before_the_next_is_asked(server: Running, desk: Desk) -> None:
    cast, store = server.cast, server.store
    other = cast.line("second", "open", seats={"asha": "+919000000901"})
    with store.db.begin() as tx:
        settings = connections.details(tx, cast.dev.viewer, store.vault, cast.connection.id).settings
        connections.change(tx, store.vault, other.id, settings={"dial_url": settings["dial_url"]})
    desk.faults.append(DOWN)
    clicker = Clicker(server, cast.lead(owner=cast.asha))
    server.command = [*server.command[:2], "tests.soak.armed"]
    server.store.db.close()
    server.start(CALLBOARD_FAILPOINT="dialing.after_refusal", SCHEDULER="false")
    clicker.click_and_die(secrets.token_hex(8))
    assert desk.orders == []
    later = open_store(server.database, lambda: utc_now() + timedelta(minutes=1))
    try:
        intent_leases.lapse(later)
        with later.read() as tx:
            row = tx.execute(select(intent)).one()
    finally:
        close_store(later)
    assert (row.state, row.reason, row.live) == (State.REFUSED, "not_sent", False)
    assert "down" in row.tried


def test_every_failpoint_of_a_click_is_tried() -> None:
    assert {*PLACES, "dialing.after_refusal"} == failpoints.DIALLING


def _fate(store: Store, intent_id: int) -> str:
    with store.read() as tx:
        return str(tx.scalar(select(intent.c.state).where(intent.c.id == intent_id)))


def _until_asked(desk: Desk, reference: str) -> None:
    deadline = time.monotonic() + 20
    while not any(order["reference"] == reference for order in desk.orders):
        assert time.monotonic() < deadline, "the new click was not asked for"
        time.sleep(0.01)


def _let_go(store: Store) -> None:
    """Time passes: every lease is over."""
    with store.db.begin() as tx:
        tx.execute(intent.update().values(live=False))


def test_a_server_told_to_stop_hears_the_provider_out(server: Running, desk: Desk) -> None:
    desk.faults.append(Fault(503, wait_seconds=2))
    clicker = Clicker(server, server.cast.lead(owner=server.cast.asha))
    server.start(SCHEDULER="false")
    begun = clicker.click(secrets.token_hex(8)).json()["intent"]
    _until_marked(server.store, begun["id"])
    server.stop()
    assert _fate(server.store, begun["id"]) == State.REFUSED


def _until_marked(store: Store, intent_id: int) -> None:
    asked = select(intent.c.asked_at).where(intent.c.id == intent_id)
    deadline = time.monotonic() + 20
    while True:
        with store.read() as tx:
            if tx.scalar(asked) is not None:
                return
        assert time.monotonic() < deadline
        time.sleep(0.01)
