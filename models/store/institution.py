"""The institution as a whole: is anybody in it yet, and do the keys it runs with fit its data?"""

from cryptography.exceptions import InvalidTag
from sqlalchemy import Connection, select

from models.store.callrows import PHONE
from models.store.connections import ADDRESS
from models.store.vault import Vault
from models.tables.leads import lead_phone
from models.tables.people import person
from models.tables.telephony import seat


def is_empty(tx: Connection) -> bool:
    """Nobody is in it yet: a database that was just made."""
    return tx.scalar(select(person.c.id).limit(1)) is None


def key_fits(tx: Connection, vault: Vault) -> bool:
    """Does the vault's key open what the database holds? True while it holds nothing sealed.

    With another key every look-up of a caller would silently find nobody, so the server must not start.
    """
    for column, purpose in ((lead_phone.c.phone_ct, PHONE), (seat.c.address_ct, ADDRESS)):
        sealed = tx.scalar(select(column).limit(1))
        if sealed is None:
            continue
        try:
            vault.open(sealed, purpose)
        except InvalidTag:
            return False
    return True
