"""The providers page: for administrators; it shows no number and no secret, and it replays."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from dashapp.components.providers import cards, drawer, health, replaying
from dashapp.components.providers.query import ProvidersQuery
from ingest import intake
from ingest.contract import Delivery, Door
from ingest.vendors import registry
from models.store import connections
from models.store.base import Store
from models.store.hooks import TokenBook
from models.store.providers import Health
from models.tables.telephony import delivery
from tests.cast import INDORE_DID, Cast, Person
from tests.dashapp.drawn import attributes, nodes, plain, text
from tests.webapp import Visitor

on_sqlite = pytest.mark.parametrize("store", ["sqlite"], indirect=True)

Visit = Callable[[Person | None], Visitor]

CALLER = "+919876543210"
REFRESH = "providers-cards.children"
DRAWER = "providers-drawer-body.children"


def hear(cast: Cast, body: bytes) -> int:
    """A request at the door of the open connection; the delivery's id."""
    account = TokenBook(cast.store).by_id(cast.connection.id)
    assert account
    sent = Delivery(
        door=Door.LOG,
        method="POST",
        url=f"https://us.example/webhooks/v1/{cast.connection.token}/call-log",
        query=b"",
        headers={"content-type": "application/json", "x-api-key": "sesame"},
        content_type="application/json",
        body=body,
        received_at=cast.store.now(),
        remote="203.0.113.9",
    )
    vendor = registry.get("open")
    return intake.accept(cast.store, vendor, intake.info(account), sent).delivery_id


def log(cast: Cast, call_id: str) -> bytes:
    return json.dumps(
        {"call_id": call_id, "agent_no": cast.asha.seat, "applicant_no": CALLER, "did_no": INDORE_DID,
         "call_type": "inbound", "status": "0", "start_time": "2026-03-02 10:58:00", "end_time": "2026-03-02 10:59:00"}
    ).encode()  # fmt: skip


@pytest.fixture
def heard(cast: Cast) -> dict[str, int]:
    return {"read": hear(cast, log(cast, "c-1")), "unread": hear(cast, f"who? {CALLER}".encode())}


def output(visitor: Visitor, start: str, trigger: str) -> str:
    """The key of the callback whose outputs begin so and which ``trigger`` calls."""
    for key, entry in visitor.app.callback_map.items():
        inputs = [f"{one['id']}.{one['property']}" for one in entry["inputs"]]
        if key.removeprefix("..").startswith(start) and trigger in inputs:
            return key
    raise AssertionError(f"no callback {start} of {trigger}")


@on_sqlite
def test_only_administrators_come_in(visit: Visit, cast: Cast, heard: dict[str, int]) -> None:
    for person in (cast.asha, cast.chitra, cast.meera):
        visitor = visit(person)
        assert "Nothing for you at this address" in text(visitor.page("/providers").get_json())
        for start, trigger in (
            ("providers-review", "providers-query.data"),
            ("providers-drawer-body", "providers-open.data"),
            ("providers-drawer-body", "providers-replay.n_clicks"),
            ("providers-replaying", "providers-replay-all.n_clicks"),
        ):
            assert visitor.callback(output(visitor, start, trigger)).status_code == 403


@on_sqlite
def test_the_page_shows_health_and_deliveries(visit: Visit, cast: Cast, heard: dict[str, int]) -> None:
    page = visit(cast.dev).page("/providers")
    said = text(page.get_json())
    assert "Reference line Open protocol 1 for review" in said
    assert "Replay all 1 for review" in said
    grid = next(props for props in nodes(page.get_json()) if props.get("id") == "providers-grid")
    assert [row["verdict"] for row in grid["rowData"]] == ["for review", "recorded"]
    for leak in (CALLER, CALLER[1:], CALLER[3:], "sesame", cast.connection.token):
        assert leak not in page.text


@on_sqlite
def test_filters_stand_in_the_address(visit: Visit, cast: Cast, heard: dict[str, int]) -> None:
    def verdicts(search: str) -> list[str]:
        page = visit(cast.dev).page("/providers", search).get_json()
        grid = next(props for props in nodes(page) if props.get("id") == "providers-grid")
        return [row["verdict"] for row in grid["rowData"]]

    assert verdicts("?verdict=recorded") == ["recorded"]
    assert verdicts(f"?connection={cast.connection.id}") == ["for review", "recorded"]
    assert verdicts("?connection=999") == []
    assert verdicts("?verdict=x&connection=y&delivery=z") == ["for review", "recorded"]
    assert ProvidersQuery.read(ProvidersQuery(3, "for review", 9).stored()) == ProvidersQuery(
        3, "for review", None
    )


@on_sqlite
def test_the_inspector(visit: Visit, cast: Cast, heard: dict[str, int]) -> None:
    visitor = visit(cast.dev)
    key = output(visitor, DRAWER, "providers-open.data")

    def opened(**given: Any) -> Any:
        return visitor.callback(key, {"providers-open.data": given})

    read = opened(delivery=heard["read"])
    said = text(read.get_json())
    assert "call-log Recorded" in said
    assert "Inbound with" in said
    assert f"Rang {cast.asha.name}" in said
    assert "••••• ••210" in said
    assert "providers-replay" not in read.text
    unread = opened(delivery=heard["unread"])
    assert "who? +••••• ••210" in text(unread.get_json())
    assert "providers-replay" in attributes(unread.get_json(), "id")
    assert "not kept any more" in text(opened(delivery=10**6).get_json())
    assert opened(delivery="x").get_json()["response"]["providers-drawer-body"]["children"] == []
    for leak in (CALLER[3:], "sesame", cast.connection.token):
        assert leak not in read.text + unread.text


