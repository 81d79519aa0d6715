"""What a provider wants back: for a delivery, and for a routing question. Texts are escaped for their content type."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote_plus
from xml.sax.saxutils import escape as xml_escape

import phonenumbers

from ingest.contract import Delivery, Door, RouteAnswer, RouteReply
from ingest.vendors.mapped import signing, values
from ingest.vendors.mapped.conditions import Holds, condition
from ingest.vendors.mapped.making import Ask, Making
from ingest.vendors.mapped.schema import Acknowledgement, Answer, Computed, Routing
from ingest.vendors.mapped.scope import Scope

ROUTING_NAMES = frozenset(
    {"seat", "seats", "name", "names", "strategy", "did", "call_id", "found", "seat_number"}
)
DELIVERY_NAMES = frozenset({"delivery", "verdict"})

Say = Callable[[Scope], RouteReply]
_JSON = "application/json"
_HEADER_LENGTH = 500


def _plain(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable())


def _as_json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _as_xml(text: str) -> str:
    return xml_escape(_plain(text), {'"': "&quot;", "'": "&apos;"})


def escaper(content_type: str) -> Callable[[str], str]:
    """How a text stands inside a body of this type."""
    kind = content_type.lower()
    if "json" in kind:
        return _as_json
    if "xml" in kind or "html" in kind:
        return _as_xml
    return quote_plus if "urlencoded" in kind else _plain


def _whole(said: str | None) -> str | None:
    return said


def answer(told: Answer, making: Making, where: str) -> Say:
    """The answer as a function of what was heard."""
    kind = told.content_type or (_JSON if "value" in told.model_fields_set else "text/plain; charset=utf-8")
    computed = _computed(told, making, where)
    making = replace(making, names=making.names | set(computed))
    headers = {
        name: values.template(text, making, f"{where}.headers.{name}", _whole, partly=True)
        for name, text in (told.headers or {}).items()
    }
    say = _body(told, kind, making, where)

    def reply(scope: Scope) -> RouteReply:
        scope = Scope(scope.heard, scope.node, {**scope.named, **computed}, scope.parent)
        shown = {name: said for name, ask in headers.items() if _fits_header(said := ask(scope) or "")}
        return RouteReply(say(scope), kind, told.status, shown)

    return reply


def _fits_header(said: str) -> bool:
    return 0 < len(said) <= _HEADER_LENGTH and said.isascii() and said.isprintable()


def _body(told: Answer, kind: str, making: Making, where: str) -> Callable[[Scope], str]:
    if "value" in told.model_fields_set:
        if told.body is not None:
            making.wrong(where, "body and value say the same thing: give one of them")
        build = _json(told.value, making, f"{where}.value")
        return lambda scope: json.dumps(build(scope), ensure_ascii=False)
    say = values.template(told.body or "", making, f"{where}.body", _whole, escaper(kind), partly=True)
    return lambda scope: say(scope) or ""


def _computed(told: Answer, making: Making, where: str) -> dict[str, Ask]:
    made: dict[str, Ask] = {}
    for name, one in (told.compute or {}).items():
        if name in making.names:
            making.wrong(f"{where}.compute.{name}", "there is a value of this name already: choose another")
        made[name] = _made(one, making, f"{where}.compute.{name}")
    return made


def _made(told: Computed, making: Making, where: str) -> Ask:
    """Empty while its secret is not set, or not written as ``key`` says."""
    over = signing.over(told.over, making, f"{where}.over")

    def ask(scope: Scope) -> str:
        secret = scope.heard.connection.secrets.get(told.secret or "", "")
        key = signing.key(secret, told.key)
        delivery = scope.heard.delivery
        if delivery is None or (told.secret is not None and key is None):
            return ""
        made = signing.made(
            told.algorithm, over(scope, delivery, secret), key if told.kind == "hmac" else None
        )
        return signing.written(made, told.encoding)

    return ask


def _json(value: Any, making: Making, where: str) -> Callable[[Scope], Any]:
    if isinstance(value, str):
        say = values.template(value, making, where, _whole, partly=True)
        return lambda scope: say(scope) or ""
    if isinstance(value, list):
        items = [_json(one, making, f"{where}[{i}]") for i, one in enumerate(value)]
        repeats = [isinstance(one, dict) and set(one) == {"$each"} for one in value]

        def build(scope: Scope) -> list[Any]:
            made: list[Any] = []
            for item, repeated in zip(items, repeats, strict=True):
                found = item(scope)
                made.extend(found) if repeated else made.append(found)
            return made

        return build
    if isinstance(value, dict):
        if set(value) == {"$each"}:
            one = _json(value["$each"], making, f"{where}.$each")
            return lambda scope: [one(seat) for seat in _seat_scopes(scope)]
        parts = {str(key): _json(part, making, f"{where}.{key}") for key, part in value.items()}
        return lambda scope: {key: part(scope) for key, part in parts.items()}
    return lambda scope: value


def _seat_scopes(scope: Scope) -> list[Scope]:
    """One scope a seat, inside ``scope``: what that knows, they know too."""
    found: list[Scope] = scope.named["_seats"](scope) if "_seats" in scope.named else []
    return [Scope(scope.heard, scope.node, one.named, scope, index=i) for i, one in enumerate(found)]


class Acknowledging:
    """What is answered to deliveries; the first that fits."""

    def __init__(self, told: list[Acknowledgement], making: Making) -> None:
        self._answers: list[tuple[frozenset[Door] | None, Holds | None, Say]] = []
        for i, one in enumerate(told):
            where = f"$.answers[{i}]"
            doors = (
                None
                if one.doors is None
                else frozenset(Door.LOG if name == "log" else Door(name) for name in one.doors)
            )
            holds = condition(one.when, making, f"{where}.when") if one.when is not None else None
            self._answers.append((doors, holds, answer(one, making, where)))

    def __bool__(self) -> bool:
        return bool(self._answers)

    def reply(self, scope: Scope, delivery: Delivery) -> RouteReply | None:
        """None: our own."""
        for doors, holds, say in self._answers:
            if (doors is None or delivery.door in doors) and (holds is None or holds(scope)):
                return say(scope)
        return None


class Answering:
    """Routing answers in the provider's shape."""

    def __init__(self, told: Routing, making: Making) -> None:
        self._told = told
        self._found = answer(told.found, making, "$.routing.found") if told.found else None
        self._fallback = answer(told.fallback, making, "$.routing.fallback") if told.fallback else self._found
        self._nobody = answer(told.nobody, making, "$.routing.nobody") if told.nobody else None
        # A JSON value is written by the JSON writer, which escapes by itself.
        shown = told.found if told.found and told.found.body is not None else None
        kind = (shown.content_type if shown else None) or "text/plain"
        self._each = values.template(
            told.each_seat, making, "$.routing.each_seat", _whole, escaper(kind), partly=True
        )

    def reply(self, said: RouteAnswer, asked: Scope) -> RouteReply | None:
        """The answer to the question ``asked``. None: the mapping says nothing for this case."""
        seats = [self._written(seat) for seat in said.to_ring][: self._told.at_most]
        say = self._nobody if not seats else self._found if said.seats else self._fallback
        if say is None:
            return None
        names = [*said.names, *[""] * len(seats)]
        told = {
            "strategy": said.strategy,
            "did": said.from_number or "",
            "call_id": said.provider_call_id or "",
            "found": "1" if said.seats else "0",
            "names": self._told.separator.join(said.names[: len(seats)]),
        }
        named: dict[str, Callable[[Scope], Any]] = {
            **asked.named,
            **{key: _always(text) for key, text in told.items()},
        }
        about = Scope(asked.heard, asked.node, named)
        each = [
            _about(about, seat, name, i) for i, (seat, name) in enumerate(zip(seats, names, strict=False))
        ]
        first = {"seat": seats[0] if seats else "", "name": names[0] if names else ""}
        joined = self._told.separator.join(self._each(one) or "" for one in each)
        named |= {
            **{key: _always(text) for key, text in first.items()},
            "seats": _always(joined),
            "_seats": _always(each),
        }
        return say(Scope(asked.heard, asked.node, named))

    def _written(self, seat: str) -> str:
        if self._told.seats == "as_is" or not seat.startswith("+"):
            return seat
        if self._told.seats == "digits":
            return seat.removeprefix("+")
        try:
            return str(phonenumbers.parse(seat).national_number)
        except phonenumbers.NumberParseException:
            return seat


def _always(value: Any) -> Callable[[Scope], Any]:
    return lambda _: value


def _about(asked: Scope, seat: str, name: str, index: int) -> Scope:
    named = {"seat": _always(seat), "name": _always(name), "seat_number": _always(index + 1)}
    return Scope(asked.heard, asked.node, named, asked, index=index)


def told_of(delivery_id: int, verdict: str) -> Mapping[str, str]:
    """What ``{$delivery}`` and ``{$verdict}`` mean."""
    return {"delivery": str(delivery_id), "verdict": verdict}
