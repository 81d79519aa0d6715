"""Finding a lead while somebody types: by name, e-mail, programme, city, id, or the last four digits of a number.

Only within the viewer's scope, and nothing of what was typed is kept or logged.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, or_, select

from models.rules import phone
from models.rules.access import Viewer
from models.store import leads, tails
from models.store.base import Store
from models.store.leads import LeadRow, Leads
from models.tables.leads import lead, lead_phone

ROWS = 8
MOST_WORDS = 6
LEAST_LETTERS = 2
NUMBER_DIGITS = 7
"""From so many digits on, what was typed is meant as a number: whole, or nothing is found."""
RECENT = 20


@dataclass(frozen=True, slots=True)
class Found:
    """The best rows, how many leads fit in all, and whether a whole number was asked for."""

    rows: list[LeadRow]
    total: int
    by_number: bool = False


def find(store: Store, tx: Connection, viewer: Viewer, asked: str, *, limit: int = ROWS) -> Found:
    """What fits every word of ``asked``: leads whose name begins so first, then those worked on last."""
    by_number = is_number(asked)
    seen = leads.visible(viewer) & matching(store, asked)
    begins = func.lower(lead.c.name).startswith(asked.strip().lower(), autoescape=True)
    rows, total = leads.page(tx, viewer, seen, limit, 0, first=begins)
    return Found(rows, total, by_number)


def listed(store: Store, tx: Connection, viewer: Viewer, asked: str, *, limit: int, offset: int = 0) -> Leads:
    """All that fits, page by page, those worked on last first."""
    seen = leads.visible(viewer) & matching(store, asked)
    return Leads(*leads.page(tx, viewer, seen, limit, offset))


def recent(tx: Connection, viewer: Viewer, ids: Sequence[int], *, limit: int = ROWS) -> Found:
    """Leads the viewer had open, in that order (``ids`` come from their browser, so they are checked like any), filled
    up with those worked on last."""
    wanted = list(dict.fromkeys(ids))[:RECENT]
    mine, _ = leads.page(tx, viewer, leads.visible(viewer) & lead.c.id.in_(wanted), RECENT, 0)
    by_id = {row.id: row for row in mine}
    rows = [by_id[lead_id] for lead_id in wanted if lead_id in by_id][:limit]
    if len(rows) < limit:
        others = leads.visible(viewer) & lead.c.id.not_in([row.id for row in rows])
        rows += leads.page(tx, viewer, others, limit - len(rows), 0)[0]
    return Found(rows, len(rows))


def is_number(asked: str) -> bool:
    """Was it meant as a phone number?"""
    return sum(each.isdigit() for each in asked) >= NUMBER_DIGITS


def matching(store: Store, asked: str) -> ColumnElement[bool]:
    """The condition on ``lead``. A whole number finds its lead, a part of one nothing but by its last four digits; an
    empty question, or a single letter, gives all."""
    if is_number(asked):
        number = phone.e164(asked, store.rules.country)
        if number:
            return lead.c.id.in_(
                select(lead_phone.c.lead_id).where(lead_phone.c.phone_ix == store.vault.index(number))
            )
    fits: ColumnElement[bool] = lead.c.merged_into.is_(None)
    for word in asked.split()[:MOST_WORDS]:
        if len(word) >= LEAST_LETTERS:
            fits = fits & _fits(store, word)
    return fits


def _fits(store: Store, word: str) -> ColumnElement[bool]:
    texts = [lead.c.name, lead.c.programme, lead.c.city, lead.c.external_id]
    if not word.isdecimal():  # an address that is a number is masked, and must not be guessed digit by digit
        texts.append(lead.c.email)
    ways = [func.lower(column).contains(word.lower(), autoescape=True) for column in texts]
    if len(word) == tails.DIGITS and word.isascii() and word.isdecimal():
        tail = tails.of_digits(store.vault, word)
        ways.append(lead.c.id.in_(select(lead_phone.c.lead_id).where(lead_phone.c.tail_ix == tail)))
    return or_(*ways)
