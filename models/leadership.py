"""Which one process of those on a database does what must be done once."""

import fcntl
import os

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from models.db import Database

LEADER_LOCK = 0x43414C4D
"""The PostgreSQL advisory lock that is the leadership; another than the one for writing."""


class Leadership:
    """Held by at most one process of those on this database; whoever dies has let go of it."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._file: int | None = None
        self._session: Connection | None = None

    def held(self) -> bool:
        """Take it if it is free; tell whether this process has it now. A lost database is a lost lead."""
        return self._lock_file() if self._db.sqlite else self._lock_session()

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
        if self._session is not None:
            try:
                self._session.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LEADER_LOCK})
            except DBAPIError:
                self._session.invalidate()  # the lock went with the session
            self._session.close()
            self._session = None

    def _lock_file(self) -> bool:
        if self._file is None:
            file = os.open(
                f"{self._db.engine.url.database}.leader", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
            )
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(file)
                return False
            self._file = file
        return True

    def _lock_session(self) -> bool:
        try:
            if self._session is None:
                session = self._db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
                if not session.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": LEADER_LOCK}):
                    session.close()
                    return False
                self._session = session
            self._session.execute(text("SELECT 1"))
        except DBAPIError:
            self.release()
            return False
        return True
