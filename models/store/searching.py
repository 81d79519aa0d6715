"""Finding a lead while somebody types: by name, e-mail, programme, city, id, or the last four digits of a number.

Only within the viewer's scope, and nothing of what was typed is kept or logged.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, Connection, false, func, or_, select

from models.rules import phone
from models.rules.access import Role, Viewer
from models.rules.redaction import holds_number
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
    seen = leads.visible(viewer) & matching(store, viewer, asked)
    begins = func.lower(lead.c.name).startswith(asked.strip().lower(), autoescape=True)
    rows, total = leads.page(tx, viewer, seen, limit, 0, first=begins)
    return Found(rows, total, by_number)


def listed(store: Store, tx: Connection, viewer: Viewer, asked: str, *, limit: int, offset: int = 0) -> Leads:
    """All that fits, page by page, those worked on last first."""
    seen = leads.visible(viewer) & matching(store, viewer, asked)
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


def matching(store: Store, viewer: Viewer, asked: str) -> ColumnElement[bool]:
    """The condition on ``lead``. A whole number finds its lead, a part of one nothing but by its last four digits; an
    empty question, or a single letter, gives all."""
    if is_number(asked):
        return _is_all_of(store, viewer, asked.strip())
    fits: ColumnElement[bool] = lead.c.merged_into.is_(None)
    for word in asked.split()[:MOST_WORDS]:
        if len(word) >= LEAST_LETTERS:
            fits = fits & _fits(store, word)
    return fits


def _is_all_of(store: Store, viewer: Viewer, asked: str) -> ColumnElement[bool]:
    """What holds so many digits is a lead's number, or the whole of its id or address: who asks knows it already. An
    id that holds a number is none that a counselor was ever shown."""
    number = phone.e164(asked, store.rules.country)
    by_id = viewer.role is not Role.COUNSELOR or not holds_number(asked)
    return or_(
        lead.c.id.in_(select(lead_phone.c.lead_id).where(lead_phone.c.phone_ix == store.vault.index(number)))
        if number
        else false(),
        lead.c.external_id == asked if by_id else false(),
        lead.c.email == asked.lower(),
    )


def _fits(store: Store, word: str) -> ColumnElement[bool]:
    ways = [_holds(column, word) for column in (lead.c.name, lead.c.programme, lead.c.city)]
    ways += [_holds_openly(column, word) for column in (lead.c.external_id, lead.c.email)]
    if len(word) == tails.DIGITS and word.isascii() and word.isdecimal():
        tail = tails.of_digits(store.vault, word)
        ways.append(lead.c.id.in_(select(lead_phone.c.lead_id).where(lead_phone.c.tail_ix == tail)))
    return or_(*ways)


def _holds(column: Column[str], word: str) -> ColumnElement[bool]:
    return func.lower(column).contains(word.lower(), autoescape=True)


def _holds_openly(column: Column[str], word: str) -> ColumnElement[bool]:
    """The same for a text that is kept as told and may hold a number, which screens mask: where it has so many digits,
    a word with a digit finds nothing, or the number could be guessed digit by digit (``0@``, ``10@``, ``210@``, …)."""
    if not any(each.isnumeric() for each in word):
        return _holds(column, word)
    if not word.isascii():
        return false()
    bare: ColumnElement[str] = column
    for digit in "0123456789":
        bare = func.replace(bare, digit, "")
    return _holds(column, word) & (func.length(column) - func.length(bare) < NUMBER_DIGITS)
