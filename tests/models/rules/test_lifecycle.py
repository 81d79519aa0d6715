"""What a call is: the cases a fold must get right whatever else it does."""

from dataclasses import replace
from datetime import timedelta

import pytest

from models.rules.call import CallEvent, Direction, Kind, MissReason, Outcome
from models.rules.lifecycle import OFFER_LAPSES, fold
from tests.models.rules.street import MUCH_LATER, connected, event, failed, over, routed, t

IN, OUT, CAMPAIGN = Direction.INBOUND, Direction.OUTBOUND, Direction.CAMPAIGN


def test_no_events_are_no_call() -> None:
    with pytest.raises(ValueError, match="at least one"):
        fold([], MUCH_LATER)


@pytest.mark.parametrize("events", [[routed("x", 0)], [routed("x"), routed("y", 20)]])
def test_popups_alone_never_make_a_call_over(events: list[CallEvent]) -> None:
    call = fold(events, MUCH_LATER)
    assert (call.over, call.outcome, call.ended_at, call.settle_at) == (False, None, None, None)
    assert call.missed_by == ()
    assert all(not o.answered and o.reason is None for o in call.offers)


# --- the order table of research/peers-measured.md §1b -------------------------------------------------

RING = routed("x", heard=0)
RING_LATE = routed("x", heard=400)
RING_TOLD = routed("x", 0, heard=400)
COMPLETED = connected("x", 81, 73, started=0, answered=8, recording="https://example.test/r.mp3", heard=82)
NO_ANSWER = failed("x", 30, started=0, heard=31)
LETTERS = {"R": RING, "r": RING_LATE, "t": RING_TOLD, "C": COMPLETED, "N": NO_ANSWER}


@pytest.mark.parametrize("as_of", [t(401), MUCH_LATER], ids=["at once", "later"])
@pytest.mark.parametrize(
    "arrival", ["RC", "RRC", "RCC", "CRC", "CR", "Cr", "Ct", "RCR", "RCr", "CCR", "CCr", "C"]
)
def test_order_table_completed(arrival: str, as_of: object) -> None:
    call = fold([LETTERS[letter] for letter in arrival], as_of)  # type: ignore[arg-type]
    assert call.over
    assert call.outcome is Outcome.CONNECTED
    assert (call.talk_seconds, call.recording) == (73, "https://example.test/r.mp3")
    assert (call.started_at, call.answered_at, call.ended_at) == (t(0), t(8), t(81))
    assert call.talked_seat == "x"
    assert call.missed_by == ()
    assert [(o.seat, o.answered) for o in call.offers] == [("x", True)]


@pytest.mark.parametrize("as_of", [t(401), MUCH_LATER], ids=["at once", "later"])
@pytest.mark.parametrize("arrival", ["RN", "NRN", "NR", "Nr", "Nt", "RNr", "N", "RNN"])
@pytest.mark.parametrize("direction", [IN, OUT, CAMPAIGN])
def test_order_table_no_answer(arrival: str, direction: Direction, as_of: object) -> None:
    events = [replace(LETTERS[letter], direction=direction) for letter in arrival]
    call = fold(events, as_of)  # type: ignore[arg-type]
    assert call.over
    assert call.settle_at is None
    # an inbound call can only be left unanswered by us
    assert call.outcome is (Outcome.AGENT_MISSED if direction is IN else Outcome.NO_ANSWER)
    assert call.missed_by == (("x",) if direction is IN else ())
    assert (call.started_at, call.ended_at, call.talk_seconds) == (t(0), t(30), None)
    assert len(call.offers) == 1


