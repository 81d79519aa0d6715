"""What softphones tell of themselves: for display and diagnosis. What a call was is said by the provider."""

import re
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from models.rules import redaction
from models.rules.access import Viewer
from models.store.base import Store
from models.tables.work import intent, phone_event

KINDS = (
    "registered", "unregistered", "ringing", "answered", "talking", "silent", "held", "resumed", "muted",
    "unmuted", "transferred", "ended", "failed", "no_microphone", "number_told",
)  # fmt: skip
KEPT = timedelta(days=30)
MOST_A_MINUTE = 120
"""Events of one person that are kept; a phone in full use tells some ten a minute."""
_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_REFERENCE = re.compile(r"[a-z0-9]{1,40}")


class BadEvent(ValueError):
    """It is no event; the message says why and may be shown."""


class TooMany(Exception):
    """This person's phone has told ``MOST_A_MINUTE`` events within the last minute."""


def record(store: Store, viewer: Viewer, told: Any) -> bool:
    """Keep one event of the viewer's own phone; False when its id is on file already. Raises ``BadEvent``, also for
    the reference of a click that is not the viewer's own, and ``TooMany``."""
    values = _read(told)
    now = store.now()

    def known(tx: Connection) -> bool:
        """Is it on file already? Raises what speaks against keeping it."""
        if _known(tx, values["id"]):
            return True
        if values["reference"] is not None and not _own(tx, viewer, values["reference"]):
            raise BadEvent("reference: that of a dial of your own, or null")
        if _told(tx, viewer, now) >= MOST_A_MINUTE:
            raise TooMany
        return False

    def work(tx: Connection) -> bool:
        if known(tx):  # asked again, for writes are one after the other and reads are not
            return False
        tx.execute(insert(phone_event).values(**values, person_id=viewer.person_id, received_at=now))
        return True

    with store.read() as tx:  # what is refused costs no commit
        if known(tx):
            return False
    return bool(store.write(work))


def _known(tx: Connection, event_id: str) -> bool:
    return tx.execute(select(phone_event.c.id).where(phone_event.c.id == event_id)).first() is not None


def _own(tx: Connection, viewer: Viewer, reference: str) -> bool:
    theirs = select(intent.c.id).where(
        intent.c.reference == reference, intent.c.person_id == viewer.person_id
    )
    return tx.execute(theirs).first() is not None


def _told(tx: Connection, viewer: Viewer, now: datetime) -> int:
    """How many of this person's events arrived within the last minute."""
    lately = select(func.count()).where(
        phone_event.c.person_id == viewer.person_id,
        phone_event.c.received_at > now - timedelta(minutes=1),
    )
    return tx.execute(lately).scalar_one()


def forget(tx: Connection, before: datetime) -> int:
    """Delete what arrived earlier than ``before``."""
    return tx.execute(delete(phone_event).where(phone_event.c.received_at < before)).rowcount


def _read(told: Any) -> dict[str, Any]:
    if not isinstance(told, dict):
        raise BadEvent("an event is a JSON object")
    event_id, kind, reference = told.get("id"), told.get("kind"), told.get("reference")
    if not isinstance(event_id, str) or not _ID.fullmatch(event_id):
        raise BadEvent("id: 8 to 64 letters, digits and dashes")
    if kind not in KINDS:
        raise BadEvent(f"kind: one of {', '.join(KINDS)}")
    if reference is not None and not (isinstance(reference, str) and _REFERENCE.fullmatch(reference)):
        raise BadEvent("reference: that of a dial, or null")
    try:
        at = datetime.fromisoformat(str(told.get("at")))
    except ValueError as error:
        raise BadEvent("at: a moment such as 2026-11-23T09:30:00.000Z") from error
    if at.tzinfo is None:
        raise BadEvent("at: a moment with its offset")
    detail = redaction.numbers(str(told.get("detail") or ""))[:200]
    return {"id": event_id, "kind": kind, "reference": reference, "detail": detail, "at": at}
