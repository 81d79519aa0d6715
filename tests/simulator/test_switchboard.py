"""Calls ordered at the simulator's port, in the vendors' own words."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Thread
from typing import Any

import httpx
import pytest

from simulator import callers, clock, switchboard
from simulator.books import Connection
from simulator.compare import compare
from simulator.story import Ending, Script, Tempo
from simulator.switchboard import Moods, Switchboard
from simulator.window import Window
from tests.simulator.fake import SEATS, Fake, as_api
from tests.simulator.street import Street, street

pytestmark = pytest.mark.usefixtures("quick")

ASHA, RAVI = SEATS["asha@x.in"], SEATS["ravi@x.in"]
LEAD = "+919812345678"
UNHURRIED = Tempo(fixed_ring=8, fixed_talk=12)
"""So that what is told of a call arrives in order, however busy the machine."""

EXOTEL_KEYS = {"api_key": "k", "api_token": "t", "account_sid": "acc", "exophone": "+918045671011"}
GOES = {script.ending: script for script in callers.SCRIPTS if script.direction == "outbound"}


@dataclass
class Counter:
    """Where orders are handed in. ``base`` is the address of the connection's account."""

    street: Street
    base: str
    connection: Connection
    fake: Fake

    def order(self, agent: str = ASHA, lead: str = LEAD, key: str = "dk", **more: Any) -> httpx.Response:
        told = {"agent_no": agent, "applicant_no": lead, "reference": "ref0123456789abc", **more}
        head = {"Authorization": f"Bearer {key}"} if key else {}
        return httpx.post(f"{self.base}/dial", json=told, headers=head, timeout=5)

    def connect(self, callback: str | None = None, **more: str) -> httpx.Response:
        told = {
            "From": ASHA,
            "To": LEAD,
            "CallerId": "+918045671011",
            "CustomField": "ref0123456789abc",
            **more,
        }
        if callback:
            told["StatusCallback"] = callback
        auth = (EXOTEL_KEYS["api_key"], EXOTEL_KEYS["api_token"])
        return httpx.post(f"{self.base}/v1/Accounts/acc/Calls/connect.json", data=told, auth=auth, timeout=5)

    def over(self) -> None:
        deadline = time.monotonic() + 8
        while self.street.ledger.in_flight():
            assert time.monotonic() < deadline, "the call did not end in time"
            time.sleep(0.01)


@contextmanager
def counter(
    fake: Fake,
    vendor: str = "open",
    moods: Moods | None = None,
    *,
    rich: bool = True,
    tempo: Tempo | None = None,
) -> Iterator[Counter]:
    keys = {"dial_key": "dk"} if vendor == "open" else EXOTEL_KEYS
    connection = replace(fake.connection("c", vendor, rich=rich), dial=keys)
    with street(fake, connection) as here:
        took = Switchboard(here.exchange, moods or Moods(), tempo or here.exchange.manner.tempo, 1)
        window = Window(here.ledger, 0, {"c": connection}, took.doors())
        window.open()
        ended: list[bool] = []
        clockwork = Thread(target=here.exchange.schedule.run, args=(lambda: bool(ended),), daemon=True)
        clockwork.start()
        try:
            yield Counter(here, window.url.removesuffix("/ledger") + "/accounts/c", connection, fake)
        finally:
            ended.append(True)
            clockwork.join()
            window.close()


@pytest.fixture
def goes(monkeypatch: pytest.MonkeyPatch) -> Callable[[Ending], None]:
    """Decides how the ordered calls go."""

    def decide(ending: Ending) -> None:
        def chosen(rng: Any, directions: Any) -> Script:
            return GOES[ending]

        monkeypatch.setattr(callers, "next_script", chosen)

    return decide


