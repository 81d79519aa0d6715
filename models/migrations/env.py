"""Alembic's entry. It always runs inside a transaction that ``schema`` opened under the write lock."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

from models.tables import calls, leads, people, telephony, work
from models.tables.base import Instant, Numberless, metadata

# Importing a module is what puts its tables into the metadata.
SUBJECTS = (calls, leads, people, telephony, work)


def plain_types(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """A migration must not change when our column type does, so it names what the database stores."""
    if kind == "type" and isinstance(item, Numberless):
        return f"sa.String(length={item.length})"
    return "sa.BigInteger()" if kind == "type" and isinstance(item, Instant) else False


connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    compare_type=True,
    render_item=plain_types,
)
with context.begin_transaction():
    context.run_migrations()
