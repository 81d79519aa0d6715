"""A test event: read like any delivery, kept, and nothing comes of it."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from ingest import intake
from ingest.contract import ConnectionInfo, Vendor
from ingest.vendors import registry
from ingest.webhooks import trial
from ingest.webhooks.doors import DOORS
from models.store import deliveries, inspector
from models.store.base import Store
from models.store.hooks import TokenBook
from models.tables.calls import call, call_event, feed, notification
from models.tables.leads import lead
from models.tables.telephony import unknown_word
from tests.cast import Cast, Person
from tests.webapp import Visitor

on_sqlite = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
WITH_SAMPLE = [slug for slug in registry.all_slugs() if registry.get(slug).set_up.sample]


def known(store: Store, connection_id: int) -> tuple[Vendor, ConnectionInfo]:
    account = TokenBook(store).by_id(connection_id)
    assert account
    return registry.get(account.vendor), intake.info(account)


def rows(store: Store) -> list[int]:
    with store.read() as tx:
        return [
            tx.scalar(select(func.count()).select_from(table)) or 0
            for table in (call, call_event, notification, lead, feed, unknown_word)
        ]


def test_it_is_read_and_kept_and_no_call_is_made_of_it(store: Store, cast: Cast) -> None:
    before = rows(store)
    tried = trial.send(store, *known(store, cast.connection.id))
    assert tried.events
    assert tried.reason == ""
    assert tried.events[0].provider_call_id.startswith("callboard-test-")
    assert tried.events[0].at == store.now()
    with store.read() as tx:
        found = inspector.inspect(tx, cast.viewer("dev"), store.vault, tried.delivery_id)
    assert found.listed.verdict == "test event"
    assert found.listed.reason == "1 event read, no call made of it"
    assert found.request.remote == "test event"
    assert found.result is None
    assert rows(store) == before


@pytest.mark.parametrize("slug", WITH_SAMPLE)
@on_sqlite
def test_every_vendors_sample_is_read(store: Store, cast: Cast, slug: str) -> None:
    line = cast.line("line", slug, secrets={entry.name: "x" for entry in registry.get(slug).set_up.entries})
    tried = trial.send(store, *known(store, line.id))
    assert tried.word in DOORS
    assert tried.reason == ""
    assert all(event.provider_call_id.startswith("callboard-test-") for event in tried.events)


@on_sqlite
def test_two_tests_are_two_calls(store: Store, cast: Cast) -> None:
    first, second = (trial.send(store, *known(store, cast.connection.id)) for _ in range(2))
    assert first.events[0].provider_call_id != second.events[0].provider_call_id


@on_sqlite
def test_it_is_never_replayed_into_a_call(store: Store, cast: Cast) -> None:
    before = rows(store)
    tried = trial.send(store, *known(store, cast.connection.id))
    with pytest.raises(LookupError, match="test event"):
        intake.replay(store, cast.viewer("dev"), tried.delivery_id)
    assert intake.replay_for_review(store, cast.viewer("dev")) == {}
    assert rows(store) == before


@on_sqlite
def test_no_provider_can_pass_for_a_test(
    store: Store, cast: Cast, visit: Callable[[Person | None], Visitor]
) -> None:
    """What comes over the network is a delivery, whatever it calls itself."""
    body = {
        "call_id": "callboard-test-1",
        "event": "popup",
        "call_type": "inbound",
        "applicant_no": "+919876543210",
    }
    answer = visit(None).client.post(
        f"/webhooks/v1/{cast.connection.token}/popup", json=body, headers={"X-Forwarded-For": "test event"}
    )
    assert answer.get_json()["accepted"] == "recorded"


@on_sqlite
def test_what_cannot_be_read_says_why(store: Store, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    vendor, connection = known(store, cast.connection.id)
    word, content_type, _ = vendor.set_up.sample or ("", "", "")
    broken = type(
        "Broken", (), {"set_up": type("S", (), {"sample": (word, content_type, "{"), "addresses": ()})}
    )
    monkeypatch.setattr(broken, "parse", lambda _self, *given: vendor.parse(*given), raising=False)
    monkeypatch.setattr(broken, "slug", "open", raising=False)
    tried = trial.send(store, broken(), connection)
    assert tried.events == []
    assert tried.reason
    with store.read() as tx:
        assert deliveries.waiting_for_review(tx) == []


@on_sqlite
def test_without_a_sample_it_says_so(store: Store, cast: Cast) -> None:
    _, connection = known(store, cast.connection.id)
    none = type("None_", (), {"set_up": type("S", (), {"sample": None}), "label": "Some line"})()
    with pytest.raises(trial.NoSample, match="Some line"):
        trial.send(store, none, connection)