def test_an_order_rings_the_agent_then_the_lead_and_is_told_with_our_reference(
    fake: Fake, goes: Callable[[Ending], None]
) -> None:
    goes(Ending.TALK)
    with counter(fake, tempo=UNHURRIED) as desk:
        answer = desk.order().json()
        desk.over()
        heard = fake.deliveries()
        assert answer["status"] == 1
        assert [item.fields.get("event") or item.door for item in heard] == [
            "ringing",
            "answered",
            "bridged",
            "ivrCallBackDetails",
        ]
        assert {item.call_id for item in heard} == {answer["call_id"]}
        assert {item.fields["reference"] for item in heard} == {"ref0123456789abc"}
        assert {item.fields["agent_no"] for item in heard} == {ASHA}
        assert heard[-1].fields["resource_url"].endswith(f"/{answer['call_id']}.wav")
        facts = desk.street.only().facts
        assert (facts.direction, facts.outcome, facts.line.phone) == ("outbound", "connected", LEAD)
        page = desk.street.ledger.page()
        assert page["calls"][0]["reference"] == "ref0123456789abc"
        told = as_api(page)
        assert compare(page, told["calls"], told["missed"]).differences == []
        told["calls"][0]["outcome"] = "busy"
        assert compare(page, told["calls"], told["missed"]).differences != []


@pytest.mark.parametrize(
    ("ending", "outcome", "events"),
    [
        (Ending.LEAD_SILENT, "no_answer", ["ringing", "answered"]),
        (Ending.LEAD_BUSY, "busy", ["ringing", "answered"]),
        (Ending.LEAD_REJECTED, "rejected", ["ringing", "answered"]),
        (Ending.AGENT_MISSED, "agent_missed", ["ringing"]),
    ],
)
def test_a_call_that_nobody_takes_says_so(
    fake: Fake, goes: Callable[[Ending], None], ending: Ending, outcome: str, events: list[str]
) -> None:
    goes(ending)
    with counter(fake, tempo=UNHURRIED) as desk:
        desk.order()
        desk.over()
        heard = fake.deliveries()
        assert [item.fields.get("event") for item in heard[:-1]] == events
        assert heard[-1].fields["outcome"] == outcome
        assert heard[-1].fields["resource_url"] == ""
        due = desk.street.ledger.page()["calls"][0]["expect"]
        assert (due["kind"], due["direction"], due["counselors"]) == ("missed", "outbound", ["asha@x.in"])


def test_a_plain_provider_announces_the_ring_and_tells_one_or_zero(
    fake: Fake, goes: Callable[[Ending], None]
) -> None:
    goes(Ending.TALK)
    with counter(fake, rich=False, tempo=UNHURRIED) as desk:
        desk.order()
        desk.over()
        assert [item.door for item in fake.deliveries()] == ["ivrCallNotification", "ivrCallBackDetails"]
        assert {item.fields["reference"] for item in fake.deliveries()} == {"ref0123456789abc"}
        assert fake.deliveries()[-1].fields["status"] == "1"


def test_a_wrong_key_is_turned_away(fake: Fake) -> None:
    with counter(fake) as desk:
        assert desk.order(key="other").status_code == 401
        assert desk.order(key="").status_code == 401
        assert desk.street.ledger.records() == []


def test_an_account_without_keys_has_no_address_for_orders(fake: Fake) -> None:
    with street(fake) as here:
        assert Switchboard(here.exchange, Moods(), Tempo(), 1).doors() == {}


def test_an_unknown_agent_and_a_number_that_is_none_are_declined(fake: Fake) -> None:
    with counter(fake) as desk:
        assert "Agent Details Not Found" in desk.order(agent="+919999999999").json()["error"]
        assert "number" in desk.order(lead="12").json()["error"]
        assert desk.street.ledger.records() == []


def test_an_agent_who_ordered_a_call_is_busy_until_it_is_over(
    fake: Fake, goes: Callable[[Ending], None]
) -> None:
    goes(Ending.LEAD_SILENT)
    with counter(fake, tempo=Tempo(fixed_ring=25)) as desk:
        assert desk.order().json()["status"] == 1
        assert "busy" in desk.order(lead="+919812345679").json()["error"]
        assert desk.order(agent=RAVI, lead="+919812345679").json()["status"] == 1
        desk.over()
        while clock.now() < max(record.facts.ended_at for record in desk.street.ledger.records()):
            time.sleep(0.01)
        assert desk.order(lead="+919812345679").json()["status"] == 1


