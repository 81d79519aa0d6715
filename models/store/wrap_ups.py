"""After a call: which one waits for its result, and saving result, note and follow-up in one commit."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from models.rules.access import Viewer
from models.rules.wrapping import End, Span, interval
from models.store import choices, dispositions, feed, follow_ups, lead_editing, notes, stages, unwrapped
from models.store.availability import LIVE_FOR
from models.store.base import Store
from models.store.dispositions import Disposition
from models.store.openings import NoSuchLead, landing, may_open
from models.tables.calls import call
from models.tables.leads import lead
from models.tables.people import person
from models.tables.work import disposition, wrap_up


class BadSave(ValueError):
    """It cannot be saved so, and nothing was. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to save. ``why`` is the follow-up's; without it, the note is."""

    call_id: int | None = None
    disposition_id: int | None = None
    note: str = ""
    due_at: datetime | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Saved:
    """``again``: it had all been saved before. ``stage``: where the lead was moved, if it was."""

    again: bool
    note_id: int | None
    follow_up_id: int | None
    stage: str | None


def save(store: Store, viewer: Viewer, lead_id: int, draft: Draft) -> Saved:
    """Keep all of it or nothing, and move the lead where the disposition says. Sent twice, it is kept once.

    Raises ``NoSuchLead``, ``BadSave`` and ``notes.BadNote``.
    """
    text = notes.checked(draft.note)
    why = " ".join(draft.why.split()) or " ".join(text.split())
    with store.read() as tx:  # before the shared commit, which a refusal would make all others redo
        if not may_open(tx, viewer, lead_id):
            raise NoSuchLead
        about = _call(tx, viewer, lead_id, draft.call_id) if draft.call_id is not None else None
        chosen = _chosen(tx, draft, about)
        _complete(tx, viewer, lead_id, draft, text, about, chosen, store.now())
        stage = _leads_to(tx, chosen)

    def work(tx: Connection) -> Saved | str | None:
        there = landing(tx, viewer, lead_id)
        if there is None:
            return None
        before = _before(tx, about.id) if about is not None else None
        if before is not None and not _same(before, viewer, chosen):
            return f"This call has its result already: {before.label or 'a note'}, by {before.name}."
        note_id = _keep_note(store, tx, viewer, there, text, draft.call_id, before)
        promised = None
        if draft.due_at is not None:
            promised = follow_ups.put(
                store,
                tx,
                viewer,
                there,
                draft.due_at,
                why,
                person_id=viewer.person_id,
                call_id=draft.call_id,
            )
        moved = False
        if before is None and about is not None and (chosen is not None or about.over):
            if unwrapped.end(about) is End.TALKED and promised is None:
                follow_ups.settle_due(store, tx, viewer, there)
            _write(store, tx, viewer, there, about, chosen, note_id, promised)
            if stage is not None:
                moved = lead_editing.put_stage(store, tx, viewer, there, (stage, None))
        again = before is not None and all(
            new in (None, old) for new, old in ((note_id, before.note_id), (promised, before.follow_up_id))
        )
        if not again:
            _say(store, tx, viewer, there, draft.call_id)
        return Saved(again, note_id, promised, stage if moved else None)

    return _or_raise(store.write(work))


def _or_raise(done: Saved | str | None) -> Saved:
    """A refusal is carried out of the shared commit as a value: raised inside, all others would redo theirs."""
    if done is None:
        raise NoSuchLead
    if isinstance(done, str):
        raise BadSave(done)
    return done


def _keep_note(
    store: Store,
    tx: Connection,
    viewer: Viewer,
    lead_id: int,
    text: str,
    call_id: int | None,
    before: Row[Any] | None,
) -> int | None:
    """The id of the note, which may be the one saved before; None for no text."""
    if not text:
        return None
    known: int | None = before.note_id if before is not None else None
    if known is not None and notes.text_of(tx, store.vault, known) == text:
        return known
    return notes.add(store, tx, viewer, lead_id, text, call_id=call_id)


def _call(tx: Connection, viewer: Viewer, lead_id: int, call_id: int) -> Row[Any]:
    row = tx.execute(
        select(call).where(call.c.id == call_id, call.c.lead_id == lead_id, unwrapped.took_part(viewer))
    ).first()
    if row is None:
        raise BadSave(
            "This call is not one of yours with this lead any more. Your note can be saved without it."
        )
    return row


