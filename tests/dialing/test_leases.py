"""A lease that has run out holds nobody, whether or not the job that ends leases has come by."""

from typing import Any

import pytest

from ingest.client import Reason, Refused, Unsettled
from ingest.dialing import Dialer
from ingest.vendors import registry
from models.rules.dialling import Mode, State
from models.store import intent_leases, intent_steps, intents, merging
from models.store.base import Store
from models.store.intents import Begun, NotBegun
from simulator.faces.desk import Fault
from tests.cast import Cast, Lead, Person
from tests.databases import Clock
from tests.dialing.conftest import PRIVATE, Office, application_of
from tests.dialing.test_progress import hooks, tell

SILENCE = Fault(status=0)


def _begin(office: Office, person: Person, lead: Lead) -> Begun:
    """A click whose process dies before it asks."""
    return intents.begin(
        office.store, person.viewer, lead_id=lead.id, reference=office.reference(), mode=Mode.HARDPHONE
    )


def test_what_was_never_asked_frees_its_counselor(office: Office, clock: Clock) -> None:
    asha, cast = office.cast.asha, office.cast
    first = _begin(office, asha, cast.lead(owner=asha))
    clock.advance(seconds=29)
    with pytest.raises(NotBegun):
        office.click(asha, cast.lead(owner=asha))
    clock.advance(seconds=1)
    assert office.click(asha, cast.lead(owner=asha)).fresh
    row = office.row(first)
    assert (row.state, row.reason, row.live) == (State.REFUSED, "not_sent", False)


def test_and_is_never_asked_for_afterwards(office: Office, clock: Clock) -> None:
    begun = _begin(office, office.cast.asha, office.cast.lead(owner=office.cast.asha))
    clock.advance(seconds=30)
    with office.store.read() as tx:
        assert intent_steps.pending(tx, begun.id, office.store.now()) is None
    assert not intent_steps.mark_asked(office.store, begun.id, office.cast.connection.id)


def test_what_was_asked_holds_as_an_unknown_does_counted_from_its_own_end(
    office: Office, clock: Clock
) -> None:
    """45 seconds for the answer and 2 minutes of not knowing, whoever comes by when."""
    asha, lead = office.cast.asha, office.cast.lead(owner=office.cast.asha)
    begun = _begin(office, asha, lead)
    assert intent_steps.mark_asked(office.store, begun.id, office.cast.connection.id)
    clock.advance(seconds=45 + 119)
    again = office.click(asha, lead)
    assert (again.id, again.fresh, office.row(begun).state) == (begun.id, False, State.UNKNOWN)
    with office.store.read() as tx:
        assert intents.live_of(tx, asha.id, office.store.now())
    clock.advance(seconds=1)
    with office.store.read() as tx:
        assert intents.live_of(tx, asha.id, office.store.now()) is None
        assert intents.holder_of(tx, lead.id, office.store.now()) is None
    assert office.click(asha, lead).fresh
    assert (office.row(begun).state, office.row(begun).live) == (State.UNKNOWN, False)


def test_a_job_that_comes_hours_late_ends_an_asked_click_at_once(office: Office, clock: Clock) -> None:
    begun = _begin(office, office.cast.asha, office.cast.lead(owner=office.cast.asha))
    intent_steps.mark_asked(office.store, begun.id, office.cast.connection.id)
    clock.advance(hours=1)
    assert intent_leases.lapse(office.store) == 1
    assert (office.row(begun).state, office.row(begun).live) == (State.UNKNOWN, False)


def test_leads_whose_leases_are_over_can_be_merged(office: Office, clock: Clock) -> None:
    cast = office.cast
    kept, gone = cast.lead(owner=cast.asha), cast.lead(owner=cast.ravi)
    _begin(office, cast.asha, kept), _begin(office, cast.ravi, gone)
    with pytest.raises(merging.NotMergeable):
        merging.merge(office.store, cast.dev.viewer, kept.id, gone.id, {})
    clock.advance(seconds=30)
    assert merging.merge(office.store, cast.dev.viewer, kept.id, gone.id, {})


