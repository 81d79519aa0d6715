"""The end of a Smartflo call: its hang-up hooks, and the call records it tells when asked."""

import re
from datetime import UTC, datetime

from ingest.contract import CallEvent, Delivery, Parsed
from ingest.readings import Reading, moment
from ingest.vendors.smartflo.agents import Agents
from ingest.vendors.smartflo.outcomes import End
from ingest.vendors.smartflo.outcomes import outcome as outcome_of
from ingest.vendors.smartflo.parties import Parties
from ingest.vendors.smartflo.words import STATUS_NAMES, Step, campaign, hung_up_by
from models.rules.call import Direction, Kind, Outcome


def record(
    reading: Reading, call_id: str, step: Step | None, parties: Parties, agents: Agents, delivery: Delivery
) -> Parsed:
    """The whole call, and beside it everybody who was rung and did not pick up.

    Neither ``duration`` nor ``billsec`` is talk: they count the menu and an agent who waits for the customer.
    ``answer_stamp`` is when the menu, or the agent before the customer, picked up.
    """
    towards = parties.direction
    talkers, missers = agents.talkers(), agents.missers()
    by = hung_up_by(reading, towards)
    outcome = outcome_of(reading, End(step, towards, bool(talkers), bool(missers), by))
    connected = outcome is Outcome.CONNECTED
    started_at, ended_at = _started_at(reading), reading.moment("end_stamp")
    at_agent = towards is Direction.INBOUND or outcome is Outcome.AGENT_MISSED
    seat = None
    if connected or (towards is Direction.OUTBOUND and outcome is not Outcome.UNKNOWN):
        named = talkers or ([] if connected else missers)
        seat = named[-1] if named else agents.rung()
    about_all = CallEvent(
        provider_call_id=call_id,
        kind=Kind.LOG,
        received_at=delivery.received_at,
        at=ended_at,
        leg=reading.text("uuid"),
        seat=seat,
        direction=towards,
        customer=parties.customer,
        did=parties.did,
        campaign=campaign(reading),
        intent=reading.text("custom_identifier"),
        started_at=started_at,
        answered_at=_answered_at(agents, started_at, ended_at) if connected else None,
        ended_at=ended_at,
        talk_seconds=_talk_seconds(reading, towards) if connected else None,
        ring_seconds=reading.seconds("agent_ring_time" if at_agent else "customer_ring_time"),
        total_seconds=reading.seconds("duration", "call_duration"),
        outcome=outcome,
        hung_up_by=by,
        recording=reading.text("recording_url", limit=2000),
        disposition=disposition(reading),
        words=reading.words(*STATUS_NAMES, "description", "reason_key", "hangup_cause"),
        extra=_extra(reading, parties),
    )
    before = talkers[:-1] if connected else []
    others = [one for one in missers if one != seat and one not in talkers]
    events = (
        about_all,
        *(_of_one(about_all, one, Kind.ANSWERED) for one in before),
        *(_of_one(about_all, one, Kind.MISSED) for one in others),
    )
    return Parsed(events, tuple(reading.unknown))


def disposition(reading: Reading) -> str | None:
    """What the agent filed the call under."""
    told = reading.words("disposition", "disposition_status", "sub_disposition")
    return told[:120] if told else None


def _started_at(reading: Reading) -> datetime | None:
    found = reading.moment("start_stamp")
    day, clock = reading.text("date"), reading.text("time")
    if found is None and day and clock:
        try:
            return moment(f"{day} {clock}", reading.zone)
        except ValueError:
            reading.puzzled("time", clock)
    return found


def _answered_at(agents: Agents, started_at: datetime | None, ended_at: datetime | None) -> datetime | None:
    """When the last agent of the flow was put through, in epoch seconds; the flow alone tells it."""
    for step in reversed(agents.flow):
        told = step.get("time", "").partition(".")[0]
        if step.get("dialst", "").lower() == "answered" and re.fullmatch(r"[0-9]{10}", told):
            found = datetime.fromtimestamp(int(told), UTC)
            inside = (started_at or found) <= found <= (ended_at or found)
            return found if inside else None
    return None


def _talk_seconds(reading: Reading, towards: Direction | None) -> int | None:
    """Seconds of the second leg. A call record's ``answered_seconds`` may count the menu of an incoming call."""
    told = reading.seconds("outbound_sec")
    if told is None and towards in (Direction.OUTBOUND, Direction.CAMPAIGN):
        told = reading.seconds("answered_seconds")
    return told


def _extra(reading: Reading, parties: Parties) -> dict[str, str]:
    digits = reading.text("digits_dialed", "digits_dialed[0]", "dtmf_input")
    return parties.rest | ({"digits": digits} if digits else {})


def _of_one(whole: CallEvent, seat: str, kind: Kind) -> CallEvent:
    return CallEvent(
        provider_call_id=whole.provider_call_id,
        kind=kind,
        received_at=whole.received_at,
        seat=seat,
        direction=whole.direction,
        customer=whole.customer,
        did=whole.did,
    )