def _chosen(tx: Connection, draft: Draft, about: Row[Any] | None) -> Disposition | None:
    if draft.disposition_id is None:
        return None
    if about is None:
        raise BadSave(
            "A result needs a call of yours with this lead. A note and a follow-up can be saved without."
        )
    found = dispositions.find(tx, draft.disposition_id)
    if found is None:
        raise BadSave("This result is not on the institution's list any more: choose another.")
    if not found.fits(about.direction, unwrapped.end(about)):
        raise BadSave(f"“{found.label}” cannot be said of this call: choose another result.")
    return found


def _complete(
    tx: Connection,
    viewer: Viewer,
    lead_id: int,
    draft: Draft,
    text: str,
    about: Row[Any] | None,
    chosen: Disposition | None,
    now: datetime,
) -> None:
    """Raises ``BadSave`` when something is still to be chosen."""
    if chosen is None and not text and draft.due_at is None:
        raise BadSave("Nothing to save yet: choose a result, write a note or set a follow-up.")
    if chosen is None and about is not None and about.over and unwrapped.required(tx, about.direction):
        raise BadSave(f"Choose a result first: {about.direction} calls need one.")
    if draft.due_at is not None or chosen is None:
        return
    stage = stages.find(tx, chosen.stage) if chosen.stage else None
    asks = chosen.label if chosen.needs_follow_up else None
    if asks is None and stage is not None and stage.needs_follow_up:
        asks = stage.name
    if asks and not follow_ups.has_open(tx, viewer.person_id, lead_id, after=now):
        raise BadSave(f"“{asks}” needs a follow-up: choose when.")


def _leads_to(tx: Connection, chosen: Disposition | None) -> str | None:
    """The stage the lead is moved to. One that was retired since moves nobody."""
    if chosen is None or chosen.stage is None:
        return None
    known = stages.find(tx, chosen.stage) is not None or not stages.defined(tx, retired=True)
    return chosen.stage if known else None


def _before(tx: Connection, call_id: int) -> Row[Any] | None:
    """The call's result, if it has one."""
    return tx.execute(
        select(wrap_up, disposition.c.label, person.c.name)
        .join(person, person.c.id == wrap_up.c.person_id)
        .outerjoin(disposition, disposition.c.id == wrap_up.c.disposition_id)
        .where(wrap_up.c.call_id == call_id)
    ).first()


def _same(before: Row[Any], viewer: Viewer, chosen: Disposition | None) -> bool:
    theirs = (before.person_id, before.disposition_id)
    return theirs == (viewer.person_id, chosen.id if chosen else None)


def _write(
    store: Store,
    tx: Connection,
    viewer: Viewer,
    lead_id: int,
    about: Row[Any],
    chosen: Disposition | None,
    note_id: int | None,
    follow_up_id: int | None,
) -> None:
    began, ended = _interval(store, tx, viewer, about)
    tx.execute(
        insert(wrap_up).values(
            call_id=about.id,
            lead_id=lead_id,
            person_id=viewer.person_id,
            disposition_id=chosen.id if chosen else None,
            began_at=began,
            ended_at=ended,
            note_id=note_id,
            follow_up_id=follow_up_id,
        )
    )


def _interval(store: Store, tx: Connection, viewer: Viewer, about: Row[Any]) -> tuple[datetime, datetime]:
    now = store.now()
    ended = unwrapped.ended_at(about)
    if ended is None:
        return now, now
    seconds = choices.one(tx, "wrap_up_seconds")
    near = tx.execute(
        select(call).where(
            call.c.person_id == viewer.person_id,
            call.c.started_at > about.started_at - LIVE_FOR,
            call.c.started_at < ended + timedelta(seconds=seconds),
            call.c.id != about.id,
        )
    )
    others = [
        Span(unwrapped.ended_at(row) or max(now, row.started_at), row.id, row.started_at) for row in near
    ]
    return interval(Span(ended, about.id, about.started_at), now, seconds, others)


def _say(store: Store, tx: Connection, viewer: Viewer, lead_id: int, call_id: int | None) -> None:
    """Tell the screens that show the lead, and those that show what this person is doing."""
    owner = tx.scalar(select(lead.c.owner_id).where(lead.c.id == lead_id))
    now = store.now()
    lead_editing.announce(store, tx, lead_id, owner, now)
    if call_id is None:
        return
    team = tx.scalar(select(person.c.team_id).where(person.c.id == viewer.person_id))
    body = {"lead_id": lead_id, "call_id": call_id, "person_id": viewer.person_id}
    audience = feed.Audience(frozenset({viewer.person_id}), frozenset({team} if team else ()))
    feed.append(tx, store.db, now, [feed.News("wrap_up", audience, body)])
