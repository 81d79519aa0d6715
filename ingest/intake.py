"""From a provider's request to durable truth: read it, seal it, hand it to the one writer, wait."""

import base64
import logging
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from ingest.contract import ConnectionInfo, Delivery, Door, Parsed, Unreadable, Vendor
from ingest.vendors import registry
from models.rules.access import Role, Viewer
from models.store import deliveries, journal
from models.store.base import Store
from models.store.events import seal
from models.store.failpoints import failpoint
from models.store.hooks import Account, TokenBook
from models.store.journal import Item, Verdict, Written
from models.store.writer import Job, Unavailable

log = logging.getLogger(__name__)

RAW = b"delivery.raw"
SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})
UNPROVED = "its origin is not proved"
OURS = "test event"
"""``remote`` of a delivery that came from no network, but from ``webhooks.trial``."""


def info(account: Account) -> ConnectionInfo:
    """What a vendor's code may know of the connection."""
    return ConnectionInfo(
        id=account.id,
        slug=account.slug,
        vendor=account.vendor,
        zone=account.zone,
        country=account.country,
        secrets=account.secrets,
        settings=account.settings,
        retired=account.retired,
    )


class Keeping:
    """A delivery that was read and is yet to be kept: by ``wait``, or by ``begin`` and, once told, ``outcome``."""

    __slots__ = ("_item", "_job", "_store")

    def __init__(self, store: Store, item: Item) -> None:
        self._store, self._item = store, item
        self._job: Job | None = None

    def wait(self) -> Written:
        """Keep it; when this returns, it is on disk.

        Raises ``models.store.writer.Unavailable`` when nothing was kept, or it cannot be said in time: the
        provider must be told to try again.
        """
        written: Written = self._store.writer.submit(journal.write_batch(self._store), self._item)
        failpoint("intake.before_answer")
        return written

    def begin(self, settled: Callable[[], None]) -> None:
        """Hand it to the writer, whose thread calls ``settled`` when ``outcome`` knows. Raises as ``wait``."""
        self._job = Job(journal.write_batch(self._store), self._item, settled)
        self._store.writer.hand_in(self._job)

    def outcome(self) -> Written:
        """What became of it; returns and raises as ``wait`` does, but never waits."""
        if self._job is None:
            raise Unavailable("not handed in")
        written: Written = self._job.outcome()
        failpoint("intake.before_answer")
        return written


def accept(store: Store, vendor: Vendor, connection: ConnectionInfo, delivery: Delivery) -> Written:
    """Keep a verified delivery and all it says. When this returns, it is on disk. Raises as ``Keeping.wait``."""
    return receive(store, vendor, connection, delivery).wait()


def receive(store: Store, vendor: Vendor, connection: ConnectionInfo, delivery: Delivery) -> Keeping:
    """Read a verified delivery; what is returned keeps it. What cannot be read is kept for review."""
    item = read(store, vendor, connection, delivery)
    failpoint("intake.after_parse")
    return Keeping(store, item)


def read(
    store: Store,
    vendor: Vendor,
    connection: ConnectionInfo,
    delivery: Delivery,
    replays: int | None = None,
    note: str = "",
) -> Item:
    """The delivery as the journal takes it: sealed bytes, and its events or why there are none.

    ``note`` is what we answered, for doors that answer more than "kept".
    """
    parsed, verdict, reason = _parse(vendor, connection, delivery)
    reason = note or reason
    return Item(
        connection_id=connection.id,
        door=delivery.door,
        received_at=delivery.received_at,
        raw=store.vault.seal(pack(delivery, proved=_asks_proof(vendor, connection)), RAW),
        events=seal(store.vault, parsed.events),
        verdict=verdict,
        reason=reason[:400],
        unknown_words=parsed.unknown_words,
        replays=replays,
    )


def replay(store: Store, viewer: Viewer, delivery_id: int) -> str:
    """Read a kept delivery again with today's parser; returns the new verdict.

    What came while nothing but the token in the path proved it has to be proved now if the connection asks for
    that by now; without, it goes on waiting for review. Credentials are not kept (``pack``): they prove nothing now.
    Raises ``LookupError`` when there is no such delivery (or the viewer is no admin).
    """
    if viewer.role is not Role.ADMIN:
        raise LookupError("no such delivery")
    with store.read() as tx:
        kept = deliveries.kept(tx, delivery_id)
    account = TokenBook(store).by_id(kept.connection_id)
    if account is None:
        raise LookupError("no such connection")
    raw = store.vault.open(kept.raw, RAW)
    delivery = unpack(raw, kept)
    if delivery.remote == OURS:
        raise LookupError("a test event is not replayed: no call may come of it")
    connection = info(account)
    vendor = registry.get(account.vendor)
    if kept.verdict == Verdict.FOR_REVIEW and not _proved(vendor, connection, delivery, raw):
        item = _refused(connection, delivery, delivery_id)
    else:
        item = read(store, vendor, connection, delivery, replays=delivery_id)
    written: Written = store.writer.submit(journal.write_batch(store), item)
    return written.verdict


