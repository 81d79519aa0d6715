"""The mapping document's rules: which delivery becomes which events, and what those tell."""

from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from ingest.vendors.mapped.shapes import (
    Condition,
    Duration,
    Moment,
    Name,
    Number,
    Path,
    Seat,
    Short,
    Strict,
    Value,
)
from ingest.vendors.mapped.words import (
    DirectionValue,
    FlagValue,
    KindValue,
    OutcomeValue,
    ReasonValue,
    SideValue,
)

DoorName = Literal["popup", "log", "call-log", "route", "status", "passthru", "voice", "pulled"]


class Fields(Strict):
    """What an event tells. null takes back what a wider list of fields said."""

    call_id: Value | None = Field(
        default=None,
        description="What is the same in all deliveries of one call. Not told: one is built from number, agent and start (low confidence).",
    )
    leg: Value | None = Field(default=None, description="Id of this leg of the call.")
    seat: Seat | None = Field(
        default=None, description="The agent's number, extension, user name or e-mail there."
    )
    direction: DirectionValue | None = Field(default=None, description="Who called whom.")
    customer: Number | None = Field(default=None, description="The lead's number.")
    did: Number | None = Field(default=None, description="Our number: the one called, or shown to the lead.")
    campaign: Value | None = Field(default=None, description="Campaign or list.")
    intent: Value | None = Field(
        default=None, description="Our own reference, given when we asked for the call."
    )
    at: Moment | None = Field(default=None, description="When what the event says happened.")
    started_at: Moment | None = Field(default=None, description="When the call began.")
    answered_at: Moment | None = Field(default=None, description="When a person (not a menu) answered.")
    ended_at: Moment | None = Field(default=None, description="When the call ended.")
    talk_seconds: Duration | None = Field(default=None, description="How long both sides talked.")
    ring_seconds: Duration | None = Field(default=None, description="How long it rang.")
    total_seconds: Duration | None = Field(default=None, description="From beginning to end.")
    outcome: OutcomeValue | None = Field(
        default=None, description="How it ended: connected only if both sides talked."
    )
    hung_up_by: SideValue | None = Field(default=None, description="Who hung up.")
    machine: FlagValue | None = Field(default=None, description="Answered by a machine?")
    recording: Value | None = Field(default=None, description="Link or name of the recording.")
    disposition: Value | None = Field(default=None, description="What the agent chose as the result.")
    miss_reason: ReasonValue | None = Field(default=None, description="Why this agent did not answer.")
    words: list[Path] | None = Field(
        default=None,
        description="Fields with the provider's own words on the outcome, kept verbatim.",
        max_length=8,
    )
    extra: dict[Name, Value] | None = Field(
        default=None, description="Other values worth keeping, by name.", max_length=20
    )


class Event(Strict):
    """One event of a delivery, or with `each`, one of every item."""

    kind: KindValue = Field(description="What it says; null: no event.")
    each: Path | None = Field(
        default=None, description="One event for every item found here; its paths begin at the item."
    )
    split: Short | None = Field(
        default=None, description="The items stand in one text, between these.", min_length=1
    )
    when: Condition | None = Field(default=None, description="Only when this holds.")
    fields: Fields | None = Field(default=None, description="What this event tells besides, or otherwise.")


class Legs(Strict):
    """Whom the call was offered to, one item an agent. Paths begin at the item; `/a.b` at the body, `../a` one up."""

    each: Path = Field(description="Where the legs are, as in legs[type=agent].")
    split: Short | None = Field(
        default=None, description="The legs stand in one text, between these.", min_length=1
    )
    when: Condition | None = Field(default=None, description="Only legs for which this holds.")
    seat: Seat = Field(description="The agent.")
    leg: Value | None = Field(default=None, description="Id of the leg.")
    at: Moment | None = Field(default=None, description="When it began to ring.")
    answered: Condition = Field(description="Holds when this agent picked up.")
    answered_at: Moment | None = Field(default=None, description="When the agent picked up.")
    ended_at: Moment | None = Field(default=None, description="When this leg ended.")
    talk_seconds: Duration | None = Field(
        default=None, description="How long this agent talked with the lead."
    )
    ring_seconds: Duration | None = Field(default=None, description="How long it rang.")
    reason: ReasonValue | None = Field(
        default=None, description="Why it was not answered; not told: it rang, nobody picked up."
    )


class Rule(Strict):
    """Which deliveries mean what. The first rule that fits decides."""

    name: Short | None = Field(default=None, description="For people.")
    doors: list[DoorName] | None = Field(
        default=None,
        description="Only at these of our addresses; default: all that ask for no routing answer.",
    )
    when: Condition | None = Field(default=None, description="Only when this holds.")
    ignore: Short | None = Field(
        default=None, description="Read, understood, nothing to record; the text says what it is."
    )
    each: Path | None = Field(
        default=None, description="The body holds a list of calls: do this for each item."
    )
    rules: list[Self] | None = Field(
        default=None, description="Rules for each item, in place of events.", max_length=40
    )
    kind: KindValue | None = Field(default=None, description="Short for one event of this kind.")
    fields: Fields | None = Field(
        default=None, description="What all events of this rule tell, over the document's."
    )
    events: list[Event] | None = Field(default=None, description="The events it becomes.", max_length=20)
    legs: list[Legs] | None = Field(
        default=None, description="Agents the call was offered to, one item each.", max_length=8
    )
    go_on: bool = Field(default=False, description="Try the rules below it too.")

    @field_validator("legs", mode="before")
    @classmethod
    def _one_or_many(cls, told: Any) -> Any:
        return [told] if isinstance(told, dict) else told

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        does = [
            name for name in ("ignore", "rules", "kind", "events", "legs") if getattr(self, name) is not None
        ]
        if not does:
            raise ValueError("a rule needs one of kind, events, legs, rules, ignore")
        for alone in ("ignore", "rules"):
            if alone in does and len(does) > 1:
                raise ValueError(f"{alone} cannot stand beside {', '.join(d for d in does if d != alone)}")
        if self.kind is not None and self.events is not None:
            raise ValueError("kind and events say the same thing: give one of them")
        return self
