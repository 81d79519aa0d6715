"""Provider words that no table maps: counted, shown on the providers page, never guessed."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, insert, update

from models.tables.telephony import unknown_word


def count_unknown(tx: Connection, words: Iterable[tuple[int, str, str]], at: datetime) -> None:
    """Count each (connection id, field, word) as seen once more."""
    for (connection_id, field, word), times in Counter(words).items():
        key = {"connection_id": connection_id, "field": field[:60], "word": word[:120]}
        known = tx.execute(
            update(unknown_word).filter_by(**key).values(seen=unknown_word.c.seen + times, last_at=at)
        )
        if not known.rowcount:
            tx.execute(insert(unknown_word).values(**key, seen=times, last_at=at))
