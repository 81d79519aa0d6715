"""What the simulated provider still has of its calls: records in its own protocol, and a sound."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

import httpx
import pytest

from simulator import clock
from simulator.books import Connection, Customer
from simulator.ledger import Ledger, Record
from simulator.story import Ending, Facts, Line, Script, Seat, Tempo, tell
from simulator.window import Window

MAIN = Connection("main", "open", "Main", "", ("+917314000001",))


@pytest.fixture
def ledger() -> Ledger:
    return Ledger("run", clock.now())


@pytest.fixture
def base(ledger: Ledger) -> Iterator[str]:
    window = Window(ledger, 0, {"main": MAIN, "other": Connection("other", "exotel", "Other", "", ())})
    window.open()
    yield window.url.removesuffix("/ledger")
    window.close()


def _call(ledger: Ledger, number: int, started: datetime, done: bool = True) -> Facts:
    line = Line(
        call_id=f"c-{number}", number=number, connection="main", phone="+919811100001", did="+917314000001"
    )
    seats = [Seat("+919000000101", "asha@example.org"), Seat("+919000000102", "ravi@example.org")]
    script = Script("rerouted", "inbound", Ending.TALK, 1, picks=1)
    facts = tell(script, line, seats, started, Random(number), Tempo())
    record = Record(facts, Customer("+919811100001", "A", "B", "C"), None, frozenset(("connected",)))
    record.finished_at = facts.ended_at if done else None
    ledger.add(record)
    return facts


def _ask(base: str, since: datetime, until: datetime, **more: str) -> httpx.Response:
    params = {"since": since.isoformat(), "until": until.isoformat(), **more}
    return httpx.get(f"{base}/records/main", params=params, trust_env=False)


def test_finished_calls_of_the_time_asked_for_page_by_page(ledger: Ledger, base: str) -> None:
    began = clock.now().replace(microsecond=0) - timedelta(hours=2)
    for number in range(70):
        _call(ledger, number, began + timedelta(seconds=number))
    _call(ledger, 70, began, done=False)
    _call(ledger, 71, began + timedelta(hours=1))
    first = _ask(base, began, began + timedelta(hours=1)).json()
    assert (len(first["records"]), first["next"]) == (100, "100")
    second = _ask(base, began, began + timedelta(hours=1), cursor="100").json()
    assert (len(second["records"]), second["next"]) == (40, None)
    told = first["records"] + second["records"]
    assert len({record["call_id"] for record in told}) == 70
    assert {record["outcome"] for record in told} == {"agent_missed", "connected"}, (
        "one for each counselor tried"
    )


def test_a_talk_has_a_sound_in_pieces_and_nothing_else_has(ledger: Ledger, base: str) -> None:
    facts = _call(ledger, 1, clock.now().replace(microsecond=0))
    answer = httpx.get(f"{base}/recordings/c-1.wav", headers={"Range": "bytes=0-11"}, trust_env=False)
    assert (answer.status_code, answer.content[:4], answer.content[8:12]) == (206, b"RIFF", b"WAVE")
    whole = int(answer.headers["content-range"].rpartition("/")[2])
    assert whole == 44 + 8000 * min(facts.talk_seconds, 60)
    assert httpx.get(f"{base}/recordings/c-2.wav", trust_env=False).status_code == 404


def test_what_cannot_be_answered_is_said(base: str) -> None:
    for path, status in (("/records/main", 400), ("/records/other", 404), ("/records/nobody", 404)):
        assert httpx.get(base + path, trust_env=False).status_code == status
