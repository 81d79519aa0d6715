"""The cast: who is in every test's institution, by name, and how a test adds a lead.

Asha and Ravi are counselors of team Indore, which Meera supervises. Chitra is a counselor of team Pune:
what concerns Indore must never reach her. Dev is the administrator. One connection, "open", has a seat
for each counselor and the DIDs of both teams.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from models.rules.access import Role, Viewer
from models.rules.phone import mask
from models.store import api_keys, connections, people, sessions
from models.store.base import Store
from models.store.callrows import PHONE
from models.store.vault import digest
from models.tables.leads import lead, lead_phone
from models.tables.telephony import hook_token

PASSWORD = "a long enough password"
TOKEN = "0123456789abcdef0123456789abcdef"
"""Of the connection "open": the same in every copy, as the application remembers tokens for some seconds."""

NOWHERE = "http://127.0.0.1:9/dial"
"""Where the connection "open" would place calls: an address nobody is let out to."""

INDORE_DID = "+917314000001"
PUNE_DID = "+912024000001"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the cast. ``seat`` is their address at the connection "open" (None: no seat)."""

    id: int
    name: str
    email: str
    role: Role
    team_id: int | None
    seat: str | None
    viewer: Viewer
    password: str = PASSWORD


@dataclass(frozen=True, slots=True)
class Line:
    """A connection and the clear token of its hook addresses."""

    id: int
    slug: str
    vendor: str
    token: str


@dataclass(frozen=True, slots=True)
class Lead:
    id: int
    name: str
    phone: str


class Cast:
    """The people, ids and secrets of one test's store."""

    def __init__(self, store: Store, known: "Known") -> None:
        self.store = store
        self.known = known
        self.teams: Mapping[str, int] = known.teams
        self.connection = known.connection
        self.api_key = known.api_key
        self._leads = 0

    @property
    def asha(self) -> Person:
        return self.known.people["asha"]

    @property
    def ravi(self) -> Person:
        return self.known.people["ravi"]

    @property
    def meera(self) -> Person:
        return self.known.people["meera"]

    @property
    def chitra(self) -> Person:
        return self.known.people["chitra"]

    @property
    def dev(self) -> Person:
        return self.known.people["dev"]

    def all(self) -> list[Person]:
        return list(self.known.people.values())

    def viewer(self, name: str) -> Viewer:
        return self.known.people[name].viewer

    def lead(
        self,
        phone: str | None = None,
        *,
        name: str | None = None,
        owner: Person | None = None,
        worked_at: datetime | None = None,
        **columns: Any,
    ) -> Lead:
        """A lead with one number (E.164); the name and number are made up unless given."""
        self._leads += 1
        phone = phone or f"+9198{self._leads:08}"
        name = name or f"Lead {self._leads}"
        now = self.store.now()
        values = {
            "name": name,
            "email": f"lead{self._leads}@example.org",
            "programme": "B.Tech",
            "city": "Indore",
            "stage": "New",
            "source": "Website",
            "owner_id": owner.id if owner else None,
            "created_at": now,
            "updated_at": now,
            "worked_at": worked_at or now,
        } | columns
        with self.store.db.begin() as tx:
            lead_id = tx.execute(insert(lead).values(values).returning(lead.c.id)).scalar_one()
            tx.execute(
                insert(lead_phone).values(
                    lead_id=lead_id,
                    phone_ix=self.store.vault.index(phone),
                    phone_ct=self.store.vault.seal(phone.encode(), PHONE),
                    mask=mask(phone),
                    position=0,
                )
            )
        return Lead(lead_id, name, phone)

    def find_by_number(self, tx: Connection, phone: str) -> list[int]:
        """Ids of the leads that have this number (E.164)."""
        found = select(lead_phone.c.lead_id).where(lead_phone.c.phone_ix == self.store.vault.index(phone))
        return list(tx.scalars(found))

    def line(
        self,
        slug: str,
        vendor: str,
        *,
        seats: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
        team: str | None = None,
    ) -> Line:
        """Another connection; ``seats`` maps a name of the cast to an address there."""
        store, now = self.store, self.store.now()
        with store.db.begin() as tx:
            connection_id = connections.add(
                tx,
                store.vault,
                slug=slug,
                vendor=vendor,
                label=slug.title(),
                at=now,
                team_id=self.teams[team] if team else None,
                secrets=secrets,
            )
            token = connections.issue_token(tx, connection_id, now)
            for who, address in (seats or {}).items():
                connections.add_seat(
                    tx,
                    store.vault,
                    connection_id=connection_id,
                    person_id=self.known.people[who].id,
                    address=address,
                )
        return Line(connection_id, slug, vendor, token)


@dataclass(frozen=True, slots=True)
class Known:
    """What the template holds: ids are the same in every copy."""

    teams: Mapping[str, int]
    people: Mapping[str, Person]
    connection: Line
    api_key: str


def fill(store: Store) -> Known:
    """Put the cast into an empty, migrated database."""
    now = store.now()
    with store.db.begin() as tx:
        teams = {name: people.add_team(tx, name) for name in ("Indore", "Pune")}
        indore, pune = teams["Indore"], teams["Pune"]
        connection_id = connections.add(
            tx,
            store.vault,
            slug="reference",
            vendor="open",
            label="Reference line",
            at=now,
            settings={"dial_url": NOWHERE},
        )
        token = TOKEN
        tx.execute(
            insert(hook_token).values(connection_id=connection_id, token_hash=digest(token), created_at=now)
        )
        for number, name in ((INDORE_DID, "Indore"), (PUNE_DID, "Pune")):
            connections.add_did(tx, number=number, label=f"{name} helpline", team_id=teams[name])
        found: dict[str, Person] = {}
        for name, surname, role, team_id, supervised in (
            ("asha", "Kulkarni", Role.COUNSELOR, indore, ()),
            ("ravi", "Deshmukh", Role.COUNSELOR, indore, ()),
            ("meera", "Joshi", Role.SUPERVISOR, None, (indore,)),
            ("chitra", "Nair", Role.COUNSELOR, pune, ()),
            ("dev", "Malhotra", Role.ADMIN, None, ()),
        ):
            person = Person(
                0,
                f"{name.title()} {surname}",
                f"{name}@example.org",
                role,
                team_id,
                None,
                Viewer(0, role, "", ""),
            )
            person_id = people.add(
                tx,
                name=person.name,
                email=person.email,
                role=role,
                password=PASSWORD,
                at=now,
                team_id=team_id,
                supervised=supervised,
            )
            seat = f"+9190000001{person_id:02}" if role is Role.COUNSELOR else None
            if seat:
                connections.add_seat(
                    tx,
                    store.vault,
                    connection_id=connection_id,
                    person_id=person_id,
                    address=seat,
                )
            viewer = sessions.viewer_of(tx, person_id)
            assert viewer
            found[name] = replace(person, id=person_id, seat=seat, viewer=viewer)
        api_key = api_keys.issue(tx, "everything", api_keys.SCOPES, now)
    return Known(teams, found, Line(connection_id, "reference", "open", token), api_key)
