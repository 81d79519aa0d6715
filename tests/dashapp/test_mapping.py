"""The mapping page: for administrators; messages by their fields, what they mean, versions; no number, no secret."""

import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from dashapp.components.mapping import draft, legs, tables
from dashapp.components.mapping.samples import Field
from ingest import intake
from ingest.contract import Delivery, Door
from ingest.vendors import registry
from models.rules.access import Role, Viewer
from models.store import connections, deliveries, mappings
from models.store.hooks import TokenBook
from models.tables.telephony import delivery
from tests.cast import Cast, Person
from tests.dashapp.drawn import attributes, text
from tests.webapp import Visitor

on_sqlite = pytest.mark.parametrize("store", ["sqlite"], indirect=True)

Visit = Callable[[Person | None], Visitor]

CALLER = "+919876500321"
BODY = {
    "event": "call.end",
    "token": "sesame-street",
    "call": {"id": "c-7", "way": "in", "from": CALLER[3:], "who": "1001", "status": "DONE", "talk": "65000"},
}
DOCUMENT: draft.Document = {
    "version": 1,
    "fields": {
        "call_id": "call.id",
        "customer": "call.from",
        "outcome": {"path": "call.status", "words": {"DONE": "connected"}},
    },
    "rules": [{"kind": "log"}],
}


@pytest.fixture
def acme(cast: Cast) -> int:
    store = cast.store
    with store.db.begin() as tx:
        return connections.add(tx, store.vault, slug="acme", vendor="mapped", label="Acme", at=store.now())


def hear(cast: Cast, connection_id: int, body: Any, headers: dict[str, str] | None = None) -> int:
    account = TokenBook(cast.store).by_id(connection_id)
    assert account
    sent = Delivery(
        door=Door.LOG,
        method="POST",
        url="https://us.example/webhooks/v1/x/call-log",
        query=b"",
        headers={"authorization": "Bearer hush"} | (headers or {}),
        content_type="application/json",
        body=json.dumps(body).encode(),
        received_at=cast.store.now(),
    )
    return intake.accept(cast.store, registry.get(account.vendor), intake.info(account), sent).delivery_id


def output(visitor: Visitor, trigger: str) -> str:
    """The key of the page's callback that ``trigger`` calls."""
    for key, entry in visitor.app.callback_map.items():
        inputs = [f"{one['id']}.{one['property']}" for one in entry["inputs"]]
        if "mapping-" in key and any(trigger in one for one in inputs):
            return key
    raise AssertionError(trigger)


def drawn(visitor: Visitor, connection_id: int, samples: Any, document: Any) -> Any:
    told = document if isinstance(document, str) else json.dumps(document)
    return visitor.callback(
        output(visitor, "mapping-samples.data"),
        {
            "mapping-samples.data": samples,
            "mapping-json.value": told,
            "mapping-of.data": {"connection": connection_id},
        },
    )


@on_sqlite
def test_only_administrators_come_in(visit: Visit, cast: Cast, acme: int) -> None:
    for person in (cast.asha, cast.ravi, cast.chitra, cast.meera):
        visitor = visit(person)
        assert "Nothing for you" in text(visitor.page(f"/providers/{acme}/mapping").get_json())
        keys = [key for key in visitor.app.callback_map if "mapping-" in key]
        assert len(keys) == 7
        for key in keys:
            assert visitor.callback(key).status_code == 403
    dev = visit(cast.dev)
    said = text(dev.page(f"/providers/{acme}/mapping").get_json())
    assert "Mapping Acme · acme" in said
    for nowhere in ("999", "x", f"{cast.connection.id}"):
        assert "Nothing for you" in text(dev.page(f"/providers/{nowhere}/mapping").get_json())
    assert "Reference line" in text(dev.page(f"/providers/{cast.connection.id}").get_json())


