"""From hooks and the provider's own API to the ledger: pulled records know the calls that hooks told of."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select

from ingest.reconcile.planning import Reach
from ingest.reconcile.sweeping import Reconciler
from models.store import connections, ledger, sweeps
from models.store.base import Store
from models.tables.calls import call, notification
from simulator.faces import myoperator, ozonetel
from simulator.faces.desk import Desk, served
from tests.cast import Cast
from tests.databases import Clock
from tests.reconciling import heard

IST = ZoneInfo("Asia/Kolkata")
HOUR = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
HEARD, LOST = 5, 3
Body = dict[str, Any]


def ozonetel_row(i: int) -> Body:
    """A row of the report. The odd ones nobody picked up."""
    began = (HOUR + timedelta(minutes=5 * i)).astimezone(IST)
    talked = i % 2 == 0
    return {
        "CallID": 9050000000000000 + i,
        "UCID": 9050000000001000 + i,
        "CallDate": f"{began:%Y-%m-%d}",
        "StartTime": f"{began:%H:%M:%S}",
        "EndTime": f"{began + timedelta(seconds=90):%H:%M:%S}",
        "PickupTime": f"{began + timedelta(seconds=20):%H:%M:%S}" if talked else "",
        "Type": "InBound",
        "CallerID": f"98765400{i:02}",
        "DID": "917314000001",
        "AgentID": "asha",
        "AgentDialStatus": "answered" if talked else "not_answered",
        "CustomerDialStatus": "answered",
        "DialStatus": "answered" if talked else "not_answered",
        "Status": "Answered" if talked else "Unanswered",
        "TalkTime": "00:01:10" if talked else "00:00:00",
        "Duration": "00:01:30",
    }


def ozonetel_hook(row: Body) -> Body:
    """The same call as its summary tells it."""
    day = row["CallDate"]
    talked = row["Status"] == "Answered"
    return {
        "monitorUCID": str(row["CallID"]),
        "Did": row["DID"],
        "CallerID": "91" + row["CallerID"],
        "Type": "inbound",
        "StartTime": f"{day} {row['StartTime']}",
        "EndTime": f"{day} {row['EndTime']}",
        "TimeToAnswer": "00:00:20" if talked else "00:00:00",
        "CallDuration": "00:01:30",
        "Duration": row["TalkTime"],
        "AgentID": "asha",
        "AgentStatus": row["AgentDialStatus"],
        "CustomerStatus": "answered",
        "DialStatus": row["DialStatus"],
        "Status": "Answered" if talked else "NotAnswered",
        "Apikey": "KK-ours",
    }


def myoperator_row(i: int) -> Body:
    """A row of the call log; its clock runs two seconds ahead of the webhooks'."""
    at = int((HOUR + timedelta(minutes=5 * i)).timestamp())
    talked = i % 2 == 0
    leg = {
        "_ds": "ANSWER" if talked else "NOANSWER",
        "_did": "+917314000001",
        "action": "received" if talked else "missed",
        "duration": "00:01:10" if talked else "00:00:00",
        "received_by": [{"name": "Asha", "extension": "10"}],
    }
    return {
        "caller_number": f"+9198765400{i:02}",
        "start_time": at + 2,
        "end_time": at + 90,
        "duration": "00:01:28",
        "event": 1,
        "status": 1 if talked else 2,
        "filename": "a.mp3" if talked else "",
        "additional_parameters": [{"ky": "ui", "vl": f"s4.{at}.{i}"}],
        "log_details": [leg],
    }


def myoperator_hook(row: Body) -> Body:
    """The same call's end."""
    began = datetime.fromtimestamp(row["start_time"] - 2, UTC)
    talked = row["status"] == 1
    lead = {
        "type": "customer",
        "phone_number": row["caller_number"],
        "result": "connected",
        "talk_duration": 90,
    }
    agent = {
        "type": "agent",
        "phone_number": "+919000000102",
        "result": "answered" if talked else "not_answered",
    }
    more = {"talk_duration": 70} if talked else {"dial_status": "NOANSWER", "ring_duration": 20}
    return {
        "event_type": "call.end",
        "channel": "call",
        "session_id": row["additional_parameters"][0]["vl"],
        "direction": "incoming",
        "system_identifier": "+917314000001",
        "customer_identifier": row["caller_number"],
        "payload": {
            "status": "bridged" if talked else "missed",
            "started_at": began.isoformat(),
            "ended_at": (began + timedelta(seconds=90)).isoformat(),
            "legs": [lead, agent | more],
        },
    }


ACCOUNTS: dict[
    str, tuple[Callable[[Desk], Flask], Callable[[int], Body], Callable[[Body], Body], Body, Body, str]
] = {
    "ozonetel": (
        ozonetel.make,
        ozonetel_row,
        ozonetel_hook,
        {"api_key": "KK-ours"},
        {"username": "institute"},
        "asha",
    ),
    "myoperator": (
        myoperator.make,
        myoperator_row,
        myoperator_hook,
        {"logs_token": "10650650"},
        {"extensions": ["10=+919000000102"]},
        "+919000000102",
    ),
}


@contextmanager
def connected(store: Store, cast: Cast, slug: str) -> Iterator[tuple[int, Desk]]:
    """A connection of this vendor, its API at the desk's face."""
    make, _, _, secrets, settings, seat = ACCOUNTS[slug]
    desk = Desk(keys={**secrets, **settings, "agents": seat, "ready": seat})
    with served(make, desk) as url, store.db.begin() as tx:
        connection_id = connections.add(
            tx,
            store.vault,
            slug=slug,
            vendor=slug,
            label=slug,
            at=store.now(),
            secrets=secrets,
            settings=settings | {"api_url": url},
        )
        connections.add_seat(
            tx, store.vault, connection_id=connection_id, person_id=cast.asha.id, address=seat
        )
        tx.commit()
        yield connection_id, desk


@pytest.mark.parametrize("slug", ACCOUNTS)
def test_what_hooks_lacked_is_repaired_and_nothing_is_doubled(
    store: Store, cast: Cast, clock: Clock, slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Reconciler, "_rest", lambda self, seconds: None)
    clock.set(HOUR + timedelta(minutes=80))
    _, row, hook, *_ = ACCOUNTS[slug]
    with connected(store, cast, slug) as (connection_id, desk):
        desk.records = [row(i) for i in range(HEARD + LOST)]
        heard(store, connection_id, [hook(one) for one in desk.records[:HEARD]])
        for _ in range(2):  # asking again changes nothing
            store.write(
                lambda tx: sweeps.begin(
                    tx, connection_id, HOUR, HOUR + timedelta(hours=1), store.now(), cast.dev.id
                )
            )
            with store.read() as tx:
                sweep = sweeps.running(tx)[-1]
            Reconciler(store, Reach(private_hosts=frozenset({"127.0.0.1"}))).read(sweep)
            with store.read() as tx:
                hour = ledger.hour_of(tx, connection_id, HOUR)
                calls = tx.execute(
                    select(call.c.outcome, func.count())
                    .where(call.c.connection_id == connection_id)
                    .group_by(call.c.outcome)
                ).all()
                entries = tx.scalar(select(func.count()).select_from(notification))
            assert hour is not None
            assert (hour.theirs, hour.ours, hour.repaired, hour.missing) == (8, HEARD, LOST, 0)
            assert {outcome: count for outcome, count in calls} == {"connected": 4, "agent_missed": 4}
            assert entries == 8  # four missed, four talked on with nobody looking
