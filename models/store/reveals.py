"""Numbers shown in full: one at a time, to a supervisor or admin, for a reason, on record.

The record is the audit's: action ``number.reveal``, the lead as its subject, the reason as its detail (with any
number in it masked). Who was refused stands there too, as ``number.reveal_refused`` with the answer's code, and is
not counted; ``audit_trail`` reads them. A day is a day of the institution's zone.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from models.rules import redaction
from models.rules.access import Role, Viewer
from models.store import audit, choices, openings
from models.store.base import Store
from models.store.callrows import PHONE
from models.tables.leads import lead_phone
from models.tables.people import audit as audited

ACTION, REFUSED = "number.reveal", "number.reveal_refused"

SHOWN_SECONDS = 30
"""How long a page shows the number."""

SHORTEST, LONGEST = 10, 300
"""A reason has at least so many letters, and at most so many characters."""


class NotRevealed(Exception):
    """Nothing was shown. The message is for the person who asked, ``code`` is the answer's status."""

    code = 422


class NotYours(NotRevealed):
    """No such lead, or not for this viewer: the two are never told apart."""

    code = 404


class UsedUp(NotRevealed):
    """The person has seen as many numbers as a day allows."""

    code = 429


@dataclass(frozen=True, slots=True)
class Reveal:
    """A number in full, E.164, and how many more the person may see today."""

    number: str
    left_today: int


def may_reveal(viewer: Viewer) -> bool:
    """Counselors never do."""
    return viewer.role in (Role.SUPERVISOR, Role.ADMIN)


def reveal(store: Store, viewer: Viewer, lead_id: int, reason: str) -> Reveal:
    """The lead's first number, after the record of it is on disk.

    Raises ``NotYours``; ``UsedUp`` when the day's quota (``choices``: reveals_a_day) is used up; ``NotRevealed`` for a
    reason that is none, and for a lead without a number. A refusal is on disk as well before it is raised.
    """
    why = " ".join(reason.split())

    def work(tx: Connection) -> Reveal | NotRevealed:
        # Writers take turns, in all processes: nobody counts between this count and its own line.
        found = _shown(store, tx, viewer, lead_id, why)
        action, detail = (
            (REFUSED, str(found.code)) if isinstance(found, NotRevealed) else (ACTION, redaction.numbers(why))
        )
        audit.by_person(tx, store.now(), viewer, action, f"lead:{lead_id}", detail)
        return found

    done = store.write(work)
    if isinstance(done, NotRevealed):
        raise done
    found: Reveal = done
    return found


def _shown(store: Store, tx: Connection, viewer: Viewer, lead_id: int, why: str) -> Reveal | NotRevealed:
    if not may_reveal(viewer):
        return NotYours("Numbers are not shown.")
    if sum(each.isalpha() for each in why) < SHORTEST:
        return NotRevealed(f"Say why, in at least {SHORTEST} letters.")
    if len(why) > LONGEST:
        return NotRevealed(f"Say why in at most {LONGEST} characters.")
    if not openings.may_open(tx, viewer, lead_id):
        return NotYours("Nothing for you here.")
    sealed = tx.scalar(
        select(lead_phone.c.phone_ct)
        .where(lead_phone.c.lead_id == lead_id)
        .order_by(lead_phone.c.position, lead_phone.c.id)
        .limit(1)
    )
    if sealed is None:
        return NotRevealed("This lead has no number.")
    left = choices.one(tx, "reveals_a_day") - _today(store, tx, viewer, store.now())
    if left <= 0:
        return UsedUp("You have seen as many numbers as a day allows. An admin can allow more.")
    return Reveal(store.vault.open(sealed, PHONE).decode(), left - 1)


def _today(store: Store, tx: Connection, viewer: Viewer, now: datetime) -> int:
    local = now.astimezone(store.rules.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return int(
        tx.scalar(
            select(func.count()).where(
                audited.c.person_id == viewer.person_id,
                audited.c.action == ACTION,
                audited.c.at >= midnight,
            )
        )
        or 0
    )
