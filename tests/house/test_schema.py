"""The migrations and the tables say the same, on both databases."""

import pkgutil
import threading
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

import models.tables
from models.db import Database
from models.migrations import schema
from models.tables.base import metadata
from tests.databases import KINDS, Databases


def test_every_subject_is_migrated() -> None:
    written = {module.name for module in pkgutil.iter_modules(models.tables.__path__)} - {"base"}
    source = (Path(schema.__file__).parent / "env.py").read_text()
    assert all(name in source.split("SUBJECTS")[1].split("\n")[0] for name in written)


@pytest.mark.parametrize("kind", KINDS)
def test_migrated_schema_is_the_tables(kind: str, databases: Databases) -> None:
    with databases.database(kind, empty=True) as url:
        db = Database(url)
        assert schema.revision(db) is None
        assert schema.upgrade(db) == schema.head() == schema.revision(db)
        with db.read() as tx:
            assert compare_metadata(MigrationContext.configure(tx), metadata) == []
            migrated = indexes(tx)
        db.close()
    with databases.database(kind, empty=True) as url:
        db = Database(url)
        with db.begin() as tx:
            metadata.create_all(tx)
        with db.read() as tx:
            assert migrated == indexes(tx)
        db.close()


@pytest.mark.parametrize("kind", KINDS)
def test_two_processes_may_migrate_at_once(kind: str, databases: Databases) -> None:
    with databases.database(kind, empty=True) as url:
        pair = [Database(url), Database(url)]
        heads: list[str] = []
        threads = [threading.Thread(target=lambda db=db: heads.append(schema.upgrade(db))) for db in pair]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert heads == [schema.head()] * 2
        for db in pair:
            db.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_upgrade_changes_nothing(kind: str, databases: Databases) -> None:
    with databases.database(kind) as url:
        db = Database(url)
        assert schema.revision(db) == schema.head()
        schema.upgrade(db)
        assert schema.revision(db) == schema.head()
        db.close()


def indexes(tx: Connection) -> dict[str, Any]:
    """Every index as the database itself writes it down (autogenerate does not compare their conditions)."""
    if tx.dialect.name == "sqlite":
        rows = tx.execute(
            text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND type = 'index'")
        )
    else:
        rows = tx.execute(text("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"))
    found = {name: " ".join(sql.split()) for name, sql in rows if not name.startswith("alembic_")}
    assert len(found) > 20
    tables = set(inspect(tx).get_table_names()) - {"alembic_version"}
    assert tables == set(metadata.tables)
    return found
