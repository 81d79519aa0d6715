import json
from datetime import timedelta
from urllib.parse import parse_qs

import pytest

from simulator.books import Connection
from simulator.speakers.exotel import Exotel
from simulator.speakers.language import Delivery, encode
from simulator.speakers.open import Open
from tests.simulator.plots import NOON, SEATS, a_call

RICH = Connection("open-one", "open", "L", "http://x/h", ("+918045671011",), rich=True)
PLAIN = Connection("open-two", "open", "L", "http://x/h", ("+918045671011",), rich=False)
EXOTEL = Connection("exo", "exotel", "L", "http://x/h", ("+918045671011",))


def test_the_reference_protocol_tells_a_pop_up_and_a_log_for_each_counselor_tried():
    facts = a_call("inbound-rerouted")
    said = Open().deliveries(facts, PLAIN)
    assert [item.fact for item in said] == ["popup 0", "popup 1", "log 0", "log 1"]
    assert [item.due for item in said] == [ring.at for ring in facts.rings] + [facts.ended_at] * 2
    assert [item.fields["agent_no"] for item in said] == [SEATS[0].address, SEATS[1].address] * 2
    assert [item.fields.get("status") for item in said] == [None, None, 0, 1]
    assert said[3].fields["call_duration"] == str(facts.talk_seconds)
    assert said[3].fields["start_time"] == "2026-11-23 12:00:00"
    assert {item.fields["call_id"] for item in said} == {"sim-r-1"}
    assert "outcome" not in said[3].fields


def test_a_rich_connection_tells_reasons_and_the_pick_up():
    facts = a_call("inbound-hangup")
    log = Open().deliveries(facts, RICH)[-1]
    assert (log.fields["outcome"], log.fields["hangup_by"], log.fields["status"]) == ("cancelled", "lead", 0)
    talk = a_call("inbound-answered")
    said = Open().deliveries(talk, RICH)
    assert [item.fact for item in said] == ["popup 0", "answered 0", "log 0"]
    assert said[1].due == talk.answered_at
    assert said[2].fields["talk_duration"] == talk.talk_seconds


def test_a_call_without_a_counselor_is_logged_all_the_same():
    (log,) = Open().deliveries(a_call("campaign-abandoned"), PLAIN)
    assert (log.fields["agent_no"], log.fields["status"], log.fields["campaign_id"]) == ("", 0, "Open day")


def test_what_may_be_concluded_from_one_or_zero():
    facts = a_call("inbound-hangup")
    assert Open().tells(facts, RICH) == {"cancelled"}
    assert {"cancelled", "no_answer", "agent_missed"} < Open().tells(facts, PLAIN)
    assert Open().tells(a_call("inbound-answered"), PLAIN) == {"connected"}


def test_the_answers_of_the_doors_are_understood():
    assert Open().addresses({"status": 1, "data": [{"agent_number": "7"}, {"agent_number": ""}, "?"]}) == [
        "7"
    ]
    assert Open().addresses({"status": 0, "data": [{"agent_number": "7"}]}) == []
    assert Open().addresses(None) == []
    assert Exotel().addresses({"destination": {"numbers": ["+9172"]}}) == ["+9172"]
    assert Exotel().addresses({"destination": None}) == []
    assert Exotel().addresses([]) == []


def test_exotel_inbound_pops_up_and_releases_each_agent_and_ends_with_the_passthru():
    facts = a_call("inbound-rerouted")
    said = Exotel().deliveries(facts, EXOTEL)
    assert [(item.door, item.fields.get("Status")) for item in said] == [
        ("/popup", "busy"),
        ("/popup", "free"),
        ("/popup", "busy"),
        ("/popup", "free"),
        ("/passthru", None),
    ]
    last = said[-1].fields
    assert last["CallType"] == last["DialCallStatus"] == "completed"
    assert last["EndTime"] == "1970-01-01 05:30:00"
    assert last["DialWhomNumber"] == "0" + SEATS[1].address[3:]
    assert last["Legs[0][OnCallDuration]"] == str(facts.talk_seconds)
    assert said[0].fields["CallFrom"] == "09312345678"


@pytest.mark.parametrize(
    ("name", "call_type", "dialled"),
    [
        ("inbound-missed", "incomplete", "no-answer"),
        ("inbound-hangup", "client-hangup", "canceled"),
        ("inbound-nobody", "client-hangup", ""),
    ],
)
def test_exotel_tells_how_nobody_talked(name: str, call_type: str, dialled: str):
    fields = Exotel().deliveries(a_call(name), EXOTEL)[-1].fields
    assert (fields["CallType"], fields["DialCallStatus"]) == (call_type, dialled)


@pytest.mark.parametrize("number", range(3))
def test_exotel_outbound_in_all_three_content_types(number: int):
    facts = a_call("outbound-answered", number=number)
    answered, terminal = (encode(item) for item in Exotel().deliveries(facts, EXOTEL))
    assert answered.method == terminal.method == "POST"
    text = terminal.body.decode()
    if terminal.content_type == "application/json":
        told = json.loads(text)
        assert told["Legs"][1]["OnCallDuration"] == str(facts.talk_seconds)
        assert told["From"] == "0" + SEATS[0].address[3:]
    elif terminal.content_type.startswith("multipart"):
        assert f'name="Legs[1][OnCallDuration]"\r\n\r\n{facts.talk_seconds}\r\n' in text
        assert text.endswith("--\r\n")
    else:
        told = parse_qs(text)
        assert told["Legs[1][Status]"] == ["completed"]
        assert told["Direction"] == ["outbound-api"]


def test_exotel_tells_whose_leg_failed():
    missed = Exotel().deliveries(a_call("outbound-agent-missed", number=0), EXOTEL)[-1].fields
    silent = Exotel().deliveries(a_call("outbound-no-answer", number=0), EXOTEL)[-1].fields
    assert (missed["Legs[0][Status]"], "Legs[1][Status]" in missed) == ("no-answer", False)
    assert (silent["Legs[0][Status]"], silent["Legs[1][Status]"]) == ("completed", "no-answer")


def test_exotel_has_no_campaign_calls():
    with pytest.raises(ValueError, match="no campaign"):
        Exotel().deliveries(a_call("campaign-connected"), EXOTEL)


def test_nothing_is_said_before_it_happened():
    for name in ("inbound-third", "outbound-answered", "inbound-missed"):
        facts = a_call(name)
        for speaker, connection in ((Open(), RICH), (Open(), PLAIN), (Exotel(), EXOTEL)):
            said = speaker.deliveries(facts, connection)
            assert all(NOON <= item.due <= facts.ended_at for item in said)
            assert all(item.due == facts.ended_at for item in said if item.final)
            assert any(item.final for item in said)
            assert len({item.fact for item in said}) == len(said)


def test_an_unknown_style_is_refused():
    with pytest.raises(ValueError, match="morse"):
        encode(Delivery(fact="f", door="/d", style="morse", fields={}, due=NOON + timedelta(0)))
