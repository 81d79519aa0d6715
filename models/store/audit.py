"""What the operator's commands changed: when, what, of whom; never a secret."""

from datetime import datetime

from sqlalchemy import Connection, insert

from models.tables.people import audit


def by_command(tx: Connection, at: datetime, action: str, subject: str, detail: str = "") -> None:
    """Note a change made on the command line. ``subject`` is as in ``person:12``."""
    values = {"at": at, "person_id": 0, "action": action, "subject": subject}
    tx.execute(insert(audit).values(**values, detail=f"command line: {detail}" if detail else "command line"))
