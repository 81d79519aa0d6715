"""What only MyOperator does: legs that decide over the status, contradicting proofs, and a log under other names."""

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus

import pytest

from ingest.contract import CallEvent, ConnectionInfo, RouteAnswer, Unreadable
from ingest.vendors import registry
from models.rules.call import Call, Direction, MissReason, Outcome
from models.rules.lifecycle import fold
from tests.vendors.library import HEARD, Case, cases

VENDOR = registry.get("myoperator")
AS_OF = HEARD + timedelta(days=1)
ASHA, RAVI = "+919800000001", "+919800000002"


def case(name: str) -> Case:
    return next(one for one in cases("myoperator") if one.name == name)


def told(*names: str) -> list[CallEvent]:
    return [event for name in names for event in case(name).parse().events]


def call(*names: str) -> Call:
    return fold(told(*names), AS_OF)


def test_a_hunt_is_told_ring_by_ring() -> None:
    talked = call("initiated", "dial-begin", "dial-begin-second-agent", "answered-inbound")
    assert not talked.over
    assert {offer.seat: offer.answered for offer in talked.offers} == {ASHA: False, RAVI: True}
    assert (talked.direction, talked.did) == (Direction.INBOUND, "+918030000882")


def test_the_end_the_summary_and_the_log_complete_one_call() -> None:
    names = ("end-inbound", "summary-inbound", "disposition", "pulled-inbound")
    whole = call(*names)
    assert (whole.outcome, whole.talked_seat, whole.talk_seconds) == (Outcome.CONNECTED, RAVI, 26)
    assert (whole.missed_by, whole.did, whole.disposition) == ((ASHA,), "+918030000882", "Interested")
    assert {offer.seat: offer.reason for offer in whole.offers} == {ASHA: MissReason.BUSY, RAVI: None}
    assert call(*reversed(names)) == whole
    more = call("pulled-inbound-extensions", *names)
    assert (more.offers, more.missed_by, more.talk_seconds) == (whole.offers, whole.missed_by, 26)


def test_only_the_log_is_left_when_every_webhook_was_lost() -> None:
    nobody_named = call("pulled-inbound")
    assert (nobody_named.outcome, nobody_named.talked_seat) == (Outcome.CONNECTED, None)
    named = call("pulled-inbound-extensions")
    assert (named.talked_seat, named.talk_seconds, named.missed_by) == (RAVI, 26, (ASHA,))


def test_the_talk_is_the_part_of_whoever_came_second() -> None:
    assert call("end-obd").talk_seconds == 32  # the agent waited through the customer's ringing
    assert call("end-inbound").talk_seconds == 26  # the customer waited through the menu
    assert call("end-campaign-connected").talk_seconds == 32


@pytest.mark.parametrize(
    ("name", "outcome", "missed_by"),
    [
        ("end-obd-bridged-but-not-answered", Outcome.NO_ANSWER, ()),
        ("end-obd-no-answer", Outcome.NO_ANSWER, ()),
        ("end-obd-busy", Outcome.BUSY, ()),
        ("end-obd-no-carrier", Outcome.FAILED, ()),
        ("end-obd-agent-missed", Outcome.AGENT_MISSED, (ASHA,)),
        ("end-campaign-abandoned", Outcome.ABANDONED, ()),
        ("end-inbound-missed", Outcome.AGENT_MISSED, (ASHA, RAVI)),
        ("end-inbound-caller-left", Outcome.CANCELLED, (ASHA, RAVI)),
        ("end-inbound-over-in-the-menu", Outcome.NO_ANSWER, ()),
        ("end-voicemail", Outcome.VOICEMAIL, (ASHA,)),
        ("end-without-legs", Outcome.CONNECTED, ()),
        ("end-unknown-words", Outcome.UNKNOWN, (ASHA,)),
    ],
)
def test_how_calls_end(name: str, outcome: Outcome, missed_by: tuple[str, ...]) -> None:
    found = call(name)
    assert (found.over, found.outcome) == (True, outcome)
    assert set(found.missed_by) == set(missed_by)


