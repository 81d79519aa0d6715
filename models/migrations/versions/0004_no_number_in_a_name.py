"""Telephone numbers in names, programmes, cities, campaigns, …, told before these were masked as they are written"""

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

from models.rules import redaction

revision = "0004"
down_revision = "0003"

AT_ONCE = 2000

# Each column and how many characters it holds.
TOLD: Mapping[str, Mapping[str, int]] = {
    "lead": {
        "name": 160, "programme": 160, "city": 120, "language": 40, "region": 80, "stage": 80, "sub_stage": 80,
        "source": 80,
    },
    "application": {"programme": 160, "stage": 80, "payment": 40, "form": 160, "missing": 300},
    "call": {"campaign": 120, "disposition": 120, "words": 400},
    "person": {"name": 120},
    "presence": {"reason": 80},
    "connection": {"label": 80},
    "intent": {"words": 400},
    "disposition": {"stage": 80},
    "stage_change": {"from_stage": 80, "from_sub": 80, "to_stage": 80, "to_sub": 80},
}  # fmt: skip

# Short lists of which no two rows may say the same; two numbers may have one mask.
UNLIKE: Mapping[str, tuple[str, int]] = {
    "team": ("name", 80),
    "disposition": ("label", 60),
    "stage": ("name", 80),
}

# What browsers may still be sent again says such texts under these names.
SAID = frozenset(
    {
        "name",
        "lead",
        "city",
        "programme",
        "stage",
        "connection",
        "campaign",
        "owner",
        "say",
        "reason",
        "by",
        "also",
    }
)


def upgrade() -> None:
    tx = op.get_bind()
    for name, columns in TOLD.items():
        _mask(tx, name, columns)
    for name, (column, longest) in UNLIKE.items():
        _mask_apart(tx, name, column, longest)
    _mask_feed(tx)


def _mask(tx: sa.Connection, name: str, columns: Mapping[str, int]) -> None:
    table, last = _table(name, columns), 0
    while rows := tx.execute(
        sa.select(table).where(table.c.id > last).order_by(table.c.id).limit(AT_ONCE)
    ).all():
        last = rows[-1].id
        for row in rows:
            if changed := _changed(row._mapping, columns):
                tx.execute(sa.update(table).where(table.c.id == row.id).values(**changed))


def _changed(row: Mapping[Any, Any], columns: Mapping[str, int]) -> dict[str, str]:
    masked = {name: redaction.detail(row[name])[:longest] for name, longest in columns.items() if row[name]}
    return {name: text for name, text in masked.items() if text != row[name]}


def _mask_apart(tx: sa.Connection, name: str, column: str, longest: int) -> None:
    table = _table(name, [column])
    rows = tx.execute(sa.select(table.c.id, table.c[column]).order_by(table.c.id)).all()
    taken = {text for _, text in rows}
    for row_id, text in rows:
        masked = redaction.detail(text)[:longest]
        if masked == text:
            continue
        if masked in taken:
            masked = f"{masked[: longest - 12]} ({row_id})"
        taken.add(masked)
        tx.execute(sa.update(table).where(table.c.id == row_id).values({column: masked}))


def _mask_feed(tx: sa.Connection) -> None:
    table, last = _table("feed", ["body"]), 0
    while rows := tx.execute(
        sa.select(table).where(table.c.id > last).order_by(table.c.id).limit(AT_ONCE)
    ).all():
        last = rows[-1].id
        for row_id, text in rows:
            body = json.loads(text)
            masked = _said(body, "")
            if masked != body:
                kept = json.dumps(masked, ensure_ascii=False)
                tx.execute(sa.update(table).where(table.c.id == row_id).values(body=kept))


def _said(body: Any, name: str) -> Any:
    match body:
        case dict():
            return {key: _said(inner, key) for key, inner in body.items()}
        case list():
            return [_said(inner, name) for inner in body]
        case str() if name in SAID:
            return redaction.detail(body)
        case _:
            return body


def _table(name: str, columns: Any) -> Any:
    return sa.table(name, sa.column("id", sa.BigInteger), *(sa.column(each, sa.String) for each in columns))
