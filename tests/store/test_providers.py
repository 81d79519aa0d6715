"""What an administrator sees of the connections: health, nobody's seats, and deliveries without numbers."""

import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from ingest import intake
from ingest.contract import Delivery, Door
from ingest.vendors import registry
from models.rules import redaction
from models.store import inspector, providers, seats
from models.store.hooks import TokenBook
from models.tables.calls import call, offer
from models.tables.telephony import delivery, unknown_word
from tests.cast import INDORE_DID

CALLER = "+919876543210"


def hear(cast, body: dict, *, door=Door.LOG, content_type="application/json", raw: bytes | None = None):
    """One request at the open connection's door, through the real intake."""
    store = cast.store
    account = TokenBook(store).by_id(cast.connection.id)
    assert account
    return intake.accept(
        store,
        registry.get("open"),
        intake.info(account),
        Delivery(
            door=door,
            method="POST",
            url=f"https://us.example/webhooks/v1/{cast.connection.token}/call-log?caller=%2B919876543210",
            query=b"caller=%2B919876543210&api_key=sesame",
            headers={
                "content-type": content_type,
                "x-signature": "sesame",
                "authorization": "Basic sesame",
                "x-caller": CALLER,
            },
            content_type=content_type,
            body=json.dumps(body).encode() if raw is None else raw,
            received_at=store.now(),
            remote="203.0.113.9",
        ),
    )


def log(call_id: str, **more: object) -> dict:
    return {
        "call_id": call_id,
        "agent_no": "+919000000101",
        "applicant_no": CALLER,
        "did_no": INDORE_DID,
        "call_type": "inbound",
        "status": "0",
        "start_time": "2026-03-02 10:58:00",
        "end_time": "2026-03-02 10:58:40",
        **more,
    }


def add_call(store, call_id: str, connection_id: int, at: datetime, **columns):
    with store.db.begin() as tx:
        row = {
            "connection_id": connection_id,
            "provider_call_id": call_id,
            "started_at": at,
            "over": False,
            "machine": False,
            "words": "",
            "local_day": 1,
            "local_hour": 1,
            "changed_at": at,
        } | columns
        return tx.execute(insert(call).values(row).returning(call.c.id)).scalar_one()


def test_health_counts_today_and_what_waits(store, cast, clock):
    dev = cast.viewer("dev")
    hear(cast, log("c-1"))
    hear(cast, log("c-1"))
    hear(cast, {}, raw=b"\xff\xfenot json")
    clock.advance(hours=24)
    hear(cast, log("c-2"))
    now = store.now()
    add_call(store, "live", cast.connection.id, now - timedelta(minutes=2))
    add_call(
        store,
        "long-talk",
        cast.connection.id,
        now - timedelta(hours=1),
        answered_at=now - timedelta(minutes=59),
    )
    add_call(store, "lost", cast.connection.id, now - timedelta(minutes=16))
    add_call(store, "long-lost", cast.connection.id, now - timedelta(hours=25))
    with store.read() as tx:
        (line,) = providers.health(tx, dev, now=now, rules=store.rules)
        seated = seats.seated(tx, dev, cast.connection.id)
    assert line.today == {"recorded": 1}
    assert line.heard_today == 1
    assert (line.waiting, line.live, line.silent) == (1, 2, 1)
    assert line.last_at == now
    assert line.seats == 3
    assert [one.name.split()[0] for one in seated] == ["Asha", "Chitra", "Ravi"]


def test_seats_of_nobody_and_unknown_words(store, cast):
    dev, now = cast.viewer("dev"), store.now()
    first = add_call(store, "a", cast.connection.id, now - timedelta(hours=1))
    second = add_call(store, "b", cast.connection.id, now - timedelta(hours=2))
    old = add_call(store, "c", cast.connection.id, now - timedelta(days=40))
    with store.db.begin() as tx:
        for call_id in (first, second, old):
            tx.execute(
                insert(offer).values(
                    call_id=call_id, position=0, seat_ix=b"n" * 32, seat_mask="•••77", answered=False
                )
            )
        tx.execute(
            insert(offer).values(
                call_id=first,
                position=1,
                person_id=cast.asha.id,
                seat_ix=b"a" * 32,
                seat_mask="•••01",
                answered=False,
            )
        )
        tx.execute(
            insert(unknown_word).values(
                connection_id=cast.connection.id, field="status", word="ringing-ish", seen=3, last_at=now
            )
        )
    with store.read() as tx:
        (nobody,) = seats.unmapped(tx, dev, now=now)
        (word,) = providers.unknown_words(tx, dev)
    assert (nobody.mask, nobody.rings, nobody.last_at) == ("•••77", 2, now - timedelta(hours=1))
    assert (word.field, word.word, word.seen, word.connection) == (
        "status",
        "ringing-ish",
        3,
        "Reference line",
    )


def test_nobody_but_an_admin_sees_any_of_it(store, cast):
    hear(cast, log("c-1"))
    with store.read() as tx:
        ids = [listed.id for listed in inspector.recent(tx, cast.viewer("dev"))]
        assert ids
        for name in ("asha", "chitra", "meera"):
            viewer = cast.viewer(name)
            assert providers.health(tx, viewer, now=store.now(), rules=store.rules) == []
            assert seats.unmapped(tx, viewer, now=store.now()) == []
            assert providers.unknown_words(tx, viewer) == []
            assert seats.seated(tx, viewer, cast.connection.id) == []
            assert inspector.recent(tx, viewer) == []
            with pytest.raises(LookupError):
                inspector.inspect(tx, viewer, store.vault, ids[0])


