"""Which of several told values a call keeps, and what stands in where none was told."""

import pytest

from models.rules.call import Direction, Kind, Outcome
from models.rules.lifecycle import fold
from tests.models.rules.street import MUCH_LATER, connected, event, failed, over, routed, t

IN, OUT, CAMPAIGN = Direction.INBOUND, Direction.OUTBOUND, Direction.CAMPAIGN


def test_none_never_overwrites_and_a_fuller_record_completes_a_poorer_one() -> None:
    poor = connected("x", 81, 73, customer=None, did=None, direction=None)
    full = connected(
        "x", 81, 73, started=0, answered=8, recording="https://example.test/r", disposition="Warm"
    )
    bare = event(Kind.LOG, None, "x", heard=9000, direction=None, customer=None, did=None)
    for events in ([poor, full, bare], [bare, full, poor], [full, bare, poor]):
        call = fold(events, MUCH_LATER)
        assert (call.direction, call.customer is not None, call.recording) == (
            IN,
            True,
            "https://example.test/r",
        )
        assert (call.talk_seconds, call.disposition, call.answered_at) == (73, "Warm", t(8))


def test_log_over_ended_over_status_over_popup() -> None:
    popup = routed("x", 500, direction=OUT, campaign="popup")
    status = event(Kind.ANSWERED, 400, "x", direction=OUT, campaign="status")
    ended = over(300, "x", direction=OUT, campaign="ended")
    log = failed("x", 200, direction=CAMPAIGN, campaign="log")
    assert fold([log, ended, status, popup], MUCH_LATER).campaign == "log"
    assert fold([popup, log], MUCH_LATER).direction is CAMPAIGN
    assert fold([ended, status, popup], MUCH_LATER).campaign == "ended"
    assert fold([popup, status], MUCH_LATER).campaign == "status"


def test_a_recording_s_own_event_knows_its_address_best_and_null_erases_nothing() -> None:
    log = connected("x", 81, 73, recording="https://example.test/early")
    own = event(Kind.RECORDING, 60, recording="https://example.test/final")
    assert fold([own, log, connected("x", 82, 73)], MUCH_LATER).recording == "https://example.test/final"
    said = event(Kind.DISPOSITION, 60, "x", disposition="Admission")
    assert fold([said, connected("x", 81, 73, disposition="None yet")], MUCH_LATER).disposition == "Admission"
    assert not fold([own, said], MUCH_LATER).over


def test_negative_durations_are_not_told() -> None:
    call = fold([routed("x", 0), connected("x", 81, -5, started=0, answered=8, ring_seconds=-1)], MUCH_LATER)
    assert (call.outcome, call.talk_seconds, call.ring_seconds) == (Outcome.CONNECTED, 73, 8)
    backwards = fold([failed("x", 10, started=50)], MUCH_LATER)
    assert (backwards.started_at, backwards.ended_at, backwards.ring_seconds) == (t(50), t(50), None)


def test_our_clock_stands_in_only_where_no_time_was_told() -> None:
    assert fold([routed("x", heard=7)], MUCH_LATER).started_at == t(7)
    assert fold([routed("x", 3, heard=7)], MUCH_LATER).started_at == t(3)
    call = fold([routed("x", heard=7), failed("x", None, heard=40), failed("x", None, heard=900)], MUCH_LATER)
    assert (call.started_at, call.ended_at) == (t(7), t(40))
    late_ring = fold([failed("x", 30, started=0, heard=31), routed("x", heard=400)], MUCH_LATER)
    assert late_ring.offers[0].at == t(30)  # no ring begins after its end


def test_a_late_popup_of_another_seat_never_moves_the_end_of_a_call_that_was_over() -> None:
    call = fold([failed(None, 30, started=0), routed("y", heard=400)], MUCH_LATER)
    assert call.ended_at == t(30)
    assert call.offers[0].at == t(30)


def test_words_are_kept_once_each_from_the_first_stage_to_the_last() -> None:
    events = [
        failed("x", 20, words="NOANSWER"),
        routed("x", 0, words="queue"),
        failed("y", 21, words="NOANSWER"),
    ]
    assert fold(events, MUCH_LATER).words == ("queue", "NOANSWER")


@pytest.mark.parametrize("machines", [[True], [None, True], [True, None]])
def test_the_machine_flag(machines: list[bool | None]) -> None:
    events = [connected("x", 80 + i, 5, machine=m) for i, m in enumerate(machines)]
    assert fold(events, MUCH_LATER).machine
    assert not fold([connected("x", 80, 5)], MUCH_LATER).machine
