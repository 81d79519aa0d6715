"""What becomes of a click by what the provider answers: the next connection only where nothing can ring twice."""

import pytest

from ingest.client import Reason
from ingest.contract import Door
from models.rules.dialling import FAULTS, SAYS, Mode, State
from models.store import intent_leases, intents, openings
from models.store.intents import NotBegun
from simulator.faces.desk import Fault
from tests.dialing.conftest import Office, share

SILENCE = Fault(status=0)
DOWN = Fault(status=503)
EMPTY = Fault(200, '{"status": 0, "error": "insufficient balance"}', "application/json")
BUSY = Fault(200, '{"status": 0, "error": "agent is busy"}', "application/json")
GIBBERISH = Fault(200, "<html>gateway</html>", "text/html")


def test_the_provider_gets_seat_number_and_reference(office: Office) -> None:
    asha = office.cast.asha
    lead = office.cast.lead("+919811122233", owner=asha)
    begun = office.click(asha, lead, "abcdefgh12345678")
    (order,) = office.orders
    assert order["agent_no"] == asha.seat
    assert order["applicant_no"] == lead.phone
    assert order["reference"] == "abcdefgh12345678"
    row = office.row(begun)
    assert (row.state, row.provider_call_id, row.live) == (State.ACCEPTED, "o-1", True)
    assert lead.phone not in str(begun.body)


@pytest.mark.parametrize("fault", [DOWN, EMPTY], ids=["down", "no balance"])
def test_a_fault_of_the_connection_has_the_next_one_asked(office: Office, second: int, fault: Fault) -> None:
    first = office.cast.connection.id
    share(office.store, first, 9)
    office.desks[first].faults.append(fault)
    begun = office.click(office.cast.asha, office.cast.lead(owner=office.cast.asha))
    row = office.row(begun)
    assert (row.state, row.connection_id) == (State.ACCEPTED, second)
    assert f'"connection_id": {first}' in row.tried
    assert len(office.orders) == 1


def test_a_refusal_about_the_agent_ends_it(office: Office, second: int) -> None:
    office.desks[office.cast.connection.id].faults.append(BUSY)
    office.desks[second].faults.append(BUSY)
    row = office.row(office.click(office.cast.asha, office.cast.lead(owner=office.cast.asha)))
    assert (row.state, row.reason, row.live) == (State.REFUSED, "busy_agent", False)
    assert sum(len(desk.faults) for desk in office.desks.values()) == 1, "the second was asked too"


@pytest.mark.parametrize("fault", [SILENCE, GIBBERISH], ids=["hung up", "unreadable"])
def test_unknown_is_never_asked_again(office: Office, second: int, fault: Fault) -> None:
    for desk in office.desks.values():
        desk.faults.append(fault)
    asha, lead = office.cast.asha, office.cast.lead(owner=office.cast.asha)
    begun = office.click(asha, lead)
    assert (office.row(begun).state, office.row(begun).live) == (State.UNKNOWN, True)
    again = office.click(asha, lead)
    assert (again.id, again.fresh) == (begun.id, False)
    assert office.orders == []
    assert sum(len(desk.faults) for desk in office.desks.values()) == 1, "the other connection was asked"


def test_an_unknown_click_lets_go_after_its_lease(office: Office, clock) -> None:
    office.desks[office.cast.connection.id].faults.append(SILENCE)
    asha, lead = office.cast.asha, office.cast.lead(owner=office.cast.asha)
    first = office.click(asha, lead)
    clock.advance(seconds=119)
    assert intent_leases.lapse(office.store) == 0
    clock.advance(seconds=1)
    assert intent_leases.lapse(office.store) == 1
    assert (office.row(first).state, office.row(first).live) == (State.UNKNOWN, False)
    assert office.click(asha, lead).fresh
    assert len(office.orders) == 1


def test_every_connection_failing_is_told_with_the_last_reason(office: Office, second: int) -> None:
    for desk in office.desks.values():
        desk.faults.append(DOWN)
    row = office.row(office.click(office.cast.asha, office.cast.lead(owner=office.cast.asha)))
    assert (row.state, row.reason) == (State.REFUSED, "down")
    assert office.orders == []


