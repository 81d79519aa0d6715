"""The routing answer: the caller's lead and who is free, put to the rules; on any fault, the fallback."""

import logging
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass, replace

from sqlalchemy.exc import SQLAlchemyError

from ingest import intake
from ingest.contract import (
    ConnectionInfo,
    Delivery,
    RouteAnswer,
    RouteQuestion,
    RouteReply,
    Unreadable,
    Vendor,
)
from models.rules import routing
from models.store import availability, decisions, directory, journal
from models.store.base import Store
from models.store.decisions import Decided
from models.store.writer import Job, Unavailable

log = logging.getLogger(__name__)

BUDGET_SECONDS = 0.3
AT_ONCE = 8
"""Questions that are looked up at the same time; more would only wait for one another."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What the provider is told, and why."""

    answer: RouteAnswer
    decided: Decided


class Desk:
    """Answers routing questions. Looking up happens in threads of its own, so that a database that hangs costs a
    caller no more than the budget."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="routing")

    def reply(self, vendor: Vendor, connection: ConnectionInfo, delivery: Delivery) -> RouteReply:
        """The answer in the vendor's own shape, whatever happens. It is kept behind the caller's back."""
        question = None
        try:
            question = vendor.question(delivery, connection)
            if question.reply is not None:
                self._keep(vendor, connection, delivery, None)
                return question.reply
            answered = self._in_time(connection, question)
        except Unreadable as error:
            log.info("a routing question could not be read: %s", error)
            answered = fallback(self._store, connection, question, "the question could not be read")
        except Late:
            log.warning("routing fell back: not answered in time")
            answered = fallback(self._store, connection, question, "the database did not answer in time")
        except (SQLAlchemyError, Unavailable) as error:
            log.warning("routing fell back: %s", type(error).__name__)
            answered = fallback(self._store, connection, question, "the database could not be asked")
        except Exception:
            # A defect of ours must not leave a caller without an answer.
            log.exception("routing failed")
            answered = fallback(self._store, connection, question, "a fault of ours: see the log")
        try:
            reply = vendor.answer(replace(answered.answer, asked=delivery), connection)
        except Exception:
            log.exception("a routing answer could not be written down")
            answered = fallback(self._store, connection, question, "a fault of ours: see the log")
            reply = vendor.answer(answered.answer, connection)
        self._keep(vendor, connection, delivery, answered)
        return reply

    def _in_time(self, connection: ConnectionInfo, question: RouteQuestion) -> Answered:
        asked = self._pool.submit(lambda: answer(self._store, connection, question))
        try:
            return asked.result(BUDGET_SECONDS)
        except Late:
            asked.cancel()  # nobody waits for it any more
            raise

    def _keep(
        self, vendor: Vendor, connection: ConnectionInfo, delivery: Delivery, answered: Answered | None
    ) -> None:
        """``answered``: None where there was nothing to decide. A fault is told to the log only: the caller waits."""
        try:
            self._hand_in(vendor, connection, delivery, answered)
        except Unavailable as error:
            log.warning("a routing question was answered but not kept: %s", error)
        except Exception:
            log.exception("a routing question was answered but not kept")

    def _hand_in(
        self, vendor: Vendor, connection: ConnectionInfo, delivery: Delivery, answered: Answered | None
    ) -> None:
        note = _note(answered.answer) if answered else "A call of ours asks what to do."
        item = intake.read(self._store, vendor, connection, delivery, note=note)
        if answered:
            item = replace(item, decided=answered.decided)

        def settled() -> None:
            if job.error is not None:
                log.warning("a routing question was answered but not kept: %s", type(job.error).__name__)

        job = Job(journal.write_batch(self._store), item, settled)
        self._store.writer.hand_in(job)


def answer(store: Store, connection: ConnectionInfo, question: RouteQuestion) -> Answered:
    """Seats to ring for this caller, best first; when nobody can take the call, the fallback."""
    now = store.now()
    with store.look_up() as tx:
        occupied = availability.ask_busy(tx, now)
        caller = availability.caller(tx, store.vault, question.customer, question.did, connection.id)
        candidates = availability.candidates(tx, store.vault, connection.id, now, caller, occupied)
        choice = routing.choose(
            candidates,
            owner_id=caller.owner_id,
            sticky_id=caller.sticky_id,
            did_team=caller.team_id,
            now=now,
            needs=routing.needs(caller.needs, caller.did.needs if caller.did else {}),
            strategies=routing.in_order(caller.did.strategies if caller.did else ()),
        )
        names = availability.names(tx, choice.person_ids)
    groups = _groups(store, connection, question)
    return Answered(
        RouteAnswer(
            seats=choice.seats,
            strategy=choice.strategy,
            names=names,
            found=bool(choice.seats),
            provider_call_id=question.provider_call_id,
            fallback=groups,
        ),
        decisions.decided(connection.id, now, choice, fallback=bool(groups)),
    )


def fallback(
    store: Store, connection: ConnectionInfo, question: RouteQuestion | None, fault: str
) -> Answered:
    """The answer that needs no database. ``fault``: in words, why the rules were not asked."""
    groups = _groups(store, connection, question)
    return Answered(
        RouteAnswer(
            seats=(),
            strategy=decisions.FALLBACK,
            found=False,
            provider_call_id=question.provider_call_id if question else None,
            fallback=groups,
        ),
        decisions.fell_back(connection.id, store.now(), fault, fallback=bool(groups)),
    )


def _groups(store: Store, connection: ConnectionInfo, question: RouteQuestion | None) -> tuple[str, ...]:
    """Whom to ring when nobody is found: the DID's group, otherwise the connection's. From memory."""
    known = directory.latest(store.db.engine)
    did = known.dids.get(question.did or "") if known and question else None
    group = (did.fallback if did else "") or connection.settings.get("fallback")
    return (str(group),) if group else ()


def _note(given: RouteAnswer) -> str:
    return f"{given.strategy}: {', '.join(given.names)}" if given.names else given.strategy