# --- who talked --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "talk",
    [
        [connected("y", 90, 60)],
        [event(Kind.LOG, None, "y", ended=90, talk=60)],
        [event(Kind.LOG, None, "y", ended=90, talk=60, outcome=Outcome.UNKNOWN, words="zz")],
        [event(Kind.BRIDGED, 30, "y"), over(90)],
        [event(Kind.ANSWERED, 30, "y"), over(90, talk=60)],
        [event(Kind.ANSWERED, 30, "y"), over(90)],
        [event(Kind.ANSWERED, 30, "y"), connected(None, 90, 60)],
        [event(Kind.BRIDGED, 30), over(90)],
        [connected(None, 90, 60)],
    ],
    ids=[
        "log",
        "seconds",
        "unknown word",
        "bridged",
        "ended with talk",
        "answered",
        "log of all",
        "bridge",
        "no seat",
    ],
)
def test_a_talk_beats_any_number_of_misses(talk: list[CallEvent]) -> None:
    misses = [routed("x", 0), failed("x", 20), failed("w", 20, Outcome.BUSY), event(Kind.MISSED, 20, "x")]
    call = fold([*misses, routed("y", 20), *talk], MUCH_LATER)
    assert call.outcome is Outcome.CONNECTED
    assert call.talked_seat == "y"
    assert call.missed_by == ("x", "w")
    reasons = {o.seat: o.reason for o in call.offers}
    assert reasons == {"x": MissReason.FREE, "w": MissReason.BUSY, "y": None}
    assert call.ended_at == t(90)
    assert call.talk_seconds == 60 or talk[0].kind is Kind.BRIDGED or talk[0].kind is Kind.ANSWERED


def test_a_record_s_own_word_outranks_its_seconds_and_its_recording() -> None:
    call = fold([failed("x", 40, Outcome.NO_ANSWER, talk=30, recording="https://example.test/r")], MUCH_LATER)
    assert call.outcome is Outcome.AGENT_MISSED
    assert call.talk_seconds is None
    assert call.recording == "https://example.test/r"


def test_answered_with_no_seconds_is_what_the_log_says() -> None:
    assert fold([connected("x", 40, 0)], MUCH_LATER).outcome is Outcome.CONNECTED
    assert fold([event(Kind.ANSWERED, 9, "x"), over(40, talk=0)], MUCH_LATER).outcome is Outcome.AGENT_MISSED


def test_a_log_that_denies_a_bridge_prevails_unless_it_is_of_an_earlier_ring() -> None:
    bridge = event(Kind.BRIDGED, 30, "x")
    assert fold([bridge, failed("x", 40)], MUCH_LATER).outcome is Outcome.AGENT_MISSED
    assert fold([bridge, failed(None, 40)], MUCH_LATER).outcome is Outcome.AGENT_MISSED
    second_ring = [failed("x", 20), routed("x", 25), bridge, over(90)]
    assert fold(second_ring, MUCH_LATER).outcome is Outcome.CONNECTED


def test_outbound_the_counselor_picking_up_is_not_the_lead_answering() -> None:
    agent_leg = [event(Kind.ANSWERED, 3, "x", direction=OUT), over(40, direction=OUT)]
    assert fold(agent_leg, MUCH_LATER).outcome is Outcome.NO_ANSWER
    both = [*agent_leg, event(Kind.ANSWERED, 12, direction=OUT)]
    call = fold(both, MUCH_LATER)
    assert (call.outcome, call.talked_seat, call.answered_at) == (Outcome.CONNECTED, "x", t(12))


def test_a_transfer_is_credited_to_the_longest_talk() -> None:
    call = fold([connected("x", 40, 20), connected("y", 140, 95), connected("z", 160, 10)], MUCH_LATER)
    assert (call.talked_seat, call.talk_seconds, call.missed_by) == ("y", 95, ())


def test_two_who_could_have_talked_is_nobody_we_would_name() -> None:
    call = fold([routed("x", 0), routed("y", 0), connected(None, 60, 50)], MUCH_LATER)
    assert (call.outcome, call.talked_seat, call.talk_seconds) == (Outcome.CONNECTED, None, 50)


