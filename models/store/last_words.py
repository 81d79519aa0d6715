"""What was last said of a lead: the result of the latest call and the latest note, for a pop-up card."""

from typing import Any

from sqlalchemy import Connection, select

from models.rules.access import Viewer
from models.store import notes
from models.store.openings import may_open
from models.store.vault import Vault
from models.tables.work import disposition, wrap_up

LONGEST = 140


def of_lead(tx: Connection, vault: Vault, viewer: Viewer, lead_id: int) -> dict[str, Any] | None:
    """{"result": label or None, "note": its beginning with numbers masked, or None}; None when the lead is not this
    viewer's to open, or there is none."""
    if not may_open(tx, viewer, lead_id):
        return None
    result = tx.scalar(
        select(disposition.c.label)
        .join(wrap_up, wrap_up.c.disposition_id == disposition.c.id)
        .where(wrap_up.c.lead_id == lead_id)
        .order_by(wrap_up.c.began_at.desc())
        .limit(1)
    )
    written = notes.of_lead(tx, vault, viewer, lead_id, limit=1)
    return {"result": result, "note": _beginning(written[0].text) if written else None}


def _beginning(text: str) -> str:
    """On one line, cut between words."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[:LONGEST].rsplit(" ", 1)[0] + "…"
