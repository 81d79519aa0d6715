"""A click follows its call through the provider's hooks, whatever comes first, twice, or not at all."""

import itertools
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from ingest import dialing
from ingest.contract import Door
from models.rules.dialling import State
from models.store import feed, intent_leases, intent_steps
from models.store.intents import Begun
from models.tables.calls import call
from simulator.faces.desk import Fault
from tests.cast import Lead, Person
from tests.dialing.conftest import PRIVATE, Office

SILENCE = Fault(status=0)


def hooks(
    office: Office, person: Person, lead: Lead, reference: str, **more: Any
) -> list[tuple[Door, dict[str, Any]]]:
    """What a provider says of a whole call: the seat rings and answers, the two talk, the record comes."""
    at = office.store.now()
    body = {"call_id": "o-1", "agent_no": person.seat, "applicant_no": lead.phone, "call_type": "outbound"}
    body |= {"reference": reference} | more

    def moment(seconds: int) -> str:
        return (at + timedelta(seconds=seconds)).isoformat()

    return [
        (Door.POPUP, body | {"event": "ringing", "event_time": moment(1)}),
        (Door.POPUP, body | {"event": "answered", "event_time": moment(4)}),
        (
            Door.LOG,
            body
            | {
                "start_time": moment(1),
                "end_time": moment(60),
                "status": 1,
                "call_duration": 59,
                "talk_seconds": 48,
            },
        ),
    ]


def tell(office: Office, *told: tuple[Door, dict[str, Any]]) -> None:
    for door, body in told:
        office.hook(office.cast.connection.id, door, **body)


def _call(office: Office) -> Any:
    with office.store.read() as tx:
        return tx.execute(select(call)).one()


def _click(office: Office) -> tuple[Begun, Lead]:
    lead = office.cast.lead(owner=office.cast.asha)
    return office.click(office.cast.asha, lead), lead


def test_the_hooks_move_it_forward_and_the_feed_tells(office: Office) -> None:
    begun, lead = _click(office)
    states = []
    for hook in hooks(office, office.cast.asha, lead, begun.body["reference"]):
        tell(office, hook)
        states.append(office.row(begun).state)
    assert states == [State.AGENT_RINGING, State.LEAD_RINGING, State.LOGGED]
    row = office.row(begun)
    assert (row.live, row.call_id) == (False, _call(office).id)
    with office.store.read() as tx:
        told = [each for each in feed.after(tx, 0) if each.kind == "intent"]
    assert all(each.audience.people == {office.cast.asha.id} for each in told)
    said = [each.body for each in told]
    order = ["requested", "accepted", "agent_ringing", "lead_ringing", "logged"]
    assert [next(state for state in order if f'"state":"{state}"' in body) for body in said] == order
    assert not any(lead.phone[1:] in body for body in said)
    assert office.click(office.cast.asha, lead).fresh


def test_any_order_of_hooks_and_answer_ends_the_same(office: Office) -> None:
    ends = set()
    for order in itertools.permutations(range(3)):
        begun, lead = _click(office)
        told = hooks(
            office, office.cast.asha, lead, begun.body["reference"], call_id=f"o-{len(office.orders)}"
        )
        for place in (*order, *order):
            tell(office, told[place])
        row = office.row(begun)
        ends.add(
            (row.state, row.live, row.ended_at - row.requested_at, row.agent_ringing_at - row.requested_at)
        )
    assert len(ends) == 1


def test_hooks_before_the_providers_answer_are_not_lost(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They name no reference here: only the answer says which call it is."""
    asha = office.cast.asha
    lead = office.cast.lead(owner=asha)
    accepted = intent_steps.accepted

    def late(*given: Any, **named: Any) -> None:
        for door, body in hooks(office, asha, lead, ""):
            office.hook(office.cast.connection.id, door, **body)
        accepted(*given, **named)

    monkeypatch.setattr(intent_steps, "accepted", late)
    row = office.row(office.click(asha, lead))
    assert (row.state, row.live, row.call_id) == (State.LOGGED, False, _call(office).id)


def test_without_customer_and_seat_the_click_says_whose_call_it_is(office: Office) -> None:
    begun, lead = _click(office)
    body = {"call_id": "o-1", "call_type": "outbound", "reference": begun.body["reference"]}
    tell(
        office,
        (
            Door.LOG,
            body | {"start_time": office.store.now().isoformat(), "status": 0, "call_duration": 0},
        ),
    )
    found = _call(office)
    assert (found.lead_id, found.person_id) == (lead.id, office.cast.asha.id)


def test_of_two_leads_with_one_number_the_dialled_one_has_the_call(office: Office, clock) -> None:
    asha = office.cast.asha
    mine = office.cast.lead("+919811100077", owner=asha, worked_at=clock.ago(days=9))
    office.cast.lead("+919811100077", owner=asha)
    begun = office.click(asha, mine)
    tell(office, *hooks(office, asha, mine, begun.body["reference"]))
    assert _call(office).lead_id == mine.id


def test_a_call_of_another_connection_does_not_move_it(office: Office, second: int) -> None:
    begun, lead = _click(office)
    line = office.row(begun).connection_id
    other = second if line != second else office.cast.connection.id
    door, body = hooks(office, office.cast.asha, lead, begun.body["reference"])[2]
    office.hook(other, door, **body)
    assert office.row(begun).state == State.ACCEPTED


def test_a_hook_settles_what_was_unknown(office: Office) -> None:
    office.desks[office.cast.connection.id].faults.append(SILENCE)
    begun, lead = _click(office)
    assert office.row(begun).state == State.UNKNOWN
    tell(office, *hooks(office, office.cast.asha, lead, begun.body["reference"]))
    row = office.row(begun)
    assert (row.state, row.reason, row.live) == (State.LOGGED, None, False)


def test_the_providers_records_settle_what_was_unknown(office: Office, clock) -> None:
    desk = office.desks[office.cast.connection.id]
    desk.faults.append(SILENCE)
    begun, lead = _click(office)
    _, record = hooks(office, office.cast.asha, lead, begun.body["reference"])[2]
    desk.records.append({**record, "call_started": clock().isoformat()})
    clock.advance(minutes=2)
    assert dialing.settle(office.store, PRIVATE) == 1
    assert office.row(begun).state == State.LOGGED
    assert dialing.settle(office.store, PRIVATE) == 0
    assert len(office.orders) == 0, "it was dialled again"


def test_silence_after_the_providers_yes_lets_go(office: Office, clock) -> None:
    begun, lead = _click(office)
    clock.advance(minutes=3)
    assert intent_leases.lapse(office.store) == 1
    row = office.row(begun)
    assert (row.state, row.reason, row.live) == (State.ACCEPTED, "silent", False)
    tell(office, *hooks(office, office.cast.asha, lead, begun.body["reference"]))
    assert office.row(begun).state == State.LOGGED
