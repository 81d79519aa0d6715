"""What API keys changed: which key, what, about which lead; never the values."""

from datetime import datetime

from sqlalchemy import Connection, insert

from models.rules.access import Viewer
from models.tables.people import audit


def note(tx: Connection, viewer: Viewer, action: str, lead_id: int, detail: str, now: datetime) -> None:
    """``viewer`` is the key's (see ``api_keys.ApiKey.viewer``): person 0, named as the key is."""
    tx.execute(
        insert(audit).values(
            at=now,
            person_id=viewer.person_id,
            action=action,
            subject=f"lead:{lead_id}",
            detail=f"key {viewer.name}: {detail}",
        )
    )
