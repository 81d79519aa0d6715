"""The last four digits of a number, as a blind index: people know a lead by them, and nothing more may be asked."""

from sqlalchemy import Connection, bindparam, select, update

from models.store.base import Store
from models.store.vault import Vault
from models.tables.leads import lead_phone

DIGITS = 4
PHONE = b"lead_phone.phone"
AT_ONCE = 500


def of_number(vault: Vault, number: str) -> bytes:
    """The index of an E.164 number's last four digits."""
    return of_digits(vault, number[-DIGITS:])


def of_digits(vault: Vault, digits: str) -> bytes:
    """The index of four digits that somebody typed."""
    return vault.index(f"tail:{digits}")


def fill(store: Store, limit: int = AT_ONCE) -> int:
    """Index up to ``limit`` numbers that were kept before there was this index; how many it were."""

    def work(tx: Connection) -> int:
        rows = tx.execute(
            select(lead_phone.c.id, lead_phone.c.phone_ct)
            .where(lead_phone.c.tail_ix.is_(None))
            .order_by(lead_phone.c.id)
            .limit(limit)
        ).all()
        if rows:
            tx.execute(
                update(lead_phone)
                .where(lead_phone.c.id == bindparam("this_id"))
                .values(tail_ix=bindparam("tail")),
                [
                    {
                        "this_id": row.id,
                        "tail": of_number(store.vault, store.vault.open(row.phone_ct, PHONE).decode()),
                    }
                    for row in rows
                ],
            )
        return len(rows)

    done: int = store.write(work)
    return done