def again(store: Store, viewer: Viewer, delivery_id: int, connection_id: int) -> Delivery:
    """A kept delivery of this connection as it came, but for its credentials. Nobody's browser gets it as it is.

    Raises ``LookupError`` when there is none, or the viewer is no admin.
    """
    if viewer.role is not Role.ADMIN:
        raise LookupError("no such delivery")
    with store.read() as tx:
        kept = deliveries.kept(tx, delivery_id)
    if kept.connection_id != connection_id:
        raise LookupError("no such delivery")
    return unpack(store.vault.open(kept.raw, RAW), kept)


def replay_for_review(store: Store, viewer: Viewer) -> dict[str, int]:
    """Replay everything that waits for review; how many now have which verdict."""
    counts: dict[str, int] = {}
    last: int | None = 0
    while last is not None:
        some, last = replay_next(store, viewer, after=last, limit=200)
        for verdict, count in some.items():
            counts[verdict] = counts.get(verdict, 0) + count
    return counts


def replay_next(
    store: Store, viewer: Viewer, *, after: int = 0, limit: int = 25, connection_id: int | None = None
) -> tuple[dict[str, int], int | None]:
    """Replay the next few that wait for review, of one connection or of all.

    How many now have which verdict ("gone": deleted meanwhile), and the id to go on ``after`` (None: done).
    """
    if viewer.role is not Role.ADMIN:
        return {}, None
    with store.read() as tx:
        waiting = deliveries.waiting_for_review(tx, limit, after=after, connection_id=connection_id)
    counts: dict[str, int] = {}
    for delivery_id in waiting:
        try:
            verdict = replay(store, viewer, delivery_id)
        except LookupError:
            verdict = "gone"
        counts[verdict] = counts.get(verdict, 0) + 1
    return counts, waiting[-1] if len(waiting) == limit else None


def pack(delivery: Delivery, *, proved: bool) -> bytes:
    """The request as JSON bytes, without credentials and without the path's token.

    ``proved``: was more asked of it than that token, and shown?
    """
    headers = {name: value for name, value in delivery.headers.items() if name not in SECRET_HEADERS}
    return msgspec.json.encode(
        {
            "door": delivery.door,
            "method": delivery.method,
            "url": _without_token(delivery.url),
            "query": delivery.query.decode("latin-1"),
            "headers": headers,
            "content_type": delivery.content_type,
            "body_b64": base64.b64encode(delivery.body).decode(),
            "remote": delivery.remote,
            "proved": proved,
        }
    )


def unpack(raw: bytes, kept: deliveries.Kept) -> Delivery:
    packed: Mapping[str, Any] = msgspec.json.decode(raw)
    return Delivery(
        door=Door(packed["door"]),
        method=packed["method"],
        url=packed["url"],
        query=packed["query"].encode("latin-1"),
        headers=packed["headers"],
        content_type=packed["content_type"],
        body=base64.b64decode(packed["body_b64"]),
        received_at=kept.received_at,
        remote=packed["remote"],
    )


def _asks_proof(vendor: Vendor, connection: ConnectionInfo) -> bool:
    """True for vendors whose proof is no matter of a connection's mapping: their ``verify`` had its say."""
    asks = getattr(vendor, "asks_proof", None)
    return asks is None or bool(asks(connection))


def _proved(vendor: Vendor, connection: ConnectionInfo, delivery: Delivery, raw: bytes) -> bool:
    """Was a kept delivery proved when it came, or is it by what was kept of it?"""
    if msgspec.json.decode(raw).get("proved") or not hasattr(vendor, "asks_proof"):
        return True
    return vendor.verify(delivery, connection)


def _refused(connection: ConnectionInfo, delivery: Delivery, delivery_id: int) -> Item:
    return Item(
        connection_id=connection.id,
        door=delivery.door,
        received_at=delivery.received_at,
        raw=None,
        verdict=Verdict.FOR_REVIEW,
        reason=UNPROVED,
        replays=delivery_id,
    )


def _parse(vendor: Vendor, connection: ConnectionInfo, delivery: Delivery) -> tuple[Parsed, Verdict, str]:
    try:
        parsed = vendor.parse(delivery, connection)
    except Unreadable as error:
        return Parsed((), error.unknown_words), Verdict.FOR_REVIEW, str(error)
    except Exception as error:
        # A defect of ours must not cost the institution a call: the bytes are kept and can be replayed.
        log.exception("the %s parser failed on a %s delivery", vendor.slug, delivery.door)
        return Parsed(()), Verdict.FOR_REVIEW, f"our reader failed ({type(error).__name__})"
    return parsed, Verdict.NO_EVENT, parsed.note


def _without_token(url: str) -> str:
    start, mark, rest = url.partition("/webhooks/v1/")
    return f"{start}{mark}…{rest[rest.find('/') :]}" if mark else url