@on_sqlite
def test_fields_events_and_what_was_not_understood(visit: Visit, cast: Cast, acme: int) -> None:
    kept = hear(cast, acme, BODY)
    visitor = visit(cast.dev)
    answer = drawn(visitor, acme, [{"delivery": kept}], DOCUMENT)
    said = text(answer.get_json())
    assert "call.from ••••• ••321" in said
    assert "Delivery 1 1 event log call c-7 lead +••••• ••321 outcome connected" in said.replace(
        str(kept), "1"
    )
    pasted = json.dumps(BODY | {"call": BODY["call"] | {"status": "flurb"}})  # type: ignore[operator]
    again = drawn(visitor, acme, [{"body": pasted, "door": "popup"}], DOCUMENT)
    assert "Not understood: call.status “flurb”" in text(again.get_json())
    for leak in (CALLER[3:], "sesame-street", "hush"):
        assert leak not in answer.text + again.text + visitor.page(f"/providers/{acme}/mapping").text


@on_sqlite
def test_numbers_that_are_names_or_words_are_not_shown(visit: Visit, cast: Cast, acme: int) -> None:
    body = {
        "call": {"id": "c-7", "status": "rang 98765 00321"},
        "leads": {CALLER: {"state": "WON"}, "98765 00322": {"state": "LOST"}, "vip": {"state": "NEW"}},
    }
    answer = drawn(visit(cast.dev), acme, [{"body": json.dumps(body)}], DOCUMENT | {"otherwise": "review"})
    said = text(answer.get_json())
    assert "leads.*.state WON" in said
    assert "leads.vip.state NEW" in said
    assert "Not understood: call.status “rang ••••• ••321”" in said
    for leak in (CALLER, CALLER[3:], "98765 00321", "98765 00322", "rang 98765"):
        assert leak not in answer.text


@on_sqlite
@pytest.mark.parametrize(
    "pasted",
    [
        "https://us.example/webhooks/v1/x/call-log?call[id]=c-7&call[status]=DONE",
        "GET /call-log?call[id]=c-7&call[status]=DONE HTTP/1.1",
        "call[id]=c-7&call[status]=DONE",
        "<call><id>c-7</id><status>DONE</status></call>",
    ],
)
def test_a_pasted_message_in_any_dress(visit: Visit, cast: Cast, acme: int, pasted: str) -> None:
    said = text(drawn(visit(cast.dev), acme, [{"body": pasted}], DOCUMENT).get_json())
    assert "call c-7 outcome connected" in said


@on_sqlite
def test_problems_are_told_in_plain_words_and_cannot_be_saved(visit: Visit, cast: Cast, acme: int) -> None:
    visitor = visit(cast.dev)
    wrong = DOCUMENT | {"rules": [{"kind": "lgo"}]}
    answer = drawn(visitor, acme, [{"body": "{"}], wrong).get_json()["response"]
    assert answer["mapping-save"]["disabled"] is True
    assert "$.rules[0].kind" in text(answer["mapping-problems"])
    assert "no JSON" in text(drawn(visitor, acme, [], "{").get_json())
    for junk in (None, 3, [{"delivery": 10**9}, {"body": 5}, "x", {"delivery": 1}]):
        assert drawn(visitor, acme, junk, DOCUMENT).status_code == 200
    key = output(visitor, "mapping-save.n_clicks")
    given = {
        "mapping-save.n_clicks": 1,
        "mapping-json.value": json.dumps(wrong),
        "mapping-of.data": {"connection": acme},
    }
    assert "Not saved" in visitor.callback(key, given).text
    with cast.store.read() as tx:
        assert mappings.of(tx, Viewer(1, Role.ADMIN, "", ""), acme).version == 0


@on_sqlite
def test_a_version_is_saved_and_what_waited_is_read(visit: Visit, cast: Cast, acme: int) -> None:
    hear(cast, acme, BODY)
    visitor = visit(cast.dev)
    assert "kept for review" in text(visitor.page(f"/providers/{acme}/mapping").get_json())
    key = output(visitor, "mapping-save.n_clicks")
    given = {
        "mapping-save.n_clicks": 1,
        "mapping-json.value": json.dumps(DOCUMENT),
        "mapping-note.value": "first",
        "mapping-of.data": {"connection": acme},
    }
    said = text(visitor.callback(key, given).get_json())
    assert "Version 1 first" in said
    assert cast.dev.name in said
    assert "Replay all 1 for review" in said
    assert intake.replay_next(cast.store, Viewer(1, Role.ADMIN, "", ""), connection_id=acme)[0] == {
        "recorded": 1
    }


SIGNED = DOCUMENT | {"proof": [{"kind": "hmac", "secret": "hook_key", "header": "x-sig"}]}


