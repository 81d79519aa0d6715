"""Which delivery means what: the mapping's rules, made ready to be asked."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from ingest.contract import CallEvent, Door, Unreadable
from ingest.vendors.mapped import events, wording
from ingest.vendors.mapped.conditions import Holds, condition
from ingest.vendors.mapped.making import Ask, Making
from ingest.vendors.mapped.paths import Path, Step
from ingest.vendors.mapped.scope import Scope
from ingest.vendors.mapped.telling import Event, Fields, Legs, Rule
from models.rules.call import Kind

MAX_EVENTS = 500
MAX_ASKED = 20_000
"""Rules and items asked in one delivery: rules inside rules could otherwise multiply."""

_QUIET = frozenset({Door.ROUTE, Door.VOICE})
"""Doors that ask for an answer: a rule reads what comes there only if it names them."""

Named = dict[str, Ask]


@dataclass
class Told:
    """What a delivery turned out to say."""

    events: list[CallEvent] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    fitted: bool = False
    asked: int = 0
    puzzles: int = 0  # items whose kind nobody told or mapped

    def ask(self) -> None:
        """Count one rule or item. Raises ``Unreadable`` beyond the bound."""
        self.asked += 1
        if self.asked > MAX_ASKED:
            raise Unreadable("The mapping asks too much of one delivery: its lists lie inside each other.")

    def add(self, event: CallEvent | None) -> None:
        """Raises ``Unreadable`` when there are more than one delivery can sensibly tell of."""
        if event is None:
            return
        if len(self.events) >= MAX_EVENTS:
            raise Unreadable(f"More than {MAX_EVENTS} events in one delivery.")
        self.events.append(event)


Does = Callable[[Scope, Told], None]


@dataclass(frozen=True)
class Ready:
    """A rule ready to be asked."""

    fits: Callable[[Door], bool]
    holds: Holds | None
    each: Path | None
    named: Named
    does: tuple[Does, ...]
    rules: tuple["Ready", ...]
    ignore: str | None
    go_on: bool


def compiled(rules: list[Rule], named: Named, making: Making, where: str) -> tuple[Ready, ...]:
    """The rules in their order. ``named`` is what ``$name`` means so far."""
    return tuple(_rule(rule, named, making, f"{where}[{i}]") for i, rule in enumerate(rules))


def _rule(rule: Rule, outer: Named, making: Making, where: str) -> Ready:
    named = dict(outer)
    if rule.fields is not None:
        named |= events.fields(rule.fields, making, f"{where}.fields")
    does: list[Does] = []
    told = rule.events or ([Event(kind=rule.kind)] if rule.kind is not None else [])
    for i, one in enumerate(told):
        place = f"{where}.events[{i}]" if rule.events else where
        does.append(_event(one, making, place))
    does += [_legs(one, making, f"{where}.legs[{i}]") for i, one in enumerate(rule.legs or ())]
    return Ready(
        fits=_at_doors(rule.doors),
        holds=condition(rule.when, making, f"{where}.when") if rule.when is not None else None,
        each=making.path(rule.each, f"{where}.each") if rule.each is not None else None,
        named=named,
        does=tuple(does),
        rules=compiled(rule.rules, named, making, f"{where}.rules") if rule.rules is not None else (),
        ignore=rule.ignore,
        go_on=rule.go_on,
    )


def _at_doors(names: list[Any] | None) -> Callable[[Door], bool]:
    if names is None:
        return lambda door: door not in _QUIET
    doors = {Door.LOG if name == "log" else Door(name) for name in names}
    return lambda door: door in doors


def _event(told: Event, making: Making, where: str) -> Does:
    since = len(making.mentioned)
    kind = wording.word_value(told.kind, making, f"{where}.kind")
    holds = condition(told.when, making, f"{where}.when") if told.when is not None else None
    own = events.fields(told.fields or Fields(), making, f"{where}.fields")
    each = making.path(told.each, f"{where}.each") if told.each is not None else None
    if each is not None:
        _mention_below(each, making, since)

    def does(scope: Scope, found: Told) -> None:
        for item in _items(scope, each, {**own, "kind": kind}, told.split):
            found.ask()
            if holds is not None and not holds(item):
                continue
            said = item.value("kind")
            if said is None or said == wording.NO_EVENT:
                found.puzzles += said is None
                continue
            get = events.getter(item, scope, own)
            found.add(events.event(Kind(said), get, scope if each is None else item, whole=True))

    return does


def _legs(told: Legs, making: Making, where: str) -> Does:
    each = making.path(told.each, f"{where}.each")
    since = len(making.mentioned)
    holds = condition(told.when, making, f"{where}.when") if told.when is not None else None
    answered = condition(told.answered, making, f"{where}.answered")
    own = events.leg_fields(told, making, where)
    _mention_below(each, making, since)

    def does(scope: Scope, found: Told) -> None:
        for item in _items(scope, each, own, told.split):
            found.ask()
            if (holds is None or holds(item)) and item.value("seat") is not None:
                for event in _leg_events(item, scope, picked_up=answered(item)):
                    found.add(event)

    return does


def _mention_below(each: Path, making: Making, since: int) -> None:
    """What is read of each item counts as read when the whole body is looked at."""
    if each.root != "":
        return
    last = each.steps[-1:]
    steps = each.steps[:-1] if last and (last[0].each or last[0].tests) else each.steps
    for path in making.mentioned[since:]:
        if path.root == "" and path is not each:
            below = (*steps, Step(each=True), *path.steps)
            making.mentioned.append(Path(f"{each.text}|{path.text}", "", "", below))


_OF_THE_CALL = frozenset({"call_id", "direction", "customer", "did", "campaign", "intent"})


def _leg_events(item: Scope, scope: Scope, *, picked_up: bool) -> Iterator[CallEvent | None]:
    """A leg was offered, and then it was answered or missed; its durations are told with its record."""

    def get(name: str) -> Any:
        if name in item.named:
            return item.value(name)
        return scope.value(name) if name in _OF_THE_CALL else None

    def saying(**told: Any) -> events.Get:
        return lambda name: told[name] if name in told else get(name)

    yield events.event(Kind.ROUTED, saying(answered_at=None, miss_reason=None), item, whole=False)
    ended_at = get("ended_at")
    if not picked_up:
        yield events.event(Kind.MISSED, saying(at=ended_at, answered_at=None), item, whole=False)
        return
    quiet = {"miss_reason": None}
    yield events.event(Kind.ANSWERED, saying(at=get("answered_at"), **quiet), item, whole=False)
    if get("talk_seconds"):
        record = saying(at=ended_at, outcome="connected", **quiet)
        yield events.event(Kind.LOG, record, item, whole=False)


def _items(scope: Scope, each: Path | None, own: Mapping[str, Ask], split: str | None) -> Iterator[Scope]:
    if each is None:
        yield Scope(scope.heard, scope.node, own, scope)
        return
    for index, (node, key) in enumerate(_each(scope, each, split)):
        yield Scope(scope.heard, node, own, scope, key, index)


def _each(scope: Scope, each: Path, split: str | None = None) -> list[tuple[Any, Any]]:
    found = list(islice(scope.items(each), MAX_EVENTS + 1))
    if split is not None:
        texts = [part.strip() for node, _ in found if isinstance(node, str) for part in node.split(split)]
        found = [(part, index) for index, part in enumerate(texts) if part]
    if len(found) > MAX_EVENTS:
        raise Unreadable(f"A list of more than {MAX_EVENTS} items.")
    return found


def ask(rules: tuple[Ready, ...], root: Scope, door: Door) -> Told:
    """What the delivery says. Raises ``Unreadable`` when its call cannot be told from others."""
    found = Told()
    _ask(rules, root, door, found)
    return found


def _ask(rules: tuple[Ready, ...], scope: Scope, door: Door, found: Told) -> None:
    for rule in rules:
        found.ask()
        if not rule.fits(door):
            continue
        here = Scope(scope.heard, scope.node, rule.named, scope.parent, scope.key, int(scope.index))
        if rule.holds is not None and not rule.holds(here):
            continue
        found.fitted = True
        if rule.ignore is not None:
            found.notes.append(rule.ignore)
        for item in _rule_items(here, rule):
            if rule.rules:
                _ask(rule.rules, item, door, found)
            for does in rule.does:
                does(item, found)
        if not rule.go_on:
            return


def _rule_items(here: Scope, rule: Ready) -> Iterator[Scope]:
    if rule.each is None:
        yield here
        return
    for index, (node, key) in enumerate(_each(here, rule.each)):
        yield Scope(here.heard, node, rule.named, here, key, index)
