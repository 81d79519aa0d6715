"""A defect of ours, wherever it is, leaves no caller without an answer."""

from typing import Any

import pytest
from sqlalchemy import text

from ingest import intake
from ingest.contract import Delivery, Door, RouteAnswer, RouteReply
from ingest.vendors import registry
from ingest.webhooks import routing
from models.store import presence
from models.store.base import Store
from models.store.hooks import TokenBook
from tests.cast import Cast
from tests.databases import Clock

QUESTION = b'{"applicant_no": "9811122233", "did_no": "+917314000001"}'


class Clumsy:
    """A vendor that cannot write down whom to ring."""

    def __init__(self) -> None:
        self._open = registry.get("open")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._open, name)

    def answer(self, answer: RouteAnswer, connection: Any) -> RouteReply:
        if answer.found:
            raise ZeroDivisionError
        return self._open.answer(answer, connection)


def asked(store: Store, cast: Cast, clock: Clock, vendor: Any) -> RouteReply:
    account = TokenBook(store).by_id(cast.connection.id)
    assert account
    where = "http://us/webhooks/v1/x/route"
    question = Delivery(Door.ROUTE, "POST", where, b"", {}, "application/json", QUESTION, clock())
    return routing.Desk(store).reply(vendor, intake.info(account), question)


def faults(store: Store) -> list[str]:
    store.write(lambda tx: None)  # what was handed in before is written now
    with store.read() as tx:
        return list(tx.scalars(text("SELECT explained FROM routing_decision")))


def test_an_answer_that_cannot_be_written_down_is_the_fallback_and_kept_as_such(
    store: Store, cast: Cast, clock: Clock
) -> None:
    presence.set_state(store, cast.asha.viewer, "in")
    reply = asked(store, cast, clock, Clumsy())
    assert (reply.status, '"status":0' in reply.body.replace(" ", "")) == (200, True)
    (kept,) = faults(store)
    assert "a fault of ours" in kept


def test_a_question_that_cannot_be_kept_is_answered(
    store: Store, cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    presence.set_state(store, cast.asha.viewer, "in")
    monkeypatch.setattr(intake, "read", broken)
    assert '"status":1' in asked(store, cast, clock, registry.get("open")).body.replace(" ", "")
    assert faults(store) == []
