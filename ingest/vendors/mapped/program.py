"""A mapping document made ready: compiled once, asked for every delivery."""

from collections import OrderedDict
from collections.abc import Mapping as Mapped
from contextlib import suppress
from typing import Any

from ingest.contract import (
    ConnectionInfo,
    Delivery,
    Door,
    Parsed,
    RouteAnswer,
    RouteQuestion,
    RouteReply,
    Unreadable,
)
from ingest.vendors.mapped import (
    answers,
    conditions,
    encodings,
    envelope,
    events,
    readers,
    tree,
    values,
    verify,
)
from ingest.vendors.mapped.making import Ask, Making
from ingest.vendors.mapped.paths import BadPath, Path, walk
from ingest.vendors.mapped.paths import parse as parse_path
from ingest.vendors.mapped.problems import Problem
from ingest.vendors.mapped.schema import Computed, Mapping, Proof, Routing, read
from ingest.vendors.mapped.scope import Heard, Scope, as_text

_ASKING = frozenset({Door.ROUTE, Door.VOICE})


class Program:
    """What a mapping does. Raises ``Problem`` when the document cannot be used."""

    def __init__(self, document: Any) -> None:
        told = read(document)
        problems: list[str] = []
        names = frozenset({*events.FIELD_NAMES, "kind", "words", "extra", *(told.let or {})})
        making = Making(
            problems,
            told.words or {},
            frozenset(one.strip().casefold() for one in told.placeholders or ()),
            told.lists or {},
            names | answers.DELIVERY_NAMES | (answers.ROUTING_NAMES if told.routing else frozenset()),
            conditions.condition,
        )
        self._told = told
        named = self._named(told, making)
        self._rules = envelope.compiled(told.rules, named, making, "$.rules")
        self._named_values = named
        self.asks_proof = bool(told.proof or told.any_proof)
        self._proves = verify.compiled(told, making)
        self._acknowledging = answers.Acknowledging(told.answers or [], making)
        self._answering = answers.Answering(told.routing, making) if told.routing else None
        self._question = _question(told.routing, making) if told.routing else None
        self._inside = self._opening(told, making)
        if told.zone is not None and readers.zone_of(told.zone) is None:
            making.wrong("$.zone", f"{told.zone!r} is no time zone such as Asia/Kolkata, nor an offset")
        if problems:
            raise Problem(list(dict.fromkeys(problems))[:60])
        self._mentioned = tuple({path.text: path for path in making.mentioned}.values())
        self.recording_hosts = tuple(told.recording_hosts or ())
        keys: tuple[Proof | Computed, ...] = (*(told.proof or ()), *(told.any_proof or ()), *told.computed())
        self.secrets = tuple(dict.fromkeys(one.secret for one in keys if one.secret))

    @staticmethod
    def _named(told: Mapping, making: Making) -> dict[str, Ask]:
        named: dict[str, Ask] = {}
        for name, value in (told.let or {}).items():
            if name in events.FIELD_NAMES:
                making.wrong(f"$.let.{name}", "this is the name of a field: choose another")
            named[name] = values.text(value, making, f"$.let.{name}")
        named.update(events.fields(told.fields, making, "$.fields"))
        return named

    @staticmethod
    def _opening(told: Mapping, making: Making) -> Path | None:
        if told.read.inside is None:
            return None
        try:
            return parse_path(told.read.inside)
        except BadPath as error:
            making.wrong("$.read.inside", str(error))
            return None

    def heard(
        self, delivery: Delivery, connection: ConnectionInfo, told: Mapped[str, str] | None = None
    ) -> Heard:
        """The delivery, opened. Raises ``Unreadable``."""
        reading = self._told.read
        body, query = tree.read(delivery, reading.format)
        outer: tree.Node = None
        if self._inside is not None:
            outer, body = body, self._opened(body)
        if reading.url_encoded_values:
            body = tree.url_decoded(body)
        return Heard(
            body,
            query,
            delivery,
            connection,
            zone=self._told.zone or "",
            country=self._told.country or "",
            ignore_case=reading.ignore_case,
            outer=outer,
            told=told,
            mentioned=self._mentioned,
        )

    def _opened(self, body: tree.Node) -> tree.Node:
        assert self._inside is not None
        found = next(walk(body, self._inside, {}), None)
        node = found[0] if found else None
        if isinstance(node, str):
            text = encodings.undo(node, list(self._told.read.decode or ()))
            node = tree.inner(text) if text is not None else None
        if not isinstance(node, dict | list):
            raise Unreadable(f"There is nothing that can be opened at {self._told.read.inside}.")
        return node

    def verify(self, delivery: Delivery, connection: ConnectionInfo) -> bool:
        """Do the mapping's proofs hold? A body nobody can read proves nothing by its fields."""
        if not self.asks_proof:
            return True
        try:
            heard = self.heard(delivery, connection)
        except Unreadable:
            heard = Heard({}, {}, delivery, connection)
        return self._proves(Scope(heard, heard.body, self._named_values), delivery, connection)

    def parse(self, delivery: Delivery, connection: ConnectionInfo) -> Parsed:
        """What the delivery says. Raises ``Unreadable``."""
        heard = self.heard(delivery, connection)
        root = Scope(heard, heard.body, self._named_values)
        said = envelope.ask(self._rules, root, delivery.door)
        if not said.fitted and delivery.door in _ASKING:
            return Parsed((), note="A routing question.")
        if not said.fitted and self._told.otherwise == "review":
            raise Unreadable("No rule of the mapping fits this delivery.")
        if not said.events and said.puzzles:
            words = ", ".join(f"{field} “{word}”" for field, word in heard.unknown) or "the field is not told"
            raise Unreadable(f"The mapping does not say what this tells of: {words}.", tuple(heard.unknown))
        note = "; ".join(said.notes) or ("" if said.events else "Read; by the mapping it tells of no event.")
        return Parsed(tuple(said.events), tuple(heard.unknown), note[:400])

    def question(self, delivery: Delivery, connection: ConnectionInfo) -> RouteQuestion:
        """The routing question. Raises ``Unreadable``."""
        if self._question is None:
            raise Unreadable("The mapping says nothing about routing.")
        heard = self.heard(delivery, connection)
        scope = Scope(heard, heard.body, self._named_values)
        customer, did, call_id = (ask(scope) for ask in self._question)
        return RouteQuestion(customer, did, as_text(call_id))

    def answer(self, said: RouteAnswer, connection: ConnectionInfo) -> RouteReply | None:
        """The routing answer; None when the mapping says nothing for this case."""
        if self._answering is None:
            return None
        heard = Heard({}, {}, said.asked, connection)
        if said.asked is not None:
            with suppress(Unreadable):  # then what it repeats of the question stays empty
                heard = self.heard(said.asked, connection)
        return self._answering.reply(said, Scope(heard, heard.body, self._named_values))

    def acknowledge(
        self, delivery: Delivery, connection: ConnectionInfo, delivery_id: int, verdict: str
    ) -> RouteReply | None:
        """What the provider wants back; None: our own."""
        if not self._acknowledging:
            return None
        told = answers.told_of(delivery_id, verdict)
        try:
            heard = self.heard(delivery, connection, told)
        except Unreadable:
            heard = Heard({}, {}, delivery, connection, told=told)
        return self._acknowledging.reply(Scope(heard, heard.body, self._named_values), delivery)


def _question(told: Routing, making: Making) -> tuple[Ask, Ask, Ask]:
    def nothing(_: Scope) -> None:
        return None

    return (
        readers.number(told.customer, making, "$.routing.customer") if told.customer else nothing,
        readers.number(told.did, making, "$.routing.did") if told.did else nothing,
        values.text(told.call_id, making, "$.routing.call_id") if told.call_id else nothing,
    )


_KEPT = 64
_ready: OrderedDict[int, tuple[Any, Program | Problem]] = OrderedDict()


def of(connection: ConnectionInfo) -> Program | None:
    """The connection's program; None when it has no mapping yet. Raises ``Problem``."""
    document = connection.settings.get("mapping")
    if document is None:
        return None
    known = _ready.get(connection.id)
    if known is None or (known[0] is not document and known[0] != document):
        made: Program | Problem
        try:
            made = Program(document)
        except Problem as problem:
            made = problem
        _ready[connection.id] = known = (document, made)
        while len(_ready) > _KEPT:
            _ready.popitem(last=False)
    if isinstance(known[1], Problem):
        raise known[1]
    return known[1]