@on_sqlite
def test_the_inspector_explains_a_routing_answer(visit: Visit, store: Store, cast: Cast) -> None:
    visit(None).client.get(
        f"/webhooks/v1/{cast.connection.token}/route?applicant_no={CALLER}&did_no={INDORE_DID[1:]}"
    )
    asked = None
    deadline = time.monotonic() + 10  # the question is kept behind the answer's back
    while time.monotonic() < deadline:
        with store.read() as tx:
            asked = tx.scalar(select(delivery.c.id).where(delivery.c.door == "route"))
        if asked:
            break
        time.sleep(0.02)
    assert asked
    visitor = visit(cast.dev)
    key = output(visitor, DRAWER, "providers-open.data")
    shown = visitor.callback(key, {"providers-open.data": {"delivery": asked}})
    assert "Whom to ring" in text(shown.get_json())
    assert "We answered:" in text(shown.get_json())
    assert CALLER[3:] not in shown.text


@on_sqlite
def test_replay_tells_the_new_verdict(visit: Visit, store: Store, cast: Cast, heard: dict[str, int]) -> None:
    with store.db.begin() as tx:
        tx.execute(update(delivery).where(delivery.c.id == heard["read"]).values(verdict="for review"))
    visitor = visit(cast.dev)
    key = output(visitor, DRAWER, "providers-replay.n_clicks")
    values = {"providers-replay.n_clicks": 1, "providers-open.data": {"delivery": heard["read"]}}
    answer = visitor.callback(key, values)
    assert "Nothing new" in text(answer.get_json())
    assert "it was for review, now it is nothing new" in answer.text
    silent = visitor.callback(key, {**values, "providers-replay.n_clicks": None})
    assert "Nothing new" not in silent.text


def test_replaying_is_told_in_words() -> None:
    assert replaying.counts_words({}) == "Nothing waits for review."
    assert (
        replaying.counts_words({"recorded": 1200, "for review": 1})
        == "Replayed 1,201: 1 for review, 1,200 recorded."
    )
    assert drawer.verdict_words("for review", "for review") == "Replayed, and still for review."


NOW = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)
FACTS: dict[str, Any] = {
    "id": 1, "slug": "a", "vendor": "open", "label": "A", "zone": "Asia/Kolkata", "active": True, "seats": 1,
    "last_at": NOW, "live": 0, "silent": 0, "waiting": 0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"active": False, "waiting": 3}, "Switched off"),
        ({"waiting": 3, "silent": 2}, "3 for review"),
        ({"silent": 1}, "1 log missing"),
        ({"last_at": None}, "Never heard"),
        ({"last_at": NOW - timedelta(hours=2)}, "Quiet"),
        ({}, "Healthy"),
    ],
)
def test_a_connections_state(changes: dict[str, Any], expected: str) -> None:
    assert health.state(Health(**{**FACTS, **changes}), NOW).word == expected


def test_a_card_is_made_of_few_components() -> None:
    """Dash pays for every component at every update: 25 cards of 120 blocked a browser for seconds."""
    vendor = registry.get("open")
    drawn = plain(cards.cards([Health(**FACTS)], {"open": vendor}, NOW, ZoneInfo("Asia/Kolkata")))
    assert len(list(nodes(drawn))) <= 60
    assert [len(json.loads(hours)) for hours in attributes(drawn, "data-hours")] == [24]


def test_a_card_without_a_seat_says_that_nobody_can_be_rung() -> None:
    assert "nobody can be rung" in health.says(Health(**{**FACTS, "seats": 0}), NOW)
    assert "nobody can be rung" not in health.says(Health(**FACTS), NOW)


@on_sqlite
def test_only_the_card_that_changed_is_drawn_anew(visit: Visit, cast: Cast, heard: dict[str, int]) -> None:
    with cast.store.db.begin() as tx:
        connections.add(
            tx, cast.store.vault, slug="other", vendor="open", label="Other", at=cast.store.now(),
            zone="Asia/Kolkata", country="IN",
        )  # fmt: skip
    visitor = visit(cast.dev)
    page = visitor.page("/providers").get_json()
    marks = next(props["data"] for props in nodes(page) if props.get("id") == "providers-marks")
    key = next(key for key in visitor.app.callback_map if REFRESH in key and "providers-marks.data" in key)

    def refreshed() -> Any:
        return visitor.callback(
            key, {"providers-query.data": None, "providers-tick.data": 1, "providers-marks.data": marks}
        ).get_json()

    assert not refreshed().get("sideUpdate")
    hear(cast, b"unreadable again")
    answer = refreshed()
    assert "providers-cards" not in answer["response"]
    (changed,) = answer["sideUpdate"]
    assert json.loads(changed) == {"connection": cast.connection.id, "type": "provider-card"}