def replayed(cast: Cast, connection_id: int) -> dict[str, int]:
    return intake.replay_next(cast.store, Viewer(1, Role.ADMIN, "", ""), connection_id=connection_id)[0]


def put(cast: Cast, connection_id: int, document: draft.Document, key: str = "hush-hush") -> None:
    with cast.store.db.begin() as tx:
        connections.change(tx, cast.store.vault, connection_id, secrets={"hook_key": key})
        mappings.save(tx, cast.store, mappings.BY_COMMAND, connection_id, document)


@pytest.mark.parametrize(
    "before", [None, {"junk": 1}, DOCUMENT | {"rules": [{"kind": "log", "doors": ["popup"]}]}]
)
def test_what_came_before_its_proof_was_asked_for_is_proved_when_replayed(
    cast: Cast, acme: int, before: draft.Document | None
) -> None:
    if before:
        put(cast, acme, before)
    signature = hmac.new(b"hush-hush", json.dumps(BODY).encode(), "sha256").hexdigest()
    forged, real = hear(cast, acme, BODY), hear(cast, acme, BODY, {"x-sig": signature})
    put(cast, acme, SIGNED)
    for _ in range(2):  # it is no better the second time
        assert replayed(cast, acme).get("for review") == 1
    with cast.store.read() as tx:
        rows = {one.id: one.reason for one in tx.execute(select(delivery.c.id, delivery.c.reason))}
        assert deliveries.waiting_for_review(tx) == [forged]
    assert rows[forged] == "its origin is not proved"
    assert rows[real] == ""
    put(cast, acme, DOCUMENT)  # an administrator who looked at them asks for no proof
    assert replayed(cast, acme) == {"nothing new": 1}


def test_what_was_proved_when_it_came_is_replayed_after_its_secret_is_gone(cast: Cast, acme: int) -> None:
    put(cast, acme, SIGNED | {"rules": [{"kind": "log", "doors": ["popup"]}]})
    hear(cast, acme, BODY)  # as the door hands it in: verified
    put(cast, acme, SIGNED, key="another")
    assert replayed(cast, acme) == {"recorded": 1}


@on_sqlite
def test_a_secret_is_set_and_never_shown(visit: Visit, cast: Cast, acme: int) -> None:
    visitor = visit(cast.dev)
    signed = DOCUMENT | {"proof": [{"kind": "bearer", "secret": "hook_key"}]}
    said = text(drawn(visitor, acme, [], signed).get_json())
    assert "turned away until they are set. hook_key missing" in said
    with cast.store.db.begin() as tx:
        connections.change(tx, cast.store.vault, acme, secrets={"hook_key": "hush-hush"})
    again = drawn(visitor, acme, [], signed)
    assert "hook_key set" in text(again.get_json())
    assert "hush-hush" not in again.text


@on_sqlite
def test_a_delivery_of_another_connection_is_no_sample(visit: Visit, cast: Cast, acme: int) -> None:
    other = hear(cast, cast.connection.id, {"call_id": "c-1", "agent_no": "1001"})
    answer = drawn(visit(cast.dev), acme, [{"delivery": other}], DOCUMENT)
    assert "No message yet" in text(answer.get_json())


def test_choices_become_a_document_and_back() -> None:
    made = draft.blank()
    made = draft.means(made, "c.id", "call_id")
    made = draft.means(made, "c.way", "direction")
    made = draft.set_word(made, "direction", "In-Bound", "inbound")
    made = draft.assign(made, "customer", "c.a", "inbound")
    made = draft.assign(made, "customer", "c.b", "outbound")
    made = draft.assign(made, "talk_seconds", "c.t")
    made = draft.set_how(made, "talk_seconds", "ms")
    made = draft.set_split(made, "ev")
    made = draft.set_word(made, "kind", "end", "log")
    made = draft.set_word(made, "kind", "menu", draft.SILENT)
    assert made == {
        "version": 1,
        "fields": {
            "call_id": "c.id",
            "direction": {"path": "c.way", "words": {"In-Bound": "inbound"}},
            "customer": {"by_direction": {"inbound": "c.a", "outbound": "c.b"}},
            "talk_seconds": {"path": "c.t", "unit": "ms"},
        },
        "rules": [{"kind": {"path": "ev", "words": {"end": "log", "menu": None}}}],
    }
    vendor = registry.configurable("mapped")
    assert vendor
    assert vendor.problems(made) == ()
    assert draft.word_of(made, "direction", "in bound") == "inbound"
    assert draft.word_of(made, "kind", "menu") == draft.SILENT
    assert draft.meaning_of(made, "c.b") == "customer"
    assert draft.how_of(made, "talk_seconds") == "ms"
    assert draft.path_of(draft.assign(made, "customer", "c.a", "outbound"), "customer") == "c.a"
    # a field stands for one thing
    moved = draft.means(made, "c.a", "did")
    assert (draft.path_of(moved, "customer", "inbound"), draft.path_of(moved, "did")) == ("", "c.a")
    assert "call_id" not in draft.means(made, "c.id", "")["fields"]
    assert draft.set_word(made, "direction", "in", "nonsense") == made