def test_a_faulty_connection_waits_behind_the_others(office: Office, second: int, clock) -> None:
    first, asha = office.cast.connection.id, office.cast.asha
    share(office.store, first, 9)
    office.desks[first].faults.append(DOWN)
    office.click(asha, office.cast.lead(owner=asha))
    ravi = office.cast.ravi
    office.click(ravi, office.cast.lead(owner=ravi))
    assert (len(office.desks[first].orders), len(office.desks[second].orders)) == (0, 2)
    clock.advance(minutes=3)
    assert intent_leases.lapse(office.store) == 2
    office.click(asha, office.cast.lead(owner=asha))
    assert len(office.desks[first].orders) == 1


def test_the_lead_sees_the_connection_it_knows(office: Office, second: int, clock) -> None:
    asha = office.cast.asha
    lead = office.cast.lead(owner=asha)
    share(office.store, office.cast.connection.id, 9)
    office.hook(
        second, Door.LOG, call_id="old", agent_no="+919000000901", applicant_no=lead.phone, call_type="inbound",
        start_time=clock().isoformat(), status=0, call_duration=0,
    )  # fmt: skip
    office.click(asha, lead)
    assert len(office.desks[second].orders) == 1


def test_who_holds_the_lead_is_told(office: Office) -> None:
    asha, ravi, meera = office.cast.asha, office.cast.ravi, office.cast.meera
    lead = office.cast.lead(owner=asha)
    office.hook(
        office.cast.connection.id, Door.LOG, call_id="old", agent_no=ravi.seat, applicant_no=lead.phone,
        call_type="inbound", status=0, call_duration=0, start_time="2026-03-02T05:00:00+00:00",
    )  # fmt: skip
    office.click(asha, lead)
    with pytest.raises(NotBegun) as taken:
        office.click(ravi, lead)
    assert (taken.value.code, taken.value.holder) == ("taken", asha.name)
    with pytest.raises(NotBegun) as other:
        office.click(asha, office.cast.lead(owner=asha))
    assert other.value.code == "calling"
    with pytest.raises(NotBegun) as seatless:
        office.click(meera, lead)
    assert seatless.value.code == "no_seat"
    with pytest.raises(NotBegun) as soft:
        office.click(asha, lead, mode=Mode.DOCKED)
    assert soft.value.code == "no_seat"
    assert len(office.orders) == 1


def test_a_lead_of_another_team_is_no_lead(office: Office) -> None:
    with pytest.raises(openings.NoSuchLead):
        office.click(office.cast.chitra, office.cast.lead(owner=office.cast.asha))
    with pytest.raises(openings.NoSuchLead):
        office.dialer.dial(office.cast.asha.viewer, lead_id=999_999, reference=office.reference())
    assert office.orders == []


def test_somebody_elses_reference_is_refused(office: Office) -> None:
    asha, ravi = office.cast.asha, office.cast.ravi
    office.click(asha, office.cast.lead(owner=asha), "sixteenlettersab")
    with pytest.raises(NotBegun) as told:
        office.click(ravi, office.cast.lead(owner=ravi), "sixteenlettersab")
    assert told.value.code == "bad_reference"
    with pytest.raises(NotBegun):
        office.click(ravi, office.cast.lead(owner=ravi), "SHORT")


def test_a_released_call_lets_go(office: Office) -> None:
    asha, lead = office.cast.asha, office.cast.lead(owner=office.cast.asha)
    begun = office.click(asha, lead)
    reference = begun.body["reference"]
    assert not intents.release(office.store, office.cast.ravi.viewer, reference)
    assert intents.release(office.store, asha.viewer, reference)
    assert not intents.release(office.store, asha.viewer, reference)
    assert office.click(asha, lead).fresh


def test_the_rules_and_the_clients_mean_the_same() -> None:
    assert {reason.value for reason in Reason if reason.elsewhere} == FAULTS
    assert {reason.value for reason in Reason} <= SAYS.keys()


def test_who_talks_is_told_to_end_that_call_first(office: Office, clock) -> None:
    asha, ravi = office.cast.asha, office.cast.ravi
    caller, lead = office.cast.lead(owner=ravi), office.cast.lead(owner=asha)
    told = {"call_id": "in-1", "agent_no": asha.seat, "applicant_no": caller.phone, "call_type": "inbound"}
    office.hook(
        office.cast.connection.id, Door.POPUP, **told, event="answered", event_time=clock().isoformat()
    )
    with pytest.raises(NotBegun) as busy:
        office.click(asha, lead)
    assert busy.value.code == "on_call"
    with pytest.raises(NotBegun) as taken:
        office.click(ravi, caller)
    assert (taken.value.code, taken.value.holder) == ("taken", asha.name)
    assert office.click(asha, lead, anyway=True).fresh
