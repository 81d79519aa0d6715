"""Any provider that can send a web request, read as its connection's mapping document says."""

import json
from collections.abc import Sequence
from typing import Any, Protocol

from ingest.contract import (
    Acknowledging,
    Capability,
    Configurable,
    ConnectionInfo,
    Delivery,
    Parsed,
    Proving,
    RouteAnswer,
    RouteQuestion,
    RouteReply,
    Unreadable,
)
from ingest.vendors.mapped import program
from ingest.vendors.mapped.console import SET_UP
from ingest.vendors.mapped.listing import listed
from ingest.vendors.mapped.problems import Problem
from ingest.vendors.mapped.program import Program
from ingest.vendors.mapped.publishing import published

_BARE = {"version": 1, "rules": [{"ignore": "only its fields are asked for"}]}
NO_MAPPING = "This connection has no mapping yet: make one, and replay what waits."


class Both(Acknowledging, Configurable, Proving, Protocol):
    """All that a mapped provider's vendor can do."""


class MappedVendor:
    """The document stands in the connection's setting ``mapping``. Without one everything waits for review."""

    slug = "mapped"
    label = "Any provider, by mapping"
    capabilities = frozenset(
        {Capability.POPUP, Capability.LOG, Capability.ROUTE, Capability.RECORDING, Capability.SOFTPHONE}
    )
    set_up = SET_UP

    setting = "mapping"

    def problems(self, document: Any) -> Sequence[str]:
        try:
            Program(document)
        except Problem as problem:
            return problem.lines
        return ()

    def secrets_named(self, document: Any) -> Sequence[str]:
        return Program(document).secrets

    def document_schema(self) -> str:
        return published()

    def fields(self, delivery: Delivery, document: Any = None) -> Sequence[tuple[str, str]]:
        try:
            made = Program(document) if document is not None else Program(_BARE)
        except Problem:
            made = Program(_BARE)
        return listed(made.heard(delivery, ConnectionInfo(0, "", self.slug)).body)

    def verify(self, delivery: Delivery, connection: ConnectionInfo) -> bool:
        try:
            made = program.of(connection)
        except Problem:
            return True  # the token in the address let it in; nothing becomes an event, all waits for review
        return made is None or made.verify(delivery, connection)

    def asks_proof(self, connection: ConnectionInfo) -> bool:
        try:
            made = program.of(connection)
        except Problem:
            return False
        return made is not None and made.asks_proof

    def parse(self, delivery: Delivery, connection: ConnectionInfo) -> Parsed:
        return _program(connection).parse(delivery, connection)

    def question(self, delivery: Delivery, connection: ConnectionInfo) -> RouteQuestion:
        return _program(connection).question(delivery, connection)

    def answer(self, answer: RouteAnswer, connection: ConnectionInfo) -> RouteReply:
        try:
            made = program.of(connection)
        except Problem:
            made = None
        said = made.answer(answer, connection) if made is not None else None
        return said or _plain(answer)

    def acknowledge(
        self, delivery: Delivery, connection: ConnectionInfo, delivery_id: int, verdict: str
    ) -> RouteReply | None:
        try:
            made = program.of(connection)
        except Problem:
            return None
        return made.acknowledge(delivery, connection, delivery_id, verdict) if made is not None else None


def _program(connection: ConnectionInfo) -> Program:
    try:
        made = program.of(connection)
    except Problem as problem:
        raise Unreadable(f"The mapping cannot be used: {problem.lines[0]}"[:400]) from problem
    if made is None:
        raise Unreadable(NO_MAPPING)
    return made


def _plain(answer: RouteAnswer) -> RouteReply:
    """A mapping that says nothing of routing still answers: a caller must not hang on the line."""
    said = {"status": 1 if answer.seats else 0, "data": [{"agent_number": seat} for seat in answer.to_ring]}
    return RouteReply(json.dumps(said))


VENDOR: Both = MappedVendor()