class Late:
    """A provider whose answer comes when the click's lease is long over: its process was suspended meanwhile."""

    def __init__(self, store: Store, clock: Clock, seconds: float, answer: Exception) -> None:
        self.store, self.clock, self.seconds, self.answer = store, clock, seconds, answer
        self.orders: list[Any] = []

    def dial(self, order: Any) -> Any:
        self.orders.append(order)
        self.clock.advance(seconds=self.seconds)
        intent_leases.lapse(self.store)
        raise self.answer


@pytest.mark.parametrize("seconds", [46, 1000], ids=["unknown", "unknown and let go"])
def test_a_certain_refusal_that_comes_late_settles_it_and_nobody_else_is_asked(
    office: Office, second: int, clock: Clock, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    late = Late(office.store, clock, seconds, Refused(Reason.DOWN, "down"))
    monkeypatch.setattr(registry, "client", lambda connection, web: late)
    asha, lead = office.cast.asha, office.cast.lead(owner=office.cast.asha)
    begun = office.click(asha, lead)
    row = office.row(begun)
    assert (row.state, row.reason, row.live) == (State.REFUSED, "down", False)
    assert len(late.orders) == 1, "another connection was asked after the click was unknown"
    assert office.row(begun).ended_at is not None


def test_a_refusal_in_time_but_after_its_lease_asks_nobody_else(
    office: Office, second: int, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same with no job running: nobody has noticed that the lease is over."""
    late = Late(office.store, clock, 46, Refused(Reason.DOWN, "down"))
    monkeypatch.setattr(registry, "client", lambda connection, web: late)
    monkeypatch.setattr(intent_leases, "lapse", lambda store: 0)
    row = office.row(office.click(office.cast.asha, office.cast.lead(owner=office.cast.asha)))
    assert (row.state, row.live, len(late.orders)) == (State.REFUSED, False, 1)


def test_a_late_refusal_does_not_undo_what_a_hook_told(office: Office, clock: Clock) -> None:
    """A refusal of a call that rings is no refusal."""
    asha, lead = office.cast.asha, office.cast.lead(owner=office.cast.asha)
    office.desks[office.cast.connection.id].faults.append(SILENCE)
    begun = office.click(asha, lead)
    tell(office, hooks(office, asha, lead, begun.body["reference"])[0])
    intent_steps.refused(office.store, begun.id, "down")
    assert (office.row(begun).state, office.row(begun).live) == (State.AGENT_RINGING, True)


def test_silence_that_is_heard_late_changes_nothing(
    office: Office, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = Late(office.store, clock, 1000, Unsettled("nothing"))
    monkeypatch.setattr(registry, "client", lambda connection, web: late)
    row = office.row(office.click(office.cast.asha, office.cast.lead(owner=office.cast.asha)))
    assert (row.state, row.live) == (State.UNKNOWN, False)


def test_a_dialer_that_stops_refuses_plainly(office: Office) -> None:
    asha, lead = office.cast.asha, office.cast.lead(owner=office.cast.asha)
    office.dialer.close()
    with pytest.raises(NotBegun) as told:
        office.click(asha, lead)
    assert (told.value.code, "nothing rang" in told.value.say) == ("not_sent", True)
    with office.store.read() as tx:
        assert intents.live_of(tx, asha.id, office.store.now()) is None
    assert office.orders == []


def test_clicks_that_waited_when_it_stops_are_refused_at_once(office: Office, store: Store) -> None:
    cast = office.cast
    office.desks[cast.connection.id].faults.append(Fault(503, wait_seconds=1))
    dialer = Dialer(store, PRIVATE, at_once=1)
    asked = dialer.dial(cast.asha.viewer, lead_id=cast.lead(owner=cast.asha).id, reference=office.reference())
    waits = dialer.dial(cast.ravi.viewer, lead_id=cast.lead(owner=cast.ravi).id, reference=office.reference())
    dialer.close()
    assert (office.row(asked).reason, office.row(waits).reason) == ("down", "not_sent")
    assert not office.row(waits).live
    assert office.row(waits).asked_at is None
    assert office.orders == []


def test_an_application_is_the_leads_own(office: Office, cast: Cast) -> None:
    asha = cast.asha
    mine, other = cast.lead(owner=asha), cast.lead(owner=asha)
    application = application_of(office.store, other)
    with pytest.raises(NotBegun) as told:
        office.click(asha, mine, application_id=application)
    assert told.value.code == "bad_application"
    assert office.orders == []
    assert office.row(office.click(asha, other, application_id=application)).application_id == application
