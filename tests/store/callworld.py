"""A small institution with random calls, rings and entries, kept as plain Python facts beside the rows.

Tests of reports count the facts with loops and compare; the facts never come back out of the database.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert

from models.rules.access import Role, Viewer
from models.rules.windows import day_number
from models.tables.calls import call, notification, notification_for, offer
from models.tables.leads import lead, lead_phone
from models.tables.people import person, supervises, team
from models.tables.telephony import connection, did

ZONE = ZoneInfo("Asia/Kolkata")
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)  # 15:00 in Kolkata, a Monday
TODAY = day_number(NOW.astimezone(ZONE).date())
OUTCOMES = (
    "connected",
    "no_answer",
    "busy",
    "cancelled",
    "voicemail",
    "abandoned",
    "agent_missed",
    "unknown",
    None,
)

ASHA, BILAL, CHITRA, DINESH, LEFT = 1, 2, 3, 4, 5
DEVI, FARID = 6, 7
PUNE, INDORE, KOCHI = 1, 2, 3
PEOPLE = {
    ASHA: ("Asha Menon", "counselor", PUNE, True),
    BILAL: ("Bilal Khan", "counselor", PUNE, True),
    CHITRA: ("Chitra Rao", "counselor", INDORE, True),
    DINESH: ("Dinesh Pillai", "counselor", KOCHI, True),
    LEFT: ("Leela Fernandes", "counselor", PUNE, False),
    DEVI: ("Devi Nair", "supervisor", None, True),
    FARID: ("Farid Ali", "admin", None, True),
}
TEAMS = {PUNE: "Pune", INDORE: "Indore", KOCHI: "Kochi"}
TEAM_OF = {person_id: facts[2] for person_id, facts in PEOPLE.items()}

asha = Viewer(ASHA, Role.COUNSELOR, "Asha Menon", "asha@example.edu", frozenset({PUNE}))
chitra = Viewer(CHITRA, Role.COUNSELOR, "Chitra Rao", "chitra@example.edu", frozenset({INDORE}))
devi = Viewer(DEVI, Role.SUPERVISOR, "Devi Nair", "devi@example.edu", frozenset({PUNE, INDORE}))
farid = Viewer(FARID, Role.ADMIN, "Farid Ali", "farid@example.edu")


@dataclass
class Ring:
    person_id: int | None
    answered: bool


@dataclass
class Entry:
    id: int
    kind: str
    state: str
    raised_at: datetime
    people: list[int]
    team_id: int | None
    everyone: bool


@dataclass
class Fact:
    """One call as it truly was."""

    id: int
    direction: str | None
    outcome: str | None
    person_id: int | None
    lead_id: int
    started_at: datetime
    talk: int | None
    machine: bool
    did: str
    connection_id: int
    rings: list[Ring] = field(default_factory=list)
    entry: Entry | None = None

    @property
    def day(self) -> int:
        return day_number(self.started_at.astimezone(ZONE).date())


@dataclass
class World:
    calls: list[Fact]
    owners: dict[int, int | None]


def build(tx: Connection, seed: int, size: int = 400, days: int = 12) -> World:
    """Insert the institution and ``size`` random calls of the last ``days`` days; return the facts."""
    chance = random.Random(seed)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    tx.execute(insert(team), [{"id": i, "name": name} for i, name in TEAMS.items()])
    tx.execute(
        insert(person),
        [
            {
                "id": i,
                "name": name,
                "email": f"{name.split()[0].lower()}@example.edu",
                "role": role,
                "team_id": team_id,
                "password_hash": "x",
                "active": active,
                "created_at": at,
            }
            for i, (name, role, team_id, active) in PEOPLE.items()
        ],
    )
    tx.execute(insert(supervises), [{"person_id": DEVI, "team_id": t} for t in (PUNE, INDORE)])
    tx.execute(
        insert(connection),
        [
            {
                "id": i,
                "slug": slug,
                "vendor": "open",
                "label": label,
                "zone": "Asia/Kolkata",
                "country": "IN",
                "settings": "{}",
                "active": True,
                "created_at": at,
            }
            for i, slug, label in ((1, "exotel-pune", "Exotel Pune"), (2, "reference", "Reference line"))
        ],
    )
    tx.execute(
        insert(did),
        [
            {"id": 1, "number": "+912066661840", "label": "Pune admissions", "team_id": PUNE},
            {"id": 2, "number": "+917314440000", "label": "Indore admissions", "team_id": INDORE},
        ],
    )
    owners: dict[int, int | None] = {
        i: chance.choice([ASHA, BILAL, CHITRA, DINESH, None]) for i in range(1, 41)
    }
    tx.execute(
        insert(lead),
        [
            {
                "id": i,
                "name": f"Lead {i}",
                "programme": "MBA",
                "city": "Pune",
                "stage": "New enquiry",
                "source": "Website",
                "owner_id": owner,
                "created_at": at,
                "updated_at": at,
                "worked_at": at,
            }
            for i, owner in owners.items()
        ],
    )
    tx.execute(
        insert(lead_phone),
        [
            {
                "lead_id": i,
                "phone_ix": bytes([i]) * 32,
                "phone_ct": b"sealed",
                "mask": f"+91 ••••• ••{300 + i}",
                "position": 0,
            }
            for i in owners
        ],
    )
    calls = [_fact(chance, i, owners, days) for i in range(1, size + 1)]
    _insert(tx, calls)
    return World(calls, owners)


def _fact(chance: random.Random, call_id: int, owners: dict[int, int | None], days: int) -> Fact:
    direction = chance.choice(
        [
            "inbound",
            "inbound",
            "outbound",
            "outbound",
            "campaign",
            None if chance.random() < 0.2 else "inbound",
        ]
    )
    outcome = chance.choice(OUTCOMES)
    started = NOW - timedelta(seconds=chance.randrange(days * 86400))
    person_id = chance.choice([ASHA, BILAL, CHITRA, DINESH, LEFT, None])
    fact = Fact(
        id=call_id,
        direction=direction,
        outcome=outcome,
        person_id=person_id,
        lead_id=chance.choice(list(owners)),
        started_at=started,
        talk=chance.choice([None, 0, 3, 9, 10, 11, 45, 300])
        if outcome == "connected"
        else chance.choice([None, 20]),
        machine=chance.random() < 0.1,
        did=chance.choice(["+912066661840", "+917314440000", "+914843330000"]),
        connection_id=chance.choice([1, 2]),
    )
    for _ in range(chance.randrange(4)):
        fact.rings.append(Ring(chance.choice([ASHA, BILAL, CHITRA, DINESH, None]), chance.random() < 0.4))
    if direction and chance.random() < 0.4:
        people = chance.sample([ASHA, BILAL, CHITRA, DINESH], chance.randrange(3))
        pool = None if people else chance.choice([PUNE, INDORE, KOCHI, None])
        fact.entry = Entry(
            id=call_id,
            kind=chance.choice(["missed", "missed", "pending"]),
            state=chance.choice(["open", "cleared", "withdrawn"]),
            raised_at=started + timedelta(seconds=chance.randrange(1, 90)),
            people=people,
            team_id=pool,
            everyone=not people and pool is None,
        )
    return fact


def _insert(tx: Connection, calls: list[Fact]) -> None:
    tx.execute(
        insert(call),
        [
            {
                "id": fact.id,
                "connection_id": fact.connection_id,
                "provider_call_id": f"call-{fact.id}",
                "direction": fact.direction,
                "lead_id": fact.lead_id,
                "person_id": fact.person_id,
                "did": fact.did,
                "started_at": fact.started_at,
                "over": True,
                "outcome": fact.outcome,
                "talk_seconds": fact.talk,
                "machine": fact.machine,
                "words": "",
                "local_day": fact.day,
                "local_hour": fact.started_at.astimezone(ZONE).hour,
                "changed_at": fact.started_at,
            }
            for fact in calls
        ],
    )
    rings = [
        {
            "call_id": fact.id,
            "position": position,
            "person_id": ring.person_id,
            "seat_ix": b"s" * 32,
            "seat_mask": "•••12",
            "offered_at": fact.started_at,
            "ring_seconds": 20,
            "answered": ring.answered,
            "reason": None if ring.answered else "free",
        }
        for fact in calls
        for position, ring in enumerate(fact.rings)
    ]
    tx.execute(insert(offer), rings)
    entries = [(fact, fact.entry) for fact in calls if fact.entry]
    tx.execute(
        insert(notification),
        [
            {
                "id": entry.id,
                "call_id": fact.id,
                "lead_id": fact.lead_id,
                "kind": entry.kind,
                "direction": fact.direction,
                "reason": "no_answer",
                "everyone": entry.everyone,
                "state": entry.state,
                "raised_at": entry.raised_at,
                "cleared_at": entry.raised_at + timedelta(minutes=5) if entry.state == "cleared" else None,
                "cleared_by": ASHA if entry.state == "cleared" else None,
                "cleared_how": "popup" if entry.state == "cleared" else None,
            }
            for fact, entry in entries
        ],
    )
    tx.execute(
        insert(notification_for),
        [
            {"notification_id": entry.id, "person_id": person_id, "team_id": None}
            for _, entry in entries
            for person_id in entry.people
        ]
        + [
            {"notification_id": entry.id, "person_id": None, "team_id": entry.team_id}
            for _, entry in entries
            if entry.team_id
        ],
    )