def test_the_invented_day_leaves_a_counselor_who_orders_calls_alone(
    fake: Fake, goes: Callable[[Ending], None]
) -> None:
    goes(Ending.LEAD_BUSY)
    with counter(fake) as desk:
        books = desk.street.exchange.books
        assert "asha@x.in" in {seat.counselor for seat in books.free("c", clock.now())}
        desk.order()
        desk.over()
        assert "asha@x.in" not in {seat.counselor for seat in books.free("c", clock.now())}
        late = clock.now() + switchboard._QUIET * 2
        assert "asha@x.in" in {seat.counselor for seat in books.free("c", late)}


def test_a_lead_on_the_telephone_is_busy(fake: Fake, goes: Callable[[Ending], None]) -> None:
    goes(Ending.TALK)
    with counter(fake, tempo=Tempo(fixed_ring=1, fixed_talk=60)) as desk:
        desk.order()
        desk.order(agent=RAVI)
        outcomes = {record.facts.outcome for record in desk.street.ledger.records()}
        assert outcomes == {"connected", "busy"}
        desk.street.exchange.hang_up_all(3)


def test_exotel_calls_back_where_the_order_says(fake: Fake, goes: Callable[[Ending], None]) -> None:
    goes(Ending.TALK)
    with counter(fake, "exotel", tempo=UNHURRIED) as desk:
        answer = desk.connect(f"{fake.url}/hook/other/status").json()["Call"]
        desk.over()
        heard = fake.deliveries()
        assert [item.fields["EventType"] for item in heard] == ["answered", "terminal"]
        assert {item.slug for item in heard} == {"other"}
        assert {item.fields["CallSid"] for item in heard} == {answer["Sid"]}
        assert {item.fields["CustomField"] for item in heard} == {"ref0123456789abc"}
        assert {item.content_type for item in heard} == {"application/json"}
        assert heard[-1].fields["RecordingUrl"].endswith(".wav")


def test_exotel_says_nothing_to_who_names_no_callback(fake: Fake) -> None:
    with counter(fake, "exotel") as desk:
        assert desk.connect().status_code == 200
        desk.over()
        assert fake.deliveries() == []
        page = desk.street.ledger.page()
        assert compare(page, [], []).skipped == {"not acknowledged": 1}


def test_exotel_knows_its_key_and_its_numbers(fake: Fake) -> None:
    with counter(fake, "exotel") as desk:
        assert "ExoPhone" in desk.connect(CallerId="+911111111111").text
        wrong = httpx.post(f"{desk.base}/v1/Accounts/acc/Calls/connect.json", data={}, auth=("k", "no"))
        assert wrong.status_code == 401
        assert desk.street.ledger.records() == []


def test_refusals_come_in_turn_and_nobody_is_called(fake: Fake) -> None:
    with counter(fake, moods=Moods(refused=1.0)) as desk:
        answers = [desk.order() for _ in range(3)]
        assert {answer.status_code for answer in answers} == {200, 503}
        said = " ".join(answer.text for answer in answers)
        assert "balance" in said
        assert "busy" in said
        assert desk.street.ledger.records() == []


def test_of_the_orders_answered_too_late_every_other_is_played(fake: Fake) -> None:
    with counter(fake, moods=Moods(silent=1.0, silence_seconds=0.3)) as desk:
        began = time.monotonic()
        first, second = desk.order(), desk.order()
        assert time.monotonic() - began >= 0.6
        assert (first.status_code, second.status_code) == (503, 200)
        assert len(desk.street.ledger.records()) == 1
        desk.street.exchange.hang_up_all(3)


def test_ordered_talks_keep_between_their_bounds() -> None:
    tempo = Tempo(talks_between=(10.0, 90.0))
    assert tempo.talk(12).total_seconds() == 10
    assert tempo.talk(420).total_seconds() == 90
    assert Tempo(2.0, talks_between=(10.0, 90.0)).talk(420).total_seconds() == 45