def test_who_left_a_ring_unanswered_and_why() -> None:
    reasons = {offer.seat: offer.reason for offer in call("end-inbound-caller-left").offers}
    assert reasons == {ASHA: MissReason.FREE, RAVI: MissReason.CALLER_LEFT}
    taken = {offer.seat: offer.reason for offer in call("end-inbound-taken").offers}
    assert taken == {ASHA: MissReason.TAKEN, RAVI: None}


def test_a_line_that_is_up_is_no_answer() -> None:
    reached = call("answered-obd-connected-without-a-time")
    assert (reached.over, reached.talked_seat) == (False, None)
    assert call("answered-obd").talked_seat == ASHA


def test_an_outgoing_miss_of_the_log_takes_nothing_from_what_the_webhook_said() -> None:
    assert call("end-obd-busy", "pulled-outbound-missed").outcome is Outcome.BUSY
    assert call("pulled-outbound-missed").outcome is Outcome.NO_ANSWER


def test_a_webhook_sent_again_says_the_same() -> None:
    one = case("dial-begin")
    again = one.delivery.body.replace(b"05:00:00.000Z", b"06:30:00.000Z")
    assert again != one.delivery.body
    assert VENDOR.parse(replace(one.delivery, body=again), one.connection).events == one.parse().events


def test_an_older_log_longer_than_any_column_is_read_whole() -> None:
    one = case("aftercall-form")
    log = {"_cm": "x" * 9000, "_cl": ASHA, "_st": 1594969929, "_pm": [{"ky": "ui", "vl": "d5.1"}], "_ev": 1}
    body = b"myoperator=" + quote_plus(json.dumps(log)).encode()
    (event,) = VENDOR.parse(replace(one.delivery, body=body), one.connection).events
    assert event.provider_call_id == "d5.1"


PROOFS = ("proof-token-header", "proof-token-query", "proof-hmac", "proof-basic", "proof-any")


@pytest.mark.parametrize("name", PROOFS)
def test_a_proof_holds_through_a_rotation_and_no_longer(name: str) -> None:
    one = case(name)
    replaced = {"webhook_secret": "s3cret-of-today"}
    assert not VENDOR.verify(one.delivery, replace(one.connection, secrets=replaced))
    overlap = replace(one.connection, secrets=replaced, retired={"webhook_secret": ["s3cret-key"]})
    assert VENDOR.verify(one.delivery, overlap)
    assert not VENDOR.verify(replace(one.delivery, headers={}, query=b""), one.connection)


@pytest.mark.parametrize("secrets", [{}, {"webhook_secret": ""}])
@pytest.mark.parametrize("name", [name for name in PROOFS if name != "proof-any"])
def test_a_proof_asked_for_without_a_secret_lets_nobody_in(name: str, secrets: dict[str, str]) -> None:
    one = case(name)
    assert not VENDOR.verify(one.delivery, replace(one.connection, secrets=secrets))
    empty = {"x-api-key": "", "authorization": "Basic ", "x-myoperator-signature": ""}
    assert not VENDOR.verify(replace(one.delivery, headers=empty), replace(one.connection, secrets=secrets))


@pytest.mark.parametrize("name", [name for name in PROOFS if name != "proof-any"])
@pytest.mark.parametrize("proof", ["token", "hmac", "basic"])
def test_only_the_chosen_proof_counts(name: str, proof: str) -> None:
    one = case(name)
    settings = one.connection.settings | {"proof": proof}  # type: ignore[operator]
    expected = one.connection.settings["proof"] == proof
    assert VENDOR.verify(one.delivery, replace(one.connection, settings=settings)) is expected


def test_a_changed_body_breaks_the_signature() -> None:
    one = case("proof-hmac")
    assert not VENDOR.verify(replace(one.delivery, body=one.delivery.body + b" "), one.connection)
    other = hmac.new(b"other", one.delivery.body, hashlib.sha256).hexdigest()
    for name in ("x-myoperator-signature", "x-myop-signature"):
        assert not VENDOR.verify(replace(one.delivery, headers={name: other}), one.connection)
    right = hmac.new(b"s3cret-key", one.delivery.body, hashlib.sha256).hexdigest()
    assert VENDOR.verify(replace(one.delivery, headers={"x-myop-signature": right.upper()}), one.connection)


