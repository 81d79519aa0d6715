from collections import Counter

import pytest

from simulator import clock
from simulator.callers import BY_NAME
from simulator.disturb import Knobs
from simulator.story import Tempo
from tests.simulator.fake import AGENTS, SEATS, Fake
from tests.simulator.street import RUN, street

pytestmark = pytest.mark.usefixtures("quick")


def test_the_assigned_counselor_is_tried_first_and_told_of(fake: Fake):
    fake.route = [SEATS["chitra@x.in"]]
    with street(fake) as here:
        assert here.exchange.call(fake.connection(), BY_NAME["inbound-answered"])
        here.play()
        facts = here.only().facts
        assert facts.talker is not None
        assert facts.talker.counselor == "chitra@x.in"
        assert [item.door for item in fake.heard] == [
            "getCounsellor",
            "ivrCallNotification",
            "ivrCallNotification",
            "ivrCallBackDetails",
        ]
        assert here.only().acknowledged
        assert here.only().complete


def test_an_exotel_route_answer_is_followed_in_its_own_fashion(fake: Fake):
    fake.route = ["09" + SEATS["dev@x.in"][4:], "0" + SEATS["dev@x.in"][3:]]
    exotel = fake.connection("exo", "exotel")
    with street(fake, exotel) as here:
        here.exchange.call(exotel, BY_NAME["inbound-missed"])
        here.play()
        assert here.only().facts.rings[0].seat.counselor == "dev@x.in"
        assert len(here.only().facts.line.call_id) == 32
        assert RUN in here.only().facts.line.call_id


def test_a_delivery_is_repeated_until_it_is_acknowledged(fake: Fake):
    with street(fake) as here:
        fake.down = 2
        here.exchange.call(fake.connection(), BY_NAME["campaign-busy"])
        here.play()
        heard = fake.deliveries(acknowledged=False)
        assert [item.answered for item in heard] == [503, 503, 200]
        assert len({str(item.fields) for item in heard}) == 1
        assert here.only().acknowledged


def test_after_two_repetitions_it_is_dropped_and_the_ledger_says_so(fake: Fake):
    with street(fake) as here:
        fake.down = 3
        here.exchange.call(fake.connection(), BY_NAME["campaign-busy"])
        here.play()
        assert [item.answered for item in fake.heard] == [503, 503, 503]
        row = here.ledger.page()["calls"][0]
        assert (row["acknowledged"], row["complete"], row["heard"]) == (False, True, {"log 0": False})
        assert row["remarks"] == ["log 0: dropped, last answer 503"]


def test_a_server_that_is_away_is_survived(fake: Fake):
    connection = fake.connection()
    fake.close()
    with street(fake, connection) as here:
        here.exchange.call(connection, BY_NAME["inbound-answered"])
        here.play()
        assert not here.only().acknowledged
        assert "last answer none" in here.only().remarks[0]
    fake.__post_init__()  # so that the fixture has something to close


def test_one_acknowledged_copy_is_enough(fake: Fake):
    with street(fake, knobs=Knobs(duplicates=1.0, window=0.2), retries_after=()) as here:
        fake.down = 1
        here.exchange.call(fake.connection(), BY_NAME["campaign-busy"])
        here.play()
        assert sorted(item.answered for item in fake.heard) == [200, 503]
        assert here.only().acknowledged


def test_the_knobs_reach_the_wire(fake: Fake):
    knobs = Knobs(duplicates=1.0, shuffle=1.0, window=0.5)
    with street(fake, knobs=knobs) as here:
        here.exchange.call(fake.connection(), BY_NAME["inbound-third"])
        here.play()
        heard = fake.deliveries()
        assert set(Counter(str(sorted(item.fields.items())) for item in heard).values()) == {2}
        first_logs = [item.door for item in heard].index("ivrCallBackDetails")
        assert "ivrCallNotification" in [item.door for item in heard][first_logs:]


def test_a_delivery_taken_for_review_is_a_remark(fake: Fake):
    fake.review = True
    with street(fake) as here:
        here.exchange.call(fake.connection(), BY_NAME["campaign-busy"])
        here.play()
        assert here.only().remarks == ["log 0: taken for review, not understood"]


def test_nobody_is_on_two_calls_at_once(fake: Fake):
    with street(fake) as here:
        started = [here.exchange.call(fake.connection(), BY_NAME["outbound-answered"]) for _ in range(6)]
        assert started == [True] * 4 + [False] * 2
        dialers = [record.facts.dialer for record in here.ledger.records()]
        assert sorted(dialer.counselor for dialer in dialers if dialer) == sorted(AGENTS)
        phones = [record.facts.line.phone for record in here.ledger.records()]
        assert len(set(phones)) == 4
        here.exchange.call(fake.connection(), BY_NAME["inbound-answered"])
        assert here.ledger.records()[-1].facts.rings == ()


def test_an_unknown_caller_belongs_to_who_answered(fake: Fake):
    with street(fake) as here:
        here.exchange.call(fake.connection(), BY_NAME["inbound-unknown-answered"])
        record = here.only()
        assert (record.customer.owner, record.customer.lead_id, record.owner) == (None, None, None)
        here.play()
        assert record.facts.talker is not None
        assert record.customer.owner == record.facts.talker.counselor


@pytest.mark.parametrize("name", ["inbound-answered", "outbound-answered", "campaign-connected"])
def test_switched_off_in_the_middle_every_call_is_told_to_have_ended(fake: Fake, name: str):
    with street(fake, tempo=Tempo(1, fixed_ring=1, fixed_talk=300)) as here:
        here.exchange.call(fake.connection(), BY_NAME[name])
        record = here.only()
        ringing = record.facts.rings[0].at
        here.play(until=lambda: clock.now() > ringing and len(fake.deliveries()) > 0)
        here.exchange.hang_up_all(3)
        assert record.complete
        assert record.acknowledged
        assert record.facts.total_seconds < 60
        last = fake.deliveries()[-1]
        assert last.door == "ivrCallBackDetails"
        assert not here.ledger.in_flight()


def test_a_vague_ring_heard_after_the_end_delays_the_verdict(fake: Fake):
    exotel = fake.connection("exo", "exotel")
    with street(fake, exotel, retries_after=(4.0,)) as here:
        fake.down = 1  # the first pop-up, of a ring that nothing else tells of
        here.exchange.call(exotel, BY_NAME["inbound-missed"])
        here.play()
        record = here.only()
        assert record.acknowledged
        assert record.settles_at is not None
        assert (record.settles_at - record.facts.ended_at).total_seconds() > 120