def test_an_inspected_delivery_shows_no_number_and_no_secret(store, cast):
    hear(cast, log("c-1", note="call +91 98765-43210 back", password="sesame"))
    form = b"call_id=c-2&applicant_no=%2B919876543210&recording=https%3A%2F%2Fx%2F%2B91%2098765%2043210.mp3"
    hear(cast, {}, raw=form, content_type="application/x-www-form-urlencoded")
    hear(cast, {}, raw=b"who called? +919876543210 did")
    with store.read() as tx:
        shown = [
            inspector.inspect(tx, cast.viewer("dev"), store.vault, each.id)
            for each in inspector.recent(tx, cast.viewer("dev"))
        ]
    text = repr(shown)
    for leak in ("9876543210", "98765", "43210", "sesame", cast.connection.token):
        assert leak not in text
    last = shown[-1]
    assert ("authorization", "hidden") not in last.request.headers  # never kept at all
    assert ("x-signature", "hidden") in last.request.headers
    assert ("caller", "+••••• ••210") in last.request.fields
    assert '"start_time": "2026-03-02 10:58:00"' in last.request.body
    assert "••••• ••210" in shown[0].request.body


def test_a_delivery_leads_to_its_call_and_events(store, cast):
    cast.lead(CALLER, name="Tanvi Deshpande", owner=cast.asha)
    hear(cast, log("c-1", agent_no=cast.asha.seat), door=Door.POPUP)
    hear(cast, log("c-1", agent_no=cast.asha.seat))
    with store.read() as tx:
        newest, first = inspector.recent(tx, cast.viewer("dev"))
        found = inspector.inspect(tx, cast.viewer("dev"), store.vault, newest.id)
    assert found.result
    assert found.result.lead == "Tanvi Deshpande"
    assert found.result.rang == [cast.asha.name]
    assert {event.ours for event in found.result.events} == {True, False}
    assert newest.events == found.listed.events >= 1
    assert first.door == "popup"


def test_filters_and_paging(store, cast):
    for n in range(7):
        hear(cast, log(f"c-{n}"))
    hear(cast, {}, raw=b"nonsense")
    dev = cast.viewer("dev")
    with store.read() as tx:
        assert [x.verdict for x in inspector.recent(tx, dev, verdict="for review")] == ["for review"]
        assert inspector.recent(tx, dev, connection_id=cast.connection.id + 1) == []
        whole = inspector.recent(tx, dev)
        page = inspector.recent(tx, dev, limit=3)
        rest = inspector.recent(tx, dev, before=page[-1].id)
    assert page + rest == whole
    assert len(whole) == 8


def test_replay_changes_the_verdict_in_place(store, cast):
    hear(cast, log("c-1"))
    with store.db.begin() as tx:
        tx.execute(delivery.update().values(verdict="for review", reason="our reader failed"))
    with store.read() as tx:
        (before,) = inspector.recent(tx, cast.viewer("dev"))
    assert intake.replay_for_review(store, cast.viewer("dev")) == {"nothing new": 1}
    with store.read() as tx:
        (after,) = inspector.recent(tx, cast.viewer("dev"))
    assert after.id == before.id
    assert after.verdict == "nothing new"
    assert after.replayed_at == store.now()


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("+919876543210", "+••••• ••210"),
        ("%2B919876543210&x=1", "%2B••••• ••210&x=1"),
        ("from=%2B91%2098765%2043210", "from=%2B••••• ••210"),
        ("98765 43210", "••••• ••210"),
        ("+91-98-76-54-32-10", "+••••• ••210"),
        ("9876.543.210", "••••• ••210"),
        ("%2091987654321", "%20••••• ••321"),
        ("123456", "123456"),
        ("2026-11-23 14:05:09", "2026-11-23 14:05:09"),
        ("2026-11-23+14%3A05%3A09&n=9876543210", "2026-11-23+14%3A05%3A09&n=••••• ••210"),
        ("/2026-11-23/91-9876543210.mp3", "/2026-11-23/••••• ••210.mp3"),
        ("call-123 rang 45 s", "call-123 rang 45 s"),
    ],
)
def test_numbers_are_masked_however_they_are_written(sent, shown):
    assert redaction.numbers(sent) == shown


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("23/11/2026 03:30:00 PM", "23/11/2026 03:30:00 PM"),
        ("11-23-2026 15:30", "11-23-2026 15:30"),
        ("3.1.2026", "3.1.2026"),
        ("23/11/2026 98765 43210", "••••• ••210"),
        ("11-12-2034-56", "••••• ••456"),
        ("91 11/12/2034", "••••• ••034"),
        ("98/11/2026 03", "••••• ••603"),
        ("550e8400-e29b-41d4-a716-44665544000a", "550e8400-e29b-41d4-a716-44665544000a"),
        ("550e8400-e29b-41d4-a716-919876543210", "550e8400-e29b-41d4-a••••• ••210"),
    ],
)
def test_dates_and_uuids_stay_and_numbers_like_them_do_not(sent: str, shown: str) -> None:
    said = redaction.numbers(sent)
    assert said == shown


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("call-1795446851-5", "call-1795446851-5"),
        ("1772429400.919876543210", "1772429400.••••• ••210"),
        ("1772429400123", "1772429400123"),
        ("20260302105800-98765-43210", "20260302105800-••••• ••210"),
        ("919876543210", "••••• ••210"),
        ("a1b2c3", "a1b2c3"),
    ],
)
def test_a_calls_id_keeps_its_moment_and_hides_its_number(sent, shown):
    assert redaction.call_id(sent) == shown


def test_values_are_masked_all_the_way_down():
    assert redaction.value(
        {"a": [{"To": 919876543210, "n": 12.5, "ok": True}], "9876543210": None, "apiKey": "x"}
    ) == {
        "a": [{"To": "••••• ••210", "n": 12.5, "ok": True}],
        "••••• ••210": None,
        "apiKey": "hidden",
    }