def test_while_they_talk_the_call_is_not_over() -> None:
    ringing = [routed("x", 0), routed("y", 1)]
    talking = [*ringing, event(Kind.ANSWERED, 6, "x")]
    call = fold(talking, t(7))
    assert (call.over, call.outcome, call.talked_seat, call.answered_at) == (False, None, "x", t(6))
    assert [(o.seat, o.answered, o.reason) for o in call.offers] == [
        ("x", True, None),
        ("y", False, MissReason.TAKEN),
    ]
    # the others' logs may come while it goes on
    assert not fold([*talking, failed("y", 6)], MUCH_LATER).over
    assert fold([*talking, failed("y", 6), connected("x", 90, 84)], MUCH_LATER).talk_seconds == 84
    # so too where the counselor's own answer isn't yet a talk
    placed_call = [replace(e, direction=CAMPAIGN) for e in [*talking, failed("y", 6)]]
    assert fold(placed_call, MUCH_LATER).settle_at is None
    assert not fold(placed_call, MUCH_LATER).over


# --- not over yet: re-routing -------------------------------------------------------------------------------


def test_an_open_offer_made_after_the_miss_keeps_the_call_open_until_it_lapses() -> None:
    events = [routed("x", 0), failed("x", 20), routed("y", 20)]
    settle_at = t(20) + OFFER_LAPSES
    call = fold(events, t(30))
    assert (call.over, call.outcome, call.ended_at, call.settle_at) == (False, None, None, settle_at)
    assert [o.reason for o in call.offers] == [MissReason.FREE, None]
    assert not fold(events, settle_at - timedelta(seconds=1)).over
    call = fold(events, settle_at)
    assert (call.over, call.outcome, call.settle_at) == (True, Outcome.AGENT_MISSED, None)
    assert call.ended_at == t(20)
    assert call.missed_by == ("x", "y")


def test_an_offer_made_before_the_miss_ended_is_closed_by_it() -> None:
    call = fold([routed("x", 0), routed("y", 1), failed("x", 20)], t(21))
    assert call.over
    assert call.missed_by == ("x", "y")
    assert call.settle_at is None


@pytest.mark.parametrize("end", [over(50), failed(None, 50), connected("y", 50, 10)])
def test_ended_a_log_of_the_whole_call_or_a_talk_makes_it_over_at_once(end: CallEvent) -> None:
    call = fold([failed("x", 20), routed("y", 25), end], t(51))
    assert call.over
    assert call.settle_at is None
    assert call.ended_at == t(50)


def test_the_last_of_several_open_offers_settles_it() -> None:
    events = [failed("x", 20), routed("y", 20), routed("z", 45)]
    assert fold(events, t(60)).settle_at == t(45) + OFFER_LAPSES


def test_a_status_miss_alone_waits_for_the_hunt_to_go_on() -> None:
    events = [routed("x", 0), event(Kind.MISSED, 20, "x")]
    assert fold(events, t(21)).settle_at == t(20) + OFFER_LAPSES
    call = fold(events, MUCH_LATER)
    assert (call.over, call.outcome, call.ended_at) == (True, Outcome.AGENT_MISSED, t(20))


def test_a_provider_s_clock_far_ahead_does_not_keep_a_call_open() -> None:
    events = [failed("x", 20), routed("y", 5 * 3600, heard=25)]
    assert fold(events, t(30)).settle_at == t(25) + OFFER_LAPSES


def test_the_same_seat_rung_again_after_its_miss_is_a_second_offer() -> None:
    events = [routed("x", 0), failed("x", 20), routed("x", 40)]
    call = fold(events, t(45))
    assert not call.over
    assert call.settle_at == t(40) + OFFER_LAPSES
    call = fold([*events, connected("x", 90, 45, answered=45)], MUCH_LATER)
    assert [(o.at, o.answered, o.ended_at, o.reason) for o in call.offers] == [
        (t(0), False, t(20), MissReason.FREE),
        (t(40), True, t(90), None),
    ]
    assert call.missed_by == ()
    assert call.talked_seat == "x"


def test_one_ring_told_twice_is_one_offer() -> None:
    events = [routed("x", 0), event(Kind.RINGING, 2, "x"), event(Kind.MISSED, 20, "x"), failed("x", 21)]
    (offer,) = fold(events, MUCH_LATER).offers
    assert (offer.at, offer.ended_at, offer.ring_seconds) == (t(0), t(21), 21)
