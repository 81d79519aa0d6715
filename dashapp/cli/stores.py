"""How a command comes by its store, with refusals in plain words."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from dashapp.config import BadKey, Settings
from models.db import Database
from models.migrations import schema
from models.store import institution
from models.store.base import Store
from models.store.vault import Vault
from models.store.writer import Writer


class CannotOpen(Exception):
    """The store cannot be opened; the message tells the operator why and what to do."""


@contextmanager
def opened(settings: Settings, *, migrated: bool = True) -> Iterator[Store]:
    """The store of these settings, closed afterwards.

    Raises ``CannotOpen`` when the key is unfit, the database is away, or its schema is not the code's
    (unless ``migrated`` is false).
    """
    try:
        vault = Vault(settings.root_key)
    except (BadKey, ValueError) as error:
        raise CannotOpen(f"DATA_KEY cannot be used: {error}") from error
    db = database(settings)
    try:
        if migrated:
            require_schema(db)
            with db.read() as tx:
                fits = institution.key_fits(tx, vault)
            if not fits:
                raise CannotOpen("DATA_KEY is not the key this database was written with.")
        store = Store(db, vault, Writer(db), settings.rules)
        try:
            yield store
        finally:
            store.writer.close()
    finally:
        db.close()


def database(settings: Settings) -> Database:
    """The database itself, reachable. Raises ``CannotOpen``."""
    if settings.sqlite:
        settings.data.mkdir(parents=True, exist_ok=True)
    try:
        db = Database(settings.database)
        with db.read() as tx:
            tx.exec_driver_sql("SELECT 1")
    except (SQLAlchemyError, OSError) as error:
        raise CannotOpen(f"the database cannot be reached: {_reason(error)}") from error
    return db


def require_schema(db: Database) -> None:
    """Raises ``CannotOpen`` unless the schema is the one this code expects."""
    found, needed = schema.revision(db), schema.head()
    if found is None:
        raise CannotOpen("the database is empty; run: python -m dashapp migrate")
    if found != needed:
        raise CannotOpen(
            f"the database is at revision {found}, this code needs {needed}; run: python -m dashapp migrate"
        )


def _reason(error: Exception) -> str:
    """The driver's first line; SQLAlchemy's own text may repeat statements and values."""
    inner = getattr(error, "orig", None) or error
    return str(inner).strip().splitlines()[0] if str(inner).strip() else type(inner).__name__
