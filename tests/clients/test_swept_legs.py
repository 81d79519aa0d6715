"""From hooks and the provider's own API to the ledger, where providers tell legs: records know the calls that hooks
told of, and say the same of them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from ingest.contract import Door
from ingest.reconcile.planning import Reach
from ingest.reconcile.sweeping import Reconciler
from models.store import connections, ledger, sweeps
from models.store.base import Store
from models.tables.calls import call, notification
from simulator.faces import exotel, plivo, twilio
from simulator.faces.desk import Desk, served
from tests.cast import Cast
from tests.databases import Clock
from tests.reconciling import heard

HOUR = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
CALLS, HEARD = 8, 5
DID = "+917314000001"
Body = dict[str, Any]


@dataclass(frozen=True)
class Account:
    """A vendor's account: its face, how it tells call ``i`` by hooks and by records, and what it is entered with.
    The odd calls nobody picked up."""

    make: Callable[[Desk], Flask]
    hooks: Callable[[int], list[Body]]
    records: Callable[[int], list[Body]]
    secrets: dict[str, str]
    settings: dict[str, str]
    seat: str


def began(i: int) -> datetime:
    return HOUR + timedelta(minutes=5 * i)


def lead(i: int) -> str:
    return f"+9198765400{i:02}"


def twilio_records(i: int) -> list[Body]:
    talked = i % 2 == 0
    first = {
        "sid": f"CA{i:032}",
        "parent_call_sid": None,
        "direction": "inbound",
        "from": lead(i),
        "to": DID,
        "status": "completed",
        "start_time": format_datetime(began(i)),
        "end_time": format_datetime(began(i) + timedelta(seconds=90)),
        "duration": "90",
    }
    dialled = first | {
        "sid": f"CB{i:032}",
        "parent_call_sid": first["sid"],
        "direction": "outbound-dial",
        "to": "client:asha",
        "status": "completed" if talked else "no-answer",
        "duration": "70" if talked else "",
    }
    return [first, dialled]


def twilio_hooks(i: int) -> list[Body]:
    first, dialled = twilio_records(i)
    end = first["end_time"]
    told = {"CallSid": first["sid"], "From": lead(i), "To": DID, "Direction": "inbound"}
    leg = {
        "CallSid": dialled["sid"],
        "ParentCallSid": first["sid"],
        "To": "client:asha",
        "Direction": "outbound-dial",
        "CallStatus": dialled["status"],
        "CallDuration": dialled["duration"],
        "Timestamp": end,
    }
    return [
        told | {"CallStatus": "ringing", "Timestamp": first["start_time"]},
        leg,
        told | {"CallStatus": "completed", "CallDuration": "90", "Timestamp": end},
    ]


def plivo_records(i: int) -> list[Body]:
    talked, stamp = i % 2 == 0, "%Y-%m-%d %H:%M:%S+00:00"
    first = {
        "call_uuid": f"a-{i}",
        "parent_call_uuid": None,
        "call_direction": "inbound",
        "from_number": lead(i),
        "to_number": DID[1:],
        "initiation_time": began(i).strftime(stamp),
        "answer_time": began(i).strftime(stamp),
        "end_time": (began(i) + timedelta(seconds=90)).strftime(stamp),
        "call_duration": 90,
        "hangup_cause_name": "Normal Hangup",
    }
    dialled = first | {
        "call_uuid": f"b-{i}",
        "parent_call_uuid": first["call_uuid"],
        "call_direction": "outbound",
        "to_number": "919000000102",
        "answer_time": first["answer_time"] if talked else None,
        "call_duration": 70 if talked else 0,
        "hangup_cause_name": "Normal Hangup" if talked else "Ring Timeout Reached",
    }
    return [first, dialled]


def plivo_hooks(i: int) -> list[Body]:
    talked = i % 2 == 0
    told = {"CallUUID": f"a-{i}", "From": lead(i)[1:], "To": DID[1:], "Direction": "inbound"}
    times = {
        "StartTime": began(i).strftime("%Y-%m-%d %H:%M:%S"),
        "EndTime": (began(i) + timedelta(seconds=90)).strftime("%Y-%m-%d %H:%M:%S"),
    }
    leg = told | {
        "DialAction": "hangup",
        "DialALegUUID": f"a-{i}",
        "DialBLegUUID": f"b-{i}",
        "DialBLegTo": "919000000102",
        "DialBLegDuration": "70" if talked else "0",
        "DialBLegHangupCause": "NORMAL_CLEARING" if talked else "NO_ANSWER",
    }
    over = {"CallStatus": "completed", "Duration": "90", "HangupCause": "NORMAL_CLEARING"}
    return [told | {"CallStatus": "ringing", "Event": "StartApp"}, leg, told | over | times]


def exotel_records(i: int) -> list[Body]:
    talked = i % 2 == 0
    local = began(i) + timedelta(hours=5, minutes=30)
    return [
        {
            "Sid": f"{i:032x}",
            "DateCreated": f"{local:%Y-%m-%d %H:%M:%S}",
            "StartTime": f"{local:%Y-%m-%d %H:%M:%S}",
            "EndTime": f"{local + timedelta(seconds=90):%Y-%m-%d %H:%M:%S}",
            "Status": "completed",
            "Direction": "inbound",
            "From": "0" + lead(i)[3:],
            "To": "07314000001",
            "PhoneNumberSid": "07314000001",
            "Details": {
                "ConversationDuration": 70 if talked else 0,
                "Leg1Status": "completed",
                "Leg2Status": "completed" if talked else "no-answer",
            },
        }
    ]


def exotel_hooks(i: int) -> list[Body]:
    talked = i % 2 == 0
    (record,) = exotel_records(i)
    return [
        {
            "CallSid": record["Sid"],
            "CallFrom": record["From"],
            "CallTo": "07314000001",
            "Direction": "incoming",
            "StartTime": record["StartTime"],
            "EndTime": "1970-01-01 05:30:00",
            "CurrentTime": record["EndTime"],
            "CallType": "completed" if talked else "incomplete",
            "DialCallStatus": "completed" if talked else "no-answer",
            "DialCallDuration": "85",
            "ConversationDuration": "70" if talked else "0",
            "DialWhomNumber": "09000000102",
        }
    ]


ACCOUNTS = {
    "twilio": Account(
        twilio.make,
        twilio_hooks,
        twilio_records,
        {"auth_token": "t"},
        {"account_sid": "AC1"},
        "client:asha",
    ),
    "plivo": Account(
        plivo.make, plivo_hooks, plivo_records, {"auth_token": "t"}, {"auth_id": "MA1"}, "+919000000102"
    ),
    "exotel": Account(
        exotel.make,
        exotel_hooks,
        exotel_records,
        {"api_key": "k", "api_token": "t"},
        {"account_sid": "e1"},
        "+919000000102",
    ),
}


@pytest.mark.parametrize("slug", ACCOUNTS)
def test_what_hooks_lacked_is_repaired_and_nothing_is_doubled(
    store: Store, cast: Cast, clock: Clock, slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Reconciler, "_rest", lambda self, seconds: None)
    clock.set(HOUR + timedelta(minutes=80))
    account = ACCOUNTS[slug]
    desk = Desk(keys={**account.secrets, **account.settings})
    desk.records = [record for i in range(CALLS) for record in account.records(i)]
    with served(account.make, desk) as url:
        connection_id = connect(store, cast, slug, url)
        for i in range(HEARD):
            heard(store, connection_id, account.hooks(i), Door.STATUS)
        by_hooks = calls(store, connection_id)
        seen = []
        for _ in range(2):  # asking again changes nothing
            sweep(store, cast, connection_id)
            with store.read() as tx:
                hour = ledger.hour_of(tx, connection_id, HOUR)
                entries = tx.scalar(select(func.count()).select_from(notification))
            assert hour is not None
            assert (hour.theirs, hour.ours, hour.repaired, hour.missing) == (CALLS, HEARD, CALLS - HEARD, 0)
            seen.append((calls(store, connection_id), entries))
    assert seen[0] == seen[1]
    repaired, entries = seen[0]
    assert entries  # missed calls nobody called back, and talks nobody looked after
    assert {**repaired, **by_hooks} == repaired  # a record says of a call what its hooks said
    assert Counter(outcome for outcome, _ in repaired.values()) == {"agent_missed": 4, "connected": 4}
    assert {talk for outcome, talk in repaired.values() if outcome == "connected"} == {70}


def connect(store: Store, cast: Cast, slug: str, url: str) -> int:
    account = ACCOUNTS[slug]
    with store.db.begin() as tx:
        connection_id = connections.add(
            tx,
            store.vault,
            slug=slug,
            vendor=slug,
            label=slug,
            at=store.now(),
            secrets=account.secrets,
            settings=account.settings | {"api_url": url},
        )
        connections.add_seat(
            tx, store.vault, connection_id=connection_id, person_id=cast.asha.id, address=account.seat
        )
    return connection_id


def calls(store: Store, connection_id: int) -> dict[str, tuple[str | None, int | None]]:
    """Each call's outcome and seconds of talk, by the provider's id."""
    with store.read() as tx:
        rows = tx.execute(
            select(call.c.provider_call_id, call.c.outcome, call.c.talk_seconds).where(
                call.c.connection_id == connection_id
            )
        ).all()
    return {row.provider_call_id: (row.outcome, row.talk_seconds) for row in rows}


def sweep(store: Store, cast: Cast, connection_id: int) -> None:
    """Read the hour once."""
    until = HOUR + timedelta(hours=1)
    store.write(lambda tx: sweeps.begin(tx, connection_id, HOUR, until, store.now(), cast.dev.id))
    with store.read() as tx:
        begun = sweeps.running(tx)[-1]
    Reconciler(store, Reach(private_hosts=frozenset({"127.0.0.1"}))).read(begun)
