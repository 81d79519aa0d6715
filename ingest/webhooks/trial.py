"""A test event: what an administrator sends to see that a connection is read, without a call being made of it.

It takes a delivery's whole way but for the network and the proof of origin: the connection's settings, the
vendor's parser, the seal, the one writer, the disk. It is kept like any delivery, under the verdict "test event",
so it is found in the inspector; its events are told and not written, so no lead, call, entry or figure comes of
it. What marks it is ``remote``: a delivery from outside has an IP address there, so nothing a provider sends can
be taken for a test, and a test can never be replayed into a call.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from secrets import token_hex
from urllib.parse import quote
from zoneinfo import ZoneInfo

from ingest import intake
from ingest.contract import ConnectionInfo, Delivery, Vendor
from ingest.webhooks.doors import DOORS
from models.rules.call import CallEvent
from models.store import journal
from models.store.base import Store
from models.store.journal import Verdict, Written

CALL = "callboard-test-"


class NoSample(ValueError):
    """The vendor gives no sample: its requests cannot be made up."""


@dataclass(frozen=True, slots=True)
class Tried:
    """``reason`` is why nothing was read (empty when it was), ``word`` the last part of the address."""

    delivery_id: int
    word: str
    events: Sequence[CallEvent]
    reason: str


def send(store: Store, vendor: Vendor, connection: ConnectionInfo) -> Tried:
    """Raises ``NoSample``, and ``models.store.writer.Unavailable`` when it could not be kept."""
    word, delivery = sample(vendor, connection, store.now())
    item = intake.read(store, vendor, connection, delivery)
    events = [sealed.event for sealed in item.events]
    reason = item.reason if item.verdict is Verdict.FOR_REVIEW else ""
    kept = replace(
        item, events=(), unknown_words=(), verdict=Verdict.TEST, reason=_says(len(events), item.reason)[:400]
    )
    written: Written = store.writer.submit(journal.write_batch(store), kept)
    return Tried(written.delivery_id, word, events, reason)


def sample(vendor: Vendor, connection: ConnectionInfo, now: datetime) -> tuple[str, Delivery]:
    """The vendor's harmless delivery with a fresh call id and the time filled in. Raises ``NoSample``."""
    if vendor.set_up.sample is None:
        raise NoSample(f"there is no test event for {vendor.label}: call one of your numbers instead")
    word, content_type, text = vendor.set_up.sample
    local = now.astimezone(ZoneInfo(connection.zone))
    for name, value in (
        ("{call}", CALL + token_hex(6)),
        ("{now}", f"{local:%Y-%m-%d %H:%M:%S}"),
        ("{epoch}", str(int(now.timestamp()))),
    ):
        text = text.replace(name, value)
    method = next((each.method for each in vendor.set_up.addresses if each.word == word), "POST")
    query, body = (text, "") if method == "GET" else ("", text)
    path = f"https://callboard.invalid/webhooks/v1/test/{quote(word)}"
    return word, Delivery(
        door=DOORS[word],
        method=method,
        url=f"{path}?{query}" if query else path,
        query=query.encode(),
        headers={"content-type": content_type},
        content_type=content_type,
        body=body.encode(),
        received_at=now,
        remote=intake.OURS,
    )


def _says(count: int, reason: str) -> str:
    told = f"{count} event{'' if count == 1 else 's'} read, no call made of it"
    return f"{told}: {reason}" if reason else told
