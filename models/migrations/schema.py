"""Bring a database to the schema this code expects, and tell whether it is there."""

import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory

from models.db import Database

# Alembic keeps its environment in its modules: one at a time in a process, whatever the database.
_one_at_a_time = threading.Lock()


def upgrade(db: Database) -> str:
    """Migrate to the newest revision and return its name.

    The write lock is held throughout, so of two processes that start together one migrates and the
    other finds nothing left to do; a migration that fails leaves the schema as it was.
    """
    with _one_at_a_time, db.begin() as tx:
        config = _config()
        config.attributes["connection"] = tx
        command.upgrade(config, "head")
    return head()


def revision(db: Database) -> str | None:
    """The revision the database is at; ``None`` before the first migration."""
    with db.read() as tx:
        return MigrationContext.configure(tx).get_current_revision()


def head() -> str:
    """The revision this code needs; empty while no migration is written."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def draft(db: Database, message: str) -> Path:
    """Write the migration that would bring ``db`` to the tables as they stand; a person then reads it."""
    number = f"{int(head() or 0) + 1:04}"
    with db.begin() as tx:
        config = _config()
        config.attributes["connection"] = tx
        script = command.revision(config, message, autogenerate=True, rev_id=number)
    if not isinstance(script, Script):
        raise TypeError("one migration was asked for")
    return Path(script.path)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config
