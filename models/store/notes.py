"""What people write about a lead: sealed at rest, and shown with numbers masked, because people write numbers."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select

from models.rules import redaction
from models.rules.access import Viewer
from models.store.base import Store
from models.store.vault import Vault
from models.tables.people import person
from models.tables.work import note

TEXT = b"note.text"
LONGEST = 4000
TWICE = timedelta(minutes=10)
"""The same words by the same person so soon after are the same note, sent again."""


class BadNote(ValueError):
    """The text cannot be kept; the message is for who wrote it."""


@dataclass(frozen=True, slots=True)
class Note:
    """``text`` may be shown: numbers in it are masked. ``call_id``: the call it was written about, if any."""

    id: int
    at: datetime
    by: str
    by_me: bool
    call_id: int | None
    text: str


def checked(text: str) -> str:
    """The text as it is kept, "" for none. Raises ``BadNote``."""
    kept = text.replace("\r\n", "\n").strip()
    if len(kept) > LONGEST:
        raise BadNote(f"A note has at most {LONGEST:,} characters; this one has {len(kept):,}.")
    if "\x00" in kept:
        raise BadNote("The note has a character that cannot be kept.")
    return kept


def add(
    store: Store, tx: Connection, viewer: Viewer, lead_id: int, text: str, *, call_id: int | None = None
) -> int:
    """Inside a commit under way: keep the note; its id. Sent again it is the note there was already.

    The caller has made sure that the viewer may open the lead, and that ``text`` is ``checked`` and not empty.
    """
    now = store.now()
    latest = (
        select(note.c.id, note.c.text_ct)
        .where(note.c.lead_id == lead_id, note.c.person_id == viewer.person_id, note.c.at >= now - TWICE)
        .order_by(note.c.id.desc())
        .limit(1)
    )
    for row in tx.execute(latest):
        if store.vault.open(row.text_ct, TEXT).decode() == text:
            return int(row.id)
    values = {
        "lead_id": lead_id,
        "person_id": viewer.person_id,
        "call_id": call_id,
        "at": now,
        "text_ct": store.vault.seal(text.encode(), TEXT),
    }
    made: int = tx.execute(insert(note).values(values).returning(note.c.id)).scalar_one()
    return made


def of_lead(tx: Connection, vault: Vault, viewer: Viewer, lead_id: int, *, limit: int = 200) -> list[Note]:
    """The latest notes, newest first. The caller has made sure that the viewer may open the lead."""
    rows = tx.execute(
        select(note, person.c.name)
        .join(person, person.c.id == note.c.person_id)
        .where(note.c.lead_id == lead_id)
        .order_by(note.c.at.desc(), note.c.id.desc())
        .limit(limit)
    )
    return [
        Note(
            id=row.id,
            at=row.at,
            by=row.name,
            by_me=row.person_id == viewer.person_id,
            call_id=row.call_id,
            text=shown(vault, row.text_ct),
        )
        for row in rows
    ]


def text_of(tx: Connection, vault: Vault, note_id: int) -> str:
    """The text as it was written: to compare with, never to show."""
    return vault.open(tx.scalars(select(note.c.text_ct).where(note.c.id == note_id)).one(), TEXT).decode()


def shown(vault: Vault, sealed: bytes) -> str:
    """The text of a note as anybody may read it."""
    return redaction.numbers(vault.open(sealed, TEXT).decode())
