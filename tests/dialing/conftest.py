"""Connections whose provider answers over real HTTP, and a dialer in this process that asks it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from ingest import intake
from ingest.contract import Delivery, Door
from ingest.dialing import Dialer
from ingest.vendors import registry
from models.store import connections
from models.store.base import Store
from models.store.hooks import TokenBook
from models.store.intents import Begun
from models.tables.leads import application
from models.tables.telephony import connection
from models.tables.work import intent
from simulator.faces import open as face
from simulator.faces.desk import Desk, served
from tests.cast import Cast, Lead, Person

PRIVATE = frozenset({"127.0.0.1"})


@dataclass
class Office:
    """Asha's and Ravi's clicks, and what their providers got of them. ``desks`` are by connection id."""

    store: Store
    cast: Cast
    dialer: Dialer
    desks: dict[int, Desk] = field(default_factory=dict)
    clicks: int = 0

    def reference(self) -> str:
        self.clicks += 1
        return f"click{self.clicks:011}"

    def click(self, person: Person, lead: Lead, reference: str = "", **more: Any) -> Begun:
        """A click, and the provider's answer to it."""
        begun = self.dialer.dial(
            person.viewer, lead_id=lead.id, reference=reference or self.reference(), **more
        )
        assert self.dialer.idle(30)
        return begun

    def row(self, begun: Begun) -> Any:
        with self.store.read() as tx:
            return tx.execute(select(intent).where(intent.c.id == begun.id)).one()

    @property
    def orders(self) -> list[dict[str, Any]]:
        """Every call any provider was asked to place."""
        return [order for desk in self.desks.values() for order in desk.orders]

    def hook(self, connection_id: int, door: Door, **body: Any) -> None:
        """What the provider tells through this connection's door, read and kept as any delivery."""
        import msgspec

        account = TokenBook(self.store).by_id(connection_id)
        assert account
        info = intake.info(account)
        raw = msgspec.json.encode(body)
        delivery = Delivery(door, "POST", "https://x/", b"", {}, "application/json", raw, self.store.now())
        intake.accept(self.store, registry.get(info.vendor), info, delivery)


Opened = Callable[..., Any]


@pytest.fixture
def office(store: Store, cast: Cast) -> Iterator[Office]:
    """The cast's own connection, answered by a desk."""
    with ExitStack() as stack:
        dialer = Dialer(store, PRIVATE)
        stack.callback(dialer.close)
        made = Office(store, cast, dialer)
        made.desks[cast.connection.id] = _answered(stack, store, cast.connection.id)
        yield made


@pytest.fixture
def second(office: Office) -> Iterator[int]:
    """Another connection with seats for Asha and Ravi; its id."""
    with ExitStack() as stack:
        line = office.cast.line("second", "open", seats={"asha": "+919000000901", "ravi": "+919000000902"})
        office.desks[line.id] = _answered(stack, office.store, line.id)
        yield line.id


def _answered(stack: ExitStack, store: Store, connection_id: int) -> Desk:
    desk = Desk()
    url = stack.enter_context(served(face.make, desk))
    with store.db.begin() as tx:
        connections.change(
            tx,
            store.vault,
            connection_id,
            settings={"dial_url": f"{url}/dial", "records_url": f"{url}/records"},
        )
    return desk


def share(store: Store, connection_id: int, weight: int) -> None:
    with store.db.begin() as tx:
        tx.execute(update(connection).where(connection.c.id == connection_id).values(share=weight))


def application_of(store: Store, lead: Lead) -> int:
    values = {
        "lead_id": lead.id, "programme": "MBA", "stage": "new", "payment": "", "steps_done": 0, "steps_total": 1,
        "created_at": store.now(),
    }  # fmt: skip
    with store.db.begin() as tx:
        return int(tx.execute(insert(application).values(values).returning(application.c.id)).scalar_one())