def test_what_was_written_by_hand_is_left_alone() -> None:
    made: draft.Document = {
        "version": 1,
        "fields": {"outcome": {"first": ["a", "b"]}, "customer": {"template": "+{a}"}},
        "rules": [{"when": {"field": "a", "told": True}, "kind": "log"}],
    }
    assert draft.path_of(made, "outcome") == draft.CUSTOM
    assert draft.split_of(made) == draft.CUSTOM
    assert draft.set_how(made, "outcome", "s") == made
    assert "edited as JSON" in str(tables.meanings([Field("a", "x")], made))
    assert "written by hand" in str(tables.split([], made))
    odd: list[draft.Document] = [
        {},
        {"fields": [], "rules": {}},
        {"rules": [None]},
        {"fields": {"direction": 3}},
    ]
    for junk in odd:
        tables.meanings([Field("a", "x", ["x"])], junk)
        tables.split([Field("a", "x", ["x"])], junk)
        assert draft.means(junk, "a", "seat") is not None


def test_agents_who_were_rung_are_clicked_together() -> None:
    seen = [
        Field("legs[0].type", "agent", ["agent", "lead"]),
        Field("legs[0].n", "1001", ["1001"]),
        Field("legs[1].n", "1002", ["1002"]),
        Field("legs[0].res", "busy", ["busy", "up"]),
    ]
    made = draft.set_split(draft.blank(), "ev")
    for part, value in (
        ("list", "legs"),
        ("where", "type"),
        ("is", "agent"),
        ("seat", "n"),
        ("answered", "res"),
    ):
        made = legs.choose(made, part, value)
        assert legs.state(made)
    made = legs.choose(made, "answered_is", "up")
    made = legs.choose(made, "reason", "res")
    made = legs.set_word(made, "busy", "busy")
    made = legs.set_word(made, "up", draft.SILENT)
    assert made["rules"] == [
        {
            "kind": {"path": "ev", "words": {}},
            "legs": [
                {
                    "each": "legs[type=agent]",
                    "seat": "n",
                    "answered": {"field": "res", "equals": "up"},
                    "reason": {"path": "res", "words": {"busy": "busy", "up": None}},
                }
            ],
        }
    ]
    vendor = registry.configurable("mapped")
    assert vendor
    assert vendor.problems(made) == ()
    assert legs.word_of(made, "busy") == "busy"
    assert "Agents who were rung" in str(legs.drawn(seen, made))
    assert legs.choose(made, "list", "")["rules"] == [{"kind": {"path": "ev", "words": {}}}]
    assert legs.drawn([Field("a", "x")], draft.blank()) is None
    by_hand = {"version": 1, "rules": [{"kind": "log", "legs": [{"each": "a", "when": {}}]}]}
    assert legs.state(by_hand) is None
    assert "by hand" in str(legs.drawn(seen, by_hand))
    assert legs.choose(by_hand, "seat", "n") == by_hand


def test_a_choice_knows_its_field_however_it_is_called() -> None:
    for path in ('"odd. key"', "a|b", "नाम", "x\\y"):
        assert tables.key_of(tables.ident("means", path)) == [path]
    for junk in ({"key": "é"}, {"key": "gA=="}, {"key": "a"}):
        assert tables.key_of(junk) == []
    assert attributes({"props": {"id": "x"}}, "id") == ["x"]
