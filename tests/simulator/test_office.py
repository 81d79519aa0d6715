from datetime import datetime, timedelta

import pytest

from simulator import clock
from simulator.callers import BY_NAME
from simulator.habits import Diligence
from simulator.office import Office
from simulator.story import Tempo
from tests.simulator.fake import Fake
from tests.simulator.street import street

pytestmark = pytest.mark.usefixtures("quick")


def test_the_profile_is_opened_during_the_call_by_who_talks(fake: Fake):
    with street(fake, diligence=1.0) as here:
        here.exchange.call(fake.connection(), BY_NAME["inbound-answered"])
        here.play()
        record = here.only()
        assert record.facts.talker is not None
        assert fake.opened == [(record.customer.lead_id, record.facts.talker.counselor)]
        row = here.ledger.page()["calls"][0]
        assert row["expect"]["kind"] is None
        assert len(row["openings"]) == 1
        assert (
            record.facts.started_at < datetime.fromisoformat(row["openings"][0]["at"]) < record.facts.ended_at
        )


def test_the_lead_of_an_unknown_caller_is_learned_from_the_api(fake: Fake):
    with street(fake, diligence=1.0, tempo=Tempo(1, fixed_ring=1, fixed_talk=4)) as here:
        here.exchange.call(fake.connection(), BY_NAME["inbound-unknown-answered"])
        record = here.only()
        fake.rows["calls"] = [{"provider_call_id": record.facts.line.call_id, "lead": {"id": 77}}]
        here.play()
        assert fake.opened[0][0] == record.customer.lead_id == 77


def test_a_missed_entry_is_dealt_with_later_by_one_of_those_it_is_for(fake: Fake):
    with street(fake, diligence=0.8, pace=50.0) as here:
        here.exchange.call(fake.connection(), BY_NAME["inbound-missed"])
        record = here.only()
        here.play(until=lambda: bool(fake.opened))
        assert fake.opened[0][1] in {ring.seat.counselor for ring in record.facts.rings}
        here.play(until=lambda: here.ledger.expects(record).state == "cleared")
        assert here.ledger.open_records() == []
        assert clock.now() - record.facts.ended_at > timedelta(seconds=1.5)


def test_what_an_earlier_run_left_is_worked_off_and_nothing_else(fake: Fake):
    old = {"raised_at": "2026-01-01T00:00:00Z", "counselors": ["asha@x.in"]}
    fake.rows["missed"] = [old | {"lead": {"id": 1000 + place}} for place in range(12)]
    own = {"raised_at": "2100-01-01T00:00:00Z", "counselors": ["asha@x.in"]}
    fake.rows["pending"] = [own | {"lead": {"id": 2000 + place}} for place in range(11)]
    with street(fake) as here:
        office = Office(here.api, here.exchange, Diligence(0.8), 0.2, seed=1)
        office.tidy(timedelta(hours=1))
        assert [lead for lead, _ in fake.opened] == [1000, 1001, 1002]
        fake.rows["missed"] = []
        office.tidy(timedelta(hours=1))
        assert len(fake.opened) == 3


def test_without_diligence_nobody_looks(fake: Fake):
    with street(fake, diligence=0.0, pace=50.0) as here:
        for name in ("inbound-missed", "campaign-connected"):
            here.exchange.call(fake.connection(), BY_NAME[name])
        here.play()
        states = [row["expect"]["state"] for row in here.ledger.page()["calls"]]
        assert states == ["open", "open"]
        assert fake.opened == []
