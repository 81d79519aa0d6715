"""What the database's errors say reaches logs: statements, never the values, which are people's."""

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError

from models.store.base import Store
from models.store.prepared import insert_rows
from models.tables.leads import lead_phone

ROW = {
    "lead_id": 999_999,
    "phone_ix": b"+919876543210",
    "phone_ct": b"+919876543210",
    "mask": "9876543210",
    "position": 0,
}


@pytest.mark.parametrize("through", ["sqlalchemy", "driver"])
def test_an_error_does_not_repeat_the_values(store: Store, through: str) -> None:
    with store.db.begin() as tx:
        if through == "driver":
            with pytest.raises(DBAPIError) as raised:  # no such lead
                insert_rows(tx, lead_phone, [ROW])
        else:
            with pytest.raises(DBAPIError) as raised:
                tx.execute(insert(lead_phone).values(ROW))
    said = str(raised.value)
    assert "INSERT INTO lead_phone" in said
    assert "9876543210" not in said