def test_a_proof_nobody_knows_lets_nobody_in() -> None:
    one = case("proof-any")
    assert not VENDOR.verify(one.delivery, replace(one.connection, settings={"proof": "hmak"}))


def test_it_may_be_held_to_a_list_of_addresses() -> None:
    one = case("proof-any")
    held = replace(one.connection, settings={"allow_ips": ["203.0.113.0/28"]})
    assert VENDOR.verify(one.delivery, held)
    assert not VENDOR.verify(replace(one.delivery, remote="198.51.100.1"), held)


def test_the_call_flows_question_carries_no_proof() -> None:
    one = case("route-node")
    assert VENDOR.verify(one.delivery, replace(one.connection, secrets={"webhook_secret": "k"}))
    assert not VENDOR.parse(replace(case("end-obd").delivery, door=one.delivery.door), one.connection).events


def said(answer: RouteAnswer, **settings: Any) -> dict[str, Any]:
    reply = VENDOR.answer(answer, ConnectionInfo(1, "main", "myoperator", settings=settings))
    assert reply.content_type == "application/json"
    found: dict[str, Any] = json.loads(reply.body)
    return found


FOUND = RouteAnswer(seats=(ASHA, RAVI), strategy="assigned")


def test_users_are_dialled_where_all_are_known_else_numbers() -> None:
    users = ["+919800000001=6836cad947bcc605", "09800000002 = 69d4d6bb5ffa3909"]
    assert said(FOUND, users=users, greeting="One moment")["operation-data"] == {
        "data": ["6836cad947bcc605", "69d4d6bb5ffa3909"],
        "dial_method": "serial",
    }
    by_number = said(FOUND, users=users[:1])
    assert (by_number["operation"], by_number["operation-data"]["data"]) == ("dial-numbers", [ASHA, RAVI])


def test_with_nobody_found_the_fallback_is_dialled_else_a_sentence_is_said() -> None:
    nobody = RouteAnswer(seats=(), strategy="fallback", found=False)
    assert said(replace(nobody, fallback=(RAVI,)))["operation-data"]["data"] == [RAVI]
    assert said(nobody, busy_message="Later") == {"action": "tts", "value": "Later", "operation": "hangup"}
    assert said(RouteAnswer(seats=("15",), strategy="pool"))["operation"] == "hangup"


def test_the_sample_is_harmless() -> None:
    word, content_type, body = VENDOR.set_up.sample or ("", "", "")
    one = case("initiated")
    delivery = replace(
        one.delivery, content_type=content_type, body=body.replace("{call}", "test-1").encode()
    )
    (event,) = VENDOR.parse(delivery, one.connection).events
    assert (word, event.provider_call_id, event.customer, event.seat) == ("call-log", "test-1", None, None)
    assert not fold([event], AS_OF).over


def test_forty_agents_rung_at_once_are_all_there() -> None:
    found = call("end-inbound-many-agents")
    assert (found.outcome, found.talked_seat, found.talk_seconds) == (Outcome.CONNECTED, RAVI, 50)
    assert len(found.offers) == 40
    assert {offer.reason for offer in found.offers} == {MissReason.TAKEN, None}


@pytest.mark.parametrize("legs", [[{"type": "agent"}] * 201, {"a": 1}, "x", None])
def test_a_message_with_too_many_fields_is_otherwise_kept_for_review(legs: object) -> None:
    one = case("end-inbound")
    body = json.dumps(
        {"event_type": "call.end", "payload": {"legs": legs}} | {f"f{i}": 1 for i in range(600)}
    )
    with pytest.raises(Unreadable):
        VENDOR.parse(replace(one.delivery, body=body.encode()), one.connection)
